// Store, local engine, export, salvage and merge, on a study whose results are known.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "fake_study.hpp"
#include "gaincell/montecarlo/slurm.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"

using namespace mc_test;
namespace fs = std::filesystem;

namespace {

std::string idOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const support::Error& e) {
    return e.id();
  }
  return "";
}

std::string cleanResults(FakeStudy study = {}) {
  TemporaryFolder dir;
  runStudy(study, runIn(dir.path / "run"));
  return resultsOf(dir.path / "run");
}

/// Overwrites bytes of a file in place.
void damage(const fs::path& file, std::uint64_t at, std::size_t count) {
  std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
  f.seekp(static_cast<std::streamoff>(at));
  f << std::string(count, '\x5a');
}

}  // namespace

TEST_CASE("records survive packing exactly, and damage is noticed") {
  SampleRecord r{{3, 4711}, "crashed", "signal 9", 2, {1.5, std::numeric_limits<double>::quiet_NaN(), -0.0}, {}};
  r.tables["iv"] = support::Table{{"v_V", "i_A"}, {{0.1, 1e-6}, {0.2, 2e-6}}};
  const std::string bytes = packRecord(r);
  const auto back = unpackRecord(bytes);
  REQUIRE(back);
  CHECK(back->task == r.task);
  CHECK(back->failure == "crashed");
  CHECK(back->attempts == 2);
  CHECK(std::isnan(back->values[1]));
  CHECK(std::signbit(back->values[2]));
  CHECK(back->tables.at("iv").rows == r.tables.at("iv").rows);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    REQUIRE_FALSE(unpackRecord(bad));
    REQUIRE_FALSE(unpackRecord(std::string_view(bytes).substr(0, i)));
  }
}

TEST_CASE("results are the same with any number of workers, and after an interruption") {
  const std::string clean = cleanResults();
  FakeStudy study;
  study.delay_us = 300;
  for (const int jobs : {2, 5}) {
    TemporaryFolder dir;
    runStudy(study, runIn(dir.path, jobs));
    CHECK(resultsOf(dir.path) == clean);
  }
  TemporaryFolder dir;
  int calls = 0;
  study.failure = [&](const Task&, int) {
    if (++calls == 20) support::requestInterrupt(true);
    return std::string();
  };
  CHECK_THROWS_AS(runStudy(study, runIn(dir.path)), support::Interrupted);
  support::requestInterrupt(false);
  const auto status = statusOf(dir.path);
  CHECK(status.good == 20);
  CHECK(status.total == 100);
  CHECK_FALSE(fs::exists(dir.path / "samples.csv"));
  study.failure = [](const Task&, int) { return std::string(); };
  const auto result = runStudy(study, runIn(dir.path, 2, true));
  CHECK(result.report.run == 80);
  CHECK(result.header.preflight.again_s == 0.1);  // the estimate of a resumed run needs it
  CHECK(result.report.good == 100);
  CHECK(resultsOf(dir.path) == clean);
}

TEST_CASE("a table of samples and its statistics") {
  FakeStudy study;
  study.count = 400;
  TemporaryFolder dir;
  auto options = runIn(dir.path);
  options.limits = {limitFromText("current=-2:2"), limitFromText("tau=0.5:")};
  const auto result = runStudy(study, options);
  CHECK(result.samples.columns ==
        std::vector<std::string>{"sample", "condition", "temp_C", "vdd_V", "current_A", "tau_s"});
  CHECK(result.samples.rows.size() == 800);
  CHECK(support::readCsv(dir.path / "samples.csv").rows == result.samples.rows);
  CHECK(support::readCsv(dir.path / "sample_curve.csv").columns ==
        std::vector<std::string>{"sample", "condition", "x_V", "y_A"});
  const auto json = nlohmann::json::parse(result.statistics);
  const auto& current = json["conditions"][0]["figures"]["current"];
  CHECK(current["sigma"].get<double>() == doctest::Approx(std::sqrt(5.0)).epsilon(0.15));
  CHECK(current["sensitivity"]["shares"][0]["instance"] == "a");
  CHECK(current["sensitivity"]["shares"][0]["share"].get<double>() == doctest::Approx(0.8).epsilon(0.1));
  for (const auto& condition : json["conditions"]) CHECK(condition["figures"]["tau"]["nominal"] == 1);
  CHECK(current["worst"][0]["command"].get<std::string>().find("--only-sample") != std::string::npos);
  CHECK(std::abs(current["worst"][0]["value"].get<double>()) > 5);
  // P(|N(0, 5)| < 2) = 0.629
  CHECK(json["conditions"][0]["yield"]["all"]["yield"].get<double>() == doctest::Approx(0.629).epsilon(0.12));
  CHECK(json["conditions"][0]["yield"]["limits"][1]["passed"] == 400);
  options.limits = {limitFromText("nothing=1:2")};
  options.resume = true;
  CHECK(idOf([&] { runStudy(study, options); }) == "MCS-0051");
}

TEST_CASE("a description with the nominal figures of one condition only, as runs of version 0.1 have it") {
  FakeStudy study;
  TemporaryFolder dir;
  runStudy(study, runIn(dir.path));
  auto json = nlohmann::json::parse(support::readFile(dir.path / "study.json"));
  json["nominal"] = {1.5, nullptr};
  const auto header = headerFromJsonText(json.dump(), "study.json");
  REQUIRE(header.preflight.nominal.size() == 1);
  CHECK(header.preflight.nominal[0][0] == 1.5);
  CHECK(std::isnan(header.preflight.nominal[0][1]));
}

TEST_CASE("failures: retried, skipped, or ending the run; never passing a limit") {
  FakeStudy study;
  study.corners = 1;
  const std::string clean = cleanResults(study);
  SUBCASE("a sample that fails once is tried again") {
    study.failure = [](const Task& t, int attempt) { return t.sample % 7 == 3 && attempt == 0 ? "crashed" : ""; };
    TemporaryFolder dir;
    const auto result = runStudy(study, runIn(dir.path, 2));
    CHECK(result.report.failed == 0);
    CHECK(resultsOf(dir.path) == clean);
  }
  SUBCASE("skip records it, and resuming with retry repairs it") {
    study.failure = [](const Task& t, int) { return t.sample == 3 || t.sample == 40 ? "timed out" : ""; };
    TemporaryFolder dir;
    auto options = runIn(dir.path);
    options.engine.on_failure = OnFailure::Skip;
    options.limits = {limitFromText("tau=0:100")};
    const auto result = runStudy(study, options);
    CHECK(result.report.failed == 2);
    CHECK(result.report.good == 48);
    CHECK(std::isnan(result.samples.rows[3][4]));
    const auto json = nlohmann::json::parse(result.statistics);
    CHECK(json["conditions"][0]["yield"]["all"]["passed"] == 48);
    CHECK(json["conditions"][0]["yield"]["all"]["total"] == 50);
    CHECK(json["conditions"][0]["figures"]["tau"]["missing"] == 2);
    CHECK(support::readFile(dir.path / "failures.csv").find("3,0,\"timed out\"") != std::string::npos);
    CHECK(statusOf(dir.path).failures.at("timed out") == 2);
    study.failure = [](const Task&, int) { return ""; };
    CHECK(runStudy(study, runIn(dir.path, 1, true)).report.run == 2);
    CHECK(resultsOf(dir.path) == clean);
  }
  SUBCASE("abort ends the run and says which") {
    study.failure = [](const Task& t, int) { return t.sample == 9 ? "no convergence" : ""; };
    TemporaryFolder dir;
    auto options = runIn(dir.path);
    options.engine.on_failure = OnFailure::Abort;
    CHECK_THROWS_WITH_AS(runStudy(study, options), doctest::Contains("sample 9"), support::Error);
    CHECK(statusOf(dir.path).good == 9);
  }
}

TEST_CASE("a folder of another study is refused; more samples are added; fewer are not") {
  FakeStudy study;
  TemporaryFolder dir;
  runStudy(study, runIn(dir.path));
  CHECK(idOf([&] { runStudy(study, runIn(dir.path)); }) == "MCS-0064");
  FakeStudy other;
  other.seed = 2;
  CHECK_THROWS_WITH_AS(runStudy(other, runIn(dir.path, 1, true)),
                       doctest::Contains("seed: the run has 1, this command 2"), support::Error);
  CHECK(idOf([&] { runStudy(study, runIn(dir.path / "nothing", 1, true)); }) == "MCS-0065");
  study.count = 60;
  CHECK(runStudy(study, runIn(dir.path, 1, true)).report.run == 20);
  CHECK(resultsOf(dir.path) == cleanResults(study));
  study.count = 10;
  CHECK(idOf([&] { runStudy(study, runIn(dir.path, 1, true)); }) == "MCS-0063");
  auto anew = runIn(dir.path);
  anew.force = true;
  CHECK(runStudy(study, anew).report.total == 20);
  const RunLock lock(dir.path / ".lock");
  CHECK(idOf([&] { runStudy(study, runIn(dir.path, 1, true)); }) == "MCS-0037");
}

TEST_CASE("a full disk: a clear error, an intact store, and the run goes on later") {
  FakeStudy study;
  study.count = 400;
  TemporaryFolder dir;
  const RunHeader header{study.identity(), "{}", "gaincell mc fake", study.count, study.conditions(),
                         study.preflight()};
  {
    RunStore::Options options;
    options.max_pages = 12;
    RunStore store = RunStore::create(dir.path / "run.sqlite", header, options);
    support::writeFileAtomically(dir.path / "study.json", toJsonText(header));
    auto engine = runIn(dir.path).engine;
    engine.records_per_transaction = 1;  // a full disk then costs the one sample it refused
    CHECK(idOf([&] { runLocal(study, store, engine); }) == "MCS-0034");
  }
  const auto status = statusOf(dir.path);
  CHECK(status.good >= 200);  // 12 pages of 8 kB hold some 280 records of 230 bytes and their index
  CHECK(status.good <= 350);
  const auto stored = RunStore::open(dir.path / "run.sqlite", RunStore::Mode::Read).done().good;
  const auto tasks = tasksOf(study.count, study.corners);
  CHECK(stored == std::vector<Task>(tasks.begin(), tasks.begin() + static_cast<std::ptrdiff_t>(status.good)));
  runStudy(study, runIn(dir.path, 2, true));
  CHECK(resultsOf(dir.path) == cleanResults(study));
}

TEST_CASE("a sample that the interrupt cut short is not stored, whatever the policy") {
  for (const auto policy : {OnFailure::Retry, OnFailure::Skip, OnFailure::Abort}) {
    FakeStudy study;
    TemporaryFolder dir;
    int calls = 0;
    study.failure = [&](const Task&, int) {
      if (++calls < 20) return "";
      support::requestInterrupt(true);
      return "no convergence";  // what a simulator says that was ended half-way
    };
    auto options = runIn(dir.path);
    options.engine.on_failure = policy;
    CHECK_THROWS_AS(runStudy(study, options), support::Interrupted);
    support::requestInterrupt(false);
    CHECK(statusOf(dir.path).good == 19);
    CHECK(statusOf(dir.path).failed == 0);
    study.failure = [](const Task&, int) { return std::string(); };
    options.resume = true;
    CHECK(runStudy(study, options).report.run == 81);  // policies that keep failures have none to keep
    CHECK(resultsOf(dir.path) == cleanResults());
  }
}

TEST_CASE("damaged stores are recognised, and what is intact is recovered") {
  FakeStudy study;
  study.count = 300;
  const std::string clean = cleanResults(study);
  TemporaryFolder dir;
  runStudy(study, runIn(dir.path));
  const fs::path file = dir.path / "run.sqlite";
  const auto size = fs::file_size(file);
  bool single = false;  // within a sample, whose checksum tells
  SUBCASE("truncated") {
    fs::resize_file(file, size / 2);
  }
  SUBCASE("garbage in the middle") {
    damage(file, size / 2, 20000);
  }
  SUBCASE("garbage at the start") {
    damage(file, 0, 9000);
  }
  SUBCASE("one flipped byte in a sample") {
    const auto at = support::readFile(file).rfind("GCMCrec1");
    damage(file, at + 100, 1);
    single = true;
  }
  // Before anything is read from it: a damaged page may be one that nothing reads until samples are lost.
  if (!single) CHECK(idOf([&] { RunStore::open(file, RunStore::Mode::Read); }) == "MCS-0033");
  CHECK(idOf([&] { runStudy(study, runIn(dir.path, 1, true)); }) == "MCS-0033");
  const auto report = salvage(file, dir.path / "study.json");
  CHECK(report.recovered >= 150);
  CHECK(report.recovered <= 600);  // where only the head of the file was hit, no sample is lost
  CHECK(report.recovered + report.missing == 600);
  CHECK(fs::exists(report.damaged));
  const auto result = runStudy(study, runIn(dir.path, 2, true));
  CHECK(result.report.run == report.missing);
  CHECK(resultsOf(dir.path) == clean);
}

TEST_CASE("shards join into the same results; what is missing is named") {
  FakeStudy study;
  const std::string clean = cleanResults(study);
  TemporaryFolder dir;
  const RunFolder folder{dir.path};
  const RunHeader header{study.identity(), "{}", "gaincell mc fake", study.count, study.conditions(),
                         study.preflight()};
  support::writeFileAtomically(folder.header(), toJsonText(header));
  CHECK(openShards(folder, header, 3) == std::vector<std::uint64_t>{0, 1, 2});
  CHECK(idOf([&] { merge(folder, false); }) == "MCS-0079");
  for (const std::uint64_t shard : {2, 0}) {
    auto options = runIn(dir.path, 2, true);
    options.engine.shard = shard;
    options.engine.shards = 3;
    runStudy(study, options);
  }
  CHECK(openShards(folder, header, 3) == std::vector<std::uint64_t>{1});
  CHECK(idOf([&] { merge(folder, false); }) == "MCS-0072");
  CHECK(merge(folder, true).missing == 34);
  auto options = runIn(dir.path, 1, true);
  options.engine.shard = 1;
  options.engine.shards = 3;
  runStudy(study, options);
  const auto report = merge(folder, false);
  CHECK(report.good == 100);
  CHECK(report.missing == 0);
  const RunStore store = RunStore::open(folder.store(), RunStore::Mode::Read);
  exportRun(collect(store, {}), store, dir.path);
  CHECK(resultsOf(dir.path) == clean);
}

TEST_CASE("the batch script: quoting, and words Slurm could misread are refused") {
  SlurmOptions o;
  o.shards = 4;
  o.partition = "long";
  o.command = {"/opt/gain cell/gaincell", "mc", "it's"};
  const std::string script = slurmScript(o, {"/tmp"});
  CHECK(script.find("#SBATCH --partition=long\n") != std::string::npos);
  CHECK(script.find(R"('/opt/gain cell/gaincell' 'mc' 'it'\''s' --shard "$SLURM_ARRAY_TASK_ID/4")") !=
        std::string::npos);
  o.partition = "a\n#SBATCH --uid=0";
  CHECK(idOf([&] { slurmScript(o, {"/tmp"}); }) == "MCS-0070");
  o.partition = "";
  o.shards = 0;
  CHECK(idOf([&] { slurmScript(o, {"/tmp"}); }) == "MCS-0074");
}

TEST_CASE("an estimate from the preflight") {
  FakeStudy study;
  const auto e = estimateRun(study.preflight(), 100, 4, 2);
  CHECK(e.seconds == doctest::Approx(2 * 0.1 + 100 * 0.1 / 4));
  CHECK(e.memory_bytes == doctest::Approx(4 * 1000 * 1024));
  CHECK(estimateRun(study.preflight(), 0, 4, 2).seconds == 0);
}
