#include <doctest/doctest.h>

#include "gaincell/fit/converter.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "synthetic.hpp"

using namespace gaincell::fit;
using gaincell::support::Error;

namespace {
/// 20 fC/ns, offset 0.1 ns, saturates at 15.02 ns; noise in s.
std::vector<Operation> reluSweep(double noise, std::uint64_t repeat) {
  std::vector<Operation> out;
  std::uint64_t n = 0;
  for (int i = -30; i <= 90; ++i) {
    const double q = i * 5e-15;
    double w = q > 0 ? std::min(0.1e-9 + q / 20e-6, 15.02e-9) : 0;
    if (w > 0.3e-9 && w < 15.02e-9) w += noise * synthetic::noise("relu", repeat, n++);
    out.push_back({q, w});
  }
  return out;
}
}  // namespace

TEST_CASE("slope and offset of a ReLU converter come back at the stated rate") {
  constexpr int kRepeats = 400;
  int slope = 0, offset = 0;
  for (int r = 0; r < kRepeats; ++r) {
    const ReluFit fit = fitRelu(reluSweep(2e-11, static_cast<std::uint64_t>(r)));
    slope += std::fabs(fit.branch.slope - 20e-6) <= 1.96 * fit.branch.slope_sigma;
    offset += std::fabs(fit.branch.offset - 0.1e-9) <= 1.96 * fit.branch.offset_sigma;
  }
  CHECK_MESSAGE(synthetic::atStatedRate(slope, kRepeats, 0.95), "slope ", slope);
  CHECK_MESSAGE(synthetic::atStatedRate(offset, kRepeats, 0.95), "offset ", offset);
}

TEST_CASE("the converter model reproduces its own data through the INL table") {
  const auto data = reluSweep(3e-11, 1);
  const ReluFit fit = fitRelu(data);
  CHECK(fit.converter.saturation_ns == doctest::Approx(15.02));
  CHECK(fit.converter.s_sat_uA == doctest::Approx((15.02 - 0.1) * 20 / 15).epsilon(1e-2));
  for (const Operation& o : data)
    CHECK(std::fabs(gaincell::model::pulseWidth(fit.converter, o.charge) - o.width) < 1e-15);
}

TEST_CASE("both signs of a signed converter come back, and the charge where the sign flips") {
  std::vector<Operation> data;
  for (int i = -150; i <= 150; ++i) {
    const double q = i * 1.5e-15 + 0.3e-15;
    const bool positive = q > -0.5e-15;
    const double w = positive ? 0.15e-9 + std::max(q, 0.0) / 10e-6 : 0.05e-9 - q / 9.8e-6;
    data.push_back({q, std::min(w, 15e-9), positive ? 1.0 : -1.0});
  }
  const SignedFit fit = fitSigned(data);
  CHECK(fit.converter.positive.slope_fC_per_ns == doctest::Approx(10).epsilon(1e-6));
  CHECK(fit.converter.negative_slope_fC_per_ns == doctest::Approx(9.8).epsilon(1e-6));
  CHECK(fit.converter.positive.offset_ns == doctest::Approx(0.15).epsilon(1e-6));
  CHECK(fit.converter.negative_offset_ns == doctest::Approx(0.05).epsilon(1e-6));
  CHECK(fit.converter.sign_threshold_fC == doctest::Approx(-0.45));  // between -1.2 and 0.3 fC
  for (const Operation& o : data)
    CHECK(gaincell::model::pulseWidth(fit.converter, o.charge) == doctest::Approx(o.sign * o.width).epsilon(1e-9));
}

TEST_CASE("a converter without pulses, or one that runs backwards, is refused") {
  std::vector<Operation> dead = reluSweep(0, 0);
  for (auto& o : dead) o.width = 0;
  CHECK_THROWS_WITH_AS(fitRelu(dead), doctest::Contains("no pulse"), Error);
  std::vector<Operation> backwards;
  for (int i = 1; i <= 60; ++i) backwards.push_back({i * 5e-15, 15e-9 - i * 0.2e-9});
  CHECK_THROWS_AS(fitRelu(backwards), Error);
  std::vector<Operation> short_sweep;
  for (int i = 1; i <= 20; ++i) short_sweep.push_back({i * 5e-15, i * 0.25e-9});
  CHECK(fitRelu(short_sweep).warnings.size() == 1);
}

TEST_CASE("the spread of a signed converter is that of its worse sign, and a table without gains is refused") {
  gaincell::support::Table both{{"sample", "gain_plus", "offset_plus_s", "gain_minus", "offset_minus_s"}, {}};
  gaincell::support::Table one{{"sample", "gain", "offset_s"}, {}};
  constexpr int kSamples = 4000;
  for (int i = 0; i < kSamples; ++i) {
    const auto n = [&](const char* what) { return synthetic::noise(what, 7, static_cast<std::uint64_t>(i)); };
    const double gain = 2 * (1 + 0.01 * n("gain")), offset = 1e-10 + 4e-11 * n("offset");
    both.addRow({1.0 * i, gain, offset, 2 * (1 + 0.03 * n("minus")), 2e-11 * n("offset minus")});
    one.addRow({1.0 * i, gain, offset});
  }
  const double sigmas = 4 / std::sqrt(2.0 * kSamples);  // four standard errors of a sigma
  CHECK(converterSpread(both).gain_sigma == doctest::Approx(0.03).epsilon(sigmas));
  CHECK(converterSpread(both).offset_sigma == doctest::Approx(4e-11).epsilon(sigmas));
  CHECK(converterSpread(one).gain_sigma == doctest::Approx(0.01).epsilon(sigmas));
  both.columns[3] = "other";
  CHECK_THROWS_AS(converterSpread(both), Error);
}
