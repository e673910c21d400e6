#pragma once
/// @file
/// Fits of storage decay.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::fit {

/// The decay from one stored voltage.
struct Decay {
  double v_start = 0;  ///< V
  double temp_c = 27;
  std::vector<double> t, v;  ///< s (increasing), V
};

/// From v_start_V, t_s, v_storage_V and optionally temp_c (`temp_c` where absent); one Decay per start and temperature.
/// @throws Error FIT-0005 when times of a decay do not increase
std::vector<Decay> decays(const support::Table& table, double temp_c);

/// V(t) = end + amplitude exp(-t/tau).
struct ExponentialFit {
  double tau = 0, end = 0, amplitude = 0;
  double tau_sigma = 0, end_sigma = 0;  ///< standard errors (linearised); amplitude is free too
  double residual = 0;                  ///< rms misfit / swing inside the window
  double window = 0;                    ///< s, from 0
  std::size_t points = 0;
};

/// Least squares over all three parameters; tau by golden section on ln(tau), the linear two exactly at each tau. The
/// window ends where 95 % of the swing has gone, so that a long flat tail does not decide.
/// @param end the end voltage when it is known (the window may be too short to show it): then the decay starts at the
/// first point and
///   only tau is fitted; all three are free when empty
/// @throws Error FIT-0001 fewer than 5 points; FIT-0006 the voltage does not change
ExponentialFit fitExponential(const Decay& decay, std::optional<double> end = std::nullopt);

/// The leakage curve behind several decays: -C dV/dt between successive points, averaged over a grid of voltages.
/// @param capacitance only scales the currents; the decay depends on the ratio
model::LeakageCurve leakageFromDecays(const std::vector<Decay>& decays, double capacitance, int nodes = 61);

struct RetentionFit {
  model::Retention retention;
  std::vector<ExponentialFit> exponentials;  ///< low rail, high rail
  double prediction_error = 0;  ///< largest |V_model(t) - V(t)| over all decays at the reference temperature, over the
                                ///< swing between the rails
  double cross_check = 0;       ///< the same for the static leakage curve alone; 0 when there is none
  std::vector<std::string> warnings;
};

struct RetentionOptions {
  double temp_c = 27;               ///< reference temperature
  double exponential_limit = 0.02;  ///< of the swing: what an exponential may miss a decay by
  double half_level_limit = 0.02;   ///< what it may miss the time to lose half a level by, from the rails
  double half_level_V = 0.9 / 14;   ///< half a step of 8 levels
  std::vector<double> levels_V;     ///< for the time to lose half a level
  double capacitance_F = 5e-15;     ///< used when only decays are given
};

/// Static leakage curves by temperature in C.
using StaticCurves = std::map<double, model::LeakageCurve>;

/// Exponential from both rails, towards the balance of the static currents where a static curve is given, else with
/// free ends; where any decay (rails or between) misses it by more than the limits, a leakage curve: the static one
/// when given, unless the decays themselves do better. The same at every other temperature with decays from both rails.
/// @throws Error FIT-0001 without decays from both rails at the reference temperature
RetentionFit fitRetention(const std::vector<Decay>& decays, const StaticCurves& static_curves,
                          const RetentionOptions& options);

/// Joins the temperatures of `from` to those of `to`, which stay where both have one. Fewer than two are none.
void joinTemperatures(std::vector<model::RetentionAtTemperature>& to,
                      const std::vector<model::RetentionAtTemperature>& from);

/// Where two temperatures alone are to say what holds between them, nothing tells the part of the leakage that does
/// not depend on temperature: what to warn of; else empty.
std::string betweenTwo(const std::vector<model::RetentionAtTemperature>& temperatures);

}  // namespace gaincell::fit
