#include "gaincell/montecarlo/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/progress.hpp"

namespace gaincell::montecarlo {

using support::Error;

namespace {
/// Stores records in a thread of its own, so that the simulators do not wait for the disk.
class Writer {
 public:
  /// @param most records in one transaction
  Writer(RunStore& store, std::size_t most) : store_(store), most_(std::clamp<std::size_t>(most, 1, kQueue)) {
    thread_ = std::thread([this] { work(); });
  }
  ~Writer() { finish(); }

  /// Takes a record; waits when the disk is far behind. False when storing has failed.
  bool push(SampleRecord record) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.size() < kQueue || error_; });
    if (error_) return false;
    queue_.push_back(std::move(record));
    if (queue_.size() == 1 || queue_.size() >= most_) changed_.notify_all();  // the writer waits for nothing between
    return true;
  }
  /// Stores what is left. Does not throw: see rethrow().
  void finish() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  static constexpr std::size_t kQueue = 1000;  // records; bounds memory when the disk stalls
  /// Transactions begin at least this far apart: a sync costs as much processor time as a third of the fastest sample.
  static constexpr std::chrono::milliseconds kApart{20};

  void work() {
    auto next = std::chrono::steady_clock::now();
    for (;;) {
      std::vector<SampleRecord> batch;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !queue_.empty() || closed_; });
        if (queue_.empty()) return;
        changed_.wait_until(lock, next, [this] { return closed_ || queue_.size() >= most_; });
        next = std::chrono::steady_clock::now() + kApart;
        if (queue_.size() <= most_) {
          batch.swap(queue_);
        } else {
          const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(most_);
          batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
          queue_.erase(queue_.begin(), end);
        }
      }
      changed_.notify_all();
      try {
        store_.put(batch);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        error_ = std::current_exception();
        queue_.clear();
        changed_.notify_all();
        return;
      }
    }
  }

  RunStore& store_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SampleRecord> queue_;
  bool closed_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

std::vector<Task> pending(const Study& study, const RunStore& store, const EngineOptions& options,
                          EngineReport& report) {
  const auto all = tasksOf(store.header().samples, study.conditions().size(), options.shard, options.shards);
  const auto done = store.done();
  std::vector<Task> out;
  for (const auto& task : all) {
    const bool good = std::binary_search(done.good.begin(), done.good.end(), task);
    const bool failed = std::binary_search(done.failed.begin(), done.failed.end(), task);
    if (good)
      ++report.good;
    else if (!failed || options.on_failure == OnFailure::Retry)
      out.push_back(task);
    else
      ++report.failed;
  }
  report.total = all.size();
  return out;
}

/// Evaluates with as many attempts as the policy allows.
SampleRecord evaluate(StudyWorker& worker, const Task& task, const EngineOptions& options) {
  SampleRecord record = worker.evaluate(task);
  for (std::uint32_t retry = 0; !record.ok() && options.on_failure == OnFailure::Retry && retry < options.retries;
       ++retry) {
    support::throwIfInterrupted();
    worker.renew();
    record = worker.evaluate(task);
    record.attempts = retry + 2;
  }
  return record;
}
}  // namespace

OnFailure onFailureFromName(const std::string& name) {
  if (name == "retry") return OnFailure::Retry;
  if (name == "skip") return OnFailure::Skip;
  if (name == "abort") return OnFailure::Abort;
  throw Error("MCS-0060", fmt::format("there is no failure policy '{}'", name), "--on-failure",
              "choose retry, skip or abort");
}

std::vector<Task> tasksOf(std::uint64_t samples, std::size_t conditions, std::uint64_t shard, std::uint64_t shards) {
  std::vector<Task> out;
  for (std::uint32_t c = 0; c < conditions; ++c)
    for (std::uint64_t s = shard; s < samples; s += shards) out.push_back({c, s});
  return out;
}

EngineReport runLocal(const Study& study, RunStore& store, const EngineOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  EngineReport report;
  const auto tasks = pending(study, store, options, report);
  std::unique_ptr<support::Progress> progress;
  if (!options.title.empty() && !tasks.empty())
    progress = std::make_unique<support::Progress>(options.title, tasks.size());

  Writer writer(store, options.records_per_transaction);
  std::atomic<std::size_t> next{0}, good{0}, failed{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::optional<SampleRecord> fatal;
  const auto evaluateAll = [&] {
    const auto worker = study.worker();
    while (!stop && !support::interruptRequested()) {
      const std::size_t i = next++;
      if (i >= tasks.size()) return;
      SampleRecord record = evaluate(*worker, tasks[i], options);
      if (support::interruptRequested() && !record.ok()) return;  // failed because it was interrupted
      ++(record.ok() ? good : failed);
      if (!record.ok() && options.on_failure == OnFailure::Abort) {
        const std::lock_guard lock(mutex);
        if (!fatal || record.task < fatal->task) fatal = record;
        stop = true;
      }
      if (!writer.push(std::move(record))) return;
      if (progress) progress->advance();
    }
  };
  const auto work = [&](std::size_t) {
    try {
      evaluateAll();
    } catch (...) {
      stop = true;  // nothing can be simulated, or the user interrupted: the others need not go on
      throw;
    }
  };
  const auto jobs = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, options.jobs)), tasks.size());
  support::parallelFor(jobs, static_cast<int>(jobs), work);
  writer.finish();
  progress.reset();
  writer.rethrow();
  support::throwIfInterrupted();
  if (fatal)
    throw Error("MCS-0061",
                fmt::format("sample {} at condition {} failed ({}: {})", fatal->task.sample, fatal->task.condition,
                            fatal->failure, fatal->message),
                store.file().string(),
                "look at it with --only-sample, or let the run go on with --on-failure retry or skip");
  report.run = good + failed;
  report.good += good;
  report.failed += failed;
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace gaincell::montecarlo
