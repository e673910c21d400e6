// Energy of a read by level and width, of a write by level and previous level, and the power of a cell at rest.
//
// What is counted: the cell's supply; word lines and write enables as a CMOS driver pays for them, the charge drawn at
// the rising edge times the swing; the bit line's VDD/2 rail and the write bit line's DAC as linear regulators on the
// supply, the charge they deliver times VDD. Charge that flows back is not credited: nothing around recovers it.

#include <algorithm>

#include "cell_measure.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/sim/pulse.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      Parameter::integer("levels", 8, 2, 32, "stored levels from 0 to VDD"),
      Parameter::integer("widths", 4, 1, 30,
                         "number of read pulse widths, equidistant up to the longest of the design"),
      Parameter::real("width_min", "s", 1e-9, 2e-10, 1e-6, "shortest word-line pulse"),
      toleranceSetting(),
  });
}

struct Energies {
  double vdd = 0, bl = 0, wbl = 0, wl = 0, we = 0;
  double total() const { return vdd + bl + wbl + wl + we; }
};

class Meter {
 public:
  Meter(const AnalysisContext& context, const Waveforms& waves)
      : waves_(waves),
        vdd_(context.conditions.vdd),
        design_(cells::atSupply(cells::resolveGainCell(context.design), context.pdk, vdd_)) {}

  Energies between(double t0, double t1) const {
    const auto drawn = [&](const char* source) { return deliveredCharge(waves_, source, t0, t1); };
    Energies e;
    e.vdd = vdd_ * netCharge(waves_, "vdd", t0, t1);
    e.bl = vdd_ * drawn("i(vbl)");
    e.wl = vdd_ * (drawn("i(vwl)") + drawn("i(vwlb)"));
    e.wbl = vdd_ * drawn("i(vwbl)");
    const double swing = design_.we_high - design_.we_low;
    e.we = swing * drawn("i(vwe)");
    if (design_.write_p) e.we += swing * drawn("i(vweb)") + design_.n_well * drawn("i(vnw)");
    return e;
  }

 private:
  const Waveforms& waves_;
  double vdd_;
  cells::GainCellDesign design_;
};

support::Table readTable(const AnalysisContext& context, std::vector<double>& longest) {
  const auto& s = context.settings;
  const auto levels = storedLevels(s.integer("levels"), context.conditions.vdd);
  const auto widths = equidistant(s.real("width_min"), design::longestPulse(context.design), s.integer("widths"));
  const double written = 2 * context.design.real("timing.token.write");
  std::vector<cells::CellStep> steps;
  for (const double level : levels)
    for (const double width : widths) steps.push_back({level, written, width, 0});
  const auto sequence = cells::gainCellSequence(context.pdk, context.conditions, context.design, steps);
  const Outcome outcome = runSequence(context, sequence, "gain-cell-energy-read", s.real("tolerance"));
  const Meter meter(context, outcome.waves);
  support::Table table;
  table.columns = {"v_storage_V", "width_s", "energy_J", "supply_J", "bit_line_J", "word_lines_J"};
  const double edge = design::edgeTime(context.design);
  std::size_t k = 0;
  for (const double level : levels) {
    for (const double width : widths) {
      const auto& t = sequence.steps[k++];
      const Energies e = meter.between(t.read_on - edge, t.read_off + 3 * edge);
      table.addRow({level, width, e.total(), e.vdd, e.bl, e.wl});
    }
    longest.push_back(table.rows.back()[2]);
  }
  return table;
}

support::Table writeTable(const AnalysisContext& context) {
  const auto& s = context.settings;
  const auto levels = storedLevels(s.integer("levels"), context.conditions.vdd);
  const auto walk = pairWalk(s.integer("levels"));
  std::vector<cells::CellStep> steps;
  steps.reserve(walk.size());
  for (const int level : walk)
    steps.push_back({levels[static_cast<std::size_t>(level)], context.design.real("timing.token.write"), 0, 0});
  const auto sequence = cells::gainCellSequence(context.pdk, context.conditions, context.design, steps);
  const Outcome outcome = runSequence(context, sequence, "gain-cell-energy-write", s.real("tolerance"));
  const Meter meter(context, outcome.waves);
  support::Table table;
  table.columns = {"v_previous_V", "v_target_V", "energy_J", "supply_J", "write_bit_line_J", "write_enable_J"};
  for (std::size_t k = 1; k < walk.size(); ++k) {
    const auto& t = sequence.steps[k];
    const Energies e = meter.between(t.begin, t.before_read);
    table.addRow({levels[static_cast<std::size_t>(walk[k - 1])], levels[static_cast<std::size_t>(walk[k])], e.total(),
                  e.vdd, e.wbl, e.we});
  }
  return table;
}

/// Power of the resting cell by level, from the leakage bench: the pair conducts from supply to ground at mid levels.
support::Table idleTable(const AnalysisContext& context) {
  const auto deck = context.deck("gain-cell-energy-idle", [&] {
    const double wbl =
        cells::atSupply(cells::resolveGainCell(context.design), context.pdk, context.conditions.vdd).wbl_idle;
    return cells::gainCellLeakageDeck(context.pdk, context.conditions, context.design, wbl,
                                      4 * (context.settings.integer("levels") - 1) + 1);
  });
  const Outcome outcome = context.simulator.run(context.job(deck, "gain-cell-energy-idle"));
  const Waveforms& waves = outcome.orThrow("gain-cell-energy-idle");
  support::Table table;
  table.columns = {"v_storage_V", "power_W"};
  for (std::size_t k = 0; k < waves.points(); ++k)
    table.addRow({waves["v(sn)"][k], -context.conditions.vdd * waves["i(vvdd)"][k]});
  return table;
}

double meanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

AnalysisResult run(const AnalysisContext& context) {
  AnalysisResult result;
  std::vector<double> longest;
  support::Table read = readTable(context, longest);
  support::Table write = writeTable(context);
  support::Table idle = idleTable(context);
  const auto write_energy = write.values("energy_J");
  const auto power = idle.values("power_W");
  result.figures = {
      {"read_energy", meanOf(longest), "J", "energy of a read with the longest pulse, mean over the stored levels"},
      {"read_energy_max", *std::max_element(longest.begin(), longest.end()), "J",
       "energy of a read with the longest pulse, worst stored level"},
      {"write_energy", meanOf(write_energy), "J", "energy of a write, mean over all previous and new levels"},
      {"write_energy_max", *std::max_element(write_energy.begin(), write_energy.end()), "J",
       "energy of a write, worst pair of previous and new level"},
      {"idle_power", meanOf(power), "W", "power of a cell at rest, mean over the stored voltages"},
      {"idle_power_max", *std::max_element(power.begin(), power.end()), "W",
       "power of a cell at rest, worst stored level"},
  };
  result.tables["read"] = std::move(read);
  result.tables["write"] = std::move(write);
  result.tables["idle"] = std::move(idle);
  return result;
}

}  // namespace

Analysis gainCellEnergy() {
  return {"gain-cell", "energy", "energy of reads and writes, power at rest", settings, run};
}

}  // namespace gaincell::sim
