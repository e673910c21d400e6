// Analysis `chain` of a tile: a token is written, the query pulses are played, the output pulses are read.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "column_runs.hpp"
#include "converter_runs.hpp"
#include "gaincell/cells/tile.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/sim/mac_operands.hpp"
#include "gaincell/sim/pulse.hpp"
#include "gaincell/sim/random_tile.hpp"
#include "given.hpp"
#include "level_reference.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using cells::ConverterKind;
using netlist::Parameter;
using netlist::ParameterSet;
using Levels = std::vector<std::vector<int>>;

constexpr int kWholeCells = 128;  // up to so many cells of both arrays a tile is simulated as one deck

/// Levels of one tile.
struct Pattern {
  Levels keys, values;                   ///< stored, [row][token], [token][output]
  std::vector<std::vector<int>> inputs;  ///< [operation][row]
};

Pattern drawPattern(const AnalysisContext& context, std::size_t rows, std::size_t cols) {
  const design::Design& design = context.design;
  const RandomTile tile(design, context.seed);
  const bool extremes = context.settings.isChoice("stored", "extremes");
  const int top = design::storedLevels(design) - 1;
  const auto stored = [&](int level) {
    return design::mirroredLevel(design, !extremes ? level : 2 * level > top ? top : 0);
  };
  Pattern p{Levels(rows), Levels(cols), Levels(2)};
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) {
      p.keys[i].push_back(stored(tile.key(i, j)));
      p.values[j].push_back(stored(tile.value(j, i)));
    }
  // The last operation counts; the one before it is another of the tile's queries and leaves its trace.
  for (std::size_t i = 0; i < rows; ++i) {
    p.inputs[0].push_back(tile.query(1, i));
    p.inputs[1].push_back(tile.query(0, i));
  }
  return p;
}

std::vector<int> column(const Levels& matrix, std::size_t j) {
  std::vector<int> out;
  for (const auto& row : matrix) out.push_back(row[j]);
  return out;
}

std::vector<std::vector<double>> volts(const design::Design& design, const Levels& levels, const EndLevels& ends) {
  std::vector<std::vector<double>> out;
  for (const auto& row : levels) {
    out.emplace_back();
    for (int l : row) out.back().push_back(design::storedVoltage(design, l, ends.low, ends.high));
  }
  return out;
}

/// Drawn, and what was given in place of it.
Pattern patternOf(const AnalysisContext& context, int rows, int cols) {
  Pattern p = drawPattern(context, static_cast<std::size_t>(rows), static_cast<std::size_t>(cols));
  if (const auto keys = givenStored(context, "keys", rows, cols)) p.keys = *keys;
  if (const auto values = givenStored(context, "values", cols, rows)) p.values = *values;
  if (const auto query = givenPulses(context, "queries", rows, 1)) p.inputs.back() = column(*query, 0);
  return p;
}

/// Pulse widths of the last operation, s; outputs carry their sign.
struct Widths {
  std::vector<double> phi, out;
};

/// Width by charge (s/C) of the ideal converter.
double widthPerCharge(ConverterKind kind, const design::Design& design) {
  return design::longestPulse(design) / cells::fullScaleCharge(kind, design);
}

/// The chain with cells of the nominal corner and straight converters.
Widths idealChain(const Pattern& p, const CellCharges& charges, const design::Design& design) {
  const double relu_gain = widthPerCharge(ConverterKind::Relu, design);
  const double signed_gain = widthPerCharge(ConverterKind::Signed, design);
  const double top = design::longestPulse(design);
  Widths w;
  for (std::size_t j = 0; j < p.values.size(); ++j)
    w.phi.push_back(std::clamp(
        relu_gain * charges.sum(column(p.keys, j), std::vector<double>(p.inputs.back().begin(), p.inputs.back().end())),
        0.0, top));
  for (std::size_t e = 0; e < p.values.front().size(); ++e) {
    double q = 0;
    for (std::size_t j = 0; j < w.phi.size(); ++j) q += charges.of(p.values[j][e], w.phi[j] / design::pulseLsb(design));
    w.out.push_back(std::clamp(signed_gain * q, -top, top));
  }
  return w;
}

struct ChainRun {
  Widths widths;
  double latency = 0;  ///< s, end of write to the last output edge
  double energy = 0;   ///< J, cells and converters, the last operation
  support::Table waves;
};

support::Table waveTable(const Waveforms& waves, int written, double t0, double t1, int points) {
  const std::vector<std::pair<std::string, std::string>> shown{
      {"v_key_storage_V", fmt::format("v(xtile.xkeys_{}.xcell_0.sn)", written)},
      {"v_bit_line_1_V", fmt::format("v(xtile.keys_bl_{})", written)},
      {"v_comparator_1_V", fmt::format("v(xtile.xrelu_{}.pos)", written)},
      {"v_phi_V", fmt::format("v(xtile.phi_{})", written)},
      {"v_value_storage_V", fmt::format("v(xtile.xvalues_0.xcell_{}.sn)", written)},
      {"v_bit_line_2_V", "v(xtile.values_bl_0)"},
      {"v_comparator_2_V", "v(xtile.xsigned_0.pos)"},
      {"v_out_V", "v(out_0)"},
      {"v_sign_V", "v(sgn_0)"}};
  support::Table t;
  t.columns = {"time_s"};
  for (const auto& [name, vector] : shown) t.columns.push_back(name);
  for (int i = 0; i <= points; ++i) {
    const double time = t0 + (t1 - t0) * i / points;
    std::vector<double> row{time - t0};
    for (const auto& [name, vector] : shown) row.push_back(waves.at(vector, time));
    t.addRow(row);
  }
  return t;
}

ChainRun runWhole(const AnalysisContext& context, const Pattern& p, const EndLevels& ends) {
  const double vdd = context.conditions.vdd, token = context.design.real("timing.token.period");
  const auto operations = static_cast<int>(p.inputs.size());
  const int written = static_cast<int>(p.values.size()) - 1;
  const cells::TileStimulus s{volts(context.design, p.keys, ends),
                              volts(context.design, p.values, ends),
                              p.inputs,
                              written,
                              ends.low,
                              ends.high};
  const auto deck =
      context.deck("chain", [&] { return cells::tileDeck(context.pdk, context.conditions, context.design, s); });
  const Job job = context.job(deck, "chain");
  const Outcome outcome = context.simulator.runAll({job}).front();
  const Waveforms& waves = outcome.orThrow("chain");

  const cells::TileTiming timing = cells::tileTiming(context.design);
  const double t0 = (operations - 1) * token, end = t0 + timing.stop;
  const double sign_time = t0 + timing.output_end;
  ChainRun run;
  double last_edge = t0 + timing.write_end;
  for (std::size_t j = 0; j < p.values.size(); ++j)
    run.widths.phi.push_back(measurePulse(waves, fmt::format("v(xtile.phi_{})", j), vdd / 2, t0, end).width);
  for (std::size_t e = 0; e < p.values.front().size(); ++e) {
    const Pulse pulse = measurePulse(waves, fmt::format("v(out_{})", e), vdd / 2, t0, end);
    last_edge = std::max(last_edge, pulse.last_fall);
    const bool positive = waves.at(fmt::format("v(sgn_{})", e), sign_time) > vdd / 2;
    run.widths.out.push_back(positive ? pulse.width : -pulse.width);
  }
  run.latency = last_edge - t0 - timing.write_end;
  run.energy = -vdd * waves.integral("i(vddc)", t0, end);
  for (const char* row : {"1", "2"}) run.energy += suppliesEnergy(waves, row, 1.0, vdd, t0, end);
  run.waves = waveTable(waves, s.written, t0, end, 600);
  return run;
}

/// One column per run: every bit line of array 1 with the query pulses, then every bit line of array 2 with the widths
/// array 1 gave.
std::vector<double> runColumns(const AnalysisContext& context, ConverterKind kind, const Levels& stored,
                               const EndLevels& ends, const std::vector<std::vector<double>>& inputs, double& energy) {
  const double vdd = context.conditions.vdd;
  const design::Design& design = context.design;
  const auto timing = cells::converterTiming(kind, design);
  std::vector<Job> jobs;
  for (std::size_t j = 0; j < stored.front().size(); ++j) {
    cells::ColumnStimulus s;
    for (int level : column(stored, j)) s.stored.push_back(design::storedVoltage(design, level, ends.low, ends.high));
    s.level_low = ends.low;
    s.level_high = ends.high;
    s.inputs = inputs;
    const std::string name = fmt::format("{}_{}", kind == ConverterKind::Relu ? "keys" : "values", j);
    // Not cached: the inputs of array 2 are results.
    jobs.push_back(context.job(
        std::make_shared<const netlist::Deck>(cells::columnDeck(context.pdk, context.conditions, kind, design, s)),
        name));
  }
  const auto outcomes = context.simulator.runAll(jobs, kind == ConverterKind::Relu ? "array 1" : "array 2");
  std::vector<double> widths;
  const auto last = static_cast<int>(inputs.size()) - 1;
  const double t0 = last * timing.period, t1 = t0 + timing.period;
  for (std::size_t j = 0; j < outcomes.size(); ++j) {
    const Waveforms& waves = outcomes[j].orThrow(jobs[j].tag);
    widths.push_back(columnWidth(waves, kind, timing, vdd, last));
    energy += suppliesEnergy(waves, "", 1.0 / static_cast<double>(outcomes.size()), vdd, t0, t1) -
              vdd * waves.integral("i(vddc)", t0, t1);
  }
  return widths;
}

ChainRun runStaged(const AnalysisContext& context, const Pattern& p, const EndLevels& ends) {
  const double lsb = design::pulseLsb(context.design);
  ChainRun run;
  std::vector<std::vector<double>> inputs;
  for (const auto& op : p.inputs) inputs.emplace_back(op.begin(), op.end());
  run.widths.phi = runColumns(context, ConverterKind::Relu, p.keys, ends, inputs, run.energy);
  std::vector<double> phi;
  for (double w : run.widths.phi)
    phi.push_back(w < design::shortestPulse(context.design)
                      ? 0.0
                      : std::min(w / lsb, static_cast<double>(design::topPulse(context.design))));
  // Array 2 sees the same pulses twice: the first operation only leaves its trace.
  run.widths.out = runColumns(context, ConverterKind::Signed, p.values, ends, {phi, phi}, run.energy);
  return run;
}

void addErrors(AnalysisResult& r, const std::string& name, const std::vector<double>& got,
               const std::vector<double>& ideal, double lsb) {
  double squares = 0, worst = 0, wrong = 0;
  support::Table t;
  t.columns = {"ideal_s", "width_s", "error_LSB"};
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = (got[i] - ideal[i]) / lsb;
    squares += error * error;
    worst = std::max(worst, std::fabs(error));
    if (std::fabs(ideal[i]) > 0.3 * lsb && got[i] * ideal[i] < 0) wrong += 1;
    t.addRow({ideal[i], got[i], error});
  }
  const std::string of = (name == "phi" ? "error of the phi pulses" : "error of the output pulses") +
                         std::string(" against the ideal chain");
  r.figures.push_back(
      {name + "_rms_error_lsb", std::sqrt(squares / static_cast<double>(got.size())), "LSB", "rms " + of});
  r.figures.push_back({name + "_max_error_lsb", worst, "LSB", "largest " + of});
  if (name == "out") r.figures.push_back({"wrong_signs", wrong, "", "outputs above 0.3 LSB with the wrong sign"});
  r.tables[name] = t;
}

AnalysisResult runChain(const AnalysisContext& context) {
  const design::Design& design = context.design;
  const ParameterSet& settings = context.settings;
  const int rows = cells::arrayRows(design, cells::ArrayRole::Keys);
  const int cols = cells::arrayCols(design, cells::ArrayRole::Keys);
  const bool whole =
      settings.isChoice("engine", "whole") || (settings.isChoice("engine", "auto") && 2 * rows * cols <= kWholeCells);
  const Pattern p = patternOf(context, rows, cols);
  // The ideal chain is that of the nominal corner, whatever the conditions: a bias that follows the cells has to bring
  // them back to it.
  AnalysisContext nominal = context;
  nominal.conditions = {"tt", context.pdk.temp_nom_c, context.pdk.vdd};
  const Widths ideal = idealChain(p, measureCellCharges(nominal), design);
  const EndLevels ends =
      settings.isChoice("levels", "replica") ? replicaLevels(context) : EndLevels{0.0, context.conditions.vdd};
  const ChainRun run = whole ? runWhole(context, p, ends) : runStaged(context, p, ends);
  AnalysisResult r;
  r.figures.push_back({"v_low", ends.low, "V", "lowest stored level"});
  r.figures.push_back({"v_high", ends.high, "V", "highest stored level"});
  addErrors(r, "phi", run.widths.phi, ideal.phi, design::pulseLsb(design));
  addErrors(r, "out", run.widths.out, ideal.out, design::pulseLsb(design));
  const cells::TileTiming timing = cells::tileTiming(design);
  if (whole)
    r.figures.push_back({"latency", run.latency, "s", "end of the write to the last output edge of this pattern"});
  r.figures.push_back({"latency_window", timing.output_end - timing.write_end, "s",
                       "end of the write to the end of the output window: the longest pulse"});
  r.figures.push_back({"token_time", timing.output_end, "s", "one token: write, both multiplications, output"});
  r.figures.push_back(
      {"energy_supplies", run.energy, "J",
       "energy of one token from the supplies of cells, converters and bias, without clocks and rails"});
  if (whole) r.tables["waves"] = run.waves;
  return r;
}

}  // namespace

Analysis tileChain() {
  return {"tile",
          "chain",
          "a token written, query pulses played, output pulses read, against the ideal chain",
          [](const pdk::Pdk&) {
            return ParameterSet(
                {Parameter::oneOf("engine", "auto", {"auto", "whole", "staged"},
                                  "whole: one deck; staged: column by column, array 2 driven by the "
                                  "measured widths; auto: whole up to 128 cells"),
                 Parameter::oneOf("levels", "fixed", {"fixed", "replica"},
                                  "stored levels from rail to rail, or between the ends the circuit "
                                  "level-reference settles to under the same conditions"),
                 Parameter::oneOf("stored", "uniform", {"uniform", "extremes"},
                                  "stored levels: all alike, or only the two rails, whose sums are larger")});
          },
          runChain,
          {"keys", "values", "queries"}};
}

}  // namespace gaincell::sim
