// The behavioral side of the check, its data and its measures, without a simulator.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agreement.hpp"
#include "best_cubic.hpp"
#include "devices.hpp"
#include "gaincell/attention/npz.hpp"
#include "gaincell/cells/array.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/check/check.hpp"
#include "gaincell/sim/array_engine.hpp"
#include "gaincell/support/error.hpp"
#include "run_program.hpp"

using namespace gaincell;
using namespace gaincell::check;

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

ComparedPoint point(double spice, std::vector<double> forms) {
  return {0, 0, spice, std::move(forms), {}};
}

}  // namespace

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

TEST_CASE("forms add one effect each and end in the full model; leaving one out differs in that one") {
  const auto forms = modelForms(straightModel(), {false, true});
  const std::size_t plain = plainForm(forms), full = fullForm(forms);
  CHECK(forms.front().name == "static cubic");
  CHECK(plain == 1);
  CHECK(forms.front().effects.without_coupling);
  CHECK_FALSE(forms[plain].effects.without_coupling);
  CHECK_FALSE(forms[plain].effects.converter_line);
  CHECK(forms[full].effects.converter_inl);
  CHECK(forms[full].drawn);
  CHECK(forms[full].counted);
  CHECK_FALSE(forms[full].effects.mismatch);  // the devices are given, not drawn from the model
  CHECK_FALSE(forms[full].effects.leakage);   // the model has no retention
  CHECK_FALSE(forms[full].effects.write);     // exact voltages were stored
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
  c.forms = {{"static cubic", {}}, {"cubic", {}}, {"converter INL", {}}};
  const auto budget = errorBudget(c, points, full_scale, false);
  REQUIRE(budget.size() == 2);
  CHECK(budget[0].effect == "storage coupling");
  CHECK(budget[0].share + budget[1].share == doctest::Approx(1));  // nothing remains
  CHECK(budget[1].nrmse_after == 0);
}

TEST_CASE("the counter is an effect of codes only") {
  TileComparison c;
  c.forms = {{"cubic", {}}, {"converter INL", {}}, {"quantization", {}, false, false, true}};
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
  c.forms = {{"cubic", {}}};
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
  const TileData a = randomTile(lean, 7, size), b = randomTile(lean, 7, size);
  CHECK(a.keys == b.keys);
  CHECK(a.queries == b.queries);
  CHECK(a.keys != randomTile(lean, 8, size).keys);
  for (const auto& row : a.values)
    for (double v : row) CHECK(std::fabs(std::remainder(v, 0.9 / 7)) < 1e-12);
  for (const char* pattern : {"zero", "max", "one-hot", "checkerboard", "near-saturation"})
    CHECK(structuredTile(lean, pattern, {8, 4, 4, 1}).queries.front().size() == 8);
  CHECK_THROWS_WITH_AS(structuredTile(lean, "stripes", {8, 4, 4, 1}), doctest::Contains("no pattern"), support::Error);

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
  const TileData t = fileTile(lean, file, {0, 0, 0}, {2, 2, 2, 1});
  CHECK(t.queries == std::vector<std::vector<int>>{{3, 15}});  // the last token of the tile, clamped to 1
  CHECK(t.keys[0][0] == doctest::Approx(0.0).scale(1).epsilon(1e-6));
  CHECK(t.keys[1][0] == doctest::Approx(0.9));
  CHECK(fileTile(lean, file, {0, 0, 1}, {2, 2, 2, 2}).values[1][1] == doctest::Approx(0.9));
  CHECK_THROWS_WITH_AS(fileTile(lean, file, {0, 0, 2}, {2, 2, 2, 1}), doctest::Contains("tile 2"), support::Error);
  CHECK_THROWS_WITH_AS(fileTile(lean, file, {0, 1, 0}, {2, 2, 2, 1}), doctest::Contains("head 1"), support::Error);
  CHECK_THROWS_WITH_AS(fileTile(lean, file, {0, 0, 0}, {3, 2, 2, 1}), doctest::Contains("3 rows"), support::Error);
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
