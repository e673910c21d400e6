#pragma once
/// @file
/// Runs the tasks of a study on this machine.

#include <chrono>
#include <string>

#include "gaincell/montecarlo/store.hpp"
#include "gaincell/montecarlo/study.hpp"

namespace gaincell::montecarlo {

enum class OnFailure {
  Retry,  ///< try again with a fresh simulator process; recorded as failed after EngineOptions::retries more attempts
  Skip,   ///< record as failed at once
  Abort,  ///< record as failed and end the run
};
/// @throws Error (MCS-0060)
OnFailure onFailureFromName(const std::string& name);

struct EngineOptions {
  int jobs = 1;  ///< simulator processes
  OnFailure on_failure = OnFailure::Retry;
  std::uint32_t retries = 2;
  std::uint64_t shard = 0, shards = 1;         ///< this process runs the samples k with k modulo `shards` = `shard`
  std::size_t records_per_transaction = 1000;  ///< at most; 1: a sync for each sample, however fast they come
  std::string title = "samples";               ///< of the progress bar; empty: none
};

struct EngineReport {
  std::size_t run = 0;                          ///< tasks evaluated now
  std::size_t good = 0, failed = 0, total = 0;  ///< of this process's share, earlier ones included
  double seconds = 0;
};

/// The tasks of a study (of a shard) in order of execution: condition by condition, so that decks are parsed once each.
std::vector<Task> tasksOf(std::uint64_t samples, std::size_t conditions, std::uint64_t shard = 0,
                          std::uint64_t shards = 1);

/// Evaluates the tasks the store lacks, and with OnFailure::Retry those that failed before. Records are stored as they
/// come: what a transaction holds is what was finished while the disk was busy with the one before, usually a single
/// sample.
/// @throws Interrupted when the user interrupted; Error (MCS-0061) for a failed sample with OnFailure::Abort,
/// (MCS-0034).
EngineReport runLocal(const Study& study, RunStore& store, const EngineOptions& options);

}  // namespace gaincell::montecarlo
