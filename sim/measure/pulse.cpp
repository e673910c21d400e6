#include "gaincell/sim/pulse.hpp"

#include <algorithm>
#include <cmath>

#include "gaincell/design/conventions.hpp"

namespace gaincell::sim {

Pulse measurePulse(const Waveforms& waves, std::string_view name, double level, double t0, double t1) {
  Pulse pulse;
  const auto rises = waves.crossings(name, level, true, t0, t1), falls = waves.crossings(name, level, false, t0, t1);
  pulse.count = static_cast<int>(rises.size());
  for (double t : falls) pulse.width += t;
  for (double t : rises) pulse.width -= t;
  if (waves.at(name, t0) >= level) {
    pulse.width -= t0;
    ++pulse.count;
  }
  if (waves.at(name, t1) >= level) pulse.width += t1;
  if (!rises.empty()) pulse.first_rise = rises.front();
  if (!falls.empty()) pulse.last_fall = falls.back();
  const auto& time = waves["time"];
  const auto& v = waves[name];
  for (std::size_t i = 0; i < time.size(); ++i)
    if (time[i] >= t0 && time[i] <= t1) pulse.peak = std::max(pulse.peak, v[i]);
  return pulse;
}

Counter counterOf(const design::Design& design) {
  return {design::pulseLsb(design), design::topPulse(design)};
}

int counterCode(const Counter& counter, double width, double phase) noexcept {
  if (!(width > 0)) return 0;
  return std::clamp(static_cast<int>(std::floor(width / counter.clock + 1.0 - phase)), 0, counter.top);
}

int signedCode(const Counter& counter, double width, bool positive, double phase) noexcept {
  const int code = counterCode(counter, width, phase);
  return positive ? code : -code;
}

double deliveredCharge(const Waveforms& waves, std::string_view current, double t0, double t1) {
  const auto& time = waves["time"];
  const auto& i = waves[current];
  double charge = 0;
  for (std::size_t k = 1; k < time.size(); ++k) {
    const double a = std::max(time[k - 1], t0), b = std::min(time[k], t1);
    if (b <= a) continue;
    const double mean = -0.5 * (i[k - 1] + i[k]);
    if (mean > 0) charge += mean * (b - a);
  }
  return charge;
}

}  // namespace gaincell::sim
