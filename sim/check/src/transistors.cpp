#include "transistors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "gaincell/cells/column.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/sim/array_engine.hpp"
#include "gaincell/sim/mac_operands.hpp"
#include "gaincell/sim/pulse.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::check {

namespace {

using Row = std::vector<double>;

/// Pulse of one operation; negative where the sign bit says so.
double readPulse(const sim::Waveforms& waves, cells::ConverterKind kind, const cells::ConverterTiming& timing,
                 double vdd, std::size_t operation) {
  const double t0 = static_cast<double>(operation) * timing.period;
  const double width = sim::measurePulse(waves, "v(out)", vdd / 2, t0, t0 + timing.period).width;
  const bool negative = kind == cells::ConverterKind::Signed && waves.at("v(sgn)", t0 + timing.window_start) < vdd / 2;
  return negative ? -width : width;
}

sim::Job jobOf(const ConvertedArray& array, std::size_t column, netlist::Deck deck) {
  auto shared = std::make_shared<const netlist::Deck>(std::move(deck));
  return {shared,
          array.chip ? array.chip->alters(*shared, array.number(), column) : std::vector<sim::Alter>{},
          fmt::format("array{}_column_{}", array.number(), column),
          {}};
}

ColumnRuns readColumns(const pdk::Conditions& conditions, const ConvertedArray& array, std::size_t operations,
                       const std::vector<sim::Job>& jobs, sim::Simulator& simulator) {
  const auto timing = cells::converterTiming(array.kind, array.design);
  const auto outcomes = simulator.runAll(jobs, array.title);
  ColumnRuns runs;
  runs.width.assign(operations, Row(jobs.size()));
  const double share = 1.0 / (array.shared_by > 0 ? array.shared_by : cells::convertersOf(array.kind, array.design));
  for (std::size_t j = 0; j < outcomes.size(); ++j) {
    const sim::Waveforms& waves = outcomes[j].orThrow(jobs[j].tag);
    runs.cpu_s += outcomes[j].cpu_s;
    for (std::size_t k = 0; k < operations; ++k)
      runs.width[k][j] = readPulse(waves, array.kind, timing, conditions.vdd, k + 1);
    if (!waves.has("i(vddc)")) continue;  // the converter alone
    runs.energy.resize(operations, Row(jobs.size()));
    for (std::size_t k = 0; k < operations; ++k)
      runs.energy[k][j] = sim::columnEnergy(waves, timing, share, conditions.vdd, static_cast<int>(k) + 1).total();
  }
  return runs;
}

/// What the cells of every bit line give into the capacitor of a passive converter.
struct PassiveCharges {
  Grid charge;  ///< C, [operation][column]
  Row line_c;   ///< F, by column: the line's own capacitance, wire and cells
};

/// A bit line that ends in the converter's capacitor. After the last read a known charge is pushed into it: the step it
/// makes tells the capacitance of the whole line, and so the charge of the step the cells made.
class PassiveLine {
 public:
  PassiveLine(double c_int, double middle, double longest)
      : c_int_(c_int), middle_(middle), quiet_(end_.input_start + longest + kSettle) {
    end_.attach = [this](netlist::Deck& deck, const std::string& bit_line, int column) {
      deck.initial[bit_line] = middle_;
      deck.circuit.add(netlist::Capacitor{fmt::format("int_{}", column), bit_line, "0", c_int_});
      const double current = kTestCharge / kTestTime;
      netlist::Pwl pulse;
      pulse.points = {{0.0, 0.0},
                      {quiet_, 0.0},
                      {quiet_ + kTestEdge, current},
                      {quiet_ + kTestTime, current},
                      {quiet_ + kTestTime + kTestEdge, 0.0}};
      deck.circuit.add(netlist::CurrentSource{fmt::format("test_{}", column), "0", bit_line, pulse});
      deck.saves.push_back(fmt::format("v({})", bit_line));
      deck.options["reltol"] = "1e-4";
    };
    const double stop = quiet_ + kTestTime + 2 * kTestEdge;
    end_.analysis = netlist::Transient{stop, stop, 1e-9, false};
  }
  PassiveLine(const PassiveLine&) = delete;
  PassiveLine& operator=(const PassiveLine&) = delete;

  const sim::ColumnBackEnd& backEnd() const noexcept { return end_; }
  double capacitance(const sim::Waveforms& waves, const std::string& v) const {
    return kTestCharge / (waves[v].back() - waves.at(v, quiet_));
  }
  double step(const sim::Waveforms& waves, const std::string& v) const { return waves.at(v, quiet_) - middle_; }

 private:
  static constexpr double kSettle = 2e-9;        // s, after the last edge: many time constants of the line
  static constexpr double kTestCharge = 50e-15;  // C, a sixth of full scale
  static constexpr double kTestTime = 5e-9, kTestEdge = 0.1e-9;
  double c_int_, middle_;
  sim::ColumnBackEnd end_;
  double quiet_;
};

PassiveCharges passiveCharges(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ConvertedArray& array,
                              double c_int, const Grid& stored, const Grid& widths, sim::Simulator& simulator,
                              double& cpu) {
  const netlist::ParameterSet none;
  std::optional<DrawnArray> drawn;
  if (array.chip) drawn.emplace(*array.chip, array.number());
  const sim::AnalysisContext context{pdk, conditions, array.design, none, simulator, drawn ? &*drawn : nullptr};
  PassiveCharges out;
  out.line_c.resize(stored.front().size());
  for (const Row& operation : widths) {
    Row played;
    for (double w : operation) played.push_back(playable(array.design, w));
    const PassiveLine line(c_int, conditions.vdd / 2, *std::max_element(played.begin(), played.end()));
    sim::ArrayOptions options;
    options.back_end = &line.backEnd();
    const sim::ArrayRun run = sim::runArray(context, cells::arrayOf(array.kind), {stored, played}, options);
    cpu += run.cpu_s;
    out.charge.emplace_back();
    for (std::size_t j = 0; j < stored.front().size(); ++j) {
      const sim::Waveforms& waves = run.waves[run.engine == sim::ArrayEngine::Whole ? 0 : j];
      const std::string v = fmt::format("v(bl_{})", j);
      const double c = line.capacitance(waves, v);
      out.charge.back().push_back(c * line.step(waves, v));
      out.line_c[j] = std::max(0.0, c - c_int);
    }
  }
  return out;
}

}  // namespace

ChargeRuns runCharges(const sim::AnalysisContext& context, const Grid& stored, const Grid& widths) {
  ChargeRuns runs;
  for (const Row& w : widths) {
    const sim::ArrayRun run = sim::runArray(context, cells::ArrayRole::Keys, {stored, w}, {});
    runs.cpu_s += run.cpu_s;
    runs.warnings.insert(runs.warnings.end(), run.warnings.begin(), run.warnings.end());
    runs.charge.push_back(run.charge);
  }
  return runs;
}

ColumnRuns runColumns(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ConvertedArray& array,
                      const Grid& stored, const Grid& widths, sim::Simulator& simulator) {
  cells::ColumnStimulus stimulus;
  for (std::size_t k = 0; k <= widths.size(); ++k) {
    Row lsb;
    // A pulse may be a little longer than full scale; a word line takes no longer one.
    for (double w : widths[k == 0 ? 0 : k - 1])
      lsb.push_back(std::min(playable(array.design, w) / design::pulseLsb(array.design),
                             static_cast<double>(design::topPulse(array.design))));
    stimulus.inputs.push_back(lsb);
  }
  std::vector<sim::Job> jobs;
  for (std::size_t j = 0; j < stored.front().size(); ++j) {
    stimulus.stored.clear();
    for (const Row& row : stored) stimulus.stored.push_back(row[j]);
    jobs.push_back(jobOf(array, j, cells::columnDeck(pdk, conditions, array.kind, array.design, stimulus)));
  }
  return readColumns(conditions, array, widths.size(), jobs, simulator);
}

ColumnRuns runColumnsSplit(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ConvertedArray& array,
                           const Grid& stored, const Grid& widths, sim::Simulator& simulator) {
  double cpu = 0;
  const double c_int = cells::converterBranch(array.design, array.kind).real("c_int");
  const PassiveCharges line = passiveCharges(pdk, conditions, array, c_int, stored, widths, simulator, cpu);
  std::vector<sim::Job> jobs;
  for (std::size_t j = 0; j < stored.front().size(); ++j) {
    Row charges = {line.charge[0][j]};
    for (const Row& operation : line.charge) charges.push_back(operation[j]);
    jobs.push_back(
        jobOf(array, j, cells::converterDeck(pdk, conditions, array.kind, array.design, charges, line.line_c[j])));
  }
  ColumnRuns runs = readColumns(conditions, array, widths.size(), jobs, simulator);
  runs.cpu_s += cpu;
  return runs;
}

StaticCurrent staticCurrent(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                            int points, sim::Simulator& simulator) {
  const auto deck = std::make_shared<const netlist::Deck>(cells::gainCellStaticDeck(pdk, conditions, design, points));
  const auto outcomes = simulator.runAll({{deck, {}, "cell", {}}}, "");
  const sim::Waveforms& waves = outcomes[0].orThrow("cell");
  return {waves["v(xcell.sn)"], waves["i(vbl)"]};
}

double playable(const design::Design& design, double width) {
  return std::fabs(width) < design::shortestPulse(design) ? 0.0 : std::fabs(width);
}

Grid previousValues(const design::Design& design, const char* what, std::uint64_t seed, const Grid& wanted) {
  Grid previous = wanted;
  const std::uint64_t name = support::nameHash(fmt::format("previous {}", what));
  const int levels = design::storedLevels(design);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    for (std::size_t j = 0; j < wanted[i].size(); ++j)
      previous[i][j] = design::weightOfLevel(design, std::floor(levels * support::uniformDraw({seed, i, name, j})));
  return previous;
}

Grid writtenVoltages(const sim::AnalysisContext& context, const Grid& previous, const Grid& wanted) {
  const support::Table t = sim::analysis("gain-cell", "write").run(context).tables.at("write");
  const std::size_t before = t.column("v_previous_V"), target = t.column("v_target_V"), stored = t.column("v_stored_V");
  const double vdd = context.conditions.vdd, near = 1e-6 * vdd;
  // The table has a row for every pair of levels.
  const auto find = [&](double from, double to) {
    for (const auto& row : t.rows)
      if (std::fabs(row[before] - from) < near && std::fabs(row[target] - to) < near) return row[stored];
    throw support::Error("CHK-0006", fmt::format("a write of {} V over {} V was not simulated", to, from), "tile data",
                         "simulated writes store levels: use data of levels, or --write ideal");
  };
  Grid out = wanted;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    for (std::size_t j = 0; j < wanted[i].size(); ++j)
      out[i][j] = find(design::storedWeight(context.design, previous[i][j], vdd),
                       design::storedWeight(context.design, wanted[i][j], vdd));
  return out;
}

}  // namespace gaincell::check
