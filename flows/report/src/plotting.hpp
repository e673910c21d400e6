#pragma once
/// @file
/// Plots drawn by gnuplot. The script, its data and its picture stay in plots/, so anyone can change and redraw them.

#include <filesystem>
#include <string>
#include <vector>

#include "gaincell/report/report.hpp"

namespace gaincell::report {

/// Files of a plot, by name inside plots/.
std::string scriptName(const Plot& plot);
std::string pictureName(const Plot& plot);
std::string dataName(const Plot& plot, std::size_t panel);

/// Every how manieth row of a panel is drawn. More points than pixels only make the page larger.
std::size_t thinning(const Panel& panel);

/// The gnuplot script; it reads the CSV files beside it and writes pictureName, or the file named by `out`.
std::string gnuplotScript(const Plot& plot);

/// CSV text of one panel.
std::string panelData(const Panel& panel);

/// Writes script and data to `folder` and runs gnuplot there.
void drawPlot(const Plot& plot, const std::filesystem::path& folder, support::Overwrite overwrite);

/// gnuplot's SVG made fit for the page: no XML head, ids made unique by a prefix, colours as variables, a label for
/// screen readers.
std::string inlineSvg(const std::string& svg, const std::string& prefix, const std::string& alt);

}  // namespace gaincell::report
