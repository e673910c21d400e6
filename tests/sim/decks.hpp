#pragma once
// Small decks with answers on paper.

#include <memory>

#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/simulator.hpp"

namespace sim_test {
using namespace gaincell;

/// R from a 1 V step (at t = 0, from the operating point at 0 V) into C: v(b) = 1 - exp(-t/RC).
inline netlist::Deck rcDeck(double ohms, double farads, double stop) {
  netlist::Deck deck;
  deck.title = "rc charge";
  deck.circuit.add(netlist::VoltageSource{"in", "a", "0", netlist::Pwl{{{0, 0}, {1e-15, 1.0}}}});
  deck.circuit.add(netlist::Resistor{"load", "a", "b", ohms});
  deck.circuit.add(netlist::Capacitor{"load", "b", "0", farads});
  deck.options = {{"reltol", "1e-6"}, {"abstol", "1e-15"}, {"vntol", "1e-9"}};
  deck.analysis = netlist::Transient{stop / 100, stop, stop / 2000, false};
  deck.saves = {"v(a)", "v(b)", "i(vin)"};
  return deck;
}

inline netlist::Deck dividerDeck(double top, double bottom) {
  netlist::Deck deck;
  deck.title = "divider";
  deck.circuit.add(netlist::VoltageSource{"in", "a", "0", netlist::Dc{1.0}});
  deck.circuit.add(netlist::Resistor{"top", "a", "b", top});
  deck.circuit.add(netlist::Resistor{"bottom", "b", "0", bottom});
  deck.analysis = netlist::OperatingPoint{};
  deck.saves = {"v(b)"};
  return deck;
}

/// Two inverters, the second inside two levels of subcircuits, with the first one's output swept.
inline netlist::Deck inverterDeck() {
  static const pdk::Pdk gc28 = pdk::findPdk("gc28");
  netlist::Deck deck = pdk::emptyDeck(gc28, {}, "inverters");
  netlist::Subcircuit inv{"inv", "inverter", {"in", "out", "vdd", "vss"}, {}, {}};
  inv.add(netlist::Mosfet{"n", "n_svt", "out", "in", "vss", "vss", 0.2e-6, 0.03e-6});
  inv.add(netlist::Mosfet{"p", "p_svt", "out", "in", "vdd", "vdd", 0.4e-6, 0.03e-6});
  netlist::Subcircuit pair{"pair", "two inverters", {"in", "out", "vdd", "vss"}, {}, {}};
  pair.add(netlist::Instance{"first", "inv", {"in", "mid", "vdd", "vss"}, {}});
  pair.add(netlist::Instance{"second", "inv", {"mid", "out", "vdd", "vss"}, {}});
  deck.circuit.define(inv);
  deck.circuit.define(pair);
  deck.circuit.add(netlist::VoltageSource{"dd", "vdd", "0", netlist::Dc{0.9}});
  deck.circuit.add(netlist::VoltageSource{"in", "in", "0", netlist::Dc{0.4}});
  deck.circuit.add(netlist::Instance{"a", "pair", {"in", "oa", "vdd", "0"}, {}});
  deck.circuit.add(netlist::Instance{"b", "pair", {"in", "ob", "vdd", "0"}, {}});
  deck.circuit.add(netlist::Capacitor{"oa", "oa", "0", 1e-15});
  deck.circuit.add(netlist::Capacitor{"ob", "ob", "0", 1e-15});
  deck.analysis = netlist::DcSweep{"in", 0, 0.9, 0.05, {}, 0, 0, 0, false, false};
  deck.saves = {"v(oa)", "v(ob)", "v(xa.mid)", "v(xb.mid)", "i(vdd)"};
  return deck;
}

inline sim::Job jobOf(netlist::Deck deck, std::string tag = "test") {
  return {std::make_shared<const netlist::Deck>(std::move(deck)), {}, std::move(tag), {}};
}

}  // namespace sim_test
