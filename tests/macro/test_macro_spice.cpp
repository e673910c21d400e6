// Macro-models against the transistors they stand for: a short bit line of an array on the same operands.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gaincell/cells/designs.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/macro/macro.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using namespace gaincell::macro;

namespace {

/// The array cell, with its conductance when the bit line is to move, and these converters.
model::Model fitted(const pdk::Pdk& pdk, sim::Simulator& simulator, double bit_lines,
                    const std::vector<std::string>& converters) {
  fit::Inputs inputs;
  const design::Design design = cells::loadDesign("lean", pdk);
  const auto& charge = sim::analysis("gain-cell", "charge");
  auto settings = charge.settings(pdk);
  settings.set("bit_lines", bit_lines);
  for (const auto& [name, table] : charge.run({pdk, {"tt", 27, pdk.vdd}, design, settings, simulator}).tables)
    inputs.add("gain-cell", table);
  for (const std::string& kind : converters) {
    const auto& transfer = sim::analysis(kind, "transfer");
    const auto of_transfer = transfer.settings(pdk);
    const sim::AnalysisContext context{pdk, {"tt", 27, pdk.vdd}, design, of_transfer, simulator};
    inputs.add(kind, transfer.run(context).tables.at("transfer"));
  }
  inputs.conditions = {pdk.name, "tt", 27, pdk.vdd};
  return fit::fitModel(inputs).model;
}

}  // namespace

TEST_CASE("an array of macro cells gives the charges of the transistors") {
  const pdk::Pdk pdk = pdk::findPdk("gc28");
  sim::Simulator simulator;
  const model::Model m = fitted(pdk, simulator, 1, {});
  REQUIRE(m.cell.extended.has_value());
  design::Design array = cells::loadDesign("lean", pdk);
  array.set("array.rows", 16.0, "test");
  array.set("array.cols", 2.0, "test");
  netlist::ParameterSet settings = sim::analysis("array", "mac").settings(pdk);
  settings.set("references", "no");
  const sim::AnalysisContext context{pdk, {"tt", 27, pdk.vdd}, array, settings, simulator};
  const auto both = macroAnalysis(context, "array", "mac", m, Fidelity::Compare);
  MESSAGE("largest error ", both.figure("max_error"), ", CPU ratio ", both.figure("cpu_ratio"));
  CHECK(both.figure("max_error") <= 0.01);
  const auto& table = both.tables.at("macro");
  CHECK(std::fabs(table.rows[0][1] - table.rows[1][1]) > 1e-15);  // two columns, two sums
  const auto alone = macroAnalysis(context, "array", "mac", m, Fidelity::Macro);
  CHECK(alone.tables.at("macro").rows[0][1] == doctest::Approx(table.rows[0][1]));

  CHECK_THROWS_WITH_AS(macroAnalysis(context, "array", "other", m, Fidelity::Macro), doctest::Contains("cannot be"),
                       support::Error);
  double cpu = 0;
  CHECK_THROWS_WITH_AS(macroColumn(m, cells::ConverterKind::Relu, {}, 1e-9, {{0.1}, {{3}}}, simulator, cpu),
                       doctest::Contains("does not have the converter"), support::Error);
  CHECK_THROWS_AS(fidelityOf("exact"), support::Error);
}

TEST_CASE("a column of macro-models gives the pulses of the transistor column within 1 % of full scale") {
  const pdk::Pdk pdk = pdk::findPdk("gc28");
  sim::Simulator simulator;
  const model::Model m = fitted(pdk, simulator, 3, {"relu-converter", "signed-converter"});
  for (const std::string kind : {"column", "value-column"}) {
    const design::Design column = cells::loadDesign("lean", pdk);
    netlist::ParameterSet settings = sim::analysis(kind, "mac").settings(pdk);
    settings.set("columns", 2.0);
    settings.set("operations", 2.0);
    const sim::AnalysisContext context{pdk, {"tt", 27, pdk.vdd}, column, settings, simulator};
    const auto both = macroAnalysis(context, kind, "mac", m, Fidelity::Compare);
    MESSAGE(kind, ": largest error ", both.figure("max_error"), ", CPU ratio ", both.figure("cpu_ratio"));
    CHECK(both.figure("max_error") <= 0.01);
    double longest = 0;
    for (const double w : both.tables.at("macro").values("width_s")) longest = std::max(longest, std::fabs(w));
    CHECK(longest > 3e-9);  // there is something to compare
  }
}
