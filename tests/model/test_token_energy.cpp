// The one rule of counting the energy of a token, against sums made by hand and cell by cell.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/inspect.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/model/token_energy.hpp"
#include "gaincell/support/error.hpp"
#include "sample_model.hpp"

using namespace gaincell::model;
using gaincell::support::Error;

namespace {

/// Round figures: 2 fJ a write, 10 fJ a read of 15 ns, 400 and 300 fJ a conversion, 1 nW at rest, 60 ns a token.
Model roundModel() {
  Model m = paperModel();
  Energy e;
  e.write = 2e-15;
  e.read_per_cell = 10e-15;
  e.relu_converter_per_column_operation = 400e-15;
  e.signed_converter_per_column_operation = 300e-15;
  e.rest_by_level = RestPower{1e-9, {0, 0.9}, {1e-9, 1e-9}};
  m.energy_J = e;
  m.timing_s.token = 60e-9;
  return m;
}

constexpr HeadSize kHead{48, 32, 20};

}  // namespace

TEST_CASE("the energy of a token is the sum made by hand, and the file holds its breakdown") {
  Model m = roundModel();
  countToken(m, kHead);
  const TokenBreakdown t = m.energy_J->token.value();
  CHECK(t.write == doctest::Approx(96 * 2e-15));              // two columns of 48 cells
  CHECK(t.array1 == doctest::Approx(153.6e-12));              // 20 x 48 x 32 = 30720 cells, half a pulse each
  CHECK(t.array2 == doctest::Approx(153.6e-12));              // as many
  CHECK(t.relu == doctest::Approx(256e-12));                  // 20 x 32 conversions
  CHECK(t.output == doctest::Approx(288e-12));                // 20 x 48
  CHECK(t.rest == doctest::Approx(3.6864e-12 - 0.4608e-12));  // 61440 cells for 60 ns, less 30720 pulses of 15 ns
  CHECK(t.digital == doctest::Approx(4e-9));                  // published, whatever the size
  CHECK(m.energy_J->per_token.value() == doctest::Approx(4854.6176e-12));
  CHECK(m.energy_J->array1_multiply.value() == doctest::Approx((153.6e-12 + 256e-12) / 20));
  CHECK(m.energy_J->array2_multiply.value() == doctest::Approx((153.6e-12 + 288e-12) / 20));
  double sum = 0;
  for (const auto& part : energyOf(t).parts()) sum += part.energy;
  CHECK(sum == doctest::Approx(*m.energy_J->per_token));
  // The same in the file, and for people.
  const auto json = modelToJson(m);
  CHECK(json["energy_J"]["token"]["rows"] == 48);
  CHECK(json["energy_J"]["token"]["signed_converters"].get<double>() == doctest::Approx(288e-12));
  const std::string text = describeForPeople(m);
  for (const char* part : {"20 tiles of 48 x 32 cells", "digital control and routing (published)", "cells at rest"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, std::string(part));
}

TEST_CASE("cell by cell and phase by phase the same energy comes out") {
  // Every cell of both arrays lives through one token: read for its pulse, at rest for what is left of the token.
  const double read = 10e-15, rest = 1e-9, token = 60e-9, pulse = 15e-9;
  double sum = 0, widths1 = 0, widths2 = 0;
  for (int tile = 0; tile < kHead.tiles; ++tile)
    for (int row = 0; row < kHead.rows; ++row)
      for (int column = 0; column < kHead.columns; ++column) {
        const double query = ((row * 7) % 16) / 15.0, phi = ((column * 5 + tile) % 16) / 15.0;
        sum += read * (query + phi) + rest * (token - query * pulse) + rest * (token - phi * pulse);
        widths1 += query, widths2 += phi;
      }
  sum += kHead.tiles * (kHead.columns * 400e-15 + kHead.rows * 300e-15) + 2 * kHead.rows * 2e-15;
  HeadEvents n{
      1, 2.0 * kHead.rows, widths1, widths2, 1.0 * kHead.tiles * kHead.columns, 1.0 * kHead.tiles * kHead.rows};
  CHECK(energyOf(roundModel(), kHead, n).analog() == doctest::Approx(sum));
}

TEST_CASE("energies follow rows, columns and tiles; a head without any is refused") {
  const Model m = roundModel();
  const auto analog = [&](const HeadSize& h) { return energyOf(m, h, fullToken(h)).analog(); };
  const HeadSize twice{kHead.rows, kHead.columns, 2 * kHead.tiles};
  const double write = 2e-15 * 2 * kHead.rows;
  CHECK(analog(twice) - write == doctest::Approx(2 * (analog(kHead) - write)));
  CHECK(headFor({48, 32, 1}, 1024).tiles == 32);
  CHECK(headFor({48, 100, 1}, 1024).tiles == 11);
  for (const HeadSize& h : {HeadSize{0, 64, 16}, HeadSize{64, 0, 16}, HeadSize{64, 64, 0}})
    CHECK_THROWS_WITH_AS(energyOf(m, h, {}), doctest::Contains("a head of"), Error);
}

TEST_CASE("sizes come from the energies, else from the design, else they are 64 x 64") {
  Model m = roundModel();
  CHECK(arraysOf(m).rows == 64);
  m.design = DesignRecord{"wide", "0123456789abcdef", {{"array.rows", "48"}, {"array.cols", "32"}}};
  CHECK(arraysOf(m).rows == 48);
  CHECK(arraysOf(m).columns == 32);
  countToken(m, {16, 8, 4});
  CHECK(arraysOf(m).rows == 16);
  CHECK(arraysOf(m).tiles == 4);
}

TEST_CASE("what is not characterised makes no energy of a token, and is named") {
  for (int missing = 0; missing < 4; ++missing) {
    CAPTURE(missing);
    Model m = roundModel();
    if (missing == 0) m.energy_J->write.reset();
    if (missing == 1) m.energy_J->read_per_cell.reset();
    if (missing == 2) m.energy_J->relu_converter_per_column_operation.reset();
    if (missing == 3) m.energy_J->signed_converter_per_column_operation.reset();
    const HeadEnergy e = energyOf(m, kHead, fullToken(kHead));
    CHECK_FALSE(e.complete);
    CHECK(e.notes.front().find("is not in the model") != std::string::npos);
    countToken(m, kHead);
    CHECK_FALSE(m.energy_J->per_token.has_value());
    CHECK_FALSE(m.energy_J->token.has_value());
  }
  // Without its time, what rests in a token is unknown: said, and left out.
  Model m = roundModel();
  m.timing_s.token.reset();
  const HeadEnergy e = energyOf(m, kHead, fullToken(kHead));
  CHECK(e.rest == 0);
  CHECK(e.notes.front().find("token time is not in the model") != std::string::npos);
  CHECK_THROWS_WITH_AS(decayPerToken(m), doctest::Contains("how long a token takes"), Error);
}

TEST_CASE("the published parts add up to the published total") {
  const Model m = paperModel();
  CHECK(energyOf(*m.energy_J->token).total() == doctest::Approx(6.1e-9));
  CHECK(*m.energy_J->per_token == doctest::Approx(6.1e-9));
  // What is published of the digital part is 4 nJ, rounded.
  CHECK(m.energy_J->token->digital == doctest::Approx(4e-9).epsilon(0.02));
  CHECK(*m.timing_s.token == 65e-9);
  CHECK_FALSE(Model{}.timing_s.token.has_value());
}

TEST_CASE("a model says of which design it is, and where two designs differ") {
  const Model m = fullModel();
  const Model back = parseModel(modelText(m), "m");
  CHECK(back.design->name == m.design->name);
  CHECK(back.design->values == m.design->values);
  CHECK(back.design->number("array.rows") == 64);
  CHECK_FALSE(back.design->number("cell.pair_n.flavour").has_value());
  CHECK_FALSE(back.design->number("nothing").has_value());
  DesignRecord other = *m.design;
  CHECK(differences(*m.design, other).empty());
  other.hash = "ffff0123", other.values["cell.pair_n.w"] = "1.5e-07", other.values.erase("array.rows");
  CHECK(differences(*m.design, other) ==
        std::vector<std::string>{"array.rows: 64 against -", "cell.pair_n.w: 1e-07 against 1.5e-07"});
  other.values.clear();
  CHECK(differences(*m.design, other).front() == "design: lean (0a1b2c3d) against lean (ffff0123)");

  auto json = modelToJson(m);
  json["provenance"]["design_hash"] = "ffff0123";
  CHECK_THROWS_WITH_AS(modelFromJson(json, "m"), doctest::Contains("not the one of the provenance"), Error);
  json = modelToJson(m);
  json["design"]["hash"] = "no hash";
  CHECK_THROWS_AS(modelFromJson(json, "m"), Error);
  json.erase("design");  // files from before designs
  CHECK_FALSE(modelFromJson(json, "m").design.has_value());
}

TEST_CASE("a design is shown by name, and differs value by value against another only") {
  const Model a = fullModel();
  const std::string text = describeForPeople(a);
  CHECK(text.find("design lean (0a1b2c3d)") != std::string::npos);
  CHECK(text.find("cell.pair_n.w") == std::string::npos);
  CHECK(describeForPeople(Model{}).find("design: not stated") != std::string::npos);
  Model b = a;
  b.design->values["cell.pair_n.w"] = "1.5e-07";
  REQUIRE(diff(a, b).size() == 1);
  CHECK(diff(a, b)[0].path == "design.values.cell.pair_n.w");
  b.design.reset();
  for (const Difference& d : diff(a, b)) CHECK(d.path.find("design.values") == std::string::npos);
}

TEST_CASE("events counted by level, width and charge have energies of their own") {
  Model m = roundModel();
  Energy& e = *m.energy_J;
  e.read_by_level = ReadEnergy{{0, 0.3, 0.9}, {1e-9, 15e-9}, {{4e-15, 32e-15}, {2e-15, 16e-15}, {0, 2e-15}}};
  e.write_by_level = WriteEnergy{{0, 0.9}, {{0, 9e-15}, {1e-15, 2e-15}}};
  e.rest_by_level = RestPower{5e-9, {0, 0.9}, {1e-9, 10e-9}};
  CHECK(readEnergy(*e.read_by_level, 0, 15e-9) == doctest::Approx(32e-15));
  CHECK(readEnergy(*e.read_by_level, 0, 8e-9) == doctest::Approx(18e-15));
  CHECK(readEnergy(*e.read_by_level, 0, 0.5e-9) == doctest::Approx(2e-15));  // from none at width 0
  CHECK(readEnergy(*e.read_by_level, 0, 0) == 0);
  CHECK(readEnergy(*e.read_by_level, 0.6, 15e-9) == doctest::Approx(9e-15));
  CHECK(readEnergy(*e.read_by_level, 0.6, 16e-9) == doctest::Approx(9e-15));
  CHECK(writeEnergy(*e.write_by_level, 0, 0.45) == doctest::Approx(4.5e-15));
  CHECK(writeEnergy(*e.write_by_level, 0.9, 0) == doctest::Approx(1e-15));
  Converter c;
  c.energy_charge_fC = {-100, 0, 300}, c.energy_J = {200e-15, 300e-15, 600e-15};
  CHECK(conversionEnergy(c, 100) == doctest::Approx(400e-15));
  CHECK(conversionEnergy(c, -500) == doctest::Approx(200e-15));
  m.relu_converter = c;

  HeadEvents n;
  n.tokens = 1;
  n.writes = 3, n.reads1 = 2, n.reads2 = 1, n.relu = 4, n.output = 2;
  n.writes_by_level = {{0, 0.9}, {{1, 1}, {0, 1}}};
  n.reads1_by_level = {{0, 0.9}, {0, 15e-9}, {{5, 2}, {0, 0}}};
  n.reads2_by_level = {{0, 0.9}, {0, 15e-9}, {{0, 0}, {3, 1}}};
  n.relu_by_charge = ConversionCounts{{-100, 150}, {1, 3}};
  n.output_by_charge = ConversionCounts{{0}, {2}};
  const HeadSize head{2, 4, 1};
  const HeadEnergy h = energyOf(m, head, n);
  CHECK(h.write == doctest::Approx(11e-15));
  CHECK(h.array1 == doctest::Approx(64e-15));
  CHECK(h.array2 == doctest::Approx(2e-15));
  CHECK(h.relu == doctest::Approx(200e-15 + 3 * 450e-15));
  CHECK(h.output == doctest::Approx(2 * 300e-15));  // the signed converter of this model has no table: said
  // 7 and 4 cells hold something, the 5 others of the 16 nothing: 60 ns, less the pulses of 15 ns.
  CHECK(h.rest == doctest::Approx(1e-9 * (7 * 60e-9 - 2 * 15e-9 + 5 * 60e-9) + 10e-9 * (4 * 60e-9 - 15e-9)));
  REQUIRE(h.notes.size() == 2);
  CHECK(h.notes[0].find("conversions of the second array") != std::string::npos);
  // Charges beyond what was simulated are said.
  n.relu_by_charge = ConversionCounts{{-100, 450}, {1, 3}};
  const HeadEnergy beyond = energyOf(m, head, n);
  CHECK(beyond.relu == doctest::Approx(200e-15 + 3 * 600e-15));
  CHECK(beyond.notes[0].find("75.0 % of the conversions") != std::string::npos);
}
