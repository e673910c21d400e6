#pragma once
/// @file
/// One worker process, seen from the pool.

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>

#include "protocol.hpp"

namespace gaincell::sim {

/// The worker program: beside the running program, in ../libexec/gaincell, in the build tree or the installation.
/// @throws Error (SIM-0003).
std::filesystem::path findWorker(const std::filesystem::path& chosen);

/// @throws Error (SIM-0003): something the simulator needs is not installed.
[[noreturn]] void throwMissing(const std::string& what, const std::string& remedy);

/// Owns the process: the destructor ends and reaps it.
class WorkerProcess {
 public:
  /// Starts the program and waits for its greeting. @throws Error (SIM-0003) when the program or libngspice is missing.
  explicit WorkerProcess(const std::filesystem::path& program);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  struct Answer {
    protocol::ReceiveStatus status = protocol::ReceiveStatus::Closed;
    protocol::RunReply reply;
  };
  /// Runs the request; sends `text` only when deck `request.id` is not parsed yet. After any status but Ok the worker
  /// must be thrown away. @throws Garbled.
  Answer run(protocol::RunRequest request, const std::string& text, double time_limit_s);
  /// False when the process died while idle.
  bool alive() const noexcept;
  bool knows(std::uint64_t deck) const;
  void forget(std::uint64_t deck);

  const std::string& version() const noexcept { return version_; }
  int runs() const noexcept { return runs_; }
  /// How the process ended, for messages; ends it first.
  std::string epitaph();

 private:
  void start(const std::filesystem::path& program);
  void end();

  pid_t pid_ = -1;
  int fd_ = -1;
  int wait_status_ = 0;
  int runs_ = 0;
  std::string version_;
  std::deque<std::uint64_t> decks_;  ///< parsed decks, least recently used first
};

}  // namespace gaincell::sim
