// Monte-Carlo runs that are killed, interrupted, or have a simulator that misbehaves: the results must be those of a
// clean run.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>

#include "../montecarlo/fake_study.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"

using namespace mc_test;
namespace fs = std::filesystem;

namespace {

StudyConfig cellStudy(std::uint64_t samples) {
  StudyConfig c;
  c.pdk = pdk::findPdk("gc28");
  c.kind = "gain-cell";
  c.analysis = "iv";
  c.design = cells::loadDesign("reference", c.pdk);
  c.settings = sim::analysis(c.kind, c.analysis).settings(c.pdk);
  c.conditions = {{"tt", 27, c.pdk.vdd}};
  c.samples = samples;
  return c;
}

std::string cellResults(const fs::path& dir) {
  return support::readFile(dir / "samples.csv") + support::readFile(dir / "statistics.json");
}

std::string cleanCellResults(std::uint64_t samples) {
  TemporaryFolder dir;
  const auto result = runStudy(cellStudy(samples), {}, runIn(dir.path));
  REQUIRE(result.report.failed == 0);
  return cellResults(dir.path);
}

/// Runs the study in a process of its own; exit code 3 when interrupted.
pid_t startRun(FakeStudy study, const fs::path& dir, bool resume) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  support::installInterruptHandler();
  int code = 0;
  try {
    runStudy(study, runIn(dir, 2, resume));
  } catch (const support::Interrupted&) {
    code = 3;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    code = 1;
  }
  ::_exit(code);
}

int exitCode(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<pid_t> children() {
  std::vector<pid_t> out;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream in(entry.path() / "stat");
    std::string pid, command, state;
    pid_t parent = 0;
    if (in >> pid >> command >> state >> parent && parent == ::getpid())
      out.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return out;
}

}  // namespace

TEST_CASE("kill -9 of the program at twenty instants, resumed each time") {
  FakeStudy study;
  study.count = 400;
  study.delay_us = 1000;
  TemporaryFolder dir;
  runStudy(study, runIn(dir.path / "clean", 2));
  const fs::path run = dir.path / "run";
  std::mt19937 random(4);
  int killed = 0, finished = 0;
  std::size_t kept = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t pid = startRun(study, run, fs::exists(run / "study.json"));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    ::kill(pid, SIGKILL);
    const int code = exitCode(pid);
    REQUIRE((code == 128 + SIGKILL || code == 0));
    ++(code == 0 ? finished : killed);
    if (!fs::exists(run / "run.sqlite")) continue;
    const std::size_t good = statusOf(run).good;
    CHECK(good >= kept);  // nothing that was stored is lost
    kept = good;
  }
  CHECK(killed >= 5);
  CHECK(runStudy(study, runIn(run, 2, true)).report.run == statusOf(run).total - kept);  // nor simulated twice
  CHECK(resultsOf(run) == resultsOf(dir.path / "clean"));
}

TEST_CASE("an interrupt ends the program with code 3 and keeps what was done") {
  FakeStudy study;
  study.count = 500;
  study.delay_us = 2000;
  TemporaryFolder dir;
  const pid_t pid = startRun(study, dir.path / "run", false);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  ::kill(pid, SIGINT);
  REQUIRE(exitCode(pid) == 3);
  const auto status = statusOf(dir.path / "run");
  CHECK(status.good > 0);
  CHECK(status.good < status.total);
  study.delay_us = 0;
  REQUIRE(exitCode(startRun(study, dir.path / "run", true)) == 0);
  runStudy(study, runIn(dir.path / "clean"));
  CHECK(resultsOf(dir.path / "run") == resultsOf(dir.path / "clean"));
}

TEST_CASE("kill -9 of simulator processes") {
  const std::string clean = cleanCellResults(300);
  TemporaryFolder dir;
  std::atomic<bool> stop{false};
  int shot = 0;
  std::thread killer([&] {
    // The preflight is not retried: a shot there is an error of the run, not of a sample.
    while (!stop && !fs::exists(dir.path / "run.sqlite")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    while (!stop && shot < 12) {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      for (const pid_t pid : children())
        if (!stop && ::kill(pid, SIGKILL) == 0) ++shot;
    }
  });
  auto options = runIn(dir.path, 2);
  options.engine.retries = 20;
  // Simulators that are shot again and again while they start end the run, which is then resumed.
  StudyResult result;
  for (int attempt = 0; attempt < 20; ++attempt) {
    try {
      result = runStudy(cellStudy(300), {}, options);
      break;
    } catch (const support::Error& e) {
      MESSAGE(std::string(e.what()));
      options.resume = true;
    }
  }
  stop = true;
  killer.join();
  std::uint32_t retried = 0;
  RunStore::open(dir.path / "run.sqlite", RunStore::Mode::Read).forEach([&](const SampleRecord& r) {
    retried += r.attempts - 1;
  });
  CHECK(shot > 0);
  CHECK(retried > 0);
  CHECK(result.report.failed == 0);
  CHECK(cellResults(dir.path) == clean);
}

TEST_CASE("a simulator that hangs, crashes, prints garbage, poisons itself, or answers NaN") {
  const std::string clean = cleanCellResults(40);
  for (const char* fault : {"hang", "crash", "garbage", "poison", "nan"}) {
    CAPTURE(fault);
    TemporaryFolder dir;
    ::setenv("GAINCELL_TEST_FAULT", fault, 1);
    ::setenv("GAINCELL_TEST_RUNS", "4,9,10,25", 1);  // the first two runs are the preflight's
    ::setenv("GAINCELL_TEST_COUNTER", (dir.path / "counter").c_str(), 1);
    ::setenv("GAINCELL_TEST_WORKER", GAINCELL_BINARY_DIR "/bin/gaincell-spice-worker", 1);
    sim::SimulatorOptions simulator;
    simulator.worker = GAINCELL_BINARY_DIR "/bin/gaincell-faulty-worker";
    simulator.time_limit_s = 3;
    auto options = runIn(dir.path / "run");
    auto result = runStudy(cellStudy(40), simulator, options);
    CHECK(result.report.failed == 0);
    CHECK(cellResults(dir.path / "run") == clean);
    CHECK(fs::file_size(dir.path / "counter") > 42);

    // Without retries the same faults are listed, by kind, and a later resume mends them.
    fs::remove(dir.path / "counter");
    options = runIn(dir.path / "skip");
    options.engine.on_failure = OnFailure::Skip;
    result = runStudy(cellStudy(40), simulator, options);
    CHECK(result.report.failed == 4);
    const std::string kind = std::string(fault) == "hang"     ? "timed out"
                             : std::string(fault) == "poison" ? "deck error"
                             : std::string(fault) == "nan"    ? "not finite"
                                                              : "crashed";
    CHECK(statusOf(dir.path / "skip").failures == std::map<std::string, std::size_t>{{kind, 4}});
    CHECK(runStudy(cellStudy(40), {}, runIn(dir.path / "skip", 1, true)).report.run == 4);
    CHECK(cellResults(dir.path / "skip") == clean);
  }
}
