#include "gaincell/support/parallel.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "gaincell/support/error.hpp"

namespace gaincell::support {

namespace {
std::atomic<bool> g_interrupted{false};

extern "C" void onSignal(int) {
  if (g_interrupted.exchange(true)) _exit(static_cast<int>(ExitCode::Interrupted));
}
}  // namespace

int hardwareJobs() noexcept {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void parallelFor(std::size_t count, int jobs, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::exception_ptr first;
  std::mutex mutex;
  const auto work = [&] {
    while (!stop) {
      const std::size_t i = next++;
      if (i >= count) return;
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
        stop = true;
      }
    }
  };
  const std::size_t threads = std::min(count, static_cast<std::size_t>(std::max(1, jobs)));
  std::vector<std::thread> pool;
  pool.reserve(threads - (threads > 0 ? 1 : 0));
  try {
    for (std::size_t t = 1; t < threads; ++t) pool.emplace_back(work);
  } catch (const std::system_error&) {
    // The system gives no more threads: those that run do all the work.
  }
  work();
  for (auto& t : pool) t.join();
  if (first) std::rethrow_exception(first);
}

void installInterruptHandler() noexcept {
  struct sigaction action = {};
  action.sa_handler = onSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interruptRequested() noexcept {
  return g_interrupted;
}
void requestInterrupt(bool on) noexcept {
  g_interrupted = on;
}
void throwIfInterrupted() {
  if (g_interrupted) throw Interrupted();
}

}  // namespace gaincell::support
