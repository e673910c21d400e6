#include <fmt/format.h>

#include <algorithm>

#include "converter_parts.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::cells {

using design::Branch;
using design::Design;

namespace {

struct Phases {
  double rst_end, az_end, header_off, header_on, in, in_length, sck, dis, dis_end, win, win_length, period, edge;
};

/// The comparator's supply is cut during the input window.
bool isGated(const Branch& converter) {
  return !isActive(converter) && converter.isChoice("power_gating", "on");
}

Branch phaseBranch(const Design& design, ConverterKind kind) {
  return design.branch(std::string("timing.token.") + converterName(kind));
}

Phases phases(ConverterKind kind, const Design& design) {
  const Branch t = phaseBranch(design, kind);
  const bool gated = isGated(converterBranch(design, kind));
  const double longest = design::longestPulse(design);
  return {t.real("reset"),
          t.real("autozero"),
          gated ? t.real("header_off") : 0.0,
          gated ? t.real("header_on") : 0.0,
          t.real("input"),
          longest,
          kind == ConverterKind::Signed ? t.real("sign") : 0.0,
          t.real("discharge"),
          t.real("discharge_end"),
          t.real("window"),
          longest,
          t.real("end"),
          design::edgeTime(design)};
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

void checkPhases(ConverterKind kind, const Branch& converter, const Phases& p) {
  const bool active = isActive(converter);
  const PhaseChecker check(p);
  if (active)
    check.before(p.az_end, "the auto-zero", p.rst_end, "the end of the reset",
                 "open the auto-zero gate first: the comparator must see the integrator still held in reset");
  else
    check.before(p.rst_end, "the reset", p.az_end, "the end of the auto-zero",
                 "open the reset first: the auto-zero then also takes away what the reset switch injects");
  const double settled = std::max(p.rst_end, p.az_end);
  check.before(settled, "the reset phase", p.in, "the input window", "start the input after reset and auto-zero");
  if (isGated(converter)) {
    check.before(p.az_end, "the auto-zero", p.header_off, "the cut of the comparator's header",
                 "cut the header after the auto-zero");
    check.before(p.header_off, "the cut of the header", p.header_on, "its return",
                 "the header returns after it was cut");
    check.before(p.header_on, "the return of the header", p.dis, "the discharge",
                 "the comparator must be awake when the discharge starts");
  }
  const double input_end = p.in + p.in_length;
  check.before(input_end, "the input window", p.dis, "the discharge (dis)",
               "discharge into the open integrator costs as much of the pulse as it lasts");
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

void declarePhases(design::Schema& schema, ConverterKind kind) {
  const std::string name = converterName(kind);
  const design::SchemaBranch t(schema, "timing.token." + name);
  const auto gated = t.whenAny({name + ".power_gating"}, {"on"});
  t.time("reset", "the reset switch opens, from the start of the converter's operation, as all of these");
  t.time("autozero", "the auto-zero gate opens");
  gated.time("header_off", "the comparator's header is cut");
  gated.time("header_on",
             "the comparator's header returns: in slow corners it takes nanoseconds until small charges have a sign");
  t.time("input", "the input window opens; it is as long as the longest pulse");
  if (kind == ConverterKind::Signed) t.time("sign", "rising edge of the sign clock");
  t.time("discharge", "the discharge starts");
  t.time("discharge_end", "the discharge ends at the latest");
  t.time("window",
         "the output window opens: the delay of comparator and mirror after the discharge starts; it is as long as the "
         "longest pulse");
  t.time("end", "end of the operation");
}

std::vector<Clock> converterClocks(ConverterKind kind, const Design& design) {
  const Branch converter = converterBranch(design, kind);
  const Phases p = phases(kind, design);
  const bool active = isActive(converter);
  checkPhases(kind, converter, p);
  std::vector<std::pair<double, double>> dis{{p.dis, p.dis_end}};
  // The active ReLU discharges during reset as well: the shift I/gm of the virtual ground is then auto-zeroed away.
  if (active && kind == ConverterKind::Relu) dis.insert(dis.begin(), {0.0, p.rst_end});
  std::vector<Clock> clocks{{"rst", {{0.0, p.rst_end}}},
                            {"rstb", {{0.0, p.rst_end}}, true},
                            {"az", {{0.0, p.az_end}}},
                            {"azb", {{0.0, p.az_end}}, true}};
  if (!active) {
    if (isGated(converter))
      clocks.push_back({"cenb", {{p.header_off, p.header_on}}});
    else
      clocks.push_back({"cenb", {}});
  }
  clocks.push_back({"dis", dis});
  if (kind == ConverterKind::Signed) clocks.push_back({"sck", {{p.sck, p.win + p.win_length}}});
  clocks.push_back({"win", {{p.win, p.win + p.win_length}}});
  return clocks;
}

ConverterTiming converterTiming(ConverterKind kind, const Design& design) {
  const Phases p = phases(kind, design);
  checkPhases(kind, converterBranch(design, kind), p);
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

std::string biasPort(const Branch& converter) {
  return converter.isChoice("bias", "replica") ? "pr" : "nb";
}

std::vector<std::string> converterPorts(ConverterKind kind, const Design& design) {
  const Branch converter = converterBranch(design, kind);
  std::vector<std::string> ports{"bl", "out", kind == ConverterKind::Relu ? "outb" : "sgn", "vdd", biasPort(converter)};
  if (!isActive(converter)) ports.push_back("vmid");
  for (const Clock& clock : converterClocks(kind, design)) ports.push_back(clock.port);
  return ports;
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
