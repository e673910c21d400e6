#include "cell_measure.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gaincell/design/conventions.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::sim {

std::vector<double> equidistant(double first, double last, int count) {
  if (count < 2) return {last};
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) out.push_back(first + (last - first) * i / (count - 1));
  return out;
}

std::vector<double> storedLevels(int count, double vdd) {
  return equidistant(0.0, vdd, count);
}

double interpolate(const std::vector<double>& x, const std::vector<double>& y, double x0) {
  const auto upper = std::upper_bound(x.begin(), x.end(), x0);
  if (upper == x.begin()) return y.front();
  if (upper == x.end()) return y.back();
  const auto k = static_cast<std::size_t>(upper - x.begin());
  return y[k - 1] + (y[k] - y[k - 1]) * (x0 - x[k - 1]) / (x[k] - x[k - 1]);
}

std::vector<int> pairWalk(int count) {
  // From each level go to the highest target not yet visited from there; started at 0 this closes an Eulerian walk of
  // the complete graph with loops.
  std::vector<int> next(static_cast<std::size_t>(count), count - 1);
  std::vector<int> walk = {0};
  while (next[static_cast<std::size_t>(walk.back())] >= 0) {
    int& target = next[static_cast<std::size_t>(walk.back())];
    walk.push_back(target--);
  }
  return walk;
}

double netCharge(const Waveforms& waves, const std::string& node, double t0, double t1) {
  return -waves.integral("i(v" + node + ")", t0, t1);
}

double settlingTime(const Waveforms& waves, const std::string& vector, double target, double band, double on,
                    double off) {
  const auto& t = waves["time"];
  const auto& v = waves[vector];
  const auto last = static_cast<std::size_t>(std::upper_bound(t.begin(), t.end(), off) - t.begin());
  for (std::size_t k = last; k-- > 1 && t[k] >= on;) {
    if (std::fabs(v[k] - target) <= band) continue;
    if (k + 1 >= last) return std::nan("");
    // Crossing between k (outside) and k + 1 (inside).
    const double edge = target + std::copysign(band, v[k] - target);
    return t[k] + (t[k + 1] - t[k]) * (edge - v[k]) / (v[k + 1] - v[k]) - on;
  }
  return 0.0;
}

Outcome runSequence(const AnalysisContext& context, const cells::CellSequence& sequence, const std::string& name,
                    double relative_tolerance) {
  const auto deck = context.deck(name, [&] {
    netlist::Deck d = sequence.deck;
    d.options["reltol"] = support::formatNumber(relative_tolerance);
    return d;
  });
  Outcome outcome = context.simulator.run(context.job(deck, name));
  outcome.orThrow(name);
  return outcome;
}

netlist::Parameter levelsSetting(long max, const std::string& more) {
  return netlist::Parameter::integer("levels", 0, 0, max,
                                     "stored levels from 0 to VDD" + more + "; below 2: those of the design");
}

int levelsOf(const AnalysisContext& context) {
  const int given = context.settings.integer("levels");
  return given < 2 ? design::storedLevels(context.design) : given;
}

netlist::Parameter toleranceSetting() {
  return netlist::Parameter::real("tolerance", "", 1e-4, 1e-7, 1e-2,
                                  "relative tolerance of the simulator (reltol); halve it to see what it costs");
}

}  // namespace gaincell::sim
