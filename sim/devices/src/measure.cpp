#include <algorithm>
#include <cmath>
#include <limits>

#include "gaincell/devices/pdk_check.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::devices {

namespace {

using netlist::Dc;
using netlist::Mosfet;
using netlist::VoltageSource;

constexpr double kWidth = 1e-6;        // m, clamped to what the flavour allows
constexpr double kLongGate = 1e-6;     // m
constexpr double kLinearDrain = 0.05;  // V
constexpr double kStepsPerVdd = 360;   // 2.5 mV at 0.9 V
constexpr double kFirstGate = -0.25;   // of VDD: low-threshold devices still conduct at zero
constexpr double kCriterion = 1e-7;    // A, times W/L
constexpr double kRampHeight = 0.01;   // V
constexpr double kRampTime = 1e-9,
                 kRampStart = 1e-9;  // s: 1e7 V/s, far slower than the channel, far above gate leakage
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Sizes and supply a flavour is measured at.
struct Setup {
  const netlist::DeviceModel* model = nullptr;
  double w = 0, l = 0, l_long = 0, vdd = 0, sign = 1;
};

Setup setupOf(const pdk::Pdk& pdk, const std::string& flavour) {
  Setup s;
  s.model = &pdk.device(flavour);
  s.sign = s.model->polarity == 'n' ? 1.0 : -1.0;
  s.w = std::clamp(kWidth, s.model->w_min, s.model->w_max);
  s.l_long = std::clamp(kLongGate, s.model->l_min, s.model->l_max);
  const auto target = pdk.targets.find(flavour);
  if (target != pdk.targets.end()) {
    s.l = target->second.at("l");
    s.vdd = target->second.at("vdd");
  } else {
    s.l = s.model->l_min;
    s.vdd = s.model->v_max >= pdk.vdd_io ? pdk.vdd_io : pdk.vdd;
  }
  return s;
}

/// Every flavour three times: drain at VDD, drain at 50 mV, and a long gate for its leakage. All gates follow one swept
/// source through a controlled source of gain +-VDD, so that one run serves flavours of every supply.
netlist::Deck sweepDeck(const pdk::Pdk& pdk, const std::string& corner, double temp_c) {
  auto deck = pdk::emptyDeck(pdk, {corner, temp_c, pdk.vdd}, "device figures of " + pdk.name + ", " + corner);
  // Off currents reach down to attoamperes: no conductance of the simulator may add to them.
  deck.options["gmin"] = "1e-24";
  deck.options["abstol"] = "1e-24";
  deck.options["reltol"] = "1e-7";
  deck.circuit.add(VoltageSource{"sweep", "sweep", "0", Dc{0}});
  deck.saves.emplace_back("v(sweep)");
  for (const auto& [flavour, model] : pdk.devices) {
    const Setup s = setupOf(pdk, flavour);
    const std::string gate = flavour + "_g";
    deck.circuit.add(netlist::VoltageControlledVoltage{gate, gate, "0", "sweep", "0", s.sign * s.vdd});
    const auto device = [&, &name = flavour](const std::string& suffix, const std::string& g, double drain, double l) {
      const std::string d = name + suffix;
      deck.circuit.add(VoltageSource{d, d, "0", Dc{s.sign * drain}});
      deck.circuit.add(Mosfet{d, name, d, g, "0", "0", s.w, l});
      deck.saves.push_back("i(v" + d + ")");
    };
    device("_sat", gate, s.vdd, s.l);
    device("_lin", gate, kLinearDrain, s.l);
    const std::string h = flavour + "_h";
    deck.circuit.add(VoltageSource{h, h, "0", Dc{s.sign * s.vdd}});
    deck.circuit.add(Mosfet{h, flavour, "0", h, "0", "0", s.w, s.l_long});
    deck.saves.push_back("i(v" + h + ")");
  }
  deck.analysis = netlist::DcSweep{"sweep", kFirstGate, 1.0, 1.0 / kStepsPerVdd, std::nullopt, 0, 0, 0, false, false};
  return deck;
}

/// A 10 mV ramp on each gate, from just below to just above VDD.
netlist::Deck rampDeck(const pdk::Pdk& pdk, const std::string& corner, double temp_c) {
  auto deck = pdk::emptyDeck(pdk, {corner, temp_c, pdk.vdd}, "gate capacitance of " + pdk.name);
  for (const auto& [flavour, model] : pdk.devices) {
    const Setup s = setupOf(pdk, flavour);
    const std::string g = flavour + "_c";
    const double low = s.sign * (s.vdd - kRampHeight / 2), high = s.sign * (s.vdd + kRampHeight / 2);
    deck.circuit.add(VoltageSource{
        g, g, "0", netlist::Pwl{{{0, low}, {kRampStart, low}, {kRampStart + kRampTime, high}, {3 * kRampTime, high}}}});
    deck.circuit.add(Mosfet{g, flavour, "0", g, "0", "0", s.w, s.l});
    deck.saves.push_back("i(v" + g + ")");
  }
  deck.analysis = netlist::Transient{kRampTime / 100, 3 * kRampTime, kRampTime / 100, false};
  return deck;
}

/// Gate voltage at which the current rises through `current`, linear in its logarithm between points; NaN when it never
/// does.
double gateAt(const std::vector<double>& vg, const std::vector<double>& id, double current) {
  for (std::size_t i = id.size(); i-- > 1;)
    if (id[i] >= current && id[i - 1] < current) {
      const double low = std::max(id[i - 1], 1e-30);
      return vg[i - 1] + std::log(current / low) / std::log(id[i] / low) * (vg[i] - vg[i - 1]);
    }
  return kNaN;
}

DeviceFigures figuresFrom(const sim::Waveforms& waves, const Setup& s) {
  DeviceFigures f;
  f.flavour = s.model->flavour;
  f.w = s.w;
  f.l = s.l;
  f.vdd = s.vdd;
  // The drain source delivers the current: it leaves the source's plus node, so i(v) is the negative drain current.
  const auto magnitude = [&](const std::string& source) {
    auto values = waves["i(v" + s.model->flavour + source + ")"];
    for (double& v : values) v *= -s.sign;
    return values;
  };
  auto vg = waves["v(sweep)"];
  for (double& v : vg) v *= s.vdd;
  const auto sat = magnitude("_sat"), lin = magnitude("_lin"), gate = magnitude("_h");
  const auto zero = static_cast<std::size_t>(
      std::min_element(vg.begin(), vg.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }) -
      vg.begin());
  f.ion = sat.back() / s.w;
  f.ioff = sat[zero] / s.w;
  const double criterion = kCriterion * s.w / s.l;
  f.vth_sat = gateAt(vg, sat, criterion);
  f.vth_lin = gateAt(vg, lin, criterion);
  f.dibl = (f.vth_lin - f.vth_sat) / (s.vdd - kLinearDrain);
  f.ss = gateAt(vg, sat, criterion / 4) - gateAt(vg, sat, criterion / 40);
  f.jg = gate.back() / (s.w * s.l_long);
  return f;
}

}  // namespace

std::vector<DeviceFigures> measureDevices(const pdk::Pdk& pdk, const std::string& corner, double temp_c,
                                          sim::Simulator& simulator) {
  const auto sweep = std::make_shared<const netlist::Deck>(sweepDeck(pdk, corner, temp_c));
  const auto ramp = std::make_shared<const netlist::Deck>(rampDeck(pdk, corner, temp_c));
  const auto job = [&](const std::shared_ptr<const netlist::Deck>& deck, const std::string& what) {
    sim::Job j;
    j.deck = deck;
    j.tag = "pdk-" + pdk.name + "-" + corner + "-" + what;
    return j;
  };
  const auto outcomes = simulator.runAll({job(sweep, "sweep"), job(ramp, "ramp")});
  const auto& waves = outcomes[0].orThrow("pdk-" + pdk.name + "-" + corner + "-sweep");
  const auto& charge = outcomes[1].orThrow("pdk-" + pdk.name + "-" + corner + "-ramp");
  std::vector<DeviceFigures> out;
  for (const auto& [flavour, model] : pdk.devices) {
    const Setup s = setupOf(pdk, flavour);
    auto f = figuresFrom(waves, s);
    f.corner = corner;
    f.temp_c = temp_c;
    const std::string current = "i(v" + flavour + "_c)";
    // The leakage before the ramp is not charge of the capacitance.
    const double leak = charge.at(current, kRampStart / 2);
    const double q = charge.integral(current, kRampStart, kRampStart + kRampTime) - leak * kRampTime;
    f.cgg = -s.sign * q / kRampHeight / s.w;
    out.push_back(f);
  }
  return out;
}

double figureOf(const DeviceFigures& f, const std::string& name) {
  static const std::map<std::string, double DeviceFigures::*> members = {
      {"ion", &DeviceFigures::ion},         {"ioff", &DeviceFigures::ioff}, {"vth_lin", &DeviceFigures::vth_lin},
      {"vth_sat", &DeviceFigures::vth_sat}, {"dibl", &DeviceFigures::dibl}, {"ss", &DeviceFigures::ss},
      {"jg", &DeviceFigures::jg},           {"cgg", &DeviceFigures::cgg}};
  const auto found = members.find(name);
  if (found == members.end())
    throw support::Error("DEV-0001", "there is no device figure '" + name + "'", "",
                         "figures are: ion, ioff, vth_lin, vth_sat, dibl, ss, jg, cgg");
  return f.*(found->second);
}

}  // namespace gaincell::devices
