// The arithmetic of the cell analyses against closed forms.

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "cell_measure.hpp"
#include "decay.hpp"
#include "gaincell/sim/pulse.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using sim::Decay;

namespace {
std::vector<double> grid(int n) {
  return sim::equidistant(0.0, 0.9, n);
}
/// An RC leak to `end`: dV/dt = -(V - end)/tau.
Decay leak(double end, double tau, int points) {
  std::vector<double> rate;
  for (const double v : grid(points)) rate.push_back(-(v - end) / tau);
  return {grid(points), rate};
}
}  // namespace

TEST_CASE("an RC leak decays exponentially, whatever the table's spacing") {
  for (const int points : {4, 10, 91}) {
    const Decay d = leak(0.45, 5e-3, points);
    for (const double t : {0.0, 1e-6, 1e-3, 5e-3, 20e-3})
      CHECK(d.after(0.9, t) == doctest::Approx(0.45 + 0.45 * std::exp(-t / 5e-3)).epsilon(1e-9));
    CHECK(d.after(0.0, 5e-3) == doctest::Approx(0.45 - 0.45 * std::exp(-1)).epsilon(1e-9));
    CHECK(d.equilibrium() == doctest::Approx(0.45));
    CHECK(d.timeToDrift(0.9, 0.045) == doctest::Approx(-5e-3 * std::log(0.9)).epsilon(1e-9));
    CHECK(std::isinf(d.timeToDrift(0.9, 0.5)));
    CHECK(std::isinf(d.timeToDrift(0.45, 0.01)));
  }
}

TEST_CASE("a stiff leak ends at its equilibrium") {
  CHECK(leak(0.3, 1e-12, 31).after(0.9, 1.0) == doctest::Approx(0.3).epsilon(1e-9));
}

TEST_CASE("a constant current gives a straight line and stops at the end of the table") {
  const Decay d(grid(19), std::vector<double>(19, -100.0));
  CHECK(d.after(0.9, 1e-3) == doctest::Approx(0.8));
  CHECK(d.after(0.9, 1.0) == 0.0);
  CHECK(d.timeToDrift(0.9, 0.1) == doctest::Approx(1e-3));
  CHECK(std::isnan(d.equilibrium()));
}

TEST_CASE("the time constant of an exponential is found, from both sides") {
  const Decay d = leak(0.45, 3.7e-3, 91);
  const auto times = sim::equidistant(0, 5e-3, 51);
  CHECK(sim::decayTime(d, 0.0, 0.45, times) == doctest::Approx(3.7e-3).epsilon(1e-6));
  CHECK(sim::decayTime(d, 0.9, 0.45, times) == doctest::Approx(3.7e-3).epsilon(1e-6));
}

TEST_CASE("a window that tells nothing gives no time constant") {
  CHECK(std::isnan(sim::decayTime(leak(0.45, 1e3, 91), 0.9, 0.45, sim::equidistant(0, 1e-3, 51))));
}

TEST_CASE("tables that do not fit are refused") {
  CHECK_THROWS_AS(Decay({0.0, 0.1}, {1.0}), support::Error);
  CHECK_THROWS_AS(Decay({0.1, 0.1}, {1.0, 1.0}), support::Error);
}

TEST_CASE("the walk visits every ordered pair once") {
  for (const int n : {2, 3, 8}) {
    const auto walk = sim::pairWalk(n);
    std::set<std::pair<int, int>> pairs;
    for (std::size_t k = 1; k < walk.size(); ++k) pairs.insert({walk[k - 1], walk[k]});
    CHECK(walk.size() == static_cast<std::size_t>(n * n + 1));
    CHECK(pairs.size() == static_cast<std::size_t>(n * n));
  }
}

TEST_CASE("drawn charge counts only what a driver takes from its supply") {
  sim::Waveforms waves;
  waves.add("time", {0, 1, 2, 3, 4});
  waves.add("i(vwl)", {0, -2, 0, 2, 0});  // negative: the source delivers
  CHECK(sim::deliveredCharge(waves, "i(vwl)", 0, 4) == doctest::Approx(2.0));
  CHECK(sim::netCharge(waves, "wl", 0, 4) == doctest::Approx(0.0).scale(1));
  CHECK(sim::netCharge(waves, "wl", 0, 2) == doctest::Approx(2.0));
}
