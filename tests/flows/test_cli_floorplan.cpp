#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "run_program.hpp"

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json floorplan(const fs::path& dir, std::vector<std::string> more = {}) {
  std::vector<std::string> args = {"floorplan", "--out", dir.string(), "--json"};
  args.insert(args.end(), more.begin(), more.end());
  const ProgramResult r = runProgram(args);
  CAPTURE(r.err);
  REQUIRE(r.exit_code == 0);
  return json::parse(r.out);
}

double area(const json& plan, const std::string& block) {
  for (const json& b : plan["blocks"])
    if (b["name"] == block) return b["area_um2"];
  return -1;
}

}  // namespace

TEST_CASE("gaincell floorplan writes every format, from the sizes of the generated circuits") {
  const fs::path dir = freshFolder("floorplan");
  const json plan = floorplan(dir / "a");
  for (const char* file :
       {"floorplan.json", "floorplan.svg", "floorplan.gds", "floorplan.lef", "tile.def", "head.def", "chip.def"})
    CHECK(fs::file_size(dir / "a" / file) > 100);
  const json written = json::parse(slurp(dir / "a" / "floorplan.json"));
  CHECK(written["provenance"]["pdk"] == "gc28");
  CHECK(written["blocks"] == plan["blocks"]);
  // 2.92 pF and more at 4 fF/um2, and not more than snapping to the grid adds.
  CHECK(area(plan, "relu_converter") > 730);
  CHECK(area(plan, "relu_converter") < 770);
  CHECK(area(plan, "gain_cell") >= 2.0);

  // Halving the capacitor nearly halves the converter: the sizes are really the circuit's.
  const json small = floorplan(dir / "b", {"--set", "relu.c_int=1.46p"});
  CHECK(area(small, "relu_converter") < 0.55 * area(plan, "relu_converter"));
  CHECK(area(small, "signed_converter") == doctest::Approx(area(plan, "signed_converter")).epsilon(0.02));
  CHECK(area(floorplan(dir / "c", {"--cell", "published"}), "gain_cell") == doctest::Approx(1.0));
  CHECK(area(floorplan(dir / "d", {"--capacitors", "beside"}), "relu_converter") > area(plan, "relu_converter") + 10);
}

TEST_CASE("gaincell floorplan refuses bad input before it writes") {
  const fs::path dir = freshFolder("floorplan_bad") / "out";
  const auto refused = [&](const std::vector<std::string>& more, const std::string& id) {
    std::vector<std::string> args = {"floorplan", "--out", dir.string()};
    args.insert(args.end(), more.begin(), more.end());
    const ProgramResult r = runProgram(args);
    CAPTURE(r.err);
    CHECK(r.exit_code == 1);
    CHECK(r.err.find(id) != std::string::npos);
    CHECK(!fs::exists(dir / "floorplan.json"));
  };
  refused({"--tiles", "0"}, "LAY-0003");
  refused({"--cell", "cheap"}, "FPL-0002");
  refused({"--capacitors", "nowhere"}, "FPL-0002");
  refused({"extra"}, "FLW-0033");
  refused({"--model", "/nonexistent/model.json"}, "/nonexistent/model.json");
  CHECK(runProgram({"floorplan"}).err.find("FPL-0004") != std::string::npos);
}
