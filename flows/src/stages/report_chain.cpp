#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/report/plots.hpp"
#include "grid_points.hpp"
#include "report_sections.hpp"

namespace gaincell::flows {

using report::Section;

namespace {

constexpr const char* kChainCommand =
    "gaincell simulate tile --rows 4 --cols 4 --set outputs=4 --analysis chain --with engine=whole --out chain";

report::Plot wavesPlot(const ReportSource& s) {
  const support::Table t = s.table("tile_chain_waves.csv");
  const auto time = t.values("time_s");
  const auto curve = [&](const char* label, const char* column) {
    return report::Trace{label, time, t.values(column)};
  };
  report::Plot plot = report::waveformPlot(
      "chain-waves", "One token through the tile",
      {{"stored (V)", 1, {curve("key", "v_key_storage_V"), curve("value", "v_value_storage_V")}},
       {"integrators (V)",
        1,
        {curve("bit line, array 1", "v_bit_line_1_V"), curve("bit line, array 2", "v_bit_line_2_V")}},
       {"comparators (V)", 1, {curve("array 1", "v_comparator_1_V"), curve("array 2", "v_comparator_2_V")}},
       {"pulses (V)", 1, {curve("phi", "v_phi_V"), curve("output", "v_out_V"), curve("sign", "v_sign_V")}}},
      1e9, "ns");
  plot.caption =
      "Key and value are written first; then the bit line of array 1 collects the query's charge and is discharged "
      "while the phi pulse lasts, which is the input of array 2; its bit line gives the output pulse and the sign.";
  plot.height = 1000;
  plot.command = s.command(kChainCommand);
  plot.files = {{"waveforms", "data/tile_chain_waves.csv"}};
  return plot;
}

/// Energy of one operation by phase, both converters; the columns' shares by where it goes.
report::Plot phasesPlot(const ReportSource& s) {
  std::vector<report::Bar> bars;
  int color = 0;
  for (const auto& [kind, name] : {std::pair{"relu-converter", "ReLU"}, {"signed-converter", "signed"}}) {
    for (const auto& [figure, phase] :
         {std::pair{"energy_reset_phase", "reset"}, {"energy_input_phase", "input"}, {"energy_output_phase", "output"}})
      bars.push_back({fmt::format("{} converter, {}", name, phase),
                      1e12 * s.value("converters", std::string(kind) + "_transfer", figure),
                      color,
                      {}});
    ++color;
  }
  const bool columns = std::isfinite(s.value("chain", "column_relu", "energy"));
  for (const auto& [group, name] : {std::pair{"column_relu", "array 1"}, {"column_signed", "array 2"}}) {
    for (const auto& [figure, part] : {std::pair{"energy_cells", "cells"},
                                       {"energy_converter", "converter, rails"},
                                       {"energy_clocks", "clocks"},
                                       {"energy_word_lines", "word lines"}}) {
      if (!columns) continue;
      bars.push_back({fmt::format("{}, {}", name, part), 1e12 * s.value("chain", group, figure), color, {}});
    }
    ++color;
  }
  report::Plot plot =
      report::barPlot("chain-energy", "Energy of one operation by phase and by part", "energy (pJ)", bars);
  plot.caption = "Converters alone: mean over charges from -1 to 1 of full scale, by phase of the operation.";
  if (columns)
    plot.caption +=
        " Columns of 64 cells with their converter: random inputs (array 1), 60 % zero inputs (array 2), by part; the "
        "converter with its bias and reset rail.";
  plot.height = 460;
  plot.command = s.command(columns ? "gaincell simulate column --analysis mac"
                                   : "gaincell simulate relu-converter --analysis transfer");
  plot.files = {{"ReLU converter by charge", "data/relu-converter_transfer_energy.csv"},
                {"signed converter by charge", "data/signed-converter_transfer_energy.csv"}};
  if (columns) {
    plot.files.push_back({"columns of array 1", "data/column_relu_mac.csv"});
    plot.files.push_back({"columns of array 2", "data/column_signed_mac.csv"});
  }
  return plot;
}

/// By corner and temperature, over the supplies.
report::TextTable cornerTable(const nlohmann::json& points) {
  std::vector<std::string> corners;
  std::vector<double> temps;
  for (const auto& p : points) {
    if (std::find(corners.begin(), corners.end(), p["corner"]) == corners.end()) corners.push_back(p["corner"]);
    if (std::find(temps.begin(), temps.end(), p["temp_c"]) == temps.end()) temps.push_back(p["temp_c"]);
  }
  report::TextTable table{
      "Largest output error of the 4 x 4 tile with replica bias and replica levels, LSB, over the supplies",
      {"corner"},
      {}};
  for (const double t : temps) table.header.push_back(fmt::format("{:g} \u00b0C", t));
  for (const auto& corner : corners) {
    std::vector<std::string> row{corner};
    for (const double t : temps) {
      double worst = 0;
      for (const auto& p : points)
        if (p["corner"] == corner && p["temp_c"] == t)
          worst =
              worseOf(worst, p["out_max_error_lsb"].is_number() ? p["out_max_error_lsb"].get<double>() : std::nan(""));
      row.push_back(fmt::format("{:.2f}", worst));
    }
    table.rows.push_back(row);
  }
  return table;
}

}  // namespace

Section chainSection(const ReportSource& s) {
  Section section = namedSection("chain", "From the write to the output pulse");
  section.text = {
      "A tile of 4 x 4 keys and 4 x 4 values as one circuit: a token is written, the query is played, the phi pulses "
      "of "
      "array 1 drive array 2. Errors are against cells of the nominal corner with straight converters. A full flow "
      "adds "
      "columns of 64 cells: accuracy after one gain, and energy, 64 of them for a sub-tile."};
  section.files = {{"phi pulses", "data/tile_chain_phi.csv"}, {"output pulses", "data/tile_chain_out.csv"}};
  section.plots = {wavesPlot(s)};
  if (s.has("converters")) section.plots.push_back(phasesPlot(s));
  for (const auto& [group, of_what] : {std::pair{"tile_chain", "4 x 4 tile: "},
                                       {"column_relu", "array 1 column: "},
                                       {"column_signed", "array 2 column: "}})
    for (auto& f : s.figures("chain", group, of_what)) section.figures.push_back(std::move(f));
  if (s.has("chain-corners")) {
    for (auto& f : s.figures("chain-corners", "chain_corners", "4 x 4 tile, corners: "))
      section.figures.push_back(std::move(f));
    section.tables.push_back(cornerTable(s.results["chain-corners"]["points"]));
    section.files.push_back({"corners", "data/tile_chain_corners.csv"});
  }
  section.command = s.command(kChainCommand);
  return section;
}

}  // namespace gaincell::flows
