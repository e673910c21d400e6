// The write-ahead log of a run store: what only it holds is recovered, what belongs to another run is not, and every
// transaction is on the disk when it is done.

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "fake_study.hpp"

using namespace mc_test;
namespace fs = std::filesystem;

namespace {

std::atomic<int> syncs{0};

RunHeader headerOf(FakeStudy study) {
  return {study.identity(), "{}", "gaincell mc fake", study.count, study.conditions(), study.preflight()};
}

/// What the study gives for a sample.
SampleRecord good(const FakeStudy& study, std::uint64_t sample) {
  return study.worker()->evaluate({0, sample});
}

SampleRecord failed(std::uint64_t sample, const std::string& message) {
  SampleRecord r;
  r.task = {0, sample};
  r.failure = "timed out";
  r.message = message;
  return r;
}

/// A run folder as a killed process leaves it: some records in the log, none of them in the file yet. Each list is a
/// transaction.
void killedRun(const fs::path& dir, const FakeStudy& study,
               const std::vector<std::vector<SampleRecord>>& transactions) {
  TemporaryFolder alive;
  RunStore store = RunStore::create(alive.path / "run.sqlite", headerOf(study));
  for (const auto& records : transactions) store.put(records);
  fs::create_directories(dir);
  for (const char* name : {"run.sqlite", "run.sqlite-wal", "run.sqlite-shm"})
    fs::copy_file(alive.path / name, dir / name);
  support::writeFileAtomically(dir / "study.json", toJsonText(headerOf(study)));
  REQUIRE(support::readFile(dir / "run.sqlite").find("GCMCrec1") == std::string::npos);
}

/// SQLite cannot open the file any more.
void spoilHead(const fs::path& file) {
  std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
  f << std::string(200, '\x5a');
}

std::map<std::uint64_t, std::string> failuresIn(const fs::path& dir) {
  std::map<std::uint64_t, std::string> out;
  RunStore::open(dir / "run.sqlite", RunStore::Mode::Read).forEach([&](const SampleRecord& r) {
    out[r.task.sample] = r.failure;
  });
  return out;
}

}  // namespace

/// In place of the C library's, for the whole test program; SQLite calls one of them.
extern "C" int fsync(int fd) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fsync, fd));
}
extern "C" int fdatasync(int fd) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

TEST_CASE("salvage finds samples that only the log holds") {
  FakeStudy study;
  study.corners = 1;
  study.count = 40;
  TemporaryFolder dir;
  std::vector<SampleRecord> records;
  for (std::uint64_t k = 0; k < 30; ++k) records.push_back(good(study, k));
  killedRun(dir.path, study, {records});
  SUBCASE("searched, where SQLite opens nothing") {
    spoilHead(dir.path / "run.sqlite");
  }
  SUBCASE("read by SQLite, where the file is whole") {}
  const auto report = salvage(dir.path / "run.sqlite", dir.path / "study.json");
  CHECK(report.recovered == 30);
  CHECK(report.missing == 10);
  CHECK(fs::exists(report.damaged.string() + "-wal"));  // kept with the file it belongs to
  CHECK_FALSE(fs::exists(dir.path / ".salvage-run.sqlite-wal"));
  CHECK(runStudy(study, runIn(dir.path, 1, true)).report.run == 10);
  TemporaryFolder clean;
  runStudy(study, runIn(clean.path));
  CHECK(resultsOf(dir.path) == resultsOf(clean.path));
}

TEST_CASE("salvage reads records longer than a page, which lie in pieces, through SQLite and the log") {
  FakeStudy study;
  study.corners = 1;
  study.count = 2;
  TemporaryFolder dir;
  killedRun(dir.path, study, {{failed(0, std::string(30000, 'x')), good(study, 1)}});
  CHECK(salvage(dir.path / "run.sqlite", dir.path / "study.json").recovered == 1);
  CHECK(failuresIn(dir.path) == std::map<std::uint64_t, std::string>{{0, "timed out"}, {1, ""}});
}

TEST_CASE("of two records of a task the good one is salvaged, in whatever order they are found") {
  FakeStudy study;
  study.corners = 1;
  study.count = 3;
  TemporaryFolder dir;
  std::string expected;
  SUBCASE("the retry of sample 0 succeeded") {
    expected = "fg";
    killedRun(dir.path, study, {{failed(0, ""), failed(2, "")}, {good(study, 0), good(study, 1)}});
  }
  SUBCASE("the failure lies behind the success") {
    expected = "gf";
    killedRun(dir.path, study, {{good(study, 0), good(study, 1)}, {failed(0, ""), failed(2, "")}});
  }
  const std::string log = support::readFile(dir.path / "run.sqlite-wal");
  std::string order;
  for (auto at = log.find("GCMCrec1"); at != std::string::npos; at = log.find("GCMCrec1", at + 8))
    if (const auto r = unpackRecord(std::string_view(log).substr(at)); r && r->task.sample == 0)
      order += r->ok() ? 'g' : 'f';
  REQUIRE(order == expected);
  spoilHead(dir.path / "run.sqlite");
  CHECK(salvage(dir.path / "run.sqlite", dir.path / "study.json").recovered == 2);
  CHECK(failuresIn(dir.path) == std::map<std::uint64_t, std::string>{{0, ""}, {1, ""}, {2, "timed out"}});
}

TEST_CASE("a run begun anew takes nothing from the log of the one before") {
  FakeStudy old, study;
  old.seed = 2;
  TemporaryFolder dir, clean;
  killedRun(dir.path, old, {{good(old, 0), good(old, 1)}, {good(old, 2)}});
  auto options = runIn(dir.path);
  options.force = true;
  CHECK(runStudy(study, options).report.run == 100);
  runStudy(study, runIn(clean.path));
  CHECK(resultsOf(dir.path) == resultsOf(clean.path));
}

TEST_CASE("the files of a log without its store are gone before a run begins anew") {
  FakeStudy study;
  TemporaryFolder dir;
  for (const char* name : {"run.sqlite", "run.sqlite-wal", "run.sqlite-shm"})
    support::writeFileAtomically(dir.path / name, "of another run");
  auto options = runIn(dir.path);
  options.force = true;
  options.before_start = [&](const Preflight&, const Estimate&) {
    for (const char* name : {"run.sqlite-wal", "run.sqlite-shm"})
      if (fs::exists(dir.path / name)) CHECK(support::readFile(dir.path / name) != "of another run");
  };
  CHECK(runStudy(study, options).report.run == 100);
}

TEST_CASE("a transaction is on the disk when it is done") {
  FakeStudy study;
  TemporaryFolder dir;
  RunStore store = RunStore::create(dir.path / "run.sqlite", headerOf(study));
  store.put({good(study, 0)});
  for (std::uint64_t k = 1; k < 6; ++k) {
    const int before = syncs;
    store.put({good(study, k)});
    CHECK(syncs > before);
  }
}
