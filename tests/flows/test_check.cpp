// The behavioral side of the check, its data and its measures, without a simulator.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agreement.hpp"
#include "best_cubic.hpp"
#include "check.hpp"
#include "devices.hpp"
#include "effects.hpp"
#include "gaincell/attention/npz.hpp"
#include "gaincell/cells/array.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/sim/array_engine.hpp"
#include "gaincell/support/error.hpp"
#include "run_program.hpp"

using namespace gaincell;
using namespace gaincell::flows;

namespace {

/// Current 4 uA at 0 V to -4 uA at the supply, 2 uS, 0.1 fC per pulse, converters of 20 and 10 fC per ns.
model::Model straightModel() {
  model::Model m;
  m.cell.coefficients_uA = {0, -4 / 0.45, 0, 0};
  model::ExtendedCell e;
  e.current_uA = {0, -4 / 0.45};
  e.edge_charge_fC = {0.1};
  e.conductance_uS = {2};
  m.cell.extended = e;
  m.cell.storage_coupling = 0.04;
  model::Converter relu;
  relu.slope_fC_per_ns = 20;
  relu.s_sat_uA = 20;
  m.relu_converter = relu;
  model::SignedConverter both;
  both.positive.slope_fC_per_ns = both.negative_slope_fC_per_ns = 10;
  both.positive.s_sat_uA = 10;
  m.signed_converter = both;
  return m;
}

ModelArray arrayOf(const Grid& wanted) {
  ModelArray a;
  a.wanted = wanted;
  a.line_capacitance = 100e-15;
  a.wire_r = 50;
  return a;
}

ComparedPoint point(double spice, std::vector<double> forms) {
  return {0, 0, spice, std::move(forms), {}};
}

}  // namespace

TEST_CASE("charge of a bit line: closed forms of each effect") {
  const model::Model m = straightModel();
  const BehavioralTile tile(m, 300e-15, 150e-15, 15e-9);
  const ModelArray array = arrayOf({{0.0}, {0.9}, {0.0}});
  const std::vector<double> widths = {10e-9, 4e-9, 10e-9};
  Effects on;
  on.storage_coupling = true;
  SUBCASE("plain: sum of current times width") {
    CHECK(tile.charge(on, array, 0, widths, BitLine::Integrating) == doctest::Approx(64e-15).epsilon(1e-9));
  }
  SUBCASE("without coupling the stored deviation is read back") {
    on.storage_coupling = false;
    CHECK(tile.charge(on, array, 0, widths, BitLine::Held) == doctest::Approx(64e-15 / 1.04).epsilon(1e-9));
  }
  SUBCASE("edge charge once per pulse, none without one") {
    on.edge_charge = true;
    CHECK(tile.charge(on, array, 0, {10e-9, 0, 10e-9}, BitLine::Held) == doctest::Approx(80.2e-15).epsilon(1e-9));
  }
  SUBCASE("conductance: exponential approach, two pieces") {
    on.conductance = true;
    // Up to 4 ns all three are on: 4 uA net into 6 uS; then two: 8 uA, 4 uS.
    const double c = 100e-15;
    const double v1 = 4.0 / 6 * (1 - std::exp(-6e-6 * 4e-9 / c));
    const double v2 = 2.0 + (v1 - 2.0) * std::exp(-4e-6 * 6e-9 / c);
    CHECK(tile.charge(on, array, 0, widths, BitLine::Integrating) == doctest::Approx(c * v2).epsilon(1e-9));
    CHECK(tile.charge(on, array, 0, widths, BitLine::Held) == doctest::Approx(64e-15).epsilon(1e-9));
  }
  SUBCASE("conductance that changes with the line: against small steps") {
    for (const double slope : {6.0, -6.0}) {
      model::Model curved = m;
      curved.cell.extended->conductance_slope = model::ConductanceSlope{{slope}};
      on.conductance = true;
      double v = 0;
      const int steps = 20000;
      for (int k = 0; k < 2 * steps; ++k) {  // midpoint rule, 4 ns of three cells, then 6 ns of two
        const bool first = k < steps;
        const double dt = (first ? 4e-9 : 6e-9) / steps, b = first ? 4e-6 : 8e-6;
        const double g = (first ? 3 : 2) * 2e-6, h = (first ? 3 : 2) * slope * 1e-6;
        const auto rate = [&](double x) { return (b - g * x - h * x * x) / 100e-15; };
        v += dt * rate(v + 0.5 * dt * rate(v));
      }
      CHECK(BehavioralTile(curved, 300e-15, 150e-15, 15e-9).charge(on, array, 0, widths, BitLine::Integrating) ==
            doctest::Approx(100e-15 * v).epsilon(1e-7));
    }
  }
  SUBCASE("wire drop: each element carries the current of all rows behind it") {
    on.wire_drop = true;
    // Elements carry 4, 0, 4 uA in the first 4 ns, then 8, 4, 4 uA.
    const double first = 4e-6 - 2e-6 * 50 * (4e-6 + 4e-6 + 8e-6), second = 8e-6 - 2e-6 * 50 * (8e-6 + 16e-6);
    CHECK(tile.charge(on, array, 0, widths, BitLine::Held) ==
          doctest::Approx(first * 4e-9 + second * 6e-9).epsilon(1e-9));
  }
  SUBCASE("drawn devices add their own current") {
    on.mismatch = true;
    ModelArray drawn = array;
    drawn.deviation.assign(3, {{{1e-7, 0, 0, 0}, {2e-7}}});
    CHECK(tile.charge(on, drawn, 0, widths, BitLine::Held) == doctest::Approx(64e-15 + 24e-16).epsilon(1e-9));
    on.higher_order = true;
    CHECK(tile.charge(on, drawn, 0, widths, BitLine::Held) == doctest::Approx(64e-15 + 48e-16).epsilon(1e-9));
  }
}

TEST_CASE("codes that differ at all, and those beyond one LSB, are counted apart and in both directions") {
  // Full scale 15 of 15 codes: a value is its own code. Differences 0, 1, -1, 2, -2, 3, and 2 across zero.
  const std::vector<ComparedPoint> points = {point(7, {7}), point(7, {8}),  point(7, {6}),  point(7, {9}),
                                             point(7, {5}), point(7, {10}), point(-1, {1}), point(-7, {-7})};
  const Agreement a = agreementOf(points, 15, 0, 15);
  CHECK(a.code_error == doctest::Approx(6.0 / 8));
  CHECK(a.beyond_lsb == doctest::Approx(4.0 / 8));
  CHECK(codeDifferences(points, 15, 0, 15) == std::vector<std::size_t>{0, 1, 1, 2, 1, 2, 1});
  // Two of 14 in codes of two each are one code, four are two.
  const Agreement coarse = agreementOf({point(6, {8}), point(6, {10})}, 14, 0, 7);
  CHECK(coarse.code_error == doctest::Approx(1));
  CHECK(coarse.beyond_lsb == doctest::Approx(0.5));
}

TEST_CASE("a voltage outside the rails leaks like the end of the curve instead of jumping there") {
  model::Model m = straightModel();
  model::Retention r;
  r.exponential = false;
  r.leakage_curve = model::LeakageCurve{10e-15, {0, 0.9}, {1e-12, -1e-12}};
  m.retention = r;
  const BehavioralTile tile(m, 300e-15, 150e-15, 15e-9);
  ModelArray array = arrayOf({{0.905}});
  array.hold = 100e-9;
  Effects on;
  on.storage_coupling = true;
  const double before = tile.charge(on, array, 0, {10e-9}, BitLine::Held);
  on.leakage = true;
  // 1 pA out of 10 fF for 100 ns: 10 uV; 4 uA / 0.45 V for 10 ns.
  CHECK(tile.charge(on, array, 0, {10e-9}, BitLine::Held) - before ==
        doctest::Approx(10e-6 * 4e-6 / 0.45 * 10e-9).epsilon(1e-3));
}

TEST_CASE("forms add one effect each and end in the full model; leaving one out differs in that one") {
  const auto forms = modelForms(straightModel(), {false, true});
  const std::size_t plain = plainForm(forms), full = fullForm(forms);
  CHECK(forms.front().name == "static cubic");
  CHECK(plain == 1);
  CHECK(forms[plain].effects.storage_coupling);
  CHECK_FALSE(forms[plain].effects.converter_line);
  CHECK(forms[full].effects.converter_inl);
  CHECK(forms[full].effects.mismatch);
  CHECK_FALSE(forms[full].effects.leakage);      // the model has no retention
  CHECK_FALSE(forms[full].effects.write_error);  // exact voltages were stored
  for (std::size_t f = full + 1; f < forms.size(); ++f) CHECK(forms[f].leave_out);
}

TEST_CASE("agreement: known differences, codes, budget that adds up") {
  const double full_scale = 15;
  const std::vector<ComparedPoint> points = {point(0, {3, 1, 0}), point(10, {10, 10, 10}), point(-5, {-8, -6, -5}),
                                             point(5, {5.4, 5.2, 5})};
  const Agreement a = agreementOf(points, full_scale, 0, 15);
  CHECK(a.nrmse == doctest::Approx(std::sqrt((9 + 9 + 0.16) / 4) / 15));
  CHECK(a.max == doctest::Approx(3.0 / 15));
  CHECK(a.bias == doctest::Approx(0.4 / 4 / 15));
  CHECK(a.code_error == doctest::Approx(0.5));
  CHECK(a.beyond_lsb == doctest::Approx(0.5));
  CHECK(agreementOf(points, full_scale, 1, 15).beyond_lsb == 0);
  CHECK(agreementOf(points, full_scale, 2, 15).r2 == doctest::Approx(1));
  CHECK(codeDifferences(points, full_scale, 0, 15) == std::vector<std::size_t>{1, 0, 0, 2, 0, 0, 1});
  CHECK(std::isnan(agreementOf({point(1, {1})}, full_scale, 0, 15).r2));

  TileComparison c;
  c.forms = {{"static cubic", {}, false}, {"cubic", {}, false}, {"converter INL", {}, false}};
  const auto budget = errorBudget(c, points, full_scale, false);
  REQUIRE(budget.size() == 2);
  CHECK(budget[0].effect == "storage coupling");
  CHECK(budget[0].share + budget[1].share == doctest::Approx(1));  // nothing remains
  CHECK(budget[1].nrmse_after == 0);
}

TEST_CASE("the counter is an effect of codes only") {
  Effects counted;
  counted.quantization = true;
  TileComparison c;
  c.forms = {{"cubic", {}, false}, {"converter INL", {}, false}, {"quantization", counted, false}};
  const std::vector<ComparedPoint> codes = {point(3, {3.4, 3.2, 3}), point(-2, {-2.4, -1.6, -2})};
  const auto budget = errorBudget(c, codes, 15, true);
  REQUIRE(budget.size() == 2);
  CHECK(budget[1].effect == "quantization");
  CHECK(budget[1].nrmse_after == 0);
  CHECK(errorBudget(c, codes, 15, false).size() == 1);
  CHECK(outputCode(7.4, 15, 15) == 7);
  CHECK(outputCode(-7.6, 15, 15) == -8);
}

TEST_CASE("best cubic: found again, least, and clipped points do not pull it") {
  const std::array<double, 4> truth = {0.1, -9, 0.5, 3};
  const auto points = [&](double bend) {
    std::vector<ComparedPoint> out;
    for (int k = 0; k < 60; ++k) {
      ComparedPoint p = point(0, {});
      p.powers.assign(4, 0.0);
      for (int i = 0; i < 5; ++i) {
        const double y = 0.45 * std::sin(1.7 * k + 2.9 * i), w = 1 + (k + i) % 4;
        for (int n = 0; n < 4; ++n) p.powers[static_cast<std::size_t>(n)] += w * std::pow(y, n);
        p.spice += w * bend * std::pow(y, 5);
      }
      for (std::size_t n = 0; n < 4; ++n) p.spice += truth[n] * p.powers[n];
      p.spice = std::clamp(p.spice, -15.0, 15.0);
      out.push_back(p);
    }
    return out;
  };
  const Clip clip{-15, 15};
  const auto exact = bestCubic(points(0), 15, clip, {0, -8, 0, 0});
  REQUIRE(exact);
  for (std::size_t n = 0; n < 4; ++n) CHECK(exact->coefficients_A[n] == doctest::Approx(truth[n]).epsilon(1e-6));
  CHECK(exact->nrmse < 1e-9);
  const auto bent = points(40);
  const auto best = bestCubic(bent, 15, clip, truth);
  REQUIRE(best);
  CHECK(best->nrmse > 1e-3);
  for (std::size_t n = 0; n < 4; ++n)
    for (const double factor : {0.99, 1.01}) {
      double squares = 0;
      for (const auto& p : bent) {
        double value = 0;
        for (std::size_t k = 0; k < 4; ++k) value += best->coefficients_A[k] * (k == n ? factor : 1) * p.powers[k];
        squares += std::pow(std::clamp(value, clip.low, clip.high) - p.spice, 2);
      }
      CHECK(std::sqrt(squares / 60) / 15 >= best->nrmse);
    }
  CHECK_FALSE(bestCubic({bent.begin(), bent.begin() + 8}, 15, clip, truth));  // too few to say something
  auto nonlinear = bent;
  nonlinear[3].powers.clear();
  CHECK_FALSE(bestCubic(nonlinear, 15, clip, truth));
}

TEST_CASE("maps: a bad column and a bad row show where they are") {
  TileComparison c;
  c.full_scale_charge = 10;
  c.forms = {{"cubic", {}, false}};
  c.row_charge.assign(3, {});
  for (int k = 0; k < 40; ++k) {
    const double row[3] = {std::sin(1.0 * k), std::sin(2.3 * k), std::sin(5.1 * k)};
    for (std::size_t i = 0; i < 3; ++i) c.row_charge[i].push_back(row[i]);
    c.s.push_back({k / 4, k % 4, 0, {0.1 * row[1]}, {}});
  }
  const support::Table rows = rowMap(c);
  CHECK(rows.values("cubic_gain_error")[1] == doctest::Approx(0.1).epsilon(0.02));
  CHECK(std::fabs(rows.values("cubic_gain_error")[0]) < 0.03);
  // A tenth of a charge of 0.7 rms, full scale 10.
  CHECK(rows.values("cubic_share")[1] == doctest::Approx(0.1 * std::sqrt(0.5) / 10).epsilon(0.1));
  for (auto& p : c.s) p.model[0] = p.index == 2 ? 0.5 : 0;
  const auto bias = columnMap(c, c.s, 10).values("cubic_bias");
  REQUIRE(bias.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) CHECK(bias[k] == doctest::Approx(k == 2 ? 0.05 : 0));
}

TEST_CASE("tiles: random, structured and from files") {
  const design::Design lean = cells::loadDesign("lean", pdk::findPdk("gc28"));
  const TileSize size{5, 4, 3, 2};
  const TileData a = randomTile(lean, 7, size, 0.9), b = randomTile(lean, 7, size, 0.9);
  CHECK(a.keys == b.keys);
  CHECK(a.queries == b.queries);
  CHECK(a.keys != randomTile(lean, 8, size, 0.9).keys);
  for (const auto& row : a.values)
    for (double v : row) CHECK(std::fabs(std::remainder(v, 0.9 / 7)) < 1e-12);
  for (const char* pattern : {"zero", "max", "one-hot", "checkerboard", "near-saturation"})
    CHECK(structuredTile(lean, pattern, {8, 4, 4, 1}, 0.9).queries.front().size() == 8);
  CHECK_THROWS_WITH_AS(structuredTile(lean, "stripes", {8, 4, 4, 1}, 0.9), doctest::Contains("no pattern"),
                       support::Error);

  const auto dir = freshFolder("tile");
  const auto file = dir / "x.npz";
  {
    attention::NpzWriter w(file);
    // One head of 2 elements, 4 tokens. Levels are exact.
    const std::vector<float> q = {0, 1, 0.2F, 2, 1, 1, 1, 0}, k = {0, 0.9F, 0, 0, 0.9F, 2, 0.9F, 0},
                             v = {0.9F, 0, 0, 0, 0, 0, -1, 0.9F};
    for (const auto& [name, x] : {std::pair{"q", &q}, {"k", &k}, {"v", &v}}) w.add(name, *x, {1, 1, 4, 2});
    w.commit();
  }
  const TileData t = fileTile(lean, file, {0, 0, 0}, {2, 2, 2, 1}, 0.9);
  CHECK(t.queries == std::vector<std::vector<int>>{{3, 15}});  // the last token of the tile, clamped to 1
  CHECK(t.keys[0][0] == doctest::Approx(0.9));                 // weight 0 is stored as VDD
  CHECK(t.keys[1][0] == doctest::Approx(0.0).scale(1).epsilon(1e-6));
  CHECK(fileTile(lean, file, {0, 0, 1}, {2, 2, 2, 2}, 0.9).values[1][1] == doctest::Approx(0.0).scale(1).epsilon(1e-6));
  CHECK_THROWS_WITH_AS(fileTile(lean, file, {0, 0, 2}, {2, 2, 2, 1}, 0.9), doctest::Contains("tile 2"), support::Error);
  CHECK_THROWS_WITH_AS(fileTile(lean, file, {0, 1, 0}, {2, 2, 2, 1}, 0.9), doctest::Contains("head 1"), support::Error);
  CHECK_THROWS_WITH_AS(fileTile(lean, file, {0, 0, 0}, {3, 2, 2, 1}, 0.9), doctest::Contains("3 rows"), support::Error);
  std::filesystem::remove_all(dir);
}

TEST_CASE("a cell has the same drawn devices in the array, in its column and alone") {
  const pdk::Pdk pdk = pdk::findPdk("gc28");
  const pdk::Conditions conditions{"tt", 27, pdk.vdd};
  const DrawnChip chip(pdk, 3, false);
  design::Design design = cells::loadDesign("lean", pdk);
  design.set("array.rows", 3.0, "test");
  design.set("array.cols", 2.0, "test");
  const auto slices = sim::arrayDecks(pdk, conditions, design, cells::ArrayRole::Keys,
                                      {{{0, 0}, {0, 0}, {0, 0}}, {1e-9, 1e-9, 1e-9}}, sim::ArrayOptions{});
  const auto in_column =
      cells::columnDeck(pdk, conditions, cells::ConverterKind::Relu, design, {{0, 0, 0}, {{1, 1, 1}}});
  const auto alone = cells::gainCellStaticDeck(pdk, conditions, design, 3);
  const auto value = [](const std::vector<sim::Alter>& alters, const std::string& part, const std::string& device) {
    for (const auto& a : alters)
      if (a.parameter == "delvto" && a.device.find(part) != std::string::npos && a.device.ends_with(device))
        return a.value;
    return std::nan("");
  };
  const auto of_slice = chip.alters(slices[1], 1, 0), of_column = chip.alters(in_column, 1, 1);
  const auto of_cell = chip.alters(chip.model().quantities(alone), 1, 2, 1);
  const double expected = value(of_cell, "", "mpair_n");
  REQUIRE(std::isfinite(expected));
  CHECK(value(of_slice, "row_2", "mpair_n") == expected);
  CHECK(value(of_column, "cell_2", "mpair_n") == expected);
  CHECK(value(of_column, "cell_1", "mpair_n") != expected);
  CHECK(value(chip.alters(in_column, 1, 0), "cell_2", "mpair_n") != expected);
  CHECK(value(chip.alters(in_column, 2, 1), "cell_2", "mpair_n") != expected);
  for (const auto& a : of_column) CHECK(a.device.find("cell") != std::string::npos);  // converters stay nominal
  CHECK(DrawnChip(pdk, 3, true).alters(in_column, 1, 1).size() > of_column.size());
}
