#include <doctest/doctest.h>

#include <map>
#include <sstream>
#include <string>

#include "gaincell/netlist/writer.hpp"
#include "gaincell/support/error.hpp"
#include "golden.hpp"

using namespace gaincell::netlist;
using gaincell::support::Error;

namespace {

/// Every element and every feature of a deck that all dialects can express. `sources`: with controlled and behavioral
/// sources.
Deck everything(bool sources = true) {
  Deck deck;
  deck.title = "every feature";
  DeviceModel n;
  n.flavour = "n_svt";
  n.model = "nch";
  n.w_min = n.l_min = 1e-8;
  n.w_max = n.l_max = 1e-5;
  n.instance_options = "rgatemod=0 rbodymod=0";
  DeviceModel p = n;
  p.flavour = "p_svt";
  p.polarity = 'p';
  p.model = "PCH_sub";
  p.element = 'X';
  p.pins = {"g", "d", "s", "b"};
  p.unit = 1e6;
  p.m_name = "mult";
  p.instance_options.clear();
  deck.circuit.devices = {{"n_svt", n}, {"p_svt", p}};
  Subcircuit inv;
  inv.name = "Inverter";
  inv.description = "a block with a parameter";
  inv.ports = {"a", "y", "vdd", "vss"};
  inv.parameters = {Parameter::real("wn", "m", 1e-7, 8e-8, 1e-5, "n width")};
  inv.add(Mosfet{"n", "n_svt", "y", "a", "vss", "vss", Value::of("wn"), 3e-8});
  inv.add(Mosfet{"p", "p_svt", "y", "a", "vdd", "vdd", Value::of("wn", 2.0), 3e-8, 3});
  inv.add(Capacitor{"y", "y", "vss", Value::of("wn", 1e-9)});
  deck.circuit.define(inv);
  auto& c = deck.circuit;
  c.add(VoltageSource{"dd", "vdd", "0", Dc{0.9}});
  c.add(VoltageSource{"in", "a", "0", pulseTrain(0, 0.9, false, {1e-9, 2e-9, 3e-9, 4e-9, 5e-9}, 5e-11)});
  c.add(Instance{"I1", "Inverter", {"a", "Y", "vdd", "0"}, {{"wn", 2e-7}}});
  c.add(Instance{"I2", "Inverter", {"Y", "z", "vdd", "0"}, {}});
  c.add(Resistor{"l", "z", "0", 1e5});
  c.add(CurrentSource{"b", "vdd", "z", Dc{1e-6}});
  if (sources) {
    c.add(VoltageControlledVoltage{"g2", "e", "0", "Y", "z", 2.5});
    c.add(VoltageControlledCurrent{"g3", "e", "0", "Y", "0", -1e-3});
    c.add(BehavioralSource{"q", "e", "0", BehavioralSource::Kind::Current, "1e-6*tanh(v(Y)-0.45)+max(v(a,z),0)/1k"});
    c.add(BehavioralSource{"u", "h", "0", BehavioralSource::Kind::Voltage, "v(Y)>0.45 ? v(z) : 0"});
    c.add(Resistor{"h", "h", "e", 1e3});
  }
  deck.temp_c = 85;
  deck.options = {{"reltol", "1e-4"}, {"method", "gear"}, {"chgtol", "1e-16"}, {"gmin", "1e-15"}};
  deck.initial = {{"xI1.y", 0.3}};
  deck.guesses = {{"z", 0.9}};
  deck.saves = {"v(Y)", "v(xI1.y)", "i(vdd)"};
  deck.analysis = Transient{1e-11, 6e-9, 1e-10, true};
  return deck;
}

std::string refusal(const Deck& deck, const std::string& name) {
  try {
    toText(deck, name);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every dialect writes every feature as its golden file says") {
  for (const auto& name : dialectNames()) {
    CAPTURE(name);
    const bool devices_only = name == "cdl";
    Deck deck = everything();
    gaincell::tests::checkGolden("features." + std::string(dialect(name).extension()), toText(deck, name));
    if (devices_only) continue;
    deck.analysis = DcSweep{"in", 0, 0.9, 0.1, "dd", 0.8, 1.0, 0.1, false, false};
    deck.saves.clear();
    gaincell::tests::checkGolden("sweep." + std::string(dialect(name).extension()), toText(deck, name));
    deck.analysis = OperatingPoint{};
    gaincell::tests::checkGolden("point." + std::string(dialect(name).extension()), toText(deck, name));
  }
}

TEST_CASE("transistors in parallel are counted in every dialect, one alone is not") {
  // Named as the process names it: m of the n device, mult of the p device.
  const std::map<std::string, std::string> n = {
      {"ngspice", "mn y a 0 0 nch w=1e-07 l=3e-08"},   {"hspice", "mn y a 0 0 nch w=1e-07 l=3e-08"},
      {"xyce", "mn y a 0 0 nch w=1e-07 l=3e-08"},      {"cdl", "mn y a 0 0 nch w=1e-07 l=3e-08"},
      {"spectre", "mn (y a 0 0) nch w=1e-07 l=3e-08"},
  };
  const std::map<std::string, std::string> p = {
      {"ngspice", "xp a y 0 0 PCH_sub w=0.5 l=0.03"},      {"hspice", "xp a y 0 0 PCH_sub w=0.5 l=0.03"},
      {"xyce", "xp a y 0 0 PCH_sub params: w=0.5 l=0.03"}, {"cdl", "xp a y 0 0 PCH_sub w=0.5 l=0.03"},
      {"spectre", "xp (a y 0 0) pch_sub w=0.5 l=0.03"},
  };
  REQUIRE(dialectNames().size() == n.size());
  for (const auto& name : dialectNames())
    for (const int m : {1, 2, 3}) {
      CAPTURE(name);
      CAPTURE(m);
      Deck deck = everything();
      deck.circuit.devices["n_svt"].instance_options.clear();
      deck.circuit.subcircuits.clear();
      deck.circuit.top.clear();
      deck.initial.clear();
      deck.saves.clear();
      Subcircuit pair;
      pair.name = "pair";
      pair.ports = {"a", "y"};
      pair.add(Mosfet{"n", "n_svt", "y", "a", "0", "0", 1e-7, 3e-8, m});
      pair.add(Mosfet{"p", "p_svt", "y", "a", "0", "0", 5e-7, 3e-8, m});
      deck.circuit.define(pair);
      std::ostringstream out;
      dialect(name).writeSubcircuits(deck.circuit, out);
      const auto line = [&](const std::string& head, const std::string& counted) {
        return "\n" + head + (m == 1 ? "" : " " + counted + "=" + std::to_string(m)) + "\n";
      };
      CAPTURE(out.str());
      CHECK(out.str().find(line(n.at(name), "m")) != std::string::npos);
      CHECK(out.str().find(line(p.at(name), "mult")) != std::string::npos);
    }
}

TEST_CASE("the PDK's cards of the dialect are written, and their absence is an error") {
  Deck deck = everything();
  deck.pdk_cards = {".lib 'cards.lib' tt"};
  CHECK(toText(deck).find(".lib 'cards.lib' tt") != std::string::npos);
  for (const char* name : {"hspice", "xyce", "spectre"}) {
    CHECK(refusal(deck, name).find("no model cards for " + std::string(name)) != std::string::npos);
    deck.dialect_cards[name] = {".lib 'own.lib' tt"};
    CHECK(toText(deck, name).find(".lib 'own.lib' tt") != std::string::npos);
    deck.dialect_cards.clear();
  }
  CHECK(refusal(deck, "cdl").empty());  // no cards are needed
}

TEST_CASE("what a dialect cannot express is refused by name") {
  for (const char* name : {"hspice", "xyce", "spectre"}) {
    CAPTURE(name);
    for (const char* expression : {"v(Y)^2", "uramp(v(Y))", "i(vdd)*2", "@m1[id]", "table(v(Y),0,0,1,1)"}) {
      Deck deck = everything();
      std::get<BehavioralSource>(deck.circuit.top[8]).expression = expression;
      CHECK(refusal(deck, name).find("cannot express") != std::string::npos);
    }
    Deck deck = everything();
    deck.saves = {"@m.xi1.mn[id]"};
    CHECK(refusal(deck, name).find("cannot save") != std::string::npos);
    deck = everything();
    deck.options["scale"] = "1u";  // rescales the circuit: dropping it silently would change the result
    CHECK(refusal(deck, name).find("'scale'") != std::string::npos);
  }
  Deck deck = everything();
  deck.circuit.subcircuits[0].add(VoltageSource{"probe", "y", "vss", Dc{0}});
  CHECK(refusal(deck, "cdl").find("'probe' is a source") != std::string::npos);
}

TEST_CASE("a library has the same blocks in every dialect") {
  const Deck deck = everything();
  for (const auto& name : dialectNames()) {
    std::ostringstream out;
    dialect(name).writeSubcircuits(deck.circuit, out);
    const std::string text = out.str();
    CAPTURE(name);
    CHECK(text.find(name == "spectre" ? "subckt inverter (a y vdd vss)" : ".subckt Inverter a y vdd vss") !=
          std::string::npos);
  }
}
