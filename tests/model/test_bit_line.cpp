// The law of a bit line: several cells with pulses of different lengths, against closed forms.
#include <doctest/doctest.h>

#include <cmath>

#include "gaincell/model/bit_line.hpp"

using namespace gaincell::model;

namespace {

/// 4 uA at 2 uS, -4 uA in the middle.
std::vector<LineCell> threeCells(double edge = 0, double conductance = 2e-6, double slope = 0) {
  const LineCell push{4e-6, edge, conductance, slope}, pull{-4e-6, edge, conductance, slope};
  return {push, pull, push};
}
const std::vector<double> kWidths = {10e-9, 4e-9, 10e-9};

}  // namespace

TEST_CASE("held: the sum of current times width, an edge charge once per pulse") {
  CHECK(lineCharge({}, threeCells(), kWidths) == doctest::Approx(64e-15).epsilon(1e-12));
  CHECK(lineCharge({}, threeCells(0.1e-15), {10e-9, 0, 10e-9}) == doctest::Approx(80.2e-15).epsilon(1e-12));
  CHECK(lineCharge({}, threeCells(0.1e-15), {0, 0, 0}) == 0);
}

TEST_CASE("a conductance: exponential approach, two pieces") {
  // Up to 4 ns all three are on: 4 uA net into 6 uS; then two: 8 uA, 4 uS.
  const double c = 100e-15;
  const double v1 = 4.0 / 6 * (1 - std::exp(-6e-6 * 4e-9 / c));
  const double v2 = 2.0 + (v1 - 2.0) * std::exp(-4e-6 * 6e-9 / c);
  CHECK(lineCharge({c, 0}, threeCells(), kWidths) == doctest::Approx(c * v2).epsilon(1e-6));
}

TEST_CASE("a conductance that changes with the line: against small steps") {
  for (const double slope : {6.0, -6.0}) {
    double v = 0;
    const int steps = 20000;
    for (int k = 0; k < 2 * steps; ++k) {  // midpoint rule, 4 ns of three cells, then 6 ns of two
      const bool first = k < steps;
      const double dt = (first ? 4e-9 : 6e-9) / steps, b = first ? 4e-6 : 8e-6;
      const double g = (first ? 3 : 2) * 2e-6, h = (first ? 3 : 2) * slope * 1e-6;
      const auto rate = [&](double x) { return (b - g * x - h * x * x) / 100e-15; };
      v += dt * rate(v + 0.5 * dt * rate(v));
    }
    CHECK(lineCharge({100e-15, 0}, threeCells(0, 2e-6, slope * 1e-6), kWidths) ==
          doctest::Approx(100e-15 * v).epsilon(2e-6));
  }
}

TEST_CASE("wire: each element carries the current of all cells behind it") {
  // Elements carry 4, 0, 4 uA in the first 4 ns, then 8, 4, 4 uA.
  const double first = 4e-6 - 2e-6 * 50 * (4e-6 + 4e-6 + 8e-6), second = 8e-6 - 2e-6 * 50 * (8e-6 + 16e-6);
  CHECK(lineCharge({0, 50}, threeCells(), kWidths) == doctest::Approx(first * 4e-9 + second * 6e-9).epsilon(1e-12));
}

TEST_CASE("the quotient tanh(z)/z in the range that lines reach, of both signs of its square") {
  for (const double z : {0.01, 0.1, 0.3, 0.5, 1.0})
    CHECK(tanhOver(z * z) == doctest::Approx(std::tanh(z) / z).epsilon(1e-6));
  for (const double z : {0.01, 0.1, 0.3, 0.5})
    CHECK(tanhOver(-z * z) == doctest::Approx(std::tan(z) / z).epsilon(1e-6));
}
