#include "gaincell/support/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdio>

namespace gaincell::support {

namespace {
std::atomic<ProgressMode> g_mode{ProgressMode::Auto};

std::string duration(double seconds) {
  const long s = std::lround(seconds);
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}
}  // namespace

void setProgressMode(ProgressMode mode) noexcept {
  g_mode = mode;
}

Progress::Progress(std::string title, std::size_t total)
    : title_(std::move(title)), total_(total), start_(Clock::now()), drawn_(start_) {
  const ProgressMode mode = g_mode;
  quiet_ = mode == ProgressMode::Quiet;
  bar_ = mode == ProgressMode::Bar || (mode == ProgressMode::Auto && isatty(STDERR_FILENO));
  if (bar_ && !quiet_) draw(false);
}

Progress::~Progress() {
  if (!quiet_) draw(true);
}

void Progress::advance(std::size_t steps) {
  const std::lock_guard lock(mutex_);
  done_ += steps;
  if (quiet_) return;
  const auto now = Clock::now();
  const auto interval = bar_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  if (now - drawn_ < interval) return;
  drawn_ = now;
  draw(false);
}

void Progress::draw(bool last) {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const double fraction = total_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(total_);
  std::string left;
  if (done_ > 0 && elapsed > 0.5) left = fmt::format(", {:.3g}/s", static_cast<double>(done_) / elapsed);
  if (!last && done_ > 0 && done_ < total_)
    left +=
        fmt::format(", {} left", duration(elapsed / static_cast<double>(done_) * static_cast<double>(total_ - done_)));
  std::string line;
  if (bar_) {
    constexpr int kWidth = 30;
    const int filled = static_cast<int>(fraction * kWidth);
    line = fmt::format("\r\033[K{:<28.28} [{}{}] {}/{} {}{}", title_, std::string(filled, '#'),
                       std::string(kWidth - filled, '.'), done_, total_, duration(elapsed), left);
    if (last) line += "\n";
  } else {
    line = fmt::format("{}: {}/{} in {}{}\n", title_, done_, total_, duration(elapsed), left);
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace gaincell::support
