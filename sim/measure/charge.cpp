// I(V) as the array sees it: the storage node is written and floats, the word line pulses with real edges, and the
// charge of the bit-line current is measured. It differs from the static curve by the charge the read gate injects at
// its edges and by the step the pair's output couples into the storage node. The bit line of a column moves while it
// integrates, so the charge is also taken with the bit line off its middle.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cell_measure.hpp"
#include "gaincell/design/conventions.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      Parameter::integer("levels", 15, 2, 64, "stored levels from 0 to VDD (15: the 8 levels and their middles)"),
      Parameter::integer("widths", 5, 1, 30, "number of pulse widths, equidistant up to the longest of the design"),
      Parameter::real("width_min", "s", 1e-9, 2e-10, 1e-6, "shortest word-line pulse"),
      Parameter::integer(
          "bit_lines", 1, 1, 21,
          "bit-line voltages about VDD/2: the output conductance (the shortest and the longest width, where it "
          "is not VDD/2)"),
      // The read gate is weakest at mid supply, so a cell's conductance grows with the square of the excursion d: the
      // loss over a ramp to D is G D/2 + k D^3/4, and a constant conductance taken at D/sqrt(2) gives the same.
      Parameter::real("bit_line_span", "V", 0.07, 1e-3, 0.45,
                      "farthest of them from VDD/2 (0.07 V: 1/sqrt(2) of the 100 mV a passively integrating bit line "
                      "moves at full scale, where a constant conductance costs a ramp what the real one does)"),
      Parameter::real("write_width", "s", 10e-9, 2e-10, 1e-6, "write-enable pulse before each read"),
      toleranceSetting(),
  });
}

/// Slope and intercept of charge over width, least squares: current and charge per pulse.
struct Line {
  double slope = 0, intercept = 0;
};
Line throughPoints(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sx += x[i];
    sy += y[i];
    sxx += x[i] * x[i];
    sxy += x[i] * y[i];
  }
  const double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  return {slope, (sy - slope * sx) / n};
}

/// Writes and reads every level with every width.
cells::CellSequence sequenceOf(const AnalysisContext& context, const std::vector<double>& levels,
                               const std::vector<double>& widths) {
  std::vector<cells::CellStep> steps;
  for (const double level : levels)
    for (const double width : widths) steps.push_back({level, context.settings.real("write_width"), width, 0});
  return cells::gainCellSequence(context.pdk, context.conditions, context.design, steps);
}

/// The testbench with its bit line held elsewhere.
void holdBitLine(netlist::Deck& deck, double v_bl) {
  for (auto& element : deck.circuit.top)
    if (auto* source = std::get_if<netlist::VoltageSource>(&element); source && source->name == "bl")
      source->stimulus = netlist::Dc{v_bl};
}

/// Charges with the bit line elsewhere than at VDD/2, as it is while it integrates.
void addOtherBitLines(const AnalysisContext& context, const std::vector<double>& levels,
                      const std::vector<double>& all_widths, support::Table& charges) {
  const int count = context.settings.integer("bit_lines");
  const std::vector<double> widths = {all_widths.front(), all_widths.back()};
  const double middle = 0.5 * context.conditions.vdd;
  for (int b = 0; b < count && count > 1; ++b) {
    const double v_bl = middle + context.settings.real("bit_line_span") * (2.0 * b / (count - 1) - 1);
    if (std::fabs(v_bl - middle) < 1e-9) continue;
    auto sequence = sequenceOf(context, levels, widths);
    holdBitLine(sequence.deck, v_bl);
    const Outcome outcome =
        runSequence(context, sequence, fmt::format("gain-cell-charge-bl{}", b), context.settings.real("tolerance"));
    std::size_t k = 0;
    for (const double level : levels)
      for (const double width : widths) {
        const auto& t = sequence.steps[k++];
        charges.addRow({level, outcome.waves.at("v(xcell.sn)", t.before_read),
                        outcome.waves.at("v(xcell.sn)", t.after_read), width,
                        outcome.waves.integral("i(vbl)", t.before_read, t.after_read), v_bl});
      }
  }
}

AnalysisResult run(const AnalysisContext& context) {
  const auto& s = context.settings;
  const double vdd = context.conditions.vdd;
  const auto levels = storedLevels(s.integer("levels"), vdd);
  const auto widths = equidistant(s.real("width_min"), design::longestPulse(context.design), s.integer("widths"));
  const auto sequence = sequenceOf(context, levels, widths);
  const Outcome outcome = runSequence(context, sequence, "gain-cell-charge", s.real("tolerance"));
  const Waveforms& waves = outcome.waves;

  AnalysisResult result;
  support::Table charges, currents;
  charges.columns = {"v_level_V", "v_storage_V", "v_after_V", "width_s", "charge_C", "v_bl_V"};
  currents.columns = {"v_level_V", "v_storage_V", "i_bl_A", "edge_charge_C"};
  double low = 0, high = 0, edge_max = 0, zero = 0, zero_distance = vdd;
  std::size_t k = 0;
  for (const double level : levels) {
    std::vector<double> q;
    double v = 0;
    for (const double width : widths) {
      const auto& t = sequence.steps[k++];
      v = waves.at("v(xcell.sn)", t.before_read);
      q.push_back(waves.integral("i(vbl)", t.before_read, t.after_read));
      charges.addRow({level, v, waves.at("v(xcell.sn)", t.after_read), width, q.back(), 0.5 * vdd});
    }
    if (widths.size() < 2) continue;
    const Line line = throughPoints(widths, q);
    currents.addRow({level, v, line.slope, line.intercept});
    edge_max = std::max(edge_max, std::fabs(line.intercept));
    low = std::min(low, line.slope);
    high = std::max(high, line.slope);
    if (std::fabs(level - 0.5 * vdd) < zero_distance) {
      zero_distance = std::fabs(level - 0.5 * vdd);
      zero = line.slope;
    }
  }
  if (widths.size() > 1) {
    result.figures = {
        {"i_max", high, "A", "largest current into the bit line (charge per width)"},
        {"i_min", low, "A", "most negative current"},
        {"i_zero", zero, "A", "current at the level nearest VDD/2"},
        {"edge_charge_max", edge_max, "C", "largest charge per pulse that does not grow with its width"},
    };
    result.tables["current"] = std::move(currents);
  }
  addOtherBitLines(context, levels, widths, charges);
  result.tables["charge"] = std::move(charges);
  return result;
}

}  // namespace

Analysis gainCellCharge() {
  return {"gain-cell", "charge", "charge into the bit line by stored level and word-line pulse width", settings, run};
}

}  // namespace gaincell::sim
