// Every effect in its size: one cell, one pulse, and what the equations give, written out here.
#include <cmath>

#include "gaincell/support/error.hpp"
#include "one_cell.hpp"

using namespace gaincell::attention;
using namespace gaincell::attention::testing;
namespace model = gaincell::model;
using doctest::Approx;

namespace {

constexpr double kPulse = 15e-9;
const std::vector<double> kCubic = {0.25, -12, 2, -8}, kOrder5 = {0.25, -12, 2, -8, 1, -30}, kEdge = {0.3, -0.8, 0.5},
                          kConductance = {3, -1, 6}, kSlope = {5, 2};

EffectSwitches with(std::initializer_list<bool EffectSwitches::*> list) {
  EffectSwitches on;
  for (const auto effect : list) on.*effect = true;
  return on;
}

using On = EffectSwitches;

/// c dv/dt = b - g v - h v^2 from v = 0, by small steps of the midpoint rule. uA, uS, uS/V, F, s. @returns uA of 15 ns
double movedCharge(double b, double g, double h, double c, double width) {
  double v = 0;
  constexpr int kSteps = 20000;
  const auto rate = [&](double x) { return 1e-6 * (b - g * x - h * x * x) / c; };
  for (int n = 0; n < kSteps; ++n) v += width / kSteps * rate(v + 0.5 * width / kSteps * rate(v));
  return c * v / kPulse * 1e6;
}

}  // namespace

TEST_CASE("plain: a weight is stored upside down at the supply, current into the bit line counts positive") {
  const model::Model m = easyModel();
  for (int level = 0; level < 8; ++level) {
    CAPTURE(level);
    const OneCell cell = oneCell(m, {}, 9, level, level);
    CHECK(cell.s == Approx(0.6 * poly(kCubic, storedY(level))).epsilon(1e-5));
    CHECK(cell.phi == Approx(std::clamp(cell.s / 10, 0.0, 1.0)).epsilon(1e-5));
    const double z = cell.phi * poly(kCubic, storedY(level)) / 5;
    CHECK(cell.out == Approx(std::clamp(z, -1.0, 1.0)).epsilon(1e-5));
  }
}

TEST_CASE("the same hardware described in the other current direction gives the same") {
  const model::Model m = easyModel();
  model::Model other = m;
  other.cell.sign_convention = model::SignConvention::OutOfBitLine;
  for (double& c : other.cell.coefficients_uA) c = -c;
  for (double& c : other.cell.extended->current_uA) c = -c;
  for (double& c : other.cell.extended->edge_charge_fC) c = -c;
  for (double& c : other.cell.extended->conductance_slope->slope_uS_per_V) c = -c;
  const On on = with({&On::higher_order, &On::edge_charge, &On::conductance, &On::wire});
  for (const int level : {0, 2, 7}) {
    const OneCell a = oneCell(m, on, 11, level, level, 0.7), b = oneCell(other, on, 11, level, level, 0.7);
    CHECK(a.s == b.s);
    CHECK(a.phi == b.phi);
    CHECK(a.out == b.out);
  }
}

TEST_CASE("higher order and the charge of pulse edges") {
  const model::Model m = easyModel();
  for (int level = 0; level < 8; ++level) {
    CAPTURE(level);
    const double y = storedY(level);
    CHECK(oneCell(m, with({&On::higher_order}), 6, level, 0).s == Approx(0.4 * poly(kOrder5, y)).epsilon(1e-5));
    const On edge = with({&On::edge_charge});
    // fC over 15 ns: uA of a full pulse, whatever the width.
    for (const int pulse : {1, 15})
      CHECK(oneCell(m, edge, pulse, level, 0).s ==
            Approx(pulse / 15.0 * poly(kCubic, y) + poly(kEdge, y) / 15).epsilon(1e-5));
    CHECK(oneCell(m, edge, 0, level, 0).s == 0);
    CHECK(oneCell(m, edge, 3, 0, level, 0.5).out ==
          Approx(std::clamp((0.5 * poly(kCubic, y) + poly(kEdge, y) / 15) / 5, -1.0, 1.0)).epsilon(1e-5));
    CHECK(oneCell(m, edge, 3, 0, level, 0.0).out == 0);
  }
}

TEST_CASE("output conductance on the moving line: each array its own capacitance, S stays the ideal integrator's") {
  const model::Model m = easyModel();
  const On on = with({&On::conductance});
  for (const int level : {0, 1, 3, 6, 7}) {
    CAPTURE(level);
    const double y = storedY(level), b = poly(kCubic, y), g = poly(kConductance, y), h = poly(kSlope, y);
    const OneCell cell = oneCell(m, on, 12, level, level, 0.6);
    CHECK(cell.s == Approx(0.8 * b).epsilon(1e-5));
    CHECK(cell.phi == Approx(std::clamp(movedCharge(b, g, h, 200e-15, 12e-9) / 10, 0.0, 1.0)).epsilon(1e-5));
    CHECK(cell.out == Approx(std::clamp(movedCharge(b, g, h, 100e-15, 9e-9) / 5, -1.0, 1.0)).epsilon(1e-5));
  }
}

TEST_CASE("wire drop: the current of a cell runs through its own element; each array its own wire") {
  const model::Model m = easyModel();
  const On on = with({&On::wire});
  for (const int level : {0, 6}) {
    const double y = storedY(level), b = poly(kCubic, y), g = poly(kConductance, y), h = poly(kSlope, y);
    const auto lost = [&](double ohm) { return b - (g + h * ohm * b * 1e-6) * ohm * b * 1e-6; };
    CHECK(oneCell(m, on, 15, level, level).s == Approx(lost(1000)).epsilon(1e-5));
    CHECK(oneCell(m, on, 15, level, level, 0.4).out ==
          Approx(std::clamp(0.4 * lost(2000) / 5, -1.0, 1.0)).epsilon(1e-5));
  }
  // Two rows: the far cell's current passes both elements.
  model::Model two = m;
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(two, warnings);
  s.decay = 0;
  s.physics = physicsFromModel(two, on, s);
  const std::vector<float> q = {0.0F, 1.0F}, k = {0.0F, 0.0F};
  std::vector<float> out(2);
  Intermediates found;
  Engine(s, {}, 1, 2).run({1, 1, 1, 2}, q, k, k, out, {&found, nullptr});
  const double b = poly(kCubic, 0.5), drop = 2 * 1000 * b * 1e-6;
  CHECK(found.s[0] == Approx(b - (poly(kConductance, 0.5) + poly(kSlope, 0.5) * drop) * drop).epsilon(1e-5));
}

TEST_CASE("storage coupling: taken out of coefficients that contain it, added to those that do not, never twice") {
  model::Model m = easyModel();
  On on;
  on.storage_coupling = 0.03;
  const double y = storedY(1);
  CHECK(oneCell(m, on, 15, 1, 0).s == Approx(poly(kCubic, 1.03 * y)).epsilon(1e-5));
  m.cell.storage_coupling = 0.04;
  CHECK_THROWS_WITH_AS(oneCell(m, on, 15, 1, 0), doctest::Contains("contain the storage coupling"),
                       gaincell::support::Error);
  CHECK(oneCell(m, with({&On::without_coupling}), 15, 1, 0).s == Approx(poly(kCubic, y / 1.04)).epsilon(1e-5));
}

TEST_CASE("write: the voltage of the table, by the stored level; a discharged cell was at level 0") {
  model::Model m = easyModel();
  model::Write w;
  for (int to = 0; to < 8; ++to) w.level_V.push_back(to / 7.0);
  for (int from = 0; from < 8; ++from) {
    w.stored_V.emplace_back();
    for (int to = 0; to < 8; ++to) w.stored_V.back().push_back(to / 7.0 + 0.001 * from - 0.002 * to);
  }
  m.write = w;
  const On on = with({&On::write});
  for (const int level : {0, 2, 7}) {
    const int stored = 7 - level;
    CHECK(oneCell(m, on, 15, level, 0).s == Approx(poly(kCubic, stored / 7.0 - 0.002 * stored - 0.5)).epsilon(1e-5));
  }
  // Over what the slot held: two tokens in one column.
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(m, warnings);
  s.decay = 0;
  s.window = s.tile_columns = 1;
  s.physics = physicsFromModel(m, on, s);
  const std::vector<float> q = {1, 1}, k = {0.9F * 1 / 7, 0.9F * 5 / 7};
  std::vector<float> out(2);
  Intermediates found;
  Engine(s, {}, 1, 1).run({1, 1, 2, 1}, q, k, k, out, {&found, nullptr});
  // Stored level 2 over 6.
  CHECK(found.s[3] == Approx(poly(kCubic, 2 / 7.0 + 0.001 * 6 - 0.002 * 2 - 0.5)).epsilon(1e-5));
}

TEST_CASE("leakage: each rail its own time constant and end") {
  const model::Model m = easyModel();
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(m, warnings);
  s.levels_out = 0;
  s.physics = physicsFromModel(m, with({&On::leakage}), s);
  constexpr std::size_t kTokens = 21;
  std::vector<float> q(2 * kTokens, 0.0F), k(2 * kTokens, 0.45F), out(2 * kTokens);
  // Row 0 of the first token stores the high rail, row 1 the low one; the last token asks for one after the other.
  k[0] = 0;
  k[1] = 0.9F;
  for (const std::size_t row : {0U, 1U}) {
    std::fill(q.begin(), q.end(), 0.0F);
    q[2 * (kTokens - 1) + row] = 1;
    Intermediates found;
    Engine(s, {}, 1, 2).run({1, 1, kTokens, 2}, q, k, k, out, {&found, nullptr});
    const double t = 20 * 100e-6;
    const double v = row == 0 ? 0.6 + 0.4 * std::exp(-t / 4e-3) : 0.4 - 0.4 * std::exp(-t / 1e-3);
    CHECK(found.s[kTokens * (kTokens - 1)] == Approx(poly(kCubic, v - 0.5)).epsilon(1e-4));
  }
}

TEST_CASE("converters: line, offset, saturation, shortest pulse, sign threshold, INL after the clamp") {
  model::Model m = easyModel();
  m.relu_converter->slope_fC_per_ns = 10.5;
  m.relu_converter->offset_ns = 0.4;
  m.relu_converter->saturation_ns = 15.2;
  m.relu_converter->inl = {{0, 80, 160, 300}, {0.1, -0.2, 0.3, 0.3}};
  m.signed_converter->positive.slope_fC_per_ns = 4.8;
  m.signed_converter->positive.offset_ns = 0.3;
  m.signed_converter->positive.min_pulse_ns = 0.7;
  m.signed_converter->negative_slope_fC_per_ns = 5.3;
  m.signed_converter->negative_offset_ns = -0.2;
  m.signed_converter->sign_threshold_fC = 1.5;
  m.signed_converter->positive.inl = {{-60, -30, 0, 30, 60}, {0.1, -0.1, 0, 0.2, -0.3}};
  const On line = with({&On::converter_line}), all = with({&On::converter_line, &On::converter_inl});
  const double charge = 9 * poly(kCubic, storedY(5));  // fC: 1 uA for 1 ns
  CHECK(15 * oneCell(m, line, 9, 5, 0).phi == Approx(0.4 + charge / 10.5).epsilon(1e-5));
  REQUIRE(charge < 80);
  CHECK(15 * oneCell(m, all, 9, 5, 0).phi == Approx(0.4 + charge / 10.5 + 0.1 - 0.3 * charge / 80).epsilon(1e-5));
  // The line ends at the saturation, the INL beyond.
  m.cell.coefficients_uA[1] = -30;
  const double large = 15 * poly({0.25, -30, 2, -8}, -0.5);
  REQUIRE(large > 160);
  CHECK(15 * oneCell(m, line, 15, 7, 0).phi == Approx(15.2).epsilon(1e-5));
  CHECK(15 * oneCell(m, all, 15, 7, 0).phi == Approx(15.2 + 0.3).epsilon(1e-5));
  m.cell.coefficients_uA[1] = -12;
  // Signed: the cell of level 6 pushes, level 4 little, level 1 pulls.
  const auto width = [&](const On& on, int level, double phi) { return 15 * oneCell(m, on, 0, 0, level, phi).out; };
  const auto of = [&](int level, double phi) { return 15 * phi * poly(kCubic, storedY(level)); };
  CHECK(width(line, 6, 0.5) == Approx(0.3 + of(6, 0.5) / 4.8).epsilon(1e-5));
  CHECK(width(line, 1, 0.5) == Approx(-(-0.2 - of(1, 0.5) / 5.3)).epsilon(1e-5));
  REQUIRE(of(6, 0.5) > 30);
  CHECK(width(all, 6, 0.5) == Approx(0.3 + of(6, 0.5) / 4.8 + 0.2 - 0.5 * (of(6, 0.5) - 30) / 30).epsilon(1e-5));
  // Below the threshold of 1.5 fC a small positive charge reads as negative: -0.2 - q / 5.3 is no pulse.
  const double small = of(4, 0.08);
  REQUIRE(small > 0);
  REQUIRE(small < 1.5);
  m.signed_converter->positive.min_pulse_ns = 0;
  CHECK(width(line, 4, 0.08) == 0);
  m.signed_converter->sign_threshold_fC = 0;
  CHECK(width(line, 4, 0.08) == Approx(0.3 + small / 4.8).epsilon(1e-5));
  m.signed_converter->positive.min_pulse_ns = 0.7;
  CHECK(width(line, 4, 0.08) == 0);  // too short to leave
  // A word line of array 2 plays no pulse of less than 0.1 ns.
  m.signed_converter->positive.min_pulse_ns = 0;
  CHECK(width(line, 6, 0.09 / 15) == Approx(0.3).epsilon(1e-5));
  CHECK(width(line, 6, 0.11 / 15) > 0.35);
}

TEST_CASE("draws: sample sigma of cells, converters, noise and jitter") {
  model::Model m = easyModel();
  model::JointDistribution d;
  d.names = {"c0", "c1", "c2", "c3"};
  d.transforms.resize(4);
  d.mean.assign(4, 0.0);
  d.covariance.assign(4, std::vector<double>(4, 0.0));
  d.covariance[0][0] = 0.04;
  d.covariance[1][1] = 0.25;
  d.normality_p.assign(4, 0.5);
  m.cell.mismatch = d;
  model::JointDistribution g;
  g.names = {"gain", "offset_ns", "negative_gain", "negative_offset_ns"};
  g.transforms.resize(4);
  g.mean.assign(4, 0.0);
  g.normality_p.assign(4, 0.5);
  g.covariance.assign(4, std::vector<double>(4, 0.0));
  const double sigma[4] = {0.02, 0.3, 0.04, 0.1};
  for (std::size_t i = 0; i < 4; ++i) g.covariance[i][i] = sigma[i] * sigma[i];
  m.signed_converter->positive.mismatch = g;
  g.names.resize(2);
  g.transforms.resize(2);
  g.mean.resize(2);
  g.normality_p.resize(2);
  g.covariance = {{4e-4, 0}, {0, 0.09}};
  m.relu_converter->mismatch = g;
  constexpr int kChips = 4000;
  const auto sigmaOf = [&](auto value) {
    double sum = 0, squares = 0;
    for (int n = 0; n < kChips; ++n) {
      const double x = value(static_cast<std::uint64_t>(n));
      sum += x / kChips;
      squares += x * x / kChips;
    }
    return std::sqrt(squares - sum * sum);
  };
  const double few = 0.05;  // four standard errors of a sigma from 4000 samples
  const On cells = with({&On::mismatch}), converters = with({&On::converter_mismatch});
  const double y = storedY(0);
  CHECK(sigmaOf([&](auto chip) { return oneCell(m, cells, 15, 0, 0, {}, chip).s; }) ==
        Approx(std::hypot(0.2, 0.5 * y)).epsilon(few));
  // phi of 6 ns: 2 % of it, and 0.3 ns. Outputs of both signs.
  const double phi_ns = 15 * oneCell(m, {}, 9, 6, 0).phi;
  REQUIRE(phi_ns < 10);
  CHECK(sigmaOf([&](auto chip) { return 15 * oneCell(m, converters, 9, 6, 0, {}, chip).phi; }) ==
        Approx(std::hypot(0.02 * phi_ns, 0.3)).epsilon(few));
  const double up = 15 * oneCell(m, {}, 0, 0, 6, 0.5).out, down = 15 * oneCell(m, {}, 0, 0, 1, 0.5).out;
  CHECK(sigmaOf([&](auto chip) { return 15 * oneCell(m, converters, 0, 0, 6, 0.5, chip).out; }) ==
        Approx(std::hypot(0.02 * up, 0.3)).epsilon(few));
  CHECK(sigmaOf([&](auto chip) { return 15 * oneCell(m, converters, 0, 0, 1, 0.5, chip).out; }) ==
        Approx(std::hypot(0.04 * down, 0.1)).epsilon(few));
  On noisy;
  noisy.noise = 0.2;
  CHECK(sigmaOf([&](auto chip) { return oneCell(m, noisy, 9, 6, 0, {}, chip).phi; }) == Approx(0.02).epsilon(few));
  CHECK(sigmaOf([&](auto chip) { return oneCell(m, noisy, 0, 0, 1, 0.5, chip).out; }) == Approx(0.04).epsilon(few));
  On jitters;
  jitters.jitter = 0.15e-9;
  CHECK(sigmaOf([&](auto chip) { return oneCell(m, jitters, 9, 6, 0, {}, chip).phi; }) == Approx(0.01).epsilon(few));
}

TEST_CASE("what a model does not describe is refused by name; so is what needs another effect") {
  model::Model m = easyModel();
  const auto refused = [&](const On& on, const char* text) {
    CHECK_THROWS_WITH_AS(oneCell(m, on, 1, 0, 0), doctest::Contains(text), gaincell::support::Error);
  };
  refused(with({&On::mismatch}), "what mismatch needs");
  refused(with({&On::converter_mismatch}), "what converter mismatch needs");
  refused(with({&On::write}), "what write error needs");
  refused(with({&On::converter_inl}), "INL is the error of their own line");
  m.cell.extended->conductance_uS.clear();
  refused(with({&On::conductance}), "what bit-line conductance needs");
  m.cell.extended.reset();
  refused(with({&On::higher_order}), "what higher order needs");
  m.conventions.reset();
  refused({}, "does not state the conventions");
}
