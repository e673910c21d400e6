#pragma once
/// @file
/// A run on a Slurm cluster: an array job of shards, each a process of this program with a store of its own on the
/// shared folder. A shard that fails or is pre-empted is queued again and continues where its store ends.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gaincell/montecarlo/montecarlo.hpp"

namespace gaincell::montecarlo {

struct SlurmOptions {
  std::uint64_t shards = 1;
  std::string partition;            ///< empty: the cluster's default
  std::string time;                 ///< limit of a shard in Slurm's syntax ("4:00:00"); empty: the partition's
  std::string memory_mb;            ///< per shard ("--mem"); empty: the partition's default
  int jobs = 1;                     ///< simulator processes and CPUs of a shard
  int max_requeues = 5;             ///< times a failing shard is queued again
  std::vector<std::string> sbatch;  ///< more options for sbatch, each a word ("--account=x")
  /// The command of a shard as words, without the shard's number: program, arguments. " --shard I/N" is added.
  std::vector<std::string> command;
};

/// The batch script of the shards of a run. @throws Error (MCS-0070) for options that Slurm could not mean.
std::string slurmScript(const SlurmOptions& options, const RunFolder& folder);

/// Shards that are not complete, by their stores.
std::vector<std::uint64_t> openShards(const RunFolder& folder, const RunHeader& header, std::uint64_t shards);

/// Writes DIR/slurm/job.sh and submits it for the shards that are not complete. Returns the job's id, empty when
/// nothing is left to do. @throws Error (MCS-0071) when sbatch is missing or refuses.
std::string submit(const SlurmOptions& options, const RunFolder& folder, const RunHeader& header);

/// Starts a run on the cluster: preflight here, description, submission. @throws as prepareRun and submit
std::string startSlurm(Study& study, const RunOptions& run, const SlurmOptions& options);

/// Waits until the job has left the queue. @throws Interrupted (the job goes on).
void waitForJob(const std::string& job, const std::string& title);

struct MergeReport {
  std::size_t good = 0, failed = 0, missing = 0;
};
/// Joins the shards' stores into the run's store, checking that each belongs to the study.
/// @throws Error (MCS-0072) when samples are missing and `partial` was not asked for: names the shards.
MergeReport merge(const RunFolder& folder, bool partial);

}  // namespace gaincell::montecarlo
