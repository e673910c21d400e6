#pragma once
/// @file
/// Decay of a stored voltage whose rate dV/dt depends on the voltage only.

#include <vector>

namespace gaincell::sim {

/// Solves dV/dt = rate(V) for a rate given at increasing voltages, linear between them. Within a segment the solution
/// is an exponential and is evaluated exactly, so no step size enters and stiff cells (leaky against the window) are
/// fine. The voltage never leaves the table: at its ends it stops.
class Decay {
 public:
  /// @param v increasing voltages, V; @param rate dV/dt at them, V/s. @throws Error (MEA-0002) when they do not fit.
  Decay(std::vector<double> v, std::vector<double> rate);

  /// Voltage after time t (s) from `start` (V, clamped to the table).
  double after(double start, double t) const;
  /// Time until the voltage has moved by `drift` (V) either way from `start`; infinity when it never does.
  double timeToDrift(double start, double drift) const;
  /// Stable voltage: the rate falls through zero there. NaN when there is none in the table.
  double equilibrium() const;

 private:
  double rateAt(double v) const;
  std::vector<double> v_, rate_;
};

/// Time constant of the behavioral model's law V - zero = (start - zero) exp(-t/tau): least squares in V over `times`.
/// NaN when the last time is too short or too long by more than four decades to tell.
double decayTime(const Decay& decay, double start, double zero, const std::vector<double>& times);

}  // namespace gaincell::sim
