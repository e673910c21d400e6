#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/devices/pdk_check.hpp"

namespace gaincell::devices {

namespace {

using netlist::Dc;
using netlist::Mosfet;
using netlist::VoltageSource;

constexpr double kClearlyDifferent = 0.01;  // relative on-current; corners of real processes differ by 10 % and more

/// One operating point with an n and a p device turned on, and an inverter whose input is its output.
netlist::Deck speedDeck(const pdk::Pdk& pdk, const std::string& corner) {
  auto deck = pdk::emptyDeck(pdk, {corner, 27, pdk.vdd}, "speed of n and p of " + pdk.name + ", " + corner);
  const auto& n = pdk.role("logic_n");
  const auto& p = pdk.role("logic_p");
  auto& c = deck.circuit;
  c.add(VoltageSource{"dd", "vdd", "0", Dc{pdk.vdd}});
  c.add(VoltageSource{"dn", "dn", "0", Dc{pdk.vdd}});
  c.add(Mosfet{"on_n", n.device, "dn", "vdd", "0", "0", n.w, n.l});
  c.add(VoltageSource{"dp", "dp", "0", Dc{0}});
  c.add(Mosfet{"on_p", p.device, "dp", "0", "vdd", "vdd", p.w, p.l});
  c.add(Mosfet{"inv_n", n.device, "trip", "trip", "0", "0", n.w, n.l});
  c.add(Mosfet{"inv_p", p.device, "trip", "trip", "vdd", "vdd", p.w, p.l});
  deck.saves = {"i(vdn)", "i(vdp)", "v(trip)"};
  deck.analysis = netlist::OperatingPoint{};
  return deck;
}

bool directionHolds(int declared, double ratio) {
  if (declared == 0) return std::abs(ratio - 1) < kClearlyDifferent;
  return declared > 0 ? ratio > 1 + kClearlyDifferent : ratio < 1 - kClearlyDifferent;
}

bool tripHolds(int speed_n, int speed_p, double shift) {
  if (speed_n == speed_p) return true;  // both move it: by how much depends on their strengths
  return speed_p > speed_n ? shift > 0 : shift < 0;
}

std::vector<const pdk::Corner*> fixedCorners(const pdk::Pdk& pdk) {
  std::vector<const pdk::Corner*> out;
  for (const auto& corner : pdk.corners)
    if (!corner.random) out.push_back(&corner);
  return out;
}

/// The typical corner: the first fixed one with both speeds zero, else the first.
const pdk::Corner& typicalCorner(const std::vector<const pdk::Corner*>& corners) {
  for (const auto* corner : corners)
    if (corner->speed_n == 0 && corner->speed_p == 0) return *corner;
  return *corners.front();
}

std::vector<CornerSpeed> checkCorners(const pdk::Pdk& pdk, sim::Simulator& simulator) {
  const auto corners = fixedCorners(pdk);
  std::vector<sim::Job> jobs;
  for (const auto* corner : corners) {
    sim::Job job;
    job.deck = std::make_shared<const netlist::Deck>(speedDeck(pdk, corner->name));
    job.tag = fmt::format("pdk-{}-{}-speed", pdk.name, corner->name);
    jobs.push_back(job);
  }
  const auto outcomes = simulator.runAll(jobs, "corner speeds");
  const auto value = [&](std::size_t i, const char* name) { return outcomes[i].orThrow(jobs[i].tag)[name].front(); };
  const auto& typical = typicalCorner(corners);
  const auto reference =
      static_cast<std::size_t>(std::find(corners.begin(), corners.end(), &typical) - corners.begin());
  std::vector<CornerSpeed> out;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    CornerSpeed s;
    s.corner = corners[i]->name;
    s.declared_n = corners[i]->speed_n;
    s.declared_p = corners[i]->speed_p;
    s.drive_n = value(i, "i(vdn)") / value(reference, "i(vdn)");
    s.drive_p = value(i, "i(vdp)") / value(reference, "i(vdp)");
    s.trip_shift = value(i, "v(trip)") - value(reference, "v(trip)");
    s.pass = directionHolds(s.declared_n, s.drive_n) && directionHolds(s.declared_p, s.drive_p) &&
             tripHolds(s.declared_n, s.declared_p, s.trip_shift);
    out.push_back(s);
  }
  return out;
}

void compare(const pdk::Pdk& pdk, const std::vector<DeviceFigures>& typical, double tolerance, PdkCheck& check) {
  for (const auto& f : typical) {
    const auto declared = pdk.targets.find(f.flavour);
    if (declared == pdk.targets.end()) {
      check.remarks.push_back(fmt::format("{}: the manifest declares no figures, nothing to compare with", f.flavour));
      continue;
    }
    for (const auto& [figure, target] : declared->second) {
      if (figure == "l" || figure == "vdd" || figure == "ion_temperature") continue;
      const double measured = figureOf(f, figure);
      // Written so that NaN fails.
      const bool pass = std::abs(measured / target - 1) <= tolerance;
      check.comparisons.push_back({f.flavour, figure, measured, target, pass});
    }
  }
}

TemperatureResponse response(const pdk::Pdk& pdk, const DeviceFigures& cold, const DeviceFigures& hot) {
  TemperatureResponse r;
  r.flavour = cold.flavour;
  r.ion_ratio = hot.ion / cold.ion;
  r.ioff_ratio = hot.ioff / cold.ioff;
  r.vth_per_kelvin = (hot.vth_sat - cold.vth_sat) / (hot.temp_c - cold.temp_c);
  r.pass = r.ioff_ratio > 1;
  const auto target = pdk.targets.find(cold.flavour);
  if (target == pdk.targets.end()) return r;
  r.pass = r.pass && r.vth_per_kelvin < 0;
  // Ion may go either way at low supply (mobility falls, threshold falls): only a declared direction is judged.
  if (target->second.count("ion_temperature"))
    r.pass = r.pass && (r.ion_ratio > 1) == (target->second.at("ion_temperature") > 0);
  return r;
}

}  // namespace

bool PdkCheck::pass() const {
  const auto passes = [](const auto& x) { return x.pass; };
  return std::all_of(comparisons.begin(), comparisons.end(), passes) &&
         std::all_of(corners.begin(), corners.end(), passes) &&
         std::all_of(temperature.begin(), temperature.end(), passes);
}

PdkCheck checkPdk(const pdk::Pdk& pdk, sim::Simulator& simulator, const CheckOptions& options) {
  PdkCheck check;
  const auto corners = fixedCorners(pdk);
  const auto& typical = typicalCorner(corners);
  std::vector<DeviceFigures> cold;
  for (const auto* corner : corners) {
    const auto figures = measureDevices(pdk, corner->name, 27, simulator);
    if (corner == &typical) cold = figures;
    check.figures.insert(check.figures.end(), figures.begin(), figures.end());
  }
  compare(pdk, cold, options.tolerance, check);
  check.corners = checkCorners(pdk, simulator);
  const auto hot = measureDevices(pdk, typical.name, options.hot_c, simulator);
  check.figures.insert(check.figures.end(), hot.begin(), hot.end());
  for (std::size_t i = 0; i < cold.size(); ++i) {
    check.temperature.push_back(response(pdk, cold[i], hot[i]));
    if (!pdk.targets.count(cold[i].flavour) && !(check.temperature.back().vth_per_kelvin < 0))
      check.remarks.push_back(
          fmt::format("{}: the constant-current threshold rises with temperature", cold[i].flavour));
  }
  for (const char* corner : {"sf", "fs"})
    if (std::none_of(corners.begin(), corners.end(), [&](const auto* c) { return c->name == corner; }))
      check.remarks.push_back(fmt::format("the PDK has no corner {}", corner));
  return check;
}

}  // namespace gaincell::devices
