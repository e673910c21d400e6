#include <fmt/format.h>

#include <algorithm>

#include "converter_parts.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterSet;

namespace {

constexpr double kInputWindow = 15e-9;  // s, T_max of the paper: 16 input levels at 1 GHz

struct Phases {
  double rst_end, az_end, header_off, header_on, in, in_length, sck, dis, dis_end, win, win_length, period, edge;
};

Phases phases(const ParameterSet& set) {
  const std::string p = variantPrefix(set) + "t_";
  const bool active = isActive(set);
  const auto t = [&](const char* name) { return set.real(p + name); };
  return {t("rst_end"),
          t("az_end"),
          active ? 0.0 : t("header_off"),
          active ? 0.0 : t("header_on"),
          t("in"),
          t("in_length"),
          set.has(p + "sck") ? t("sck") : 0.0,
          t("dis"),
          t("dis_end"),
          t("win"),
          t("win_length"),
          t("period"),
          t("edge")};
}

class PhaseChecker {
 public:
  explicit PhaseChecker(const Phases& p) : p_(p) {}
  /// `first` must have ended, edge included, when `second` begins.
  void before(double first, const char* first_name, double second, const char* second_name, const char* why) const {
    if (first + p_.edge <= second + 1e-15) return;
    throw support::Error("CNV-0001",
                         fmt::format("{} at {} does not end before {} at {}", first_name,
                                     support::formatSi(first, "s", 5), second_name, support::formatSi(second, "s", 5)),
                         "converter phases", why);
  }

 private:
  const Phases& p_;
};

void checkPhases(ConverterKind kind, const ParameterSet& set, const Phases& p) {
  const PhaseChecker check(p);
  const bool active = isActive(set);
  if (active)
    check.before(p.az_end, "the auto-zero", p.rst_end, "the end of the reset",
                 "open the auto-zero gate first: the comparator must see the integrator still held in reset");
  else
    check.before(p.rst_end, "the reset", p.az_end, "the end of the auto-zero",
                 "open the reset first: the auto-zero then also takes away what the reset switch injects");
  const double settled = std::max(p.rst_end, p.az_end);
  check.before(settled, "the reset phase", p.in, "the input window", "start the input after reset and auto-zero");
  if (!active) {
    check.before(p.az_end, "the auto-zero", p.header_off, "the cut of the comparator's header",
                 "cut the header after the auto-zero");
    check.before(p.header_off, "the cut of the header", p.header_on, "its return",
                 "the header returns after it was cut");
    check.before(p.header_on, "the return of the header", p.dis, "the discharge",
                 "the comparator must be awake when the discharge starts");
  }
  const double input_end = p.in + p.in_length;
  check.before(input_end, "the input window", p.dis, "the discharge (dis)",
               "each nanosecond of discharge into the open integrator costs one LSB");
  if (kind == ConverterKind::Signed) {
    check.before(input_end, "the input window", p.sck, "the sign clock", "take the sign after the input");
    check.before(p.sck, "the sign clock", p.dis, "the discharge", "take the sign before the discharge");
  }
  check.before(p.dis, "the start of the discharge", p.win, "the output window",
               "the pulse is gated by the window, after the discharge started");
  check.before(p.win, "the start of the output window", p.win + p.win_length, "its end", "give the window a length");
  check.before(p.win + p.win_length, "the output window", p.dis_end, "the end of the discharge",
               "discharge until the window has closed");
  check.before(p.dis_end, "the discharge (dis)", p.period, "the end of the operation",
               "the next reset must find the mirror off; lengthen the period");
}

}  // namespace

void declarePhases(ParameterSet& set, ConverterKind kind, bool active) {
  const bool relu = kind == ConverterKind::Relu;
  const std::string p = active ? "active_t_" : "t_";
  const auto declare = [&](const char* name, double value, const char* description) {
    set.declare({Parameter::real(p + name, "s", value, 1e-12, 1e-3, description)});
  };
  declare("rst_end", active ? 4.0e-9 : 3.6e-9, "the reset switch opens");
  declare("az_end", active ? 3.5e-9 : 4.0e-9, "the auto-zero gate opens");
  if (!active) {
    declare("header_off", 4.1e-9, "the comparator's header is cut");
    declare("header_on", relu ? 18.5e-9 : 16e-9,
            "the comparator's header returns: in slow corners it takes nanoseconds until small charges have a sign");
  }
  declare("in", active ? 4.5e-9 : 4.3e-9, "the input window opens");
  declare("in_length", kInputWindow, "length of the input window");
  if (!relu) declare("sck", active ? 20.3e-9 : 19.8e-9, "rising edge of the sign clock");
  declare("dis", active ? 20.5e-9 : 20.0e-9, "the discharge starts");
  declare("dis_end", active ? 37.2e-9 : 36.2e-9, "the discharge ends at the latest");
  declare("win", active ? (relu ? 21.72e-9 : 21.75e-9) : (relu ? 20.34e-9 : 20.29e-9),
          "the output window opens: the delay of comparator and mirror after dis");
  declare("win_length", kPulseLevels * kPulseLsb, "length of the output window: the pulse's saturation");
  declare("period", active ? 37.6e-9 : 36.6e-9, "one operation");
  declare("edge", 50e-12, "rise and fall time of the phases");
}

std::vector<Clock> converterClocks(ConverterKind kind, const ParameterSet& set) {
  const Phases p = phases(set);
  checkPhases(kind, set, p);
  const bool active = isActive(set);
  std::vector<std::pair<double, double>> dis{{p.dis, p.dis_end}};
  // The active ReLU discharges during reset as well: the shift I/gm of the virtual ground is then auto-zeroed away.
  if (active && kind == ConverterKind::Relu) dis.insert(dis.begin(), {0.0, p.rst_end});
  std::vector<Clock> clocks{{"rst", {{0.0, p.rst_end}}},
                            {"rstb", {{0.0, p.rst_end}}, true},
                            {"az", {{0.0, p.az_end}}},
                            {"azb", {{0.0, p.az_end}}, true}};
  if (!active) {
    if (set.isChoice("power_gating", "on"))
      clocks.push_back({"cenb", {{p.header_off, p.header_on}}});
    else
      clocks.push_back({"cenb", {}});
  }
  clocks.push_back({"dis", dis});
  if (kind == ConverterKind::Signed) clocks.push_back({"sck", {{p.sck, p.win + p.win_length}}});
  clocks.push_back({"win", {{p.win, p.win + p.win_length}}});
  return clocks;
}

ConverterTiming converterTiming(ConverterKind kind, const ParameterSet& set) {
  const Phases p = phases(set);
  checkPhases(kind, set, p);
  ConverterTiming t;
  t.input_start = p.in;
  t.input_end = p.in + p.in_length;
  t.window_start = p.win;
  t.window_end = p.win + p.win_length;
  t.reset_end = std::max(p.rst_end, p.az_end);
  t.sign_valid = p.sck;
  t.period = p.period;
  t.edge = p.edge;
  return t;
}

std::string biasPort(const ParameterSet& set) {
  return set.isChoice("bias", "replica") ? "pr" : "nb";
}

std::vector<std::string> converterPorts(ConverterKind kind, const ParameterSet& set) {
  std::vector<std::string> ports{"bl", "out", kind == ConverterKind::Relu ? "outb" : "sgn", "vdd", biasPort(set)};
  if (!isActive(set)) ports.push_back("vmid");
  for (const Clock& clock : converterClocks(kind, set)) ports.push_back(clock.port);
  return ports;
}

double lsbCharge(ConverterKind, const ParameterSet& set) {
  return set.real("charge_scale") * set.real(variantPrefix(set) + "lsb_charge");
}

netlist::Pwl clockWaveform(const Clock& clock, const ConverterTiming& timing, double vdd, int operations,
                           double start) {
  // Before the first operation the clock waits in the state that operation begins with: in reset, nothing floats.
  const bool first_high = !clock.high.empty() && clock.high.front().first <= 0.0;
  std::vector<double> edges;
  for (int k = 0; k < operations; ++k) {
    const double t0 = start + k * timing.period;
    for (const auto& [on, off] : clock.high) {
      if (k > 0 || on > 0.0) edges.push_back(t0 + on);
      edges.push_back(t0 + off);
    }
  }
  return netlist::pulseTrain(0.0, vdd, clock.complement != first_high, edges, timing.edge);
}

}  // namespace gaincell::cells
