#pragma once
/// @file
/// Pieces of the report for other pages that are to look like it.

#include <string>

#include "gaincell/report/report.hpp"

namespace gaincell::report {

/// Text made safe for element content and quoted attributes.
std::string escapeHtml(const std::string& text);

/// The style sheet, for light, dark and paper. Plots need it: it defines the colours of their curves.
const char* styleSheet();

/// Draws a plot and returns it as an <svg> to stand in a page with styleSheet(); leaves no files.
/// @throws Error (RPT-0002, RPT-0003) as writeReport
std::string drawInline(const Plot& plot);

}  // namespace gaincell::report
