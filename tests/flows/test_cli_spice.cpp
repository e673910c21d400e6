#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "run_program.hpp"

namespace fs = std::filesystem;

namespace {

/// A field of a figure by name, in the JSON list `figures`; NaN when it is not there.
double figureOf(const nlohmann::json& figures, const std::string& name, const char* field = "value") {
  for (const auto& f : figures)
    if (f["name"] == name) return f[field].get<double>();
  return std::nan("");
}

}  // namespace

TEST_CASE("a generated netlist runs by itself in plain ngspice") {
  const fs::path dir = freshFolder("netlist"), file = dir / "cell.cir";
  REQUIRE(runProgram({"netlist", "gain-cell", "-o", file.string()}).exit_code == 0);
  const std::string raw = (dir / "cell.raw").string();
  const std::string command = "cd " + dir.string() + " && ngspice -b -r " + raw + " cell.cir > log 2>&1";
  [[maybe_unused]] const int status = std::system(command.c_str());  // ngspice -b may return 1 on a complete run
  CAPTURE(slurp(dir / "log"));
  CHECK(fs::exists(raw));
  CHECK(slurp(dir / "log").find("rror") == std::string::npos);
  fs::remove_all(dir);
}

TEST_CASE("a sweep is the single analyses in one table: mean and largest over the draws") {
  const fs::path dir = freshFolder("sweep");
  std::vector<double> alone;
  for (const char* temp : {"0", "85"}) {
    const auto r = runProgram({"simulate", "word-line-driver", "--analysis", "pulse", "--temp", temp, "--json"});
    REQUIRE(r.exit_code == 0);
    alone.push_back(figureOf(nlohmann::json::parse(r.out)["figures"], "delay_max"));
  }
  const auto r = runProgram({"sweep", "word-line-driver", "--analysis", "pulse", "--case", "slow: corner=ss", "--case",
                             "nominal", "--over", "temp=0,85", "--out", (dir / "s").string(), "--json"});
  REQUIRE(r.exit_code == 0);
  const auto cases = nlohmann::json::parse(r.out)["cases"];
  REQUIRE(cases.size() == 2);
  CHECK(figureOf(cases[1]["figures"], "delay_max", "mean") == doctest::Approx(0.5 * (alone[0] + alone[1])));
  CHECK(figureOf(cases[1]["figures"], "delay_max", "largest") == doctest::Approx(std::max(alone[0], alone[1])));
  CHECK(figureOf(cases[0]["figures"], "delay_max", "mean") > figureOf(cases[1]["figures"], "delay_max", "mean"));
  CHECK(fs::exists(dir / "s" / "word-line-driver_pulse_sweep.csv"));
  fs::remove_all(dir);
}

TEST_CASE("the stage of the chain's corners is the single analyses in one table, and keeps the worst") {
  const fs::path dir = freshFolder("corners");
  double worst = 0;
  for (const char* corner : {"tt", "fs"}) {
    const auto r = runProgram({"simulate", "tile", "--set", "array.rows=4", "--set", "array.cols=4", "--set",
                               "relu.bias=replica", "--set", "signed.bias=replica", "--analysis", "chain", "--with",
                               "levels=replica", "--corner", corner, "--json"});
    REQUIRE(r.exit_code == 0);
    worst = std::max(worst, figureOf(nlohmann::json::parse(r.out)["figures"], "out_max_error_lsb"));
  }
  const std::string out = (dir / "flow").string();
  const auto stage = runProgram({"flow", "--full", "--stage", "chain-corners", "--grid-corners", "tt,fs",
                                 "--grid-temps", "27", "--grid-vdds", "0.9", "--out", out});
  CAPTURE(stage.err);
  REQUIRE(stage.exit_code == 0);
  const auto record = nlohmann::json::parse(slurp(dir / "flow" / "stages" / "chain-corners.json"));
  const auto& figures = record["result"]["figures"]["chain_corners"];
  CHECK(figures["out_max_error_lsb"]["value"].get<double>() == doctest::Approx(worst).epsilon(1e-9));
  CHECK(worst > 0.01);
  CHECK(figures["conditions"]["value"] == 2);
  const std::string csv = slurp(dir / "flow" / "data" / "tile_chain_corners.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') >= 3);
  fs::remove_all(dir);
}

TEST_CASE("an interrupted flow exits with 3 and the printed command resumes it") {
  const fs::path dir = freshFolder("interrupt");
  const std::string out = (dir / "flow").string();
  const ProgramResult r = runProgram({"flow", "--quick", "--out", out}, 1.0);
  CAPTURE(r.err);
  CHECK(r.exit_code == 3);
  CHECK(r.err.find("--resume") != std::string::npos);
  CHECK_FALSE(fs::exists(dir / "flow" / "report.html"));
  fs::remove_all(dir);
}
