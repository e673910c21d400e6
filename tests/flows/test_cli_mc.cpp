// `gaincell mc` as a user types it: a grid from one design file, plots, worst samples.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "gaincell/support/csv.hpp"
#include "run_program.hpp"

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::vector<std::string> wordsOf(const std::string& command) {
  std::istringstream in(command);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  words.erase(words.begin());  // the program's name
  return words;
}

}  // namespace

TEST_CASE("a corner, temperature and supply grid from one design file; its worst samples again; its plots") {
  const auto dir = freshFolder("mc_grid");
  const fs::path run = dir / "run", design = dir / "design.json";
  std::ofstream(design)
      << "{ // one file\n \"seed\": 5, \"commands\": {\"mc\": {\"analysis\": \"iv\", \"samples\": 40,\n"
         "  \"corners\": \"tt,ss\", \"temps\": \"27,85\", \"vdds\": \"0.85,0.9\", \"variation\": \"both\",\n"
         "  \"run\": \""
      << run.string() << "\"}}}\n";
  const auto ran = runProgram({"mc", "gain-cell", "--config", design.string(), "--quiet"});
  REQUIRE_MESSAGE(ran.exit_code == 0, ran.err);
  const auto samples = gaincell::support::readCsv(run / "samples.csv");
  CHECK(samples.rows.size() == 40 * 8);
  const auto statistics = json::parse(slurp(run / "statistics.json"));
  REQUIRE(statistics["conditions"].size() == 8);
  CHECK(statistics["conditions"][7]["corner"] == "ss");
  CHECK(statistics["conditions"][7]["temp_C"] == 85);

  const auto& figure = statistics["conditions"][6]["figures"]["i_span"];
  for (const auto& worst : {figure["worst"][0], figure["worst"][4]}) {
    auto words = wordsOf(worst["command"]);
    words.insert(words.end(), {"--json", "--quiet"});
    const auto again = runProgram(words);
    REQUIRE_MESSAGE(again.exit_code == 0, again.err);
    CHECK(json::parse(again.out)["figures"]["i_span"] == worst["value"]);
  }

  const auto plotted =
      runProgram({"mc", "plot", run.string(), "--figure", "i_zero", "--limit", "i_zero=-0.1u:0.2u", "--json"});
  REQUIRE_MESSAGE(plotted.exit_code == 0, plotted.err);
  const auto plots = json::parse(plotted.out)["plots"];
  REQUIRE(plots.size() == 8);
  CHECK(slurp(plots[0].get<std::string>()).find("<svg") != std::string::npos);
  const auto script = slurp(run / "plots" / "i-zero-condition-0.gp");
  CHECK(script.find("'max' at first 200") != std::string::npos);  // in the shown unit, nA
  const auto histogram = gaincell::support::readCsv(run / "plots" / "i-zero-condition-0.csv");
  double count = 0;
  for (const auto& row : histogram.rows) count += row[1];
  CHECK(count == 40);
  const auto quantiles = gaincell::support::readCsv(run / "plots" / "i-zero-condition-0_2.csv");
  REQUIRE(quantiles.rows.size() == 40);
  for (std::size_t i = 1; i < 40; ++i) CHECK(quantiles.rows[i][1] >= quantiles.rows[i - 1][1]);
  const auto unknown = runProgram({"mc", "plot", run.string(), "--figure", "nothing"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.err.find("i_zero") != std::string::npos);
}
