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

constexpr double kSameTemperature = 0.01;  // K

/// Linear between the points of a curve, flat beyond its ends.
double flat(const std::vector<double>& x, const std::vector<double>& y, double at) {
  return lookUp(x, y, std::clamp(at, x.front(), x.back()));
}

/// dV/dt, V/s.
double rate(const RetentionAtTemperature& t, double v) {
  if (const auto& c = t.leakage_curve) return flat(c->voltage_V, c->current_A, v) / c->capacitance_F;
  const bool high = v > (t.end_V.low + t.end_V.high) / 2;
  return high ? (t.end_V.high - v) / t.tau_s.high : (t.end_V.low - v) / t.tau_s.low;
}

/// A quantity over temperature, x(T) = constant + activated exp(-E/kT), between two of the temperatures at which it is
/// known. Both ends are met whatever E is; E is that of the curve through a third temperature as well.
class AlongTemperature {
 public:
  /// @param low the temperatures `low` and `low` + 1 of `temp_c` enclose `at_c`
  AlongTemperature(const std::vector<RetentionAtTemperature>& all, std::size_t low, double at_c) : low_(low) {
    for (const auto& t : all) beta_.push_back(beta(t.temp_c));
    at_ = beta(at_c);
    // What is activated shows most where it is hot.
    if (low + 2 < all.size())
      third_ = low + 2;
    else if (low > 0)
      third_ = low - 1;
  }

  /// The temperatures whose values count, low to high.
  std::vector<std::size_t> used() const {
    std::vector<std::size_t> out = {low_, low_ + 1};
    if (third_) out.insert(*third_ < low_ ? out.begin() : out.end(), *third_);
    return out;
  }

  /// @param x of every temperature in used()
  double operator()(const std::vector<double>& x) const {
    const std::size_t i = third_ && *third_ < low_ ? 1 : 0;
    return x[i] + (x[i + 1] - x[i]) * share(energy(x), beta_[low_], at_, beta_[low_ + 1]);
  }

 private:
  static double beta(double temp_c) {  // 1/kT, 1/eV
    return support::kElementaryCharge / (support::kBoltzmann * (temp_c + support::kZeroCelsius));
  }

  /// Share of the way from a to c that exp(-E/kT) has gone at b; falls with E.
  static double share(double energy_eV, double a, double b, double c) {
    if (energy_eV < 1e-6) return (a - b) / (a - c);
    return std::expm1(energy_eV * (a - b)) / std::expm1(energy_eV * (a - c));
  }

  double energy(const std::vector<double>& x) const {
    constexpr double kHighest = 2;  // eV: beyond the band gap of silicon nothing is activated
    if (!third_) {
      // No constant part. Where it changes its sign or falls with temperature, straight over 1/T.
      const double ratio = x[1] / x[0];
      return ratio > 1 ? std::min(std::log(ratio) / (beta_[low_] - beta_[low_ + 1]), kHighest) : 0;
    }
    const std::vector<std::size_t> at = used();
    const double wanted = (x[1] - x[0]) / (x[2] - x[0]);
    double a = 0, b = kHighest;
    if (!(wanted < share(a, beta_[at[0]], beta_[at[1]], beta_[at[2]]))) return a;
    for (int i = 0; i < 50; ++i) {
      const double middle = (a + b) / 2;
      (share(middle, beta_[at[0]], beta_[at[1]], beta_[at[2]]) > wanted ? a : b) = middle;
    }
    return (a + b) / 2;
  }

  std::size_t low_;
  std::optional<std::size_t> third_;
  std::vector<double> beta_;
  double at_ = 0;
};

RetentionAtTemperature betweenTemperatures(const std::vector<RetentionAtTemperature>& all, double temp_c) {
  for (const auto& t : all)
    if (std::fabs(t.temp_c - temp_c) <= kSameTemperature) return t;
  std::size_t low = 0;
  while (all[low + 1].temp_c < temp_c) ++low;
  const AlongTemperature law(all, low, temp_c);
  const auto of = [&](auto&& value) {
    std::vector<double> x;
    for (const std::size_t i : law.used()) x.push_back(value(all[i]));
    return law(x);
  };
  const auto& cold = all[low];
  const auto& hot = all[low + 1];
  RetentionAtTemperature out = cold;
  out.temp_c = temp_c;
  out.window_s = std::min(cold.window_s, hot.window_s);
  out.exponential = cold.exponential && hot.exponential;
  for (double PerRail::*rail : {&PerRail::low, &PerRail::high}) {
    out.tau_s.*rail = 1 / of([&](const RetentionAtTemperature& t) { return 1 / t.tau_s.*rail; });
    out.end_V.*rail = of([&](const RetentionAtTemperature& t) { return t.end_V.*rail; });
    out.residual.*rail = std::max(cold.residual.*rail, hot.residual.*rail);
  }
  if (!out.leakage_curve) out.leakage_curve = hot.leakage_curve;
  if (auto& curve = out.leakage_curve)
    for (std::size_t k = 0; k < curve->voltage_V.size(); ++k)
      curve->current_A[k] =
          curve->capacitance_F * of([&](const RetentionAtTemperature& t) { return rate(t, curve->voltage_V[k]); });
  return out;
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

RetentionAtTemperature asTemperature(const Retention& r, double temp_c) {
  const double window = std::max(r.fit_window_low_s[1], r.fit_window_high_s[1]);
  return {temp_c, r.tau_s, r.end_V, r.residual, window, r.exponential, r.leakage_curve};
}

std::optional<double> timeToDrift(const Retention& r, double v0, double drift, double window) {
  const auto drifted = [&](double t) { return std::fabs(decayed(r, v0, t) - v0) >= drift; };
  if (!drifted(window)) return std::nullopt;
  double a = 0, b = window;
  for (int i = 0; i < 60; ++i) (drifted((a + b) / 2) ? b : a) = (a + b) / 2;
  return b;
}

PerRail timeToOneOverE(const Retention& r) {
  if (r.exponential || !r.leakage_curve) return r.tau_s;
  const auto time = [&](double v0, double end, double tau) {
    constexpr double kLongest = 1e3;  // time constants
    return timeToDrift(r, v0, -std::expm1(-1) * std::fabs(v0 - end), kLongest * tau).value_or(HUGE_VAL);
  };
  const auto& v = r.leakage_curve->voltage_V;
  return {time(v.front(), r.end_V.low, r.tau_s.low), time(v.back(), r.end_V.high, r.tau_s.high)};
}

Retention retentionAt(const Retention& r, double temp_c) {
  const auto& all = r.temperatures;
  if (all.empty())
    throw Error(kNotInModel, "the model knows the storage decay at its own temperature only",
                "$.retention.temperatures", "characterise retention at several temperatures and fit again");
  if (!(temp_c >= all.front().temp_c - kSameTemperature && temp_c <= all.back().temp_c + kSameTemperature))
    throw Error(kNotInModel,
                fmt::format("{} C is outside the simulated {} .. {} C", temp_c, all.front().temp_c, all.back().temp_c),
                "$.retention.temperatures", "choose a temperature inside, or characterise retention there");
  const RetentionAtTemperature there = betweenTemperatures(all, temp_c);
  Retention out = r;
  out.tau_s = there.tau_s;
  out.end_V = there.end_V;
  out.residual = there.residual;
  out.fit_window_low_s = out.fit_window_high_s = {0, there.window_s};
  out.exponential = there.exponential;
  out.leakage_curve = there.leakage_curve;
  if (r.levels.size() < 2) return out;
  const double half = std::fabs(r.levels[1].level_V - r.levels[0].level_V) / 2;
  for (LevelHold& l : out.levels) l.half_level_s = timeToDrift(out, l.level_V, half, l.window_s);
  return out;
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
