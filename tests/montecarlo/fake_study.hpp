#pragma once
// A study without a simulator: figures are simple functions of the draws, and a sample can be made to fail, to be slow,
// or to end the process. Its results are known exactly.

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gaincell/montecarlo/montecarlo.hpp"
#include "gaincell/support/atomic_file.hpp"

namespace mc_test {

using namespace gaincell;
using namespace gaincell::montecarlo;

struct FakeStudy final : Study {
  std::uint64_t seed = 1, count = 50;
  std::size_t corners = 2;
  int delay_us = 0;
  /// Failure of the n-th attempt of a task; empty: it succeeds.
  std::function<std::string(const Task&, int attempt)> failure = [](const Task&, int) { return std::string(); };

  std::vector<DrawName> draws() const { return {{"a", "vth"}, {"a", "beta"}, {"b", "vth"}}; }
  std::string identity() const override {
    return fmt::format(R"({{"corners":{},"kind":"fake","sampling":"random","seed":{}}})", corners, seed);
  }
  std::vector<pdk::Conditions> conditions() const override {
    std::vector<pdk::Conditions> out;
    for (std::size_t c = 0; c < corners; ++c)
      out.push_back({c % 2 ? "ss" : "tt", 27.0 + 10.0 * static_cast<double>(c), 0.9});
    return out;
  }
  std::uint64_t samples() const override { return count; }
  Preflight preflight() override {
    Preflight p;
    p.figures = {{"current", "A", "sum of the draws"}, {"tau", "s", "a product"}};
    p.nominal.assign(corners, {0, 1});
    p.draws = draws();
    p.first_s = 0.2;
    p.again_s = 0.1;
    p.worker_rss_kb = 1000;
    return p;
  }
  void adopt(const Preflight&) override {}

  struct Worker final : StudyWorker {
    explicit Worker(const FakeStudy& s) : study(s) {}
    void renew() override { ++attempt; }
    SampleRecord evaluate(const Task& task) override {
      if (!(task == last)) attempt = 0;
      last = task;
      if (study.delay_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(study.delay_us));
      SampleRecord r;
      r.task = task;
      r.failure = study.failure(task, attempt);
      if (!r.ok()) return r;
      const DrawSource source(study.seed, Sampling::PseudoRandom, study.count);
      const auto d = study.draws();
      const double a = source.normal(task.sample, d[0]), b = source.normal(task.sample, d[1]),
                   c = source.normal(task.sample, d[2]);
      r.values = {2 * a + b + 0.01 * task.condition, std::exp(0.1 * c)};
      r.tables["curve"] = support::Table{{"x_V", "y_A"}, {{0, a}, {1, b}}};
      return r;
    }
    const FakeStudy& study;
    Task last{~0U, 0};
    int attempt = 0;
  };
  std::unique_ptr<StudyWorker> worker() const override { return std::make_unique<Worker>(*this); }
};

/// A folder that goes away with the test.
struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "gaincell-mc-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

inline RunOptions runIn(const std::filesystem::path& dir, int jobs = 1, bool resume = false) {
  RunOptions o;
  o.dir = dir;
  o.resume = resume;
  o.engine.jobs = jobs;
  o.engine.title = "";
  o.provenance = "{}";
  o.rerun_command = "gaincell mc fake";
  return o;
}

/// The files that must not depend on how a run was made.
inline std::string resultsOf(const std::filesystem::path& dir) {
  return support::readFile(dir / "samples.csv") + support::readFile(dir / "statistics.json") +
         support::readFile(dir / "sample_curve.csv") + support::readFile(dir / "failures.csv");
}

}  // namespace mc_test
