// Macro-models against the transistors they stand for: a short bit line of an array on the same operands.

#include <doctest/doctest.h>

#include <cmath>

#include "gaincell/cells/column.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/support/error.hpp"
#include "macro.hpp"

using namespace gaincell;
using namespace gaincell::flows;

namespace {

model::Model fittedCell(const pdk::Pdk& pdk, sim::Simulator& simulator) {
  fit::Inputs inputs;
  const netlist::ParameterSet cell = cells::arrayCellParameters(pdk);
  const auto& charge = sim::analysis("gain-cell", "charge");
  const auto settings = charge.settings(pdk);
  for (const auto& [name, table] : charge.run({pdk, {"tt", 27, pdk.vdd}, cell, settings, simulator}).tables)
    inputs.add("gain-cell", table);
  inputs.conditions = {pdk.name, "tt", 27, pdk.vdd};
  return fit::fitModel(inputs).model;
}

}  // namespace

TEST_CASE("an array of macro cells gives the charges of the transistors") {
  const pdk::Pdk pdk = pdk::findPdk("gc28");
  sim::Simulator simulator;
  const model::Model m = fittedCell(pdk, simulator);
  REQUIRE(m.cell.extended.has_value());
  netlist::ParameterSet array = cells::generator("array").parameters(pdk);
  array.set("rows", 16.0);
  array.set("cols", 2.0);
  array.set("cell_variant", cells::arrayCellParameters(pdk).choice("variant"));
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
  model::Model hot = m;
  hot.conditions.temp_c = 85;
  CHECK_THROWS_WITH_AS(macroAnalysis(context, "array", "mac", hot, Fidelity::Macro), doctest::Contains("85 C"),
                       support::Error);
  double cpu = 0;
  CHECK_THROWS_WITH_AS(macroColumn(m, cells::ConverterKind::Relu, {}, {{0.1}, {{3}}}, simulator, cpu),
                       doctest::Contains("does not have the converter"), support::Error);
  CHECK_THROWS_AS(fidelityOf("exact"), support::Error);
}
