#pragma once
/// @file
/// The report: one self-contained HTML page made of plain data. Whoever fills ReportData needs to know nothing of HTML
/// or of the plotting tool; whoever writes the page needs to know nothing of simulations.
///
/// Strings are plain text (escaped when written); only Drawing::svg is markup. Numbers are in SI units.

#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gaincell/spec/spec.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/provenance.hpp"

namespace gaincell::report {

/// One number. Its limits and pass/fail come from the verdict on the same measure, when there is one.
struct Figure {
  std::string measure;                                      ///< as in the specification, "cell.iv.i_low"
  std::string label;                                        ///< "Current of a stored 0 V"
  double value = std::numeric_limits<double>::quiet_NaN();  ///< NaN is shown as "not measured"
  std::string unit;             ///< SI unit ("A"), "" for a pure number, "%" for a number given in percent
  std::optional<double> paper;  ///< the published figure; the specification's is used when empty
  std::string note;             ///< method, condition, caveat; may be empty
};

/// A file beside the page. `href` is relative to the folder of report.html.
struct Link {
  std::string label, href;
};

// --- plots -------------------------------------------------------------------------------------------------------
enum class Style {
  Line,        ///< x, y
  Points,      ///< x, y
  LinePoints,  ///< x, y
  Band,        ///< x, y (lower), y2 (upper): filled
  Steps,       ///< x, y: histogram outline, y holds from x to the next x
  Dashed,      ///< x, y
};

/// One curve: column names of the panel's table. A row where one of its columns is NaN breaks the curve.
struct Series {
  std::string label;  ///< in the key; empty: not in the key
  std::string x, y, y2;
  Style style = Style::Line;
  int color = 0;  ///< index into the palette (0..7); equal numbers make equal colours
};

/// A horizontal or vertical line, for a limit or a level.
struct Marker {
  double at = 0;  ///< in the units of the axis as shown
  bool vertical = false;
  std::string label;
};

/// Named quantities as horizontal bars (area, energy, latency, error budget).
struct Bar {
  std::string label;
  double value = 0;  ///< in the unit shown on the x axis
  int color = 0;
  std::string text;  ///< written at the end of the bar; empty: the value with three digits
};

/// One pair of axes. Either `series` (with `data`) or `bars`.
struct Panel {
  std::string title;             ///< small heading above the axes; may be empty
  std::string x_label, y_label;  ///< with unit in parentheses
  support::Table data;
  std::vector<Series> series;
  std::vector<Bar> bars;
  bool pie = false;  ///< the bars as sectors of a circle, from the top clockwise, with a key beside it
  std::vector<Marker> markers;
  double x_scale = 1, y_scale = 1;  ///< data times this is shown, e.g. 1e6 for uA; the CSV keeps SI units
  bool log_x = false, log_y = false;
  std::optional<std::pair<double, double>> x_range, y_range;
  double share = 1;  ///< share of the plot's height
};

/// A plot of one or more panels above each other. Written as plots/<id>.gp, .svg and .csv (<id>_2.csv ...).
struct Plot {
  std::string id;  ///< lower-case letters, digits and dashes, unique in the report
  std::string title;
  std::string caption;  ///< what to see in it
  std::string alt;      ///< the same for those who do not see it
  std::string command;  ///< command that makes the data again
  std::vector<Panel> panels;
  std::vector<Link> files;  ///< decks and data behind it
  int height = 380;         ///< at a width of 620
};

/// A finished picture (schematic, floorplan).
struct Drawing {
  std::string id, title, caption, alt, command;
  std::string svg;  ///< a complete <svg> element with a viewBox, ids unique in the report
  std::vector<Link> files;
};

/// A table of text.
struct TextTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each of header.size() cells
};

// --- page --------------------------------------------------------------------------------------------------------
struct Section {
  std::string id, title;  ///< id as for plots
  std::vector<std::string> text;
  std::vector<Figure> figures;
  std::vector<Plot> plots;
  std::vector<Drawing> drawings;
  std::vector<TextTable> tables;
  std::vector<Link> files;
  std::string command;  ///< makes this section's figures again
};

/// A check of the numbers themselves ("`ngspice -b` on the kept deck gives the same figures").
struct Check {
  std::string label;
  bool passed = false;
  std::string detail;  ///< the figures that show it
};

struct ReportData {
  std::string title;  ///< "6T gain cell on gc28"
  std::string what_title = "What is this cell?";
  std::vector<std::string> what;  ///< paragraphs that answer it
  support::Provenance provenance;
  std::vector<spec::Verdict> verdicts;
  std::vector<Check> checks;                                   ///< why the numbers can be trusted
  std::vector<Section> sections;                               ///< in page order
  std::vector<Link> files;                                     ///< model.json, summary.json, netlists/ ...
  std::vector<std::pair<std::string, std::string>> reproduce;  ///< (what, command) besides those of sections and plots
};

struct ReportFiles {
  std::filesystem::path html;
  std::size_t bytes = 0;
  std::vector<std::filesystem::path> plots;  ///< the separate .svg files
};

/// Writes dir/report.html and dir/plots/; draws the plots with gnuplot. `dir` must exist.
/// @throws Error (RPT-0001) inconsistent data (duplicate id, unknown column, ragged table, link that leaves the
/// folder),
///   (RPT-0002) gnuplot is missing, (RPT-0003) gnuplot failed (its message is passed on), (RPT-0004) page over 5 MB.
ReportFiles writeReport(const ReportData& data, const std::filesystem::path& dir,
                        support::Overwrite overwrite = support::Overwrite::No);

}  // namespace gaincell::report
