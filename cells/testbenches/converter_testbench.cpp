#include <fmt/format.h>

#include "gaincell/cells/column.hpp"
#include "testbench_parts.hpp"

namespace gaincell::cells {

using design::Design;

namespace {

/// A constant current per operation over the input window carries the charge; edges keep the area exact.
netlist::Pwl chargeWaveform(const ConverterTiming& t, const std::vector<double>& charges) {
  netlist::Pwl pwl;
  pwl.points.emplace_back(0.0, 0.0);
  for (std::size_t k = 0; k < charges.size(); ++k) {
    const double start = static_cast<double>(k) * t.period + t.input_start, end = start + t.input_end - t.input_start;
    const double current =
        charges[k] / (end - start);  // trapezoid from start to end + edge: area current * (end - start)
    pwl.points.emplace_back(start, 0.0);
    pwl.points.emplace_back(start + t.edge, current);
    pwl.points.emplace_back(end, current);
    pwl.points.emplace_back(end + t.edge, 0.0);
  }
  return pwl;
}

}  // namespace

netlist::Deck converterDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, ConverterKind kind,
                            const Design& design, const std::vector<double>& charges, std::optional<double> line_c) {
  const bool relu = kind == ConverterKind::Relu;
  netlist::Deck deck =
      pdk::emptyDeck(pdk, conditions, relu ? "ReLU converter: charge to pulse" : "signed converter: charge to pulse");
  netlist::Circuit& c = deck.circuit;
  const std::string name = defineConverter(pdk, kind, design, c);
  const ConverterTiming timing = converterTiming(kind, design);
  const int operations = static_cast<int>(charges.size());

  deck.saves = {"v(bl)", "v(out)", relu ? "v(outb)" : "v(sgn)"};
  // With the reset after the last operation, which brings its charge back.
  const ConverterSite site{kind, design, "", 1, operations + 1, 0, 0, 0, {}};
  addConverterSources(deck, pdk, site, conditions.vdd);
  c.add(netlist::CurrentSource{"in", "0", "bl", chargeWaveform(timing, charges)});
  c.add(netlist::Capacitor{"line", "bl", "0", line_c.value_or(bitLineCapacitance(pdk, design, arrayOf(kind)))});
  const OutputLoad load = outputLoad(kind, pdk, design);
  const std::vector<std::string> outputs{"out", relu ? "outb" : "sgn"};
  for (const auto& out : outputs) {
    c.add(netlist::Resistor{"load_" + out, out, "far_" + out, load.r});
    c.add(netlist::Capacitor{"load_" + out, "far_" + out, "0", load.c});
  }
  netlist::Instance x{"conv", name, converterPorts(kind, design), {}};
  c.add(x);

  setConverterTransient(deck, timing.period * operations + timing.input_start);
  return deck;
}

}  // namespace gaincell::cells
