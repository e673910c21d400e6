// What a flow takes as done: every stage's hash covers all that the stage reads. And what its figures are called.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "gaincell/support/hash.hpp"
#include "grid_points.hpp"
#include "measures.hpp"
#include "stage.hpp"

using namespace gaincell;
using namespace gaincell::flows;
namespace fs = std::filesystem;

namespace {

struct TemporaryFolder {
  fs::path path;
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "gaincell-stages-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

/// A flow's folder and command.
struct Bench {
  TemporaryFolder dir;
  CommandContext command;
  FlowSize size = FlowSize::Full;

  Bench() {
    command.common.quiet = true;
    command.common.sets = {"cell.pair_n.w=110n"};
  }
  void option(const std::string& name, const boost::any& value) {
    command.values.erase(name);
    command.values.insert({name, po::variable_value(value, false)});
  }
  void settings(const std::string& text) {
    const fs::path file = dir.path / "settings.json";
    support::writeFileAtomically(file, text, support::Overwrite::Yes);
    command.settings = SettingsFile(file);
  }
  /// The record that a stage leaves.
  void ran(const std::string& stage, const std::string& output) const {
    fs::create_directories(dir.path / "stages");
    support::writeFileAtomically(dir.path / "stages" / (stage + ".json"),
                                 nlohmann::json{{"hash", "x"}, {"output_hash", output}}.dump(),
                                 support::Overwrite::Yes);
  }
  std::map<std::string, std::string> hashes() const {
    const FlowContext context(command, size, dir.path);
    std::map<std::string, std::string> out;
    for (const Stage& stage : stages()) out[stage.name] = stageHash(context, stage);
    return out;
  }
};

std::set<std::string> differing(const std::map<std::string, std::string>& a,
                                const std::map<std::string, std::string>& b) {
  std::set<std::string> out;
  for (const auto& [name, hash] : a)
    if (b.at(name) != hash) out.insert(name);
  return out;
}

std::set<std::string> everyStage() {
  std::set<std::string> out;
  for (const Stage& stage : stages()) out.insert(stage.name);
  return out;
}

using Stages = std::set<std::string>;

/// The stages whose hash a change of the bench changes.
Stages changedBy(const std::function<void(Bench&)>& change) {
  Bench bench;
  bench.settings("{}");
  const auto before = bench.hashes();
  change(bench);
  return differing(before, bench.hashes());
}

}  // namespace

TEST_CASE("the same inputs give the same hash in any folder") {
  const Bench a, b;
  CHECK(a.hashes() == b.hashes());
}

TEST_CASE("seed, size, conditions, process, design and settings of analyses are in the hash of every stage") {
  const Stages all = everyStage();
  CHECK(changedBy([](Bench&) {}).empty());
  CHECK(changedBy([](Bench& b) { b.command.common.jobs = 7; }).empty());  // decides no outcome
  CHECK(changedBy([](Bench& b) { b.command.common.seed = 2; }) == all);
  CHECK(changedBy([](Bench& b) { b.size = FlowSize::Quick; }) == all);
  CHECK(changedBy([](Bench& b) { b.command.common.corner = "ss"; }) == all);
  CHECK(changedBy([](Bench& b) { b.command.common.temp_c = 28; }) == all);
  CHECK(changedBy([](Bench& b) { b.command.common.vdd = 0.89; }) == all);
  const auto process = [](Bench& b, const std::string& title) {
    fs::copy(GAINCELL_SOURCE_DIR "/pdk_open/pdks/gc28", b.dir.path / "gc28", fs::copy_options::recursive);
    b.command.common.pdk_manifest = b.dir.path / "gc28" / "manifest.json";
    std::string text = support::readFile(b.command.common.pdk_manifest);
    text.replace(text.find("\"title\": \""), 10, "\"title\": \"" + title);
    support::writeFileAtomically(b.command.common.pdk_manifest, text, support::Overwrite::Yes);
  };
  CHECK(changedBy([&](Bench& b) { process(b, ""); }) == Stages{"report"});  // the same one; commands name its file
  CHECK(changedBy([&](Bench& b) { process(b, "another "); }) == all);
  CHECK(changedBy([](Bench& b) { b.command.common.sets = {"cell.pair_n.w=120n"}; }) == all);
  CHECK(changedBy([](Bench& b) { b.command.common.sets.push_back("array.rows=32"); }) == all);
  CHECK(changedBy([](Bench& b) { b.settings(R"({"analyses": {"gain-cell": {"iv": {"points_per_interval": 7}}}})"); }) ==
        all);
}

TEST_CASE("options of single stages are in the hash of those that read them") {
  CHECK(changedBy([](Bench& b) { b.option("samples", 17); }) == Stages{"monte-carlo"});
  const Stages on_grid = {"grid", "chain-corners"};
  CHECK(changedBy([](Bench& b) { b.option("grid-corners", std::string("tt,ss")); }) == on_grid);
  CHECK(changedBy([](Bench& b) { b.option("grid-temps", std::string("0,28,85")); }) == on_grid);
  CHECK(changedBy([](Bench& b) { b.option("grid-vdds", std::string("0.85,0.9")); }) == on_grid);
  // The name of a design, its words on a limit, and the options that commands in the report repeat.
  const std::string lean = R"({"design": {"schema": "gaincell-design/1", "name": "mine", "extends": "lean",
    "limits": {"cell.iv.i_low": {"min": 9e-6, "typ": 1e-5, "max": 1.1e-5, "source": "here"}}}})";
  const auto limit = [&](const std::string& from, const std::string& to) {
    Bench bench;
    bench.settings(lean);
    const auto before = bench.hashes();
    std::string changed = lean;
    changed.replace(changed.find(from), from.size(), to);
    bench.settings(changed);
    return differing(before, bench.hashes());
  };
  CHECK(limit("9e-6", "8e-6") == Stages{"report"});
  CHECK(limit("1e-5", "1.01e-5") == Stages{"report"});
  CHECK(limit("1.1e-5", "1.2e-5") == Stages{"report"});
  CHECK(limit("here", "there") == Stages{"report"});
  CHECK(limit("mine", "yours") == Stages{"report"});
  CHECK(limit("i_low", "i_high") == Stages{"report"});
}

TEST_CASE("a stage's hash holds what the stages before it left") {
  const std::map<std::string, Stages> read_by = {
      {"characterize", {"fit", "report"}},
      {"monte-carlo", {"fit", "report"}},
      {"converters", {"fit", "report"}},
      {"converter-spread", {"fit", "report"}},
      {"fit", {"grid", "macro", "attention", "check", "floorplan", "report"}},
      {"report", {}},
  };
  for (const std::string& stage : everyStage()) {
    CAPTURE(stage);
    const auto known = read_by.find(stage);
    const Stages expected = known == read_by.end() ? Stages{"report"} : known->second;
    CHECK(changedBy([&](Bench& b) { b.ran(stage, "one"); }) == expected);
    Bench bench;
    bench.ran(stage, "one");
    const auto before = bench.hashes();
    bench.ran(stage, "two");
    CHECK(differing(before, bench.hashes()) == expected);
  }
}

TEST_CASE("the example data that attention reads are in its hash by their content") {
  const Bench bench;
  const FlowContext context(bench.command, bench.size, bench.dir.path);
  for (const Stage& stage : stages())
    if (stage.name == "attention")
      CHECK(stage.inputs(context)["data"] ==
            support::sha256(support::readFile(GAINCELL_SOURCE_DIR "/examples/data/lm_layer0.npz")));
}

TEST_CASE("the worse of two errors: the larger one, and NaN before everything") {
  const double nan = std::nan("");
  CHECK(worseOf(1, 2) == 2);
  CHECK(worseOf(2, 1) == 2);
  CHECK(worseOf(0, 0) == 0);
  CHECK(std::isinf(worseOf(std::numeric_limits<double>::infinity(), 1)));
  CHECK(std::isnan(worseOf(nan, 1)));
  CHECK(std::isnan(worseOf(1, nan)));
  CHECK(std::isnan(worseOf(nan, nan)));
  double worst = 0;
  for (const double error : {0.1, nan, 0.3}) worst = worseOf(worst, error);
  CHECK(std::isnan(worst));
}
