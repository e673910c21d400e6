#include <doctest/doctest.h>

#include <cmath>

#include "gaincell/netlist/check.hpp"
#include "gaincell/netlist/deck.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell::netlist;
using gaincell::support::Error;

namespace {
Circuit inverterCircuit() {
  Circuit c;
  DeviceModel n;
  n.flavour = "n_svt";
  n.model = "nch";
  n.w_min = 8e-8;
  n.w_max = 1e-5;
  n.l_min = 3e-8;
  n.l_max = 1e-6;
  DeviceModel p = n;
  p.flavour = "p_svt";
  p.model = "pch";
  c.devices = {{"n_svt", n}, {"p_svt", p}};
  Subcircuit inv;
  inv.name = "inv";
  inv.ports = {"a", "y", "vdd", "vss"};
  inv.parameters = {Parameter::real("wn", "m", 1e-7, 8e-8, 1e-5, "n width")};
  inv.add(Mosfet{"n", "n_svt", "y", "a", "vss", "vss", Value::of("wn"), 3e-8});
  inv.add(Mosfet{"p", "p_svt", "y", "a", "vdd", "vdd", Value::of("wn", 2.0), 3e-8});
  c.define(inv);
  c.add(VoltageSource{"dd", "vdd", "0", Dc{0.9}});
  c.add(VoltageSource{"in", "a", "0", pulseTrain(0, 0.9, false, {1e-9, 2e-9}, 5e-11)});
  c.add(Instance{"i1", "inv", {"a", "y", "vdd", "0"}, {{"wn", 2e-7}}});
  c.add(Capacitor{"l", "y", "0", 1e-15});
  return c;
}

std::string faults(const Circuit& c) {
  try {
    check(c);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}
}  // namespace

TEST_CASE("a sound circuit passes and is written deterministically") {
  Deck deck;
  deck.title = "inverter";
  deck.circuit = inverterCircuit();
  deck.analysis = Transient{1e-11, 3e-9};
  deck.saves = {"v(y)"};
  const std::string text = toText(deck);
  CHECK(text == toText(deck));
  CHECK(text.find(".subckt inv a y vdd vss params:\n+ wn=1e-07") != std::string::npos);
  CHECK(text.find("mp y a vdd vdd pch w={2*wn} l=3e-08") != std::string::npos);
  CHECK(text.find("xi1 a y vdd 0 inv wn=2e-07") != std::string::npos);
}

TEST_CASE("one name is one subcircuit: the same content again is fine, another value is refused") {
  Circuit c = inverterCircuit();
  Subcircuit again = *c.find("inv");
  CHECK_NOTHROW(c.define(again));
  CHECK(c.subcircuits.size() == 1);
  std::get<Mosfet>(again.elements.front()).l = 4e-8;
  CHECK_THROWS_WITH_AS(c.define(again), doctest::Contains("NET-0011"), Error);
}

TEST_CASE("flattening resolves paths and sizes") {
  const Circuit c = inverterCircuit();
  const auto flat = flattenMosfets(c);
  REQUIRE(flat.size() == 2);
  CHECK(flat[0].ngspice == "m.xi1.mn");
  CHECK(flat[1].path == "i1.p");
  CHECK(flat[1].w == 4e-7);
  Circuit with = c;
  Subcircuit pair;
  pair.name = "pair";
  pair.ports = {"a"};
  pair.parameters.push_back(Parameter::real("c", "F", 1e-15, 0, 1e-12, "one of them"));
  pair.add(Capacitor{"c1", "a", "0", Value::of("c")});
  pair.add(Capacitor{"c2", "a", "0", Value::of("c", 3.0)});
  with.define(pair);
  with.add(Instance{"i2", "pair", {"y"}, {{"c", 2e-15}}});
  const auto passives = flattenPassives(with);
  REQUIRE(passives.size() == 3);
  CHECK(passives[0].path == "l");
  CHECK(passives[0].kind == 'c');
  CHECK(passives[1].value == 2e-15);
  CHECK(passives[2].path == "i2.c2");
  CHECK(passives[2].value == doctest::Approx(6e-15));
}

TEST_CASE("each fault is named with its place") {
  Circuit c = inverterCircuit();
  c.add(Resistor{"x", "y", "nowhere", 1.0});
  CHECK(faults(c).find("top: node 'nowhere' has a single connection") != std::string::npos);
  c = inverterCircuit();
  c.add(Capacitor{"L", "y", "0", 1e-15});
  CHECK(faults(c).find("top/L: two elements") != std::string::npos);
  c = inverterCircuit();
  c.add(Instance{"i2", "inv", {"y", "a", "vdd", "0"}, {{"width", 2e-7}}});
  CHECK(faults(c).find("'inv' has no parameter 'width'") != std::string::npos);
  c = inverterCircuit();
  c.add(Instance{"i2", "inv", {"y", "a", "vdd", "0"}, {{"wn", 1.0}}});
  CHECK(faults(c).find("outside") != std::string::npos);
  c = inverterCircuit();
  c.add(Instance{"i2", "inv", {"y", "a", "vdd"}, {}});
  CHECK(faults(c).find("3 nodes for the 4 ports") != std::string::npos);
  c = inverterCircuit();
  c.subcircuits[0].ports.push_back("spare");
  CHECK(faults(c).find("port 'spare' is not connected") != std::string::npos);
  c = inverterCircuit();
  c.add(Mosfet{"bad;shell", "n_svt", "y", "a", "0", "0", 1e-7, 3e-8});
  CHECK(faults(c).find("the name is not made of") != std::string::npos);
  c = inverterCircuit();
  c.add(Mosfet{"big", "n_svt", "y", "a", "0", "0", 1.0, 3e-8});
  CHECK(faults(c).find("w = 1 m is outside 80 nm .. 10 um") != std::string::npos);
}

TEST_CASE("parameter sets check names, ranges and choices") {
  ParameterSet set({Parameter::real("c_storage", "F", 8e-15, 1e-15, 1e-12, "storage"),
                    Parameter::integer("rows", 64, 1, 1024, "rows"),
                    Parameter::oneOf("integrator", "passive", {"active", "passive"}, "kind")});
  set.set("c_storage", "10f");
  CHECK(set.real("c_storage") == 1e-14);
  CHECK(set.isSet("c_storage"));
  CHECK_FALSE(set.isSet("rows"));
  CHECK_THROWS_WITH(set.set("c_storge", "1f"), doctest::Contains("did you mean 'c_storage'"));
  CHECK_THROWS_WITH(set.set("rows", "0"), doctest::Contains("from 1 to 1024"));
  CHECK_THROWS_WITH(set.set("rows", "1.5"), doctest::Contains("an integer"));
  CHECK_THROWS_WITH(set.set("integrator", "lossy"), doctest::Contains("active, passive"));
  CHECK_THROWS_AS(set.set("c_storage", std::nan("")), Error);
}

TEST_CASE("unknown dialects are refused by name") {
  CHECK_THROWS_WITH(dialect("eldo"), doctest::Contains("ngspice"));
}

TEST_CASE("edges of a pulse lie on a grid of 1 fs: two that differ by less are one") {
  const Pwl early = pulseTrain(0, 0.9, false, {1e-9, 1.60051419021793e-8}, 5e-11);
  const Pwl late = pulseTrain(0, 0.9, false, {1e-9, 1.60051419025619e-8}, 5e-11);
  CHECK(early == late);
  CHECK(early.points.back().first == doctest::Approx(1.6055142e-8).epsilon(1e-12));
  const Pwl other = pulseTrain(0, 0.9, false, {1e-9, 1.6006e-8}, 5e-11);
  CHECK(other.points[3].first - early.points[3].first == doctest::Approx(8.581e-13).epsilon(1e-3));
  // Times that fall together stay in order.
  const Pwl thin = pulseTrain(0, 0.9, false, {1e-9, 1e-9}, 0);
  for (std::size_t k = 1; k < thin.points.size(); ++k) CHECK(thin.points[k].first >= thin.points[k - 1].first);
}
