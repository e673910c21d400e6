// Energies of events and of a token from tables, against sums made by hand.

#include <doctest/doctest.h>

#include "gaincell/fit/energy.hpp"
#include "gaincell/model/token_energy.hpp"

using namespace gaincell::fit;
using gaincell::support::Table;

namespace {

/// Eight levels read with two widths: 21 fJ at full width, of which a held rail delivers 10 fJ, whatever the level.
Table reads(bool with_rail) {
  Table t;
  t.columns = {"v_storage_V", "width_s", "energy_J"};
  if (with_rail) t.columns.push_back("bit_line_J");
  for (int l = 0; l < 8; ++l)
    for (const double share : {1.0 / 15, 1.0}) {
      std::vector<double> row = {0.9 * l / 7, share * 15e-9, share * 21e-15};
      if (with_rail) row.push_back(share * 10e-15);
      t.addRow(row);
    }
  return t;
}

Inputs inputs() {
  Inputs in;
  in.conditions = {"gc28", "tt", 27, 0.9};
  Table charge;
  charge.columns = {"v_storage_V", "width_s", "charge_C"};
  for (int l = 0; l <= 14; ++l)
    for (const double w : {1e-9, 5e-9, 15e-9}) {
      const double y = 0.9 * l / 14 - 0.45;
      charge.addRow({y + 0.45, w, w * (-13e-6 * y - 40e-6 * y * y * y)});
    }
  in.charge = charge;
  in.read_energy = reads(true);
  in.write_energy = Table{{"v_previous_V", "v_target_V", "energy_J"}, {{0, 0.9, 3e-15}, {0.9, 0, 1e-15}}};
  in.relu_energy = Table{{"charge_C", "total_J"}, {{-3e-13, 300e-15}, {3e-13, 500e-15}}};
  in.signed_energy = Table{{"charge_C", "total_J"}, {{-1.5e-13, 250e-15}, {1.5e-13, 350e-15}}};
  // 1 nW at every stored level, 100 nW between them, where no cell rests.
  Table rest;
  rest.columns = {"v_storage_V", "power_W"};
  for (int k = 0; k <= 14; ++k) rest.addRow({0.9 * k / 14, k % 2 == 0 ? 1e-9 : 100e-9});
  REQUIRE(in.add("gain-cell", rest));
  in.timing = gaincell::model::Timing{12e-9, 15e-9, 15e-9, 15e-9, 60e-9, 15e-9};
  return in;
}

}  // namespace

TEST_CASE("a held bit line's rail is no part of a read, and stored levels alone rest") {
  Inputs in = inputs();
  const auto e = fitEnergy(in, {}).value();
  CHECK(e.read_per_cell.value() == doctest::Approx(11e-15));
  CHECK(e.read_by_level.value().energy_J[3][0] == doctest::Approx(11e-15 / 15));
  CHECK(e.write.value() == doctest::Approx(2e-15));
  CHECK(e.rest_by_level.value().mean_W == doctest::Approx(1e-9));
  CHECK(e.rest_by_level->power_W.size() == 15);
  in.read_energy = reads(false);  // measured without a rail
  CHECK(fitEnergy(in, {}).value().read_per_cell.value() == doctest::Approx(21e-15));
}

TEST_CASE("the model's energy of a token is counted for the arrays of its design") {
  Inputs in = inputs();
  in.design = gaincell::model::DesignRecord{"wide", "0123456789", {{"array.rows", "48"}, {"array.cols", "32"}}};
  const FitResult fit = fitModel(in);
  const auto& e = fit.model.energy_J.value();
  const auto t = e.token.value();
  CHECK(t.rows == 48);
  CHECK(t.columns == 32);
  CHECK(t.tiles == 32);  // a window of 1024 tokens
  // By hand: 49152 cells an array; 96 writes; 1024 and 1536 conversions; the DACs are in the writes.
  CHECK(t.write == doctest::Approx(96 * 2e-15));
  CHECK(t.array1 == doctest::Approx(49152 * 5.5e-15));
  CHECK(t.array2 == doctest::Approx(49152 * 5.5e-15));
  CHECK(t.relu == doctest::Approx(1024 * 400e-15));
  CHECK(t.output == doctest::Approx(1536 * 300e-15));
  CHECK(t.rest == doctest::Approx(1e-9 * (98304 * 60e-9 - 49152 * 15e-9)));
  CHECK(t.digital == 4e-9);
  CHECK(e.per_token.value() == doctest::Approx(0.192e-12 + 540.672e-12 + 409.6e-12 + 460.8e-12 + 5.160960e-12 + 4e-9));
  bool said = false;
  for (const auto& w : fit.report.warnings) said = said || w.find("published figure") != std::string::npos;
  CHECK(said);
  // Without a design the sizes are the caller's.
  in.design.reset();
  Options o;
  o.rows = 16, o.columns = 8, o.window = 64;
  CHECK(fitModel(in, o).model.energy_J->token->tiles == 8);
  CHECK(fitModel(in, o).model.energy_J->token->relu == doctest::Approx(64 * 400e-15));
}

TEST_CASE("levels, longest pulse and LSB are the design's") {
  Inputs in = inputs();
  in.timing.reset();
  in.design = gaincell::model::DesignRecord{
      "slow", "0123456789", {{"timing.lsb", "2e-09"}, {"timing.levels", "8"}, {"levels.stored", "8"}}};
  const auto m = fitModel(in).model;
  CHECK(m.timing_s.pulse_max == doctest::Approx(14e-9));
  CHECK_FALSE(m.timing_s.token.has_value());
}

TEST_CASE("the mean conversion is over charges up to the full scale, however they crowd and reach beyond") {
  Inputs in = inputs();
  // 100 fJ below zero, then 4 fJ per fC; crowded around zero, and beyond the full scale.
  Table t{{"charge_C", "total_J"}, {}};
  for (const double fC : {-400.0, -300.0, -100.0, 0.0, 1.0, 2.0, 3.0, 50.0, 300.0, 450.0})
    t.addRow({fC * 1e-15, (100 + 4 * std::max(0.0, fC)) * 1e-15});
  in.relu_energy = t;
  // Without a full scale over all that was simulated: 850 fC, a triangle of 450 fC x 1800 fJ on 100 fJ.
  CHECK(fitEnergy(in, {}).value().relu_converter_per_column_operation.value() ==
        doctest::Approx((100 + 0.5 * 450 * 1800 / 850) * 1e-15));
  gaincell::model::Conventions c;
  c.array1.full_scale_fC = 300;
  in.conventions = c;
  CHECK(fitEnergy(in, {}).value().relu_converter_per_column_operation.value() == doctest::Approx(400e-15));
}
