#include <doctest/doctest.h>

#include <fmt/format.h>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "gaincell/layout/writers.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "sample.hpp"

using namespace gaincell;
using namespace gaincell::layout;
namespace fs = std::filesystem;

TEST_CASE("KLayout reads GDS, LEF and DEF and finds the same blocks") {
  if (std::system("command -v klayout >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: klayout is not installed (Debian package klayout)");
    return;
  }
  const FloorplanInput in = sampleInput();
  const Floorplan plan = buildFloorplan(in);
  const fs::path folder = fs::path(GAINCELL_BINARY_DIR) / "tests" / "layout";
  fs::create_directories(folder);
  const auto write = [&](const char* name, const std::string& text) {
    support::writeFileAtomically(folder / name, text, support::Overwrite::Yes);
  };
  write("floorplan.gds", toGds(plan, "2026-01-31T12:00:00Z"));
  write("floorplan.lef", toLef(plan));
  write("tile.def", toDef(plan, plan.block("tile")));
  write("floorplan.svg", toSvg(plan));
  write("floorplan.json", toJson(plan, in.organisation, publishedEnergy()).dump(1));
  fs::remove(folder / "klayout.json");
  const std::string command = fmt::format(
      "cd '{0}' && HOME='{0}' QT_QPA_PLATFORM=offscreen klayout -b -r '{1}/tests/layout/check_klayout.py' "
      "-rd gds=floorplan.gds -rd lef=floorplan.lef -rd def=tile.def -rd out=klayout.json >klayout.log 2>&1",
      folder.string(), GAINCELL_SOURCE_DIR);
  const int status = std::system(command.c_str());
  INFO(support::readFile(folder / "klayout.log"));
  REQUIRE(status == 0);
  const nlohmann::json seen = nlohmann::json::parse(support::readFile(folder / "klayout.json"));

  CHECK(seen["dbu"].get<double>() == doctest::Approx(1e-3).epsilon(1e-12));
  CHECK(seen["top"] == nlohmann::json::array({"gaincell_chip"}));
  CHECK(seen["cells"].size() == plan.blocks.size());  // a repeated name would get a suffix and a cell of its own
  for (const Block& block : plan.blocks) {
    const nlohmann::json& cell = seen["cells"]["gaincell_" + block.name];
    CAPTURE(block.name);
    CHECK(cell["width"] == block.width);
    CHECK(cell["height"] == block.height);
    CHECK(cell["left"] == 0);
    CHECK(cell["bottom"] == 0);
  }
  CHECK(seen["gain_cells"] == 12 * 16 * 2 * 64 * 64);
  CHECK(seen["texts"] == plan.blocks.size());

  // Outlines of all leaf blocks of a tile: no overlap, and the sum of the breakdown.
  CHECK(seen["leaf_area_sum"] == seen["leaf_area_merged"]);
  Nm leaves = 0;
  for (const Share& share : breakdown(plan, plan.block("tile"))) leaves += share.unused ? 0 : share.area;
  CHECK(seen["leaf_area_sum"] == leaves);

  const nlohmann::json& def = seen["def"];
  const Block& tile = plan.block("tile");
  CHECK(def["top"] == "tile");
  CHECK(def["width"].get<double>() == doctest::Approx(static_cast<double>(tile.width) / 1e3));
  CHECK(def["height"].get<double>() == doctest::Approx(static_cast<double>(tile.height) / 1e3));
  std::set<nlohmann::json> expected;
  for (const Placement& p : tile.children)
    for (int row = 0; row < p.rows; ++row)
      for (int column = 0; column < p.columns; ++column) {
        const Block& child = plan.block(p.block);
        expected.insert(nlohmann::json::array(
            {child.name, p.x + column * p.pitch_x, p.y + row * p.pitch_y, child.width, child.height}));
      }
  CHECK(def["components"] == expected.size());
  const bool same = std::set<nlohmann::json>(def["boxes"].begin(), def["boxes"].end()) == expected;
  CHECK(same);
}
