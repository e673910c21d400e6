// Analysis `mac` of a column: random inputs against random stored values, charge into width.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <variant>

#include "column_runs.hpp"
#include "converter_runs.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/sim/mac_operands.hpp"
#include "gaincell/sim/pulse.hpp"
#include "gaincell/sim/random_tile.hpp"
#include "given.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using cells::ConverterKind;
using netlist::Parameter;
using netlist::ParameterSet;

/// Gives all inputs that are not zero their rounded mean.
void levelOut(std::vector<double>& inputs) {
  const auto count = std::count_if(inputs.begin(), inputs.end(), [](double x) { return x > 0; });
  if (count == 0) return;
  const double mean = std::round(std::accumulate(inputs.begin(), inputs.end(), 0.0) / static_cast<double>(count));
  std::replace_if(
      inputs.begin(), inputs.end(), [](double x) { return x > 0; }, mean);
}

struct MacPoint {
  double charge = 0, width = 0;                            ///< C, s (signed)
  double cells = 0, converter = 0, clocks = 0, lines = 0;  ///< J
};

double energyOfLines(const Waveforms& waves, double vdd, double t0, double t1, const std::string& prefix) {
  double q = 0;
  for (const auto& name : waves.names())
    if (name.rfind(prefix, 0) == 0) q += deliveredCharge(waves, name, t0, t1);
  return vdd * q;
}

}  // namespace

double columnWidth(const Waveforms& waves, ConverterKind kind, const cells::ConverterTiming& timing, double vdd,
                   int operation) {
  const double t0 = operation * timing.period, t1 = t0 + timing.period;
  const double width = measurePulse(waves, "v(out)", vdd / 2, t0, t1).width;
  const bool negative = kind == ConverterKind::Signed && waves.at("v(sgn)", t0 + timing.window_start) < vdd / 2;
  return negative ? -width : width;
}

ColumnEnergy columnEnergy(const Waveforms& waves, const cells::ConverterTiming& timing, double share, double vdd,
                          int operation) {
  const double t0 = operation * timing.period + energyStart(timing), t1 = t0 + timing.period;
  ColumnEnergy e;
  e.cells = -vdd * waves.integral("i(vddc)", t0, t1);
  e.converter = suppliesEnergy(waves, "", share, vdd, t0, t1);
  if (waves.has("i(vmid)")) e.converter += vdd * deliveredCharge(waves, "i(vmid)", t0, t1);
  e.clocks = energyOfLines(waves, vdd, t0, t1, "i(vck_");
  e.lines = energyOfLines(waves, vdd, t0, t1, "i(vwl");
  return e;
}

std::vector<ColumnOperands> columnOperands(const AnalysisContext& context, ConverterKind kind) {
  const design::Design& design = context.design;
  const bool keys = kind == ConverterKind::Relu;
  const int rows = cells::arrayRows(design, cells::arrayOf(kind));
  const auto stored = givenStored(context, "stored", rows, 0);
  const auto inputs = givenPulses(context, "inputs", rows, 0);
  const auto columns = stored ? stored->front().size() : static_cast<std::size_t>(context.settings.integer("columns"));
  const auto operations =
      inputs ? inputs->front().size() : static_cast<std::size_t>(context.settings.integer("operations"));
  double zeros = context.settings.real("zero_fraction");
  if (zeros < 0) zeros = keys ? 0.0 : 0.6;
  const RandomTile tile(design, context.seed);
  const auto drawn = [&](std::size_t k, std::size_t i) {
    return keys ? tile.query(k, i, zeros) : tile.phi(k, i, zeros);
  };
  // A leading operation leaves the trace of a charge. All its rows that are not zero have their mean input, because
  // word lines that fall together cost the simulator one edge instead of one for each level.
  std::vector<std::vector<double>> played(operations + 1);
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    played[0].push_back(drawn(operations, i));
    for (std::size_t k = 0; k < operations; ++k) played[k + 1].push_back(inputs ? (*inputs)[i][k] : drawn(k, i));
  }
  levelOut(played.front());
  std::vector<ColumnOperands> out(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    out[c].stimulus.inputs = played;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
      const int level =
          stored ? (*stored)[i][c] : design::mirroredLevel(design, keys ? tile.key(i, c) : tile.value(i, c));
      out[c].levels.push_back(level);
      out[c].stimulus.stored.push_back(design::storedVoltage(design, level, context.conditions.vdd));
    }
  }
  return out;
}

namespace {

MacPoint measurePoint(const Waveforms& waves, ConverterKind kind, const cells::ConverterTiming& timing, double share,
                      double vdd, int operation) {
  const ColumnEnergy e = columnEnergy(waves, timing, share, vdd, operation);
  return {0, columnWidth(waves, kind, timing, vdd, operation), e.cells, e.converter, e.clocks, e.lines};
}

double clipped(double width, ConverterKind kind, double top) {
  return std::clamp(width, kind == ConverterKind::Relu ? 0.0 : -top, top);
}

/// Gain (LSB/C) that minimizes the squared error over the points inside the linear range.
double fitGain(const std::vector<MacPoint>& points, ConverterKind kind, const design::Design& design) {
  double xy = 0, xx = 0;
  for (const auto& p : points) {
    const double width = p.width / design::pulseLsb(design);
    if (std::fabs(width) > 0.97 * design::topPulse(design) || (kind == ConverterKind::Relu && width <= 0)) continue;
    xy += p.charge * width;
    xx += p.charge * p.charge;
  }
  return xx > 0 ? xy / xx : 0.0;
}

void addFigures(AnalysisResult& r, const std::vector<MacPoint>& points, ConverterKind kind,
                const design::Design& design) {
  const double gain = fitGain(points, kind, design);
  const double full_scale = cells::fullScaleCharge(kind, design), longest = design::longestPulse(design);
  double squares = 0, worst = 0, from_ideal = 0;
  MacPoint mean;
  support::Table table;
  table.columns = {"charge_C", "width_s", "error_LSB", "cells_J", "converter_J", "clocks_J", "word_lines_J"};
  for (const auto& p : points) {
    const double error = p.width / design::pulseLsb(design) - clipped(gain * p.charge, kind, design::topPulse(design));
    squares += error * error;
    const double ideal = clipped(p.charge / full_scale * longest, kind, longest);
    from_ideal += (p.width - ideal) * (p.width - ideal);
    worst = std::max(worst, std::fabs(error));
    mean.cells += p.cells, mean.converter += p.converter, mean.clocks += p.clocks, mean.lines += p.lines;
    table.addRow({p.charge, p.width, error, p.cells, p.converter, p.clocks, p.lines});
  }
  const double n = static_cast<double>(points.size());
  const double total = (mean.cells + mean.converter + mean.clocks + mean.lines) / n;
  r.figures = {
      {"gain", gain * cells::lsbCharge(kind, design), "", "fitted width per charge over the nominal one"},
      {"rms_error_lsb", std::sqrt(squares / n), "LSB",
       "rms error of the width against the cells' charge after that gain, all operations"},
      {"max_error_lsb", worst, "LSB", "largest error of the width after that gain"},
      {"gain_of_stated", gain * cells::lsbCharge(kind, design) / cells::converterBranch(design, kind).real("gain"), "",
       "that gain over the one that the design states"},
      {"full_scale", full_scale, "C", "charge that the ideal converter turns into the longest pulse"},
      {"nrmse", std::sqrt(from_ideal / n) / longest, "",
       "rms distance of the width from the ideal converter's, by that full scale alone / longest pulse"},
      {"operations", n, "", "operations measured"},
      {"energy", total, "J",
       "energy of one column and operation: cells, converter, clocks, this column's share of the word lines"},
      {"energy_cells", mean.cells / n, "J", "energy of the cells alone"},
      {"energy_converter", mean.converter / n, "J", "energy of the converter with bias and reset rail"},
      {"energy_clocks", mean.clocks / n, "J", "energy of the converter's clocks"},
      {"energy_word_lines", mean.lines / n, "J", "energy of the charge on word lines and complements"},
      {"energy_array", cells::convertersOf(kind, design) * total, "J",
       "energy of all columns of the array, one operation"}};
  r.tables["mac"] = table;
}

AnalysisResult runMac(const AnalysisContext& context, ConverterKind kind) {
  const design::Design& design = context.design;
  const auto timing = cells::converterTiming(kind, design);
  const double vdd = context.conditions.vdd;
  const double share = 1.0 / cells::convertersOf(kind, design);
  const CellCharges charges = measureCellCharges(context);
  std::vector<Job> jobs;
  std::vector<std::vector<double>> expected;
  const auto columns = columnOperands(context, kind);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto& [levels, stimulus] = columns[c];
    std::vector<double> q;
    for (const auto& inputs : stimulus.inputs) q.push_back(charges.sum(levels, inputs));
    expected.push_back(q);
    const std::string name = fmt::format("column_{}", c);
    const auto build = [&, &stimulus = stimulus] {
      auto deck = cells::columnDeck(context.pdk, context.conditions, kind, design, stimulus);
      if (context.settings.isChoice("solver", "tight")) tighten(deck);
      return deck;
    };
    jobs.push_back(context.job(context.deck(name, build), name));
  }
  const auto outcomes = context.simulator.runAll(jobs, "columns");
  std::vector<MacPoint> points;
  for (std::size_t c = 0; c < outcomes.size(); ++c) {
    const Waveforms& waves = outcomes[c].orThrow(jobs[c].tag);
    for (std::size_t k = 1; k < expected[c].size(); ++k) {  // operation 0 only leaves its trace
      MacPoint p = measurePoint(waves, kind, timing, share, vdd, static_cast<int>(k));
      p.charge = expected[c][k];
      points.push_back(p);
    }
  }
  AnalysisResult r;
  addFigures(r, points, kind, design);
  r.tables["cell_charge"] = charges.table();
  return r;
}

Analysis macOf(ConverterKind kind) {
  return {cells::columnKind(kind),
          "mac",
          "random or given inputs and stored values: the cells' charge against the pulse width, and the energy",
          [](const pdk::Pdk&) {
            return ParameterSet(
                {Parameter::integer("columns", 4, 1, 4096, "columns with their own stored values"),
                 Parameter::integer("operations", 4, 1, 1000, "measured operations per column, after one more"),
                 Parameter::real(
                     "zero_fraction", "", -1, -1, 1,
                     "fraction of zero inputs; negative: none for the ReLU array, 0.6 for the signed one, whose "
                     "inputs are rectified"),
                 Parameter::oneOf("solver", "fast", {"fast", "tight"},
                                  "tolerances; tight takes ten times as long, to see what fast leaves out")});
          },
          [kind](const AnalysisContext& context) { return runMac(context, kind); },
          {"stored", "inputs"}};
}

}  // namespace

Analysis columnMac() {
  return macOf(ConverterKind::Relu);
}
Analysis valueColumnMac() {
  return macOf(ConverterKind::Signed);
}

}  // namespace gaincell::sim
