// Whether a model belongs to what it is used with: refused with the first difference, or taken on purpose.

#include <doctest/doctest.h>

#include "gaincell/cells/designs.hpp"
#include "gaincell/support/error.hpp"
#include "model_identity.hpp"

using namespace gaincell;
using namespace gaincell::flows;

namespace {

struct Bench {
  pdk::Pdk pdk = pdk::findPdk("gc28");
  pdk::Conditions conditions{"tt", 27, pdk.vdd};
  design::Design design = cells::loadDesign("lean", pdk);

  model::Model model() const {
    model::Model m;
    m.design = model::DesignRecord{design.name, design.hash(), design.values()};
    m.conditions = {pdk.name, conditions.corner, conditions.temp_c, conditions.vdd};
    m.provenance.pdk_hash = pdk.content_hash;
    return m;
  }
  design::Identity identity() const { return design::identityOf(design, pdk, conditions); }
};

CommandContext command(bool anyway) {
  CommandContext context;
  if (anyway) context.values.insert({"anyway", po::variable_value(std::string(), false)});
  return context;
}

std::string refusal(const model::Model& m, const design::Identity& mine, Part part = Part::Tile) {
  std::vector<std::string> warnings;
  try {
    requireModelOf(command(false), m, mine, part, warnings);
  } catch (const support::Error& e) {
    return e.id() + " " + e.where();
  }
  return "";
}

}  // namespace

TEST_CASE("a model is taken for its own design and refused for another, naming the difference") {
  Bench bench;
  const model::Model m = bench.model();
  CHECK(refusal(m, bench.identity()) == "");
  Bench wide = bench;
  wide.design.set("cell.pair_n.w", "150n", "test");
  CHECK(refusal(m, wide.identity()) == "DSG-0020 cell.pair_n.w: 1e-07 against 1.5e-07");
  CHECK(refusal(m, wide.identity(), Part::Cell) == "DSG-0020 cell.pair_n.w: 1e-07 against 1.5e-07");
  Bench capacitor = bench;
  capacitor.design.set("relu.c_int", "3p", "test");
  CHECK(refusal(m, capacitor.identity()).find("relu.c_int") != std::string::npos);
  CHECK(refusal(m, capacitor.identity(), Part::Cell) == "");  // the cell alone is the same
  Bench small = bench;
  small.design.set("array.rows", "16", "test");
  CHECK(refusal(m, small.identity()) == "");  // how many cells there are changes none of them
  Bench hot = bench;
  hot.conditions.temp_c = 85;
  CHECK(refusal(m, hot.identity()) == "DSG-0020 temperature: 27 against 85 C");
  Bench slow = bench;
  slow.conditions.corner = "ss";
  CHECK(refusal(m, slow.identity()) == "DSG-0020 corner: tt against ss");
  Bench cards = bench;
  cards.pdk.content_hash = std::string(64, '0');
  CHECK(refusal(m, cards.identity()).find("files of process gc28") != std::string::npos);
  model::Model unknown = m;
  unknown.design.reset();
  CHECK(refusal(unknown, bench.identity()).rfind("FLW-0510", 0) == 0);
}

TEST_CASE("a record whose values were edited is of no design") {
  Bench bench;
  model::Model m = bench.model();
  m.design->values["cell.pair_n.w"] = "1.5e-07";
  CHECK(refusal(m, bench.identity()).rfind("FLW-0513", 0) == 0);
  std::vector<std::string> warnings;
  CHECK_THROWS_AS(requireStatedDesign(command(false), m, warnings), support::Error);
  m.design->values.clear();  // known by its hash alone
  CHECK(refusal(m, bench.identity()) == "");
}

TEST_CASE("--anyway takes it and says what differs") {
  Bench bench;
  const model::Model m = bench.model();
  std::vector<std::string> warnings;
  requireModelOf(command(true), m, bench.identity(), Part::Tile, warnings);
  CHECK(warnings.empty());
  bench.design.set("cell.pair_n.w", "150n", "test");
  requireModelOf(command(true), m, bench.identity(), Part::Tile, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("cell.pair_n.w: 1e-07 against 1.5e-07") != std::string::npos);
}
