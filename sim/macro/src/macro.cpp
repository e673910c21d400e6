#include "gaincell/macro/macro.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <sstream>

#include "gaincell/design/conventions.hpp"
#include "gaincell/exports/exports.hpp"
#include "gaincell/sim/mac_operands.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::macro {

using cells::ConverterKind;
using support::Error;

namespace {

constexpr double kStart = 1e-9;   // s
constexpr double kSettle = 2e-9;  // s
constexpr double kIntegrator = 10e-12, kGain = 1e6;
constexpr std::size_t kColumnsPerDeck = 8;  // they share word lines; a much larger deck takes longer to read

/// The exported subcircuits, as the cards a PDK would bring.
netlist::Deck emptyDeck(const model::Model& m, std::string title) {
  netlist::Deck deck;
  deck.title = std::move(title);
  deck.temp_c = m.conditions.temp_c;
  std::istringstream text(exports::format("ngspice").write(m));
  for (std::string line; std::getline(text, line);)
    if (!line.empty() && line.front() != '*') deck.pdk_cards.push_back(line);
  return deck;
}

/// Instances go beside the subcircuits they call, which the netlist does not know.
void addInstance(netlist::Deck& deck, const std::string& name, const std::vector<std::string>& nodes,
                 const std::string& subcircuit, const std::string& parameters) {
  deck.pdk_cards.push_back(fmt::format("x{} {} {}{}", name, fmt::join(nodes, " "), subcircuit, parameters));
}

/// A source for the ports of macro-models; a card as they are, for the netlist does not see what it drives.
void addSource(netlist::Deck& deck, const std::string& node, const netlist::Pwl& wave) {
  std::string points;
  for (const auto& [t, v] : wave.points)
    points += fmt::format(" {} {}", support::formatNumber(t), support::formatNumber(v));
  deck.pdk_cards.push_back(fmt::format("v{} {} 0 pwl({})", node, node, points.substr(1)));
}

/// Word lines of a deck. Rows with the same pulses share one: they are the same voltage.
class WordLines {
 public:
  /// @param edge s, as the word lines of the transistor decks
  WordLines(netlist::Deck& deck, const std::string& block, double vdd, double edge)
      : deck_(deck), block_(block), vdd_(vdd), edge_(edge) {}

  /// The number of the word line that rises and falls at `edges`.
  std::size_t at(const std::vector<double>& edges) {
    const auto [known, is_new] = lines_.try_emplace(edges, lines_.size());
    const std::size_t k = known->second;
    if (is_new) {
      addSource(deck_, fmt::format("wl_{}", k), netlist::pulseTrain(0, vdd_, false, edges, edge_));
      addInstance(deck_, fmt::format("wl_{}", k), {fmt::format("wl_{}", k), fmt::format("e_{}", k)}, block_,
                  fmt::format(" tedge={}", support::formatNumber(edge_)));
    }
    return k;
  }

 private:
  netlist::Deck& deck_;
  std::string block_;
  double vdd_, edge_;
  std::map<std::vector<double>, std::size_t> lines_;
};

/// The bit line of column `j`, named `bl`.
void addBitLine(netlist::Deck& deck, const exports::BlockNames& blocks, const std::string& bl) {
  addInstance(deck, bl, {bl, bl + "_g", bl + "_h"}, blocks.bit_line, "");
}

/// A macro cell of row `i` that stores `v`, where a word line crosses a bit line.
void addCell(netlist::Deck& deck, const exports::BlockNames& blocks, const std::string& bl, std::size_t word_line,
             std::size_t i, double v) {
  addInstance(deck, fmt::format("{}_cell_{}", bl, i),
              {bl, bl + "_g", bl + "_h", fmt::format("wl_{}", word_line), fmt::format("e_{}", word_line)},
              blocks.array_cell, fmt::format(" vs={}", support::formatNumber(v)));
}

/// Columns `from` to `to` of an array, each on an integrating bit line of its own.
netlist::Deck arrayDeck(const model::Model& m, double edge, const sim::ArrayOperands& operands, std::size_t from,
                        std::size_t to) {
  const double vdd = m.conditions.vdd_v;
  const auto& widths = operands.widths;
  netlist::Deck deck = emptyDeck(m, "macro cells on integrating bit lines");
  const exports::BlockNames blocks = exports::blockNames(m);
  WordLines lines(deck, blocks.word_line, vdd, edge);
  deck.circuit.add(netlist::VoltageSource{"mid", "mid", "0", netlist::Dc{vdd / 2}});
  for (std::size_t j = from; j < to; ++j) {
    const std::string bl = fmt::format("bl_{}", j), out = fmt::format("out_{}", j);
    addBitLine(deck, blocks, bl);
    for (std::size_t i = 0; i < widths.size(); ++i)  // a cell whose word line rests does nothing
      if (widths[i] > 0) addCell(deck, blocks, bl, lines.at({kStart, kStart + widths[i]}), i, operands.stored[i][j]);
    deck.circuit.add(netlist::VoltageControlledVoltage{bl, out, "mid", "mid", bl, kGain});
    deck.circuit.add(netlist::Capacitor{bl, bl, out, kIntegrator});
    deck.initial[bl] = vdd / 2;
    deck.saves.push_back(fmt::format("v({})", out));
  }
  const double stop = kStart + *std::max_element(widths.begin(), widths.end()) + edge + kSettle;
  deck.options["method"] = "trap";
  deck.analysis = netlist::Transient{stop, stop, stop, false};
  return deck;
}

/// A clock that is high from `from` to `to` in every operation.
netlist::Pwl clock(const cells::ConverterTiming& timing, double vdd, std::size_t operations, double from, double to,
                   bool high_at_start) {
  std::vector<double> edges;
  for (std::size_t k = 0; k < operations; ++k) {
    const double t0 = static_cast<double>(k) * timing.period;
    if (!(high_at_start && k == 0)) edges.push_back(t0 + from);
    edges.push_back(t0 + to);
  }
  return netlist::pulseTrain(0, vdd, high_at_start, edges, timing.edge);
}

netlist::Deck columnDeck(const model::Model& m, ConverterKind kind, const cells::ConverterTiming& timing, double lsb,
                         const cells::ColumnStimulus& stimulus) {
  const double vdd = m.conditions.vdd_v;
  const std::size_t operations = stimulus.inputs.size();
  netlist::Deck deck = emptyDeck(m, "column of macro cells and macro converter");
  const exports::BlockNames blocks = exports::blockNames(m);
  WordLines lines(deck, blocks.word_line, vdd, timing.edge);
  addBitLine(deck, blocks, "bl");
  for (std::size_t i = 0; i < stimulus.stored.size(); ++i) {
    std::vector<double> edges;
    for (std::size_t k = 0; k < operations; ++k) {
      const double width = stimulus.inputs[k][i] * lsb;
      const double start = static_cast<double>(k) * timing.period + timing.input_start;
      if (width > 0) edges.insert(edges.end(), {start, start + width});
    }
    if (!edges.empty()) addCell(deck, blocks, "bl", lines.at(edges), i, stimulus.stored[i]);
  }
  const bool relu = kind == ConverterKind::Relu;
  const model::Converter& c = relu ? *m.relu_converter : m.signed_converter->positive;
  // The model's widths have comparator and mirror delays in their offset, so discharge and window begin together.
  const double begin = timing.window_start, saturation = c.saturation_ns * 1e-9;
  addSource(deck, "rst", clock(timing, vdd, operations, 0, timing.reset_end, true));
  addSource(deck, "dis", clock(timing, vdd, operations, begin, begin + saturation + timing.edge, false));
  addSource(deck, "win", clock(timing, vdd, operations, begin, begin + saturation, false));
  if (relu)
    addInstance(deck, "converter", {"bl", "out", "rst", "dis", "win"}, blocks.relu_converter, "");
  else
    addInstance(deck, "converter", {"bl", "out", "sgn", "rst", "dis", "win"}, blocks.signed_converter, "");
  deck.initial["bl"] = vdd / 2;
  deck.options["method"] = "gear";
  // Looser ones move the end of a pulse by a tenth of an LSB: the decision is much steeper than a step.
  deck.options["reltol"] = "1e-5";
  // The steps of the decision are the simulator's own: its sources change with the bit line, not with time.
  deck.analysis = netlist::Transient{0.1e-9, static_cast<double>(operations) * timing.period, 0.1e-9, false};
  deck.saves = {"v(out)", "v(bl)"};
  if (!relu) deck.saves.push_back("v(sgn)");
  return deck;
}

const sim::Waveforms& runDeck(netlist::Deck deck, const std::string& name, sim::Simulator& simulator, double& cpu,
                              sim::Outcome& outcome) {
  outcome = simulator.run({std::make_shared<const netlist::Deck>(std::move(deck)), {}, name, {}});
  cpu += outcome.cpu_s;
  return outcome.orThrow(name);
}

/// Errors of full scale and the ratio of CPU times.
void compareFigures(sim::AnalysisResult& r, const std::vector<double>& macro, const std::vector<double>& spice,
                    double full_scale, double macro_cpu, double spice_cpu) {
  double squares = 0, worst = 0;
  for (std::size_t i = 0; i < macro.size(); ++i) {
    squares += (macro[i] - spice[i]) * (macro[i] - spice[i]);
    worst = std::max(worst, std::fabs(macro[i] - spice[i]));
  }
  const double n = static_cast<double>(std::max<std::size_t>(1, macro.size()));
  r.figures.push_back(
      {"max_error", worst / full_scale, "", "macro-models against transistors, largest, of full scale"});
  r.figures.push_back(
      {"nrmse", std::sqrt(squares / n) / full_scale, "", "macro-models against transistors, rms, of full scale"});
  r.figures.push_back({"cpu_transistors", spice_cpu, "s", "CPU time of the simulator with transistors"});
  r.figures.push_back(
      {"cpu_ratio", spice_cpu / macro_cpu, "", "CPU time with transistors over that with macro-models"});
}

sim::AnalysisResult arrayMac(const sim::AnalysisContext& context, cells::ArrayRole role, const model::Model& m,
                             Fidelity fidelity) {
  const sim::ArrayOperands operands = sim::arrayOperands(context, role);
  double cpu = 0;
  const auto macro = macroArray(m, design::edgeTime(context.design), operands, context.simulator, cpu);
  const double full_scale = sim::arrayFullScale(context.design, role);
  sim::AnalysisResult r;
  r.figures = {{"full_scale", full_scale, "C", "what the converter of the array turns into the longest pulse"},
               {"cpu_macro", cpu, "s", "CPU time of the simulator with macro-models"}};
  support::Table t;
  t.columns = {"column", "charge_macro_C"};
  std::vector<double> spice;
  if (fidelity == Fidelity::Compare) {
    t.columns.emplace_back("charge_C");
    const sim::ArrayRun run = sim::runArray(context, role, operands, {});
    spice = run.charge;
    r.warnings = run.warnings;
    compareFigures(r, macro, spice, full_scale, cpu, run.cpu_s);
  }
  for (std::size_t j = 0; j < macro.size(); ++j) {
    std::vector<double> row = {static_cast<double>(j), macro[j]};
    if (!spice.empty()) row.push_back(spice[j]);
    t.addRow(row);
  }
  r.tables["macro"] = std::move(t);
  return r;
}

sim::AnalysisResult columnMac(const sim::AnalysisContext& context, ConverterKind kind, const model::Model& m,
                              Fidelity fidelity) {
  const auto timing = cells::converterTiming(kind, context.design);
  const double lsb = design::pulseLsb(context.design);
  const double vdd = context.conditions.vdd;
  double cpu = 0, spice_cpu = 0;
  std::vector<double> macro, spice;
  support::Table t;
  t.columns = {"column", "operation", "width_macro_s", "width_s"};
  const auto columns = sim::columnOperands(context, kind);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const cells::ColumnStimulus& stimulus = columns[c].stimulus;
    const auto widths = macroColumn(m, kind, timing, lsb, stimulus, context.simulator, cpu);
    sim::Outcome outcome;
    if (fidelity == Fidelity::Compare)
      runDeck(cells::columnDeck(context.pdk, context.conditions, kind, context.design, stimulus),
              fmt::format("column-{}", c), context.simulator, spice_cpu, outcome);
    for (std::size_t k = 1; k < widths.size(); ++k) {  // operation 0 only leaves its trace
      macro.push_back(widths[k]);
      if (fidelity == Fidelity::Compare)
        spice.push_back(sim::columnWidth(outcome.waves, kind, timing, vdd, static_cast<int>(k)));
      t.addRow(
          {static_cast<double>(c), static_cast<double>(k), macro.back(), spice.empty() ? std::nan("") : spice.back()});
    }
  }
  sim::AnalysisResult r;
  r.figures = {{"cpu_macro", cpu, "s", "CPU time of the simulator with macro-models"}};
  if (fidelity == Fidelity::Compare)
    compareFigures(r, macro, spice, design::longestPulse(context.design), cpu, spice_cpu);
  r.tables["macro"] = std::move(t);
  return r;
}

}  // namespace

Fidelity fidelityOf(const std::string& name) {
  if (name == "spice") return Fidelity::Spice;
  if (name == "macro") return Fidelity::Macro;
  if (name == "compare") return Fidelity::Compare;
  throw Error("MAC-0001", fmt::format("there is no fidelity '{}'", name), "--fidelity",
              "choose spice (transistors), macro (macro-models of --model) or compare (both)");
}

std::vector<double> macroArray(const model::Model& model, double edge, const sim::ArrayOperands& operands,
                               sim::Simulator& simulator, double& cpu) {
  const std::size_t columns = operands.stored.front().size();
  std::vector<double> charge(columns, 0.0);
  if (std::none_of(operands.widths.begin(), operands.widths.end(), [](double w) { return w > 0; })) return charge;
  for (std::size_t from = 0; from < columns; from += kColumnsPerDeck) {
    const std::size_t to = std::min(columns, from + kColumnsPerDeck);
    sim::Outcome outcome;
    const auto& waves = runDeck(arrayDeck(model, edge, operands, from, to),
                                fmt::format("macro-columns-{}-{}", from, to - 1), simulator, cpu, outcome);
    for (std::size_t j = from; j < to; ++j) {
      const auto& out = waves[fmt::format("v(out_{})", j)];
      charge[j] = kIntegrator * (out.front() - out.back());
    }
  }
  return charge;
}

std::vector<double> macroColumn(const model::Model& model, ConverterKind kind, const cells::ConverterTiming& timing,
                                double lsb, const cells::ColumnStimulus& stimulus, sim::Simulator& simulator,
                                double& cpu) {
  if (kind == ConverterKind::Relu ? !model.relu_converter.has_value() : !model.signed_converter.has_value())
    throw Error("MAC-0002", "the model does not have the converter of this column", "--model",
                "fit it with the converter's transfer table");
  sim::Outcome outcome;
  const auto& waves = runDeck(columnDeck(model, kind, timing, lsb, stimulus), "macro-column", simulator, cpu, outcome);
  std::vector<double> widths;
  for (std::size_t k = 0; k < stimulus.inputs.size(); ++k)
    widths.push_back(sim::columnWidth(waves, kind, timing, model.conditions.vdd_v, static_cast<int>(k)));
  return widths;
}

sim::AnalysisResult macroAnalysis(const sim::AnalysisContext& context, const std::string& kind,
                                  const std::string& analysis, const model::Model& model, Fidelity fidelity) {
  const bool array = kind == "array" || kind == "value-array", column = kind == "column" || kind == "value-column";
  if (analysis != "mac" || (!array && !column))
    throw Error("MAC-0003", fmt::format("{} {} cannot be simulated with macro-models", kind, analysis), "--fidelity",
                "macro-models stand for cells and converters in mac of array, value-array, column and value-column");
  if (column) return columnMac(context, cells::columnConverter(kind), model, fidelity);
  return arrayMac(context, kind == "array" ? cells::ArrayRole::Keys : cells::ArrayRole::Values, model, fidelity);
}

}  // namespace gaincell::macro
