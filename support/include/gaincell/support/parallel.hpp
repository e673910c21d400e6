#pragma once
/// @file
/// Parallel loops and the interrupt flag.

#include <cstddef>
#include <functional>

namespace gaincell::support {

/// Number of usable processors (at least 1).
int hardwareJobs() noexcept;

/// Calls body(i) for i in [0, count) on up to `jobs` threads; each index exactly once, in increasing order of start.
/// The first exception stops handing out indices and is rethrown when all threads have ended.
void parallelFor(std::size_t count, int jobs, const std::function<void(std::size_t)>& body);

/// Installs handlers for SIGINT and SIGTERM that set a flag; a second signal ends the process at once.
void installInterruptHandler() noexcept;
bool interruptRequested() noexcept;
/// For tests: sets or clears the flag.
void requestInterrupt(bool on) noexcept;
/// @throws Interrupted when the user asked to stop.
void throwIfInterrupted();

}  // namespace gaincell::support
