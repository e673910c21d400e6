#include "gaincell/model/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "faults.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::model {

using support::Error;

namespace {

template <class Coefficients>
double horner(const Coefficients& c, double y) {
  double sum = 0;
  for (auto it = c.rbegin(); it != c.rend(); ++it) sum = sum * y + *it;
  return sum;
}

/// Linear between the points of a table, zero beyond its ends.
double lookUp(const std::vector<double>& x, const std::vector<double>& y, double at) {
  if (x.empty() || at < x.front() || at > x.back()) return 0;
  const auto upper = std::lower_bound(x.begin(), x.end(), at);
  const auto i = static_cast<std::size_t>(upper - x.begin());
  if (i == 0) return y.front();
  const double f = (at - x[i - 1]) / (x[i] - x[i - 1]);
  return y[i - 1] + f * (y[i] - y[i - 1]);
}

/// Width in s of |charge|: a straight line with clamps, and the tabulated error `inl` (ns) against that clamped line.
double clampedWidth(double magnitude_fC, double slope, double offset_ns, const Converter& c, double inl) {
  const double line = std::clamp(offset_ns + magnitude_fC / slope, 0.0, c.saturation_ns);
  const double width = std::max(0.0, line + inl);
  return (width < c.min_pulse_ns ? 0.0 : width) * 1e-9;
}

/// Integrates C dV/dt = I(V) exactly over the linear pieces of the curve, from a v inside it.
double leak(const LeakageCurve& curve, double v, double t) {
  const auto& x = curve.voltage_V;
  const auto& current = curve.current_A;
  // Every step ends at a breakpoint, at equilibrium or at the end of time, so there are at most as many as pieces.
  for (std::size_t step = 0; step <= x.size() && t > 0; ++step) {
    std::size_t i = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), v) - x.begin());
    i = std::clamp<std::size_t>(i, 1, x.size() - 1);
    const double g = (current[i] - current[i - 1]) / (x[i] - x[i - 1]);
    double now = current[i - 1] + g * (v - x[i - 1]);
    if (now < 0 && v == x[i - 1] && i > 1) {  // leaves downwards from a breakpoint: the piece below counts
      --i;
      now = current[i];
    }
    const double slope = (current[i] - current[i - 1]) / (x[i] - x[i - 1]);
    if (now == 0) return v;
    const double edge = now > 0 ? x[i] : x[i - 1], at_edge = now > 0 ? current[i] : current[i - 1];
    const double rate = slope / curve.capacitance_F;
    const auto moved = [&](double dt) {
      return std::fabs(rate * dt) < 1e-12 ? v + now * dt / curve.capacitance_F
                                          : v + now / slope * std::expm1(rate * dt);
    };
    if (now * at_edge <= 0) return moved(t);  // the piece holds the equilibrium: its edge is never reached
    const double to_edge = std::fabs(at_edge - now) < 1e-12 * std::fabs(now) ? (edge - v) * curve.capacitance_F / now
                                                                             : std::log(at_edge / now) / rate;
    if (to_edge >= t) return moved(t);
    v = edge;
    t -= to_edge;
    if ((v == x.front() && at_edge < 0) || (v == x.back() && at_edge > 0)) return v;
  }
  return v;
}

}  // namespace

std::array<double, 4> coefficients(const Cell& cell, SignConvention convention) {
  std::array<double, 4> out = cell.coefficients_uA;
  const double sign = convention == cell.sign_convention ? 1e-6 : -1e-6;
  for (double& c : out) c *= sign;
  return out;
}

double current(const Cell& cell, double v) {
  return 1e-6 * horner(cell.coefficients_uA, v - cell.v_zero_V);
}

double charge(const Cell& cell, double v, double width, double v_bit_line) {
  if (!cell.extended) return current(cell, v) * width;
  const ExtendedCell& e = *cell.extended;
  const double y = v - cell.v_zero_V;
  // The line's distance counts in the direction that a positive charge moves it.
  const double d =
      (cell.sign_convention == SignConvention::IntoBitLine ? 1 : -1) * (v_bit_line - e.bit_line_reference_V);
  const double slope = e.conductance_slope ? horner(e.conductance_slope->slope_uS_per_V, y) : 0;
  const double current_uA = horner(e.current_uA, y) - (horner(e.conductance_uS, y) + slope * d) * d;
  return 1e-15 * horner(e.edge_charge_fC, y) * (width > 0 ? 1 : 0) + 1e-6 * current_uA * width;
}

double decayed(const Retention& r, double v0, double t) {
  if (!r.exponential && r.leakage_curve) {
    // A write leaves voltages some millivolts outside the rails, where the curve ends: they leak as its end does.
    const double inside = std::clamp(v0, r.leakage_curve->voltage_V.front(), r.leakage_curve->voltage_V.back());
    return leak(*r.leakage_curve, inside, t) + (v0 - inside);
  }
  const bool high = v0 > (r.end_V.low + r.end_V.high) / 2;
  const double end = high ? r.end_V.high : r.end_V.low, tau = high ? r.tau_s.high : r.tau_s.low;
  return end + (v0 - end) * std::exp(-t / tau);
}

PerRail tauAt(const Retention& r, double temp_c) {
  if (!r.temperature)
    throw Error(kNotInModel, "the model has no temperature law of retention", "$.retention.temperature",
                "fit it from retention data at several temperatures");
  const TemperatureLaw& law = *r.temperature;
  if (temp_c < law.range_c[0] || temp_c > law.range_c[1])
    throw Error(kNotInModel,
                fmt::format("{} C is outside the fitted {} .. {} C", temp_c, law.range_c[0], law.range_c[1]),
                "$.retention.temperature.range_c", "choose a temperature inside, or characterise retention there");
  const double k_eV = support::kBoltzmann / support::kElementaryCharge;
  const double factor =
      std::exp(law.activation_energy_eV / k_eV *
               (1 / (temp_c + support::kZeroCelsius) - 1 / (law.reference_temp_c + support::kZeroCelsius)));
  return {r.tau_s.low * factor, r.tau_s.high * factor};
}

double pulseWidth(const Converter& c, double charge, const ConverterDeviation& d) {
  const double fC = charge * 1e15;
  return clampedWidth(fC * (1 + d.gain), c.slope_fC_per_ns, c.offset_ns + d.offset_ns, c,
                      lookUp(c.inl.charge_fC, c.inl.error_ns, fC));
}

double pulseWidth(const SignedConverter& s, double charge, const ConverterDeviation& d) {
  const double fC = charge * 1e15;
  const double inl = lookUp(s.positive.inl.charge_fC, s.positive.inl.error_ns, fC);
  if (fC >= s.sign_threshold_fC)
    return clampedWidth(fC * (1 + d.gain), s.positive.slope_fC_per_ns, s.positive.offset_ns + d.offset_ns, s.positive,
                        inl);
  return -clampedWidth(-fC * (1 + d.negative_gain), s.negative_slope_fC_per_ns,
                       s.negative_offset_ns + d.negative_offset_ns, s.positive, inl);
}

Converter idealConverter(double full_scale_fC, double longest_ns) {
  Converter c;
  c.slope_fC_per_ns = full_scale_fC / longest_ns;
  c.saturation_ns = longest_ns;
  c.s_sat_uA = full_scale_fC / longest_ns;
  return c;
}

SignedConverter idealSignedConverter(double full_scale_fC, double longest_ns) {
  SignedConverter s;
  s.positive = idealConverter(full_scale_fC, longest_ns);
  s.negative_slope_fC_per_ns = s.positive.slope_fC_per_ns;
  return s;
}

double decayPerToken(const Model& model) {
  if (!model.retention)
    throw Error(kNotInModel, "the model has no retention section", "$.retention", "give --decay yourself");
  if (!model.timing_s.token)
    throw Error(kNotInModel, "the model does not say how long a token takes", "$.timing_s.token",
                "give --decay yourself");
  return *model.timing_s.token * 2 / (model.retention->tau_s.low + model.retention->tau_s.high);
}

void requireInside(const Model& model, double v, double width) {
  const auto refuse = [](double x, const std::array<double, 2>& range, const char* what, const char* unit) {
    if (!(x >= range[0] && x <= range[1]))
      throw Error(
          kOutsideValidity,
          fmt::format("{} {} {} is outside the model's validity {} .. {} {}", what, x, unit, range[0], range[1], unit),
          "$.validity", "stay inside, or characterise and fit a wider range");
  };
  refuse(v, model.validity.v_storage_V, "stored voltage", "V");
  refuse(width, model.validity.pulse_width_s, "pulse width", "s");
}

}  // namespace gaincell::model
