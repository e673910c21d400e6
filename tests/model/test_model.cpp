#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "gaincell/model/conventions.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/inspect.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "sample_model.hpp"

using namespace gaincell::model;
using gaincell::support::Error;
using nlohmann::json;

namespace {
/// The error of reading a document, "" when it reads.
std::string refusal(const json& document, std::string* where = nullptr) {
  try {
    modelFromJson(document, "m.json");
    return "";
  } catch (const Error& e) {
    if (where) *where = e.where();
    return e.id();
  }
}
}  // namespace

TEST_CASE("a model survives writing and reading bit for bit") {
  for (const Model& m : {paperModel(), fullModel()}) {
    const std::string text = modelText(m);
    const Model back = parseModel(text, "text");
    CHECK(modelText(back) == text);
    CHECK(back.cell.coefficients_uA == m.cell.coefficients_uA);
    CHECK(back.cell.covariance == m.cell.covariance);
    CHECK(back.grid.size() == m.grid.size());
  }
  const Model back = parseModel(modelText(fullModel()), "text");
  CHECK(back.cell.extended->current_uA == fullModel().cell.extended->current_uA);
  CHECK(back.cell.mismatch->transforms[3].delta == 1.5);
  CHECK(back.provenance.seed == 7u);
  CHECK_FALSE(back.retention->levels[1].half_level_s.has_value());
}

TEST_CASE("the published schema is the one the reader and the writer share") {
  const std::string path = std::string(GAINCELL_SOURCE_DIR) + "/fit/model/gaincell-model-1.schema.json";
  CHECK_MESSAGE(gaincell::support::readFile(path) == schemaText(),
                "regenerate it: build/release/bin/model_samples schema > ", path);
}

TEST_CASE("the strict reader names the field") {
  const json good = modelToJson(fullModel());
  std::string where;
  CHECK(refusal(good).empty());
  const auto broken = [&](const char* pointer, const json& value) {
    json j = good;
    j[json::json_pointer(pointer)] = value;
    return refusal(j, &where);
  };
  CHECK(broken("/schema", "gaincell-model/2") == "MDL-0002");
  CHECK(where == "m.json $.schema");
  CHECK(broken("/cell/coefficients_uA/2", "0.1") == "MDL-0005");
  CHECK(where == "m.json $.cell.coefficients_uA[2]");
  CHECK(broken("/cell/coefficients_uA", {1, 2, 3}) == "MDL-0007");
  CHECK(broken("/cell/full_scale_uA", 1e-5) == "MDL-0006");   // in ampere
  CHECK(broken("/conditions/temp_c", 300.15) == "MDL-0006");  // in kelvin
  CHECK(broken("/timing_s/token", 65) == "MDL-0006");         // in ns
  CHECK(broken("/conditions/corner", "typ") == "MDL-0006");
  CHECK(broken("/cell/covariance/1/3", 5) == "MDL-0008");
  CHECK(where == "m.json $.cell.covariance[1][3]");
  CHECK(broken("/cell/mismatch/covariance", {{1, 2, 0, 0}, {2, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}) == "MDL-0008");
  CHECK(where == "m.json $.cell.mismatch.covariance");
  CHECK(broken("/grid/1/cell/covariance/0/0", -1) == "MDL-0008");
  CHECK(where == "m.json $.grid[1].cell.covariance[0][0]");
  CHECK(broken("/relu_converter/inl/charge_fC", {0, 600, 600}) == "MDL-0007");
  CHECK(broken("/cell/sign_convention", "into-bit-line") == "MDL-0009");
  CHECK(broken("/cell/coefficients_A", {1, 2, 3, 4}) == "MDL-0004");
  CHECK(where == "m.json $.cell.coefficients_A");
  json missing = good;
  missing["cell"].erase("nrmse");
  CHECK(refusal(missing, &where) == "MDL-0003");
  CHECK(where == "m.json $.cell.nrmse");
  CHECK_THROWS_WITH_AS(parseModel("{", "f"), doctest::Contains("not a JSON document"), Error);
  CHECK_THROWS_AS(parseModel(R"({"schema":"gaincell-model/1","schema":"gaincell-model/1"})", "f"), Error);
  CHECK_THROWS_AS(parseModel(std::string(100000, '['), "f"), Error);
  std::string text = modelText(fullModel());
  text.replace(text.find("0.043"), 5, "1e999");
  CHECK_THROWS_AS(parseModel(text, "f"), Error);
}

TEST_CASE("the writer refuses what the reader would refuse, and leaves nothing behind") {
  Model m = fullModel();
  m.cell.nrmse = std::nan("");
  const auto path = std::filesystem::temp_directory_path() / "gaincell-model-test.json";
  std::filesystem::remove(path);
  CHECK_THROWS_AS(writeModel(path, m), Error);
  CHECK_FALSE(std::filesystem::exists(path));
  writeModel(path, fullModel());
  CHECK_THROWS_AS(writeModel(path, fullModel()), Error);  // exists
  writeModel(path, paperModel(), gaincell::support::Overwrite::Yes);
  CHECK(readModel(path).conditions.pdk == "paper");
  std::filesystem::remove(path);
}

TEST_CASE("the published model gives the published currents") {
  const Model m = paperModel();
  // By hand at V = 0.9: 0.52136361 + 13.61226063 x 0.45 - 2.62044562 x 0.2025 + 46.05483778 x 0.091125.
  CHECK(current(m.cell, 0.9) == doctest::Approx(10.3129877e-6).epsilon(1e-6));
  CHECK(current(m.cell, 0.45) == doctest::Approx(0.52136361e-6));
  const auto into = coefficients(m.cell, SignConvention::IntoBitLine);
  CHECK(into[1] == doctest::Approx(-13.61226063e-6));
  CHECK(decayPerToken(m) == doctest::Approx(1.3e-5));
  CHECK(pulseWidth(*m.relu_converter, 0.6e-12) == doctest::Approx(7.5e-9));
  CHECK(pulseWidth(*m.relu_converter, -0.6e-12) == 0.0);
  CHECK(pulseWidth(*m.relu_converter, 9e-12) == doctest::Approx(15e-9));
  CHECK(pulseWidth(*m.signed_converter, -0.3e-12) == doctest::Approx(-7.5e-9));
  CHECK_THROWS_AS(requireInside(m, 1.0, 1e-9), Error);
  CHECK_THROWS_AS(requireInside(m, std::nan(""), 1e-9), Error);
}

TEST_CASE("decay follows the exponential, or the leakage curve exactly") {
  Retention r;
  r.tau_s = {4e-3, 6e-3};
  r.end_V = {0.4, 0.4};
  CHECK(decayed(r, 0.9, 6e-3) == doctest::Approx(0.4 + 0.5 * std::exp(-1.0)));
  CHECK(decayed(r, 0.0, 4e-3) == doctest::Approx(0.4 - 0.4 * std::exp(-1.0)));
  // A leakage curve that is a resistor gives the exponential again: R = 1 Tohm, C = 5 fF, tau = 5 ms.
  r.exponential = false;
  LeakageCurve curve{5e-15, {}, {}};
  for (int i = 0; i <= 20; ++i) {
    curve.voltage_V.push_back(0.045 * i);
    curve.current_A.push_back((0.4 - 0.045 * i) * 1e-12);
  }
  r.leakage_curve = curve;
  for (const double v0 : {0.0, 0.3, 0.45, 0.9})
    for (const double t : {1e-4, 5e-3, 2e-2})
      CHECK(decayed(r, v0, t) == doctest::Approx(0.4 + (v0 - 0.4) * std::exp(-t / 5e-3)).epsilon(1e-9));
  // Against a fine numerical integration where the curve is bent.
  for (std::size_t i = 0; i < curve.voltage_V.size(); ++i) {
    const double y = curve.voltage_V[i] - 0.42;
    r.leakage_curve->current_A[i] = -1e-12 * y - 8e-12 * y * y * y;
  }
  double v = 0.9;
  const auto at_v = [&](double x) {
    const auto i = std::min<std::size_t>(19, static_cast<std::size_t>(x / 0.045));
    const double f = (x - r.leakage_curve->voltage_V[i]) / 0.045;
    return r.leakage_curve->current_A[i] * (1 - f) + r.leakage_curve->current_A[i + 1] * f;
  };
  constexpr int steps = 200000;
  for (int i = 0; i < steps; ++i) v += at_v(v) / 5e-15 * (1e-2 / steps);
  CHECK(decayed(r, 0.9, 1e-2) == doctest::Approx(v).epsilon(1e-5));
}

namespace {

/// A cell whose gates tunnel at every temperature and whose write gate leaks near the rails as it gets hot, the low
/// rail more and with another energy than the high one.
double trueRate(double v, double temp_c) {
  const double x = 1 / 8.617333262e-5 * (1 / 300.15 - 1 / (temp_c + 273.15));  // 1/eV
  const double low = std::exp(-v / 0.02), high = std::exp(-(0.9 - v) / 0.03);
  return (0.47 - v) / 4e-3 + 200 * low * std::exp(0.45 * x) - 100 * high * std::exp(0.35 * x);
}

RetentionAtTemperature trueDecay(double temp_c) {
  RetentionAtTemperature out{temp_c, {4e-3, 5e-3}, {0.47, 0.47}, {0.1, 0.1}, 5e-3, false, LeakageCurve{1e-14, {}, {}}};
  for (int i = 0; i <= 180; ++i) {
    out.leakage_curve->voltage_V.push_back(0.005 * i);
    out.leakage_curve->current_A.push_back(1e-14 * trueRate(0.005 * i, temp_c));
  }
  return out;
}

Retention trueRetention(std::initializer_list<double> temps) {
  const RetentionAtTemperature own = trueDecay(27);
  Retention r;
  r.tau_s = own.tau_s;
  r.end_V = own.end_V;
  r.exponential = false;
  r.leakage_curve = own.leakage_curve;
  for (const double t : temps) r.temperatures.push_back(trueDecay(t));
  for (int l = 0; l < 8; ++l) r.levels.push_back({0.9 * l / 7, 1.0, 5e-3});
  return r;
}

/// Approx is absolute for what is far below 1: times and currents are compared as ratios.
double offBy(double is, double should) {
  return std::fabs(is / should - 1);
}

/// Time to lose half a level by the true rate, in small steps.
double trueTime(double v0, double temp_c) {
  constexpr int kSteps = 20000;
  const double step = (v0 < 0.45 ? 1 : -1) * 0.9 / 14 / kSteps;
  double t = 0;
  for (int i = 0; i < kSteps; ++i) t += step / trueRate(v0 + (i + 0.5) * step, temp_c);
  return t;
}

}  // namespace

TEST_CASE("storage decay holds at and between the temperatures it was simulated at, from both rails") {
  const Retention r = trueRetention({0, 27, 85});
  for (const double t : {0.0, 10.0, 27.0, 45.0, 60.0, 72.0, 85.0}) {
    const Retention there = retentionAt(r, t);
    const auto& curve = there.leakage_curve.value();
    for (const std::size_t rail : {0, 180})  // one mechanism of its own each: the law is exact
      CHECK(offBy(curve.current_A[rail], 1e-14 * trueRate(curve.voltage_V[rail], t)) < 1e-6);
    for (const double v0 : {0.0, 0.9 / 7, 0.9 * 6 / 7, 0.9}) {
      CAPTURE(t);
      CAPTURE(v0);
      CHECK(offBy(timeToDrift(there, v0, 0.9 / 14, 1.0).value(), trueTime(v0, t)) < 0.02);
      CHECK(offBy(std::fabs(decayed(there, v0, trueTime(v0, t)) - v0), 0.9 / 14) < 0.02);
    }
    CHECK(offBy(there.levels[7].half_level_s.value(), trueTime(0.9, t)) < 0.02);
  }
  // The rails differ, and so do the temperatures: each answer is its own.
  CHECK(trueTime(0, 85) < 0.8 * trueTime(0.9, 85));
  CHECK(trueTime(0, 60) < 0.7 * trueTime(0, 27));
  // Four temperatures: each interval by itself.
  CHECK(offBy(timeToDrift(retentionAt(trueRetention({0, 27, 60, 85}), 72), 0, 0.9 / 14, 1.0).value(), trueTime(0, 72)) <
        0.01);
  CHECK(retentionAt(r, 85).tau_s.high == 5e-3);
  CHECK(retentionAt(r, 45).fit_window_low_s[1] == 5e-3);
}

TEST_CASE("storage decay at a temperature that nothing was simulated around is refused") {
  const auto id = [](const Retention& r, double t) {
    try {
      retentionAt(r, t);
    } catch (const Error& e) {
      return std::string(e.id());
    }
    return std::string("none");
  };
  CHECK(id(trueRetention({0, 27, 85}), 86) == "MDL-0010");
  CHECK(id(trueRetention({0, 27, 85}), -1) == "MDL-0010");
  CHECK(id(trueRetention({0, 27, 85}), std::nan("")) == "MDL-0010");
  CHECK(id(trueRetention({}), 27) == "MDL-0010");
  CHECK(id(trueRetention({0, 27, 85}), 0) == "none");
}

TEST_CASE("two temperatures: Arrhenius of each rail; exponential decay stays exponential") {
  Retention r;
  r.exponential = true;
  const auto tau = [](double ea, double t) {
    return 5e-3 * std::exp(ea / 8.617333262e-5 * (1 / (t + 273.15) - 1 / 300.15));
  };
  for (const double t : {0.0, 85.0})
    r.temperatures.push_back({t, {tau(0.4, t), tau(0.2, t)}, {0.4, 0.5}, {}, 0.02, true, {}});
  const Retention there = retentionAt(r, 60);
  CHECK(there.exponential);
  CHECK(offBy(there.tau_s.low, tau(0.4, 60)) < 1e-6);
  CHECK(offBy(there.tau_s.high, tau(0.2, 60)) < 1e-6);
  CHECK(there.end_V.low == doctest::Approx(0.4));
  CHECK(decayed(there, 0.9, there.tau_s.high) == doctest::Approx(0.5 + 0.4 * std::exp(-1.0)));
  // Beside one that is not: what is exponential leaks towards its end.
  r.temperatures[1] = trueDecay(85);
  CHECK_FALSE(retentionAt(r, 60).exponential);
  CHECK(retentionAt(r, 60).leakage_curve->current_A.front() > 0);
}

TEST_CASE("a grid follows the leakage along its temperatures, not a straight line") {
  Model m = fullModel();
  m.grid.clear();
  m.retention = trueRetention({});
  for (const double t : {0.0, 85.0}) {
    Section s = m;
    s.conditions.temp_c = t;
    s.retention->leakage_curve = trueDecay(t).leakage_curve;
    m.grid.push_back(s);
  }
  for (const double t : {10.0, 60.0})
    for (const double v0 : {0.0, 0.9})
      CHECK(offBy(timeToDrift(at(m, "tt", t, 0.9).retention.value(), v0, 0.9 / 14, 1.0).value(), trueTime(v0, t)) <
            0.02);
  CHECK(offBy(at(m, "tt", 60, 0.9).retention->levels[0].half_level_s.value(), trueTime(0, 60)) < 0.02);
}

TEST_CASE("the time to 1/e is tau where decay is exponential, else what the curve says") {
  Retention r = trueRetention({});
  r.exponential = true;
  CHECK(timeToOneOverE(r).high == r.tau_s.high);
  r.exponential = false;
  const PerRail t = timeToOneOverE(r);
  CHECK(offBy(decayed(r, 0.9, t.high) - 0.47, 0.43 * std::exp(-1.0)) < 1e-6);
  CHECK(offBy(0.47 - decayed(r, 0, t.low), 0.47 * std::exp(-1.0)) < 1e-6);
}

TEST_CASE("conditions are interpolated inside the grid and refused outside") {
  const Model m = fullModel();
  CHECK(at(m, "tt", 27, 0.9).cell.coefficients_uA == m.cell.coefficients_uA);
  const double c27 = m.cell.coefficients_uA[1], c85 = m.grid[1].cell.coefficients_uA[1];
  CHECK(at(m, "tt", 56, 0.9).cell.coefficients_uA[1] == doctest::Approx((c27 + c85) / 2));
  // Between two temperatures and without a third ln(tau) is linear in 1/T: where 1/T lies midway, tau is the geometric
  // mean.
  Model two = m;
  two.grid.erase(two.grid.begin());
  for (Section* s : {static_cast<Section*>(&two), &two.grid.front()}) s->retention->temperatures.clear();
  const double mid = 2 / (1 / 300.15 + 1 / 358.15) - 273.15;
  CHECK(offBy(at(two, "tt", mid, 0.9).retention->tau_s.low, 5e-3 * std::sqrt(0.1)) < 1e-6);
  CHECK_THROWS_AS(at(m, "tt", 90, 0.9), Error);
  CHECK_THROWS_AS(at(m, "ss", 27, 0.9), Error);
  CHECK_THROWS_AS(at(m, "tt", 27, 0.95), Error);
}

TEST_CASE("draws have the stated mean and covariance and do not depend on order") {
  JointDistribution d = *fullModel().cell.mismatch;
  d.mean = {0.1, -0.2, 0, 0.3};
  d.transforms[1].kind = "identity";
  const Sampler sampler(d);
  constexpr int n = 40000;
  double mean[4] = {}, square[4][4] = {}, x[4];
  for (int i = 0; i < n; ++i) {
    sampler.draw(1, 0, static_cast<std::uint64_t>(i), x);
    x[3] = applyTransform(d.transforms[3], x[3]);  // the distribution is stated for the transformed variable
    for (int a = 0; a < 4; ++a) {
      mean[a] += x[a] / n;
      for (int b = 0; b < 4; ++b)
        square[a][b] += (x[a] - d.mean[static_cast<std::size_t>(a)]) * (x[b] - d.mean[static_cast<std::size_t>(b)]) / n;
    }
  }
  for (std::size_t a = 0; a < 4; ++a) {
    CHECK(std::fabs(mean[a] - d.mean[a]) < 4 * std::sqrt(d.covariance[a][a] / n));
    for (std::size_t b = 0; b < 4; ++b) {
      // Standard error of a covariance of normals.
      const double se =
          std::sqrt((d.covariance[a][a] * d.covariance[b][b] + d.covariance[a][b] * d.covariance[a][b]) / n);
      CHECK(std::fabs(square[a][b] - d.covariance[a][b]) < 4 * se);
    }
  }
  double again[4];
  sampler.draw(1, 0, 17, x);
  sampler.draw(1, 0, 18, again);
  CHECK(again[0] != x[0]);
  sampler.draw(1, 0, 17, again);
  CHECK(again[0] == x[0]);
}

TEST_CASE("a file written before a field existed reads; the field is then unknown, and broken ones are refused") {
  json old = modelToJson(fullModel());
  old["cell"].erase("mismatch_curve");
  old["energy_J"].erase("read_by_level");
  old["write"].erase("transitions");
  old["retention"].erase("temperatures");
  old["retention"]["log_sigma"] = 0.2;  // no longer written
  old["retention"]["temperature"] = {{"activation_energy_eV", 0.4}};
  CHECK(refusal(old).empty());
  CHECK(modelFromJson(old, "old").retention->temperatures.empty());
  CHECK_FALSE(modelFromJson(old, "old").cell.mismatch_curve.has_value());
  std::string where;
  json j = modelToJson(fullModel());
  j["cell"]["mismatch_curve"]["components_uA"][1].erase(0);
  CHECK(refusal(j, &where) == "MDL-0007");
  CHECK(where.find("mismatch_curve.components_uA[1]") != std::string::npos);
  j = modelToJson(fullModel());
  j["cell"]["mismatch_curve"]["scores"]["covariance"][0][1] = 5;
  CHECK(refusal(j, &where) == "MDL-0008");
  j = modelToJson(fullModel());
  j["retention"]["temperatures"][1]["temp_c"] = 0;
  CHECK(refusal(j, &where) == "MDL-0007");
  CHECK(where.find("retention.temperatures[1].temp_c") != std::string::npos);
  j = modelToJson(fullModel());
  j["retention"]["temperatures"][2]["exponential"] = false;
  j["retention"]["temperatures"][2]["leakage_curve"] = nullptr;
  CHECK(refusal(j, &where) == "MDL-0009");
  j = modelToJson(fullModel());
  j["write"]["transitions"]["settle_s"].erase(0);
  CHECK(refusal(j, &where) == "MDL-0007");
}

TEST_CASE(
    "between a point with variation and one without, the variation is that of the one; other parts must be in both") {
  Model m = fullModel();
  m.grid.clear();
  Section hot = m;
  hot.conditions.temp_c = 85;
  hot.cell.mismatch.reset();
  hot.cell.mismatch_curve.reset();
  hot.retention->levels[0].half_level_s.reset();
  hot.write.reset();
  m.grid.push_back(hot);
  const Section between = at(m, "tt", 56, 0.9);
  CHECK(between.cell.mismatch->covariance[1][1] == doctest::Approx(m.cell.mismatch->covariance[1][1]));
  CHECK(between.cell.mismatch_curve->components_uA[0][7] == doctest::Approx(40));
  CHECK_FALSE(between.retention->levels[0].half_level_s.has_value());
  CHECK_FALSE(between.write.has_value());
  CHECK(between.cell.extended->current_uA.size() == 6);
}

TEST_CASE("a drawn curve is the sum of its components") {
  const CurveVariation c = *fullModel().cell.mismatch_curve;
  const CurveSampler sampler(c);
  REQUIRE(sampler.size() == 8);
  double scores[2], d[8];
  sampler.drawScores(5, 1, 17, scores);
  sampler.draw(5, 1, 17, d);
  for (std::size_t k = 0; k < 8; ++k)
    CHECK(d[k] == doctest::Approx(scores[0] * c.components_uA[0][k] + scores[1] * c.components_uA[1][k]));
}

TEST_CASE("models are compared in one sign convention") {
  const Model a = fullModel();
  Model b = a;
  b.cell = turned(a.cell, SignConvention::IntoBitLine);
  for (Section& s : b.grid) s.cell = turned(s.cell, SignConvention::IntoBitLine);
  check(b);
  CHECK(b.cell.coefficients_uA[1] == -a.cell.coefficients_uA[1]);
  CHECK(current(b.cell, 0.2) == doctest::Approx(-current(a.cell, 0.2)));
  CHECK(charge(b.cell, 0.7, 5e-9, 0.4) == doctest::Approx(-charge(a.cell, 0.7, 5e-9, 0.4)));
  CHECK(diff(a, b).empty());
  b.cell.coefficients_uA[1] *= 1.1;
  REQUIRE(diff(a, b).size() == 1);
  CHECK(*diff(a, b)[0].relative == doctest::Approx(0.1));
  // The draws of the turned distribution are those of the other sign: spread and skew.
  const Sampler one(*a.cell.mismatch), other(*b.cell.mismatch);
  double sum1 = 0, sum2 = 0, x[4];
  for (std::uint64_t i = 0; i < 20000; ++i) {
    one.draw(1, 0, i, x);
    sum1 += x[3];
    other.draw(2, 0, i, x);
    sum2 += x[3];
  }
  CHECK(sum2 / 20000 == doctest::Approx(-sum1 / 20000).scale(1).epsilon(0.03));  // means of 20000 draws each
}
