#pragma once
/// @file
/// Progress on standard error: a bar with time left on a terminal, plain lines otherwise, nothing when quiet.

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace gaincell::support {

enum class ProgressMode { Auto, Bar, Lines, Quiet };

/// Sets how all Progress objects of the process report (Auto: by whether standard error is a terminal).
void setProgressMode(ProgressMode mode) noexcept;

/// One named task of a known number of steps. Thread-safe. Ends its line when destroyed.
class Progress {
 public:
  Progress(std::string title, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void advance(std::size_t steps = 1);

 private:
  void draw(bool last);
  using Clock = std::chrono::steady_clock;
  std::mutex mutex_;
  std::string title_;
  std::size_t total_, done_ = 0;
  Clock::time_point start_, drawn_;
  bool bar_, quiet_;
};

}  // namespace gaincell::support
