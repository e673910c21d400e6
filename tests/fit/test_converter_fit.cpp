#include <doctest/doctest.h>

#include "gaincell/fit/converter.hpp"
#include "gaincell/fit/regression.hpp"
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

TEST_CASE("both signs of a signed converter and its saturation come back at the stated rate") {
  constexpr int kRepeats = 400;
  constexpr double kNoise = 2e-11;
  int slope[2] = {}, offset[2] = {}, saturation = 0, threshold = 0;
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    std::uint64_t n = 0;
    const auto noise = [&] { return kNoise * synthetic::noise("signed", r, n++); };
    const double turn = 2e-15 * synthetic::noise("turn", r, 0);  // where the sign turns
    std::vector<Operation> data;
    for (int i = -60; i <= 60; ++i) {
      const double q = i * 4e-15 + 0.7e-15;
      const double sign = q > turn ? 1 : -1;
      const double line = sign > 0 ? 0.15e-9 + q / 10e-6 : 0.05e-9 - q / 9.8e-6;
      data.push_back({q, std::max(0.0, std::min(line, 15.01e-9) + noise()), sign});
    }
    const SignedFit fit = fitSigned(data);
    const auto inside = [](const BranchFit& b, double s, double o, int& slopes, int& offsets) {
      slopes += std::fabs(b.slope - s) <= studentFactor(b.points - 2) * b.slope_sigma;
      offsets += std::fabs(b.offset - o) <= studentFactor(b.points - 2) * b.offset_sigma;
    };
    inside(fit.positive, 10e-6, 0.15e-9, slope[0], offset[0]);
    inside(fit.negative, 9.8e-6, 0.05e-9, slope[1], offset[1]);
    saturation +=
        std::fabs(fit.saturation.width - 15.01e-9) <= studentFactor(fit.saturation.points - 1) * fit.saturation.sigma;
    threshold += std::fabs(fit.converter.sign_threshold_fC - turn * 1e15) <=
                 fit.converter.sign_threshold_uncertainty_fC.value() * (1 + 1e-9);
  }
  for (const int h : {slope[0], slope[1], offset[0], offset[1], saturation})
    CHECK_MESSAGE(synthetic::atStatedRate(h, kRepeats, 0.95), "hits ", h);
  CHECK(threshold == kRepeats);  // two charges enclose it
}

TEST_CASE("a converter that swallows short pulses says so, for each sign") {
  for (const double dead_sign : {1.0, -1.0}) {
    std::vector<Operation> data;
    for (int i = -150; i <= 150; ++i) {
      const double q = i * 1.5e-15;
      double w = std::min(std::fabs(q) / 10e-6, 15e-9);
      if (q * dead_sign > 0 && w < 0.8e-9) w = 0;
      data.push_back({q, w, q >= 0 ? 1.0 : -1.0});
    }
    CHECK(fitSigned(data).converter.positive.min_pulse_ns == doctest::Approx(0.9));  // 6 of 0.15 ns
  }
}

TEST_CASE("the spread of converters comes back within its stated interval at the stated rate, signs together") {
  constexpr int kRepeats = 300, kSamples = 100;
  // A deviation both signs share, and one of each.
  const double sigma[] = {std::hypot(0.01, 0.005), 0.04, std::hypot(0.01, 0.008), 0.06};
  int hits[4] = {}, figures = 0;
  for (std::uint64_t r = 0; r < kRepeats; ++r) {
    gaincell::support::Table t{
        {"gain_plus", "offset_plus_s", "gain_minus", "offset_minus_s", "slope_plus_s_per_C", "saturated_min_plus_s",
         "saturated_max_plus_s", "inl_lsb_plus_LSB", "sign_threshold_lsb_LSB"},
        {}};
    for (std::uint64_t i = 0; i < kSamples; ++i) {
      const auto n = [&](const char* what) { return synthetic::noise(what, r, i); };
      const double gain = 1 + 0.01 * n("both") + 0.005 * n("plus"), width = 15e-9 + 2e-12 * n("width");
      t.addRow({gain, 4e-11 * n("offset"), 1 + 0.01 * n("both") + 0.008 * n("minus"), 6e-11 * n("offset minus"),
                gain * 1e5, width, width, 0.03, 0.2 * n("turn")});
    }
    const auto d = fitConverterVariability(t);
    REQUIRE(d.names == std::vector<std::string>{"gain", "offset_ns", "negative_gain", "negative_offset_ns"});
    for (std::size_t k = 0; k < 4; ++k) {
      const double s = std::sqrt(d.covariance[k][k]);
      if (d.transforms[k].kind != "identity") continue;
      hits[k] += std::fabs(s - sigma[k]) <= sigmaHalfWidth(s, kSamples);
    }
    const double shared = d.covariance[0][2] / std::sqrt(d.covariance[0][0] * d.covariance[2][2]);
    CHECK(std::fabs(shared - 1e-4 / (sigma[0] * sigma[2])) < 0.25);
    const auto f = converterFigures(t, 1e-9);
    REQUIRE(f.names == std::vector<std::string>{"slope_fC_per_ns", "offset_ns", "inl_ns", "saturation_ns",
                                                "negative_offset_ns", "sign_threshold_fC"});
    figures += std::fabs(f.sigma[3] - 2e-3) <= sigmaHalfWidth(f.sigma[3], kSamples);
    CHECK(f.mean[0] == doctest::Approx(10).epsilon(0.01));
    CHECK(f.mean[2] == doctest::Approx(0.03));
    CHECK(f.sigma[5] == doctest::Approx(0.2 * 10).epsilon(0.3));  // 10 fC are one LSB
  }
  for (const int h : hits) CHECK_MESSAGE(synthetic::atStatedRate(h, kRepeats, 0.95), "hits ", h);
  CHECK_MESSAGE(synthetic::atStatedRate(figures, kRepeats, 0.95), "hits ", figures);
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
