#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gaincell/support/atomic_file.hpp"
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

TEST_CASE("one seed for every draw, and given data say what their numbers are") {
  const fs::path dir = freshFolder("tile_data");
  const auto write = [&](const char* name, const char* text) {
    gaincell::support::writeFileAtomically(dir / name, text);
    return (dir / name).string();
  };
  const auto array = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"simulate", "array",         "--analysis", "mac",
                                      "--set",    "array.rows=3",  "--set",      "array.cols=3",
                                      "--with",   "references=no", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return runProgram(words);
  };
  const auto offset = [&](const std::vector<std::string>& more) {
    const auto r = array(more);
    CAPTURE(r.err);
    REQUIRE(r.exit_code == 0);
    return figureOf(nlohmann::json::parse(r.out)["figures"], "charge_offset");
  };
  const double first = offset({}), fifth = offset({"--seed", "5"});
  CHECK(offset({"--seed", "1"}) == first);
  CHECK(fifth != first);
  const auto sweep =
      runProgram({"sweep", "array", "--analysis", "mac", "--set", "array.rows=3", "--set", "array.cols=3", "--with",
                  "references=no", "--case", "tt", "--over", "seed=1,5", "--json"});
  REQUIRE(sweep.exit_code == 0);
  CHECK(figureOf(nlohmann::json::parse(sweep.out)["cases"][0]["figures"], "charge_offset", "mean") ==
        doctest::Approx(0.5 * (first + fifth)));
  for (const char* setting : {"draw=3", "seed=3"}) {
    const auto r = array({"--with", setting});
    CHECK(r.exit_code != 0);
    CHECK(r.err.find("give --seed N") != std::string::npos);
  }

  const auto levels = write("levels.csv", "a,b,c\n0,7,3\n1,2,3\n4,5,6\n");
  const auto weights = write("weights.csv", "a,b,c\n7,0,4\n6,5,4\n3,2,1\n");
  const auto values =
      write("values.csv", "a,b,c\n0.9,0,0.514286\n0.771429,0.642857,0.514286\n0.385714,0.257143,0.128571\n");
  const double given = offset({"--data", "stored=" + levels});
  CHECK(given != first);
  CHECK(offset({"--data", "levels:stored=" + levels}) == given);
  CHECK(offset({"--data", "weights:stored=" + weights}) == given);
  CHECK(offset({"--data", "values:stored=" + values}) == given);
  const auto refused = [&](const std::string& data, const std::string& reason) {
    const auto r = array({"--data", data});
    CAPTURE(r.err);
    CHECK(r.exit_code != 0);
    CHECK(r.err.find(reason) != std::string::npos);
  };
  refused("volts:stored=" + levels, "forms are: levels");
  refused("weights:keys=" + levels, "takes no data 'keys'");
  refused("weights:inputs=" + levels, "pulses, not weights");
  const auto wrong = write("wrong.csv", "a,b,c\n0,7,3\n1,8,3\n4,5,6\n");
  refused("weights:stored=" + wrong, "row 2, column 2 ('b') holds 8");
  refused("weights:stored=" + wrong, wrong);
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
