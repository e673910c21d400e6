#include "gaincell/sim/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "gaincell/netlist/writer.hpp"
#include "gaincell/sim/deck_vetting.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/progress.hpp"
#include "judge.hpp"
#include "worker_process.hpp"

namespace gaincell::sim {

namespace {
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A deck's text and its number in the conversation with the workers.
struct DeckText {
  std::uint64_t id = 0;
  std::string text;
};

/// A file name made of the tag's harmless characters.
std::string fileName(const std::string& tag) {
  std::string name = tag.empty() ? "deck" : tag;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '_';
  return name;
}
}  // namespace

struct Simulator::Impl {
  explicit Impl(SimulatorOptions o) : options(std::move(o)) { options.jobs = std::max(1, options.jobs); }

  SimulatorOptions options;
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::unique_ptr<WorkerProcess>> idle;
  int busy = 0;
  std::filesystem::path program;
  std::string version;

  struct Known {
    std::weak_ptr<const netlist::Deck> alive;  // tells a new deck at an old address from the old one
    std::shared_ptr<const DeckText> text;
  };
  std::map<const netlist::Deck*, Known> decks;
  std::uint64_t next_id = 1;
  std::optional<Clock::time_point> deadline;  // of all runs together
  std::set<std::string> kept;

  /// Takes a worker, preferably one that knows the deck. The caller gives it back or gives back nullptr.
  std::unique_ptr<WorkerProcess> acquire(std::uint64_t deck);
  void release(std::unique_ptr<WorkerProcess> worker);
  std::shared_ptr<const DeckText> textOf(const std::shared_ptr<const netlist::Deck>& deck);
  std::shared_ptr<const DeckText> newText(const netlist::Deck& deck);
  void forgetExpired();
  double limitOf(const Job& job);
  Outcome attempt(const netlist::Deck& deck, const DeckText& text, const std::vector<Alter>& alters,
                  double time_limit_s);
  Outcome climb(const Job& job, std::optional<netlist::Deck>& aided);
  void keep(const Job& job, const netlist::Deck& deck);
};

std::unique_ptr<WorkerProcess> Simulator::Impl::acquire(std::uint64_t deck) {
  {
    std::unique_lock lock(mutex);
    freed.wait(lock, [&] { return busy < options.jobs; });
    ++busy;
    std::erase_if(idle, [](const auto& w) { return !w->alive(); });
    if (!idle.empty()) {
      auto it = std::find_if(idle.begin(), idle.end(), [&](const auto& w) { return w->knows(deck); });
      if (it == idle.end()) it = idle.begin();
      auto worker = std::move(*it);
      idle.erase(it);
      return worker;
    }
    if (program.empty()) {
      try {
        program = findWorker(options.worker);
      } catch (...) {
        --busy;
        freed.notify_one();
        throw;
      }
    }
  }
  try {
    auto worker = std::make_unique<WorkerProcess>(program);
    const std::lock_guard lock(mutex);
    version = worker->version();
    return worker;
  } catch (...) {
    release(nullptr);
    throw;
  }
}

void Simulator::Impl::release(std::unique_ptr<WorkerProcess> worker) {
  {
    const std::lock_guard lock(mutex);
    --busy;
    if (worker) idle.push_back(std::move(worker));
  }
  freed.notify_one();
}

std::shared_ptr<const DeckText> Simulator::Impl::newText(const netlist::Deck& deck) {
  std::string text = netlist::toText(deck);
  vetDeckText(text, deck.title);
  const std::lock_guard lock(mutex);
  return std::make_shared<DeckText>(DeckText{next_id++, std::move(text)});
}

std::shared_ptr<const DeckText> Simulator::Impl::textOf(const std::shared_ptr<const netlist::Deck>& deck) {
  {
    const std::lock_guard lock(mutex);
    forgetExpired();
    if (const auto it = decks.find(deck.get()); it != decks.end()) return it->second.text;
  }
  auto text = newText(*deck);
  const std::lock_guard lock(mutex);
  return decks.try_emplace(deck.get(), Known{deck, text}).first->second.text;
}

void Simulator::Impl::forgetExpired() {
  for (auto it = decks.begin(); it != decks.end();) {
    if (it->second.alive.expired()) {
      for (const auto& worker : idle) worker->forget(it->second.text->id);
      it = decks.erase(it);
    } else {
      ++it;
    }
  }
}

Outcome Simulator::Impl::attempt(const netlist::Deck& deck, const DeckText& text, const std::vector<Alter>& alters,
                                 double time_limit_s) {
  Outcome outcome;
  auto worker = acquire(text.id);
  WorkerProcess::Answer answer;
  std::string garbage;
  try {
    answer = worker->run({text.id, "", deck.simulator_settings, alters}, text.text, time_limit_s);
  } catch (const protocol::Garbled& e) {
    garbage = e.what();
  }
  bool healthy = false;
  if (answer.status == protocol::ReceiveStatus::Ok) {
    outcome.cpu_s = answer.reply.cpu_s;
    outcome.iterations = answer.reply.iterations;
    outcome.worker_rss_kb = answer.reply.rss_kb;
    Verdict verdict = judge(deck, std::move(answer.reply));
    outcome.kind = verdict.kind;
    outcome.message = std::move(verdict.message);
    outcome.waves = std::move(verdict.waves);
    // A library that has failed once is not trusted again.
    healthy = outcome.ok() && worker->runs() < options.recycle_after_runs &&
              outcome.worker_rss_kb < options.recycle_above_rss_kb;
  } else if (answer.status == protocol::ReceiveStatus::TimedOut) {
    outcome.kind = OutcomeKind::TimedOut;
    outcome.message = fmt::format("not done after {:.3g} s", time_limit_s);
  } else if (answer.status == protocol::ReceiveStatus::Interrupted) {
    outcome.kind = OutcomeKind::Interrupted;
    outcome.message = "interrupted by the user";
  } else {
    outcome.kind = OutcomeKind::Crashed;
    outcome.message = garbage.empty() ? fmt::format("the simulator process ended ({})", worker->epitaph()) : garbage;
  }
  if (!healthy) worker.reset();
  release(std::move(worker));
  return outcome;
}

double Simulator::Impl::limitOf(const Job& job) {
  const double own = job.time_limit_s.value_or(options.time_limit_s);
  const std::lock_guard lock(mutex);
  if (!deadline) return own;
  return std::clamp(std::chrono::duration<double>(*deadline - Clock::now()).count(), 0.0, own);
}

Outcome Simulator::Impl::climb(const Job& job, std::optional<netlist::Deck>& aided) {
  const double limit = limitOf(job);
  const auto start = Clock::now();
  Outcome first = attempt(*job.deck, *textOf(job.deck), job.alters, limit);
  std::vector<std::string> used;
  double cpu_s = first.cpu_s;
  for (const auto& aid : convergenceAids(*job.deck)) {
    if (first.kind != OutcomeKind::NonConvergence) break;
    const double left = limit - secondsSince(start);
    if (left <= 0) break;
    if (!aided) aided = *job.deck;
    for (const auto& [key, value] : aid.options) aided->options[key] = value;
    used.push_back(aid.name);
    const auto text = newText(*aided);
    Outcome next = attempt(*aided, *text, job.alters, left);
    cpu_s += next.cpu_s;
    if (next.kind == OutcomeKind::NonConvergence) continue;
    if (!next.ok()) next.message += "; without aids: " + first.message;
    first = std::move(next);
  }
  first.aids = std::move(used);
  first.cpu_s = cpu_s;
  return first;
}

void Simulator::Impl::keep(const Job& job, const netlist::Deck& deck) {
  std::string name = fileName(job.tag);
  {
    const std::lock_guard lock(mutex);
    const std::string base = name;
    for (int n = 2; !kept.insert(name).second; ++n) name = fmt::format("{}-{}", base, n);
  }
  const Job as_run{std::make_shared<netlist::Deck>(deck), job.alters, job.tag, {}};
  std::filesystem::create_directories(options.keep_decks);
  support::writeFileAtomically(options.keep_decks / (name + ".cir"), standaloneDeck(as_run), support::Overwrite::Yes);
}

Simulator::Simulator(SimulatorOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Simulator::~Simulator() = default;
void Simulator::limitTotal(double seconds) {
  const std::lock_guard lock(impl_->mutex);
  impl_->deadline.reset();
  if (seconds > 0)
    impl_->deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}
const SimulatorOptions& Simulator::options() const noexcept {
  return impl_->options;
}

Outcome Simulator::run(const Job& job) {
  if (support::interruptRequested()) {
    Outcome outcome;
    outcome.kind = OutcomeKind::Interrupted;
    outcome.message = "interrupted by the user";
    return outcome;
  }
  std::optional<netlist::Deck> aided;  // the deck with the aids that were needed
  Outcome outcome = impl_->climb(job, aided);
  if (!impl_->options.keep_decks.empty()) impl_->keep(job, aided ? *aided : *job.deck);
  return outcome;
}

std::vector<Outcome> Simulator::runAll(const std::vector<Job>& jobs, const std::string& progress_title) {
  std::vector<Outcome> outcomes(jobs.size());
  std::unique_ptr<support::Progress> progress;
  if (!progress_title.empty()) progress = std::make_unique<support::Progress>(progress_title, jobs.size());
  support::parallelFor(jobs.size(), impl_->options.jobs, [&](std::size_t i) {
    outcomes[i] = run(jobs[i]);
    if (progress) progress->advance();
  });
  return outcomes;
}

std::string Simulator::simulatorVersion() {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->version.empty()) return impl_->version;
  }
  impl_->release(impl_->acquire(0));
  const std::lock_guard lock(impl_->mutex);
  return impl_->version;
}

}  // namespace gaincell::sim
