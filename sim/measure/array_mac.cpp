// Analysis `mac` of an array: random stored levels and inputs, one multiply, against the ideal and against the sum of
// single cells.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "gaincell/cells/array.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/sim/mac_operands.hpp"
#include "gaincell/sim/random_tile.hpp"
#include "given.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;
using netlist::ParameterSet;

ParameterSet macSettings(const pdk::Pdk&) {
  return ParameterSet(
      {Parameter::oneOf("engine", "sliced", {"sliced", "whole"}, "one deck per column, or the array as one deck"),
       Parameter::oneOf("bypass", "no", {"no", "yes"}, "ngspice's bypass: faster, about 0.05 % of full scale worse"),
       Parameter::real("zeros", "", 0.0, 0.0, 1.0, "share of rows without a pulse, on top of the drawn zeros"),
       Parameter::real("driver_r", "ohm", 0.0, 0.0, 1e5, "output resistance of a word-line driver; 0: ideal"),
       Parameter::real("supply_r", "ohm", 0.0, 0.0, 1e4, "resistance of the array's supply; 0: ideal"),
       Parameter::oneOf("references", "yes", {"yes", "no"}, "simulate each cell alone for comparison")});
}

}  // namespace

ArrayOperands arrayOperands(const AnalysisContext& context, cells::ArrayRole role) {
  const design::Design& design = context.design;
  const bool keys = role == cells::ArrayRole::Keys;
  const int rows = cells::arrayRows(design, role), cols = cells::arrayCols(design, role);
  const double zeros = context.settings.real("zeros");
  const auto stored = givenStored(context, "stored", rows, cols);
  const auto inputs = givenPulses(context, "inputs", rows, 1);
  const RandomTile tile(design, context.seed);
  ArrayOperands operands;
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    auto& row = operands.stored.emplace_back();
    for (std::size_t j = 0; j < static_cast<std::size_t>(cols); ++j) {
      const int level =
          stored ? (*stored)[i][j] : design::mirroredLevel(design, keys ? tile.key(i, j) : tile.value(i, j));
      row.push_back(design::storedVoltage(design, level, context.conditions.vdd));
    }
    const int input = inputs ? (*inputs)[i][0] : keys ? tile.query(0, i, zeros) : tile.phi(0, i, zeros);
    operands.widths.push_back(design::pulseLsb(design) * input);
  }
  return operands;
}

namespace {

/// Charge of one nominal cell alone for every pair of stored voltage and width that occurs: arrays of one row and
/// column, without the wire of the others.
class SingleCells {
 public:
  SingleCells(const AnalysisContext& context, cells::ArrayRole role, const ArrayOperands& operands) {
    const support::Table t = context.nominalTable("single_cells", [&] { return measure(context, role, operands); });
    for (const auto& row : t.rows) charge_[{row[0], row[1]}] = row[2];
  }

  double charge(double stored, double width) const { return width > 0 ? charge_.at({stored, width}) : 0.0; }

 private:
  static support::Table measure(const AnalysisContext& context, cells::ArrayRole role, const ArrayOperands& operands) {
    std::set<double> levels, widths;
    for (const auto& row : operands.stored) levels.insert(row.begin(), row.end());
    std::copy_if(operands.widths.begin(), operands.widths.end(), std::inserter(widths, widths.end()),
                 [](double w) { return w > 0; });
    design::Design single = context.design;
    for (const char* size : {"array.rows", "array.cols"}) single.set(size, 1.0, "a cell alone");
    std::vector<Job> jobs;
    support::Table table;
    table.columns = {"v_storage_V", "width_s", "charge_C"};
    for (const double v : levels)
      for (const double w : widths) {
        auto decks = arrayDecks(context.pdk, context.conditions, single, role, {{{v}}, {w}}, {});
        jobs.push_back({std::make_shared<const netlist::Deck>(std::move(decks.front())),
                        {},
                        fmt::format("cell-{}V-{}s", v, w),
                        {}});
        table.addRow({v, w, 0});
      }
    const auto outcomes = context.simulator.runAll(jobs, "single cells");
    for (std::size_t k = 0; k < jobs.size(); ++k) table.rows[k][2] = arrayCharge(outcomes[k].orThrow(jobs[k].tag), 0);
    return table;
  }

  std::map<std::pair<double, double>, double> charge_;
};

struct Fit {
  double slope = 0, offset = 0, rms = 0, r2 = 0;
};

/// Least squares y = slope x + offset.
Fit fitLine(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sx += x[i];
    sy += y[i];
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - sx / n, dy = y[i] - sy / n;
    sxx += dx * dx;
    sxy += dx * dy;
    syy += dy * dy;
  }
  Fit f;
  f.slope = sxx > 0 ? sxy / sxx : std::numeric_limits<double>::quiet_NaN();
  f.offset = sy / n - f.slope * sx / n;
  const double residual = std::max(0.0, syy - f.slope * sxy);
  f.rms = std::sqrt(residual / n);
  f.r2 = syy > 0 ? 1 - residual / syy : std::numeric_limits<double>::quiet_NaN();
  return f;
}

AnalysisResult runMac(const AnalysisContext& context, cells::ArrayRole role) {
  const ParameterSet& s = context.settings;
  ArrayOptions options;
  options.engine = s.isChoice("engine", "whole") ? ArrayEngine::Whole : ArrayEngine::Sliced;
  options.bypass = s.isChoice("bypass", "yes");
  options.driver_r = s.real("driver_r");
  options.supply_r = s.real("supply_r");
  const ArrayOperands operands = arrayOperands(context, role);
  const ArrayRun run = runArray(context, role, operands, options);
  const bool references = s.isChoice("references", "yes");
  std::optional<SingleCells> cells;
  if (references) cells.emplace(context, role, operands);

  const double full_scale = arrayFullScale(context.design, role);
  support::Table table;
  table.columns = {"column", "dot_Vs", "charge_C"};
  if (references) table.columns.emplace_back("charge_cells_C");
  std::vector<double> dots;
  double squares = 0, worst = 0;
  for (std::size_t j = 0; j < run.charge.size(); ++j) {
    double dot = 0, sum = 0;
    for (std::size_t i = 0; i < operands.widths.size(); ++i) {
      dot += operands.widths[i] * (operands.stored[i][j] - context.conditions.vdd / 2);
      if (references) sum += cells->charge(operands.stored[i][j], operands.widths[i]);
    }
    dots.push_back(dot);
    std::vector<double> line = {static_cast<double>(j), dot, run.charge[j]};
    if (references) line.push_back(sum);
    table.addRow(line);
    squares += (run.charge[j] - sum) * (run.charge[j] - sum);
    worst = std::max(worst, std::abs(run.charge[j] - sum));
  }
  AnalysisResult result;
  if (run.charge.size() > 2) {
    const Fit fit = fitLine(dots, run.charge);
    result.figures.push_back(
        {"transconductance", fit.slope, "S", "fitted charge per volt from mid supply and second of pulse"});
    result.figures.push_back({"charge_offset", fit.offset, "C", "fitted charge at zero dot product"});
    result.figures.push_back(
        {"nrmse_linear", fit.rms / full_scale, "", "rms distance from the fitted ideal dot product / full scale"});
    result.figures.push_back({"r2_linear", fit.r2, "", "coefficient of determination of that fit"});
  }
  if (references) {
    result.figures.push_back({"nrmse_cells", std::sqrt(squares / static_cast<double>(run.charge.size())) / full_scale,
                              "", "rms distance from the sum of the same cells alone / full scale"});
    result.figures.push_back({"max_error_cells", worst / full_scale, "",
                              "largest distance from the sum of the same cells alone / full scale"});
  }
  result.figures.push_back({"full_scale", full_scale, "C",
                            "full scale of the charge: the longest pulse in LSB times the converter's charge per LSB"});
  result.figures.push_back({"energy_cells", run.supply_energy, "J", "drawn from VDD by all cells during the multiply"});
  result.figures.push_back(
      {"word_line_drop", run.validity.word_line_drop, "", "largest drop at the last column / VDD"});
  result.figures.push_back({"supply_drop", run.validity.supply_drop, "", "upper bound of the supply's drop / VDD"});
  result.figures.push_back(
      {"iterations", static_cast<double>(run.iterations), "", "Newton iterations of the multiply"});
  result.tables["columns"] = std::move(table);
  result.warnings = run.warnings;
  return result;
}

Analysis macOf(cells::ArrayRole role, const char* kind) {
  return {kind,
          "mac",
          "one multiply, random or given inputs and levels: charge per bit line against the ideal",
          macSettings,
          [role](const AnalysisContext& context) { return runMac(context, role); },
          {"stored", "inputs"}};
}

}  // namespace

Analysis arrayMac() {
  return macOf(cells::ArrayRole::Keys, "array");
}
Analysis valueArrayMac() {
  return macOf(cells::ArrayRole::Values, "value-array");
}

}  // namespace gaincell::sim
