#pragma once
/// @file
/// A whole Monte-Carlo run: from a configuration to a run folder with the store, the table of samples and the
/// statistics.
///
///     study.json        what is simulated (a copy of the store's header)
///     run.sqlite        the store
///     samples.csv       one line per sample and condition; empty fields for what failed
///     failures.csv      the failed samples with kind and message
///     statistics.json   everything of statistics.hpp, per condition
///     sample_<t>.csv    kept tables in long form
///     shards/, slurm/   of a run on a cluster
///
/// samples.csv and statistics.json depend on the study alone: not on -j, engine, interruptions, or the date.

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "gaincell/montecarlo/engine.hpp"
#include "gaincell/montecarlo/statistics.hpp"

namespace gaincell::montecarlo {

/// Paths of a run folder.
struct RunFolder {
  std::filesystem::path dir;
  std::filesystem::path store() const { return dir / "run.sqlite"; }
  std::filesystem::path header() const { return dir / "study.json"; }
  std::filesystem::path lock() const { return dir / ".lock"; }
  std::filesystem::path shards() const { return dir / "shards"; }
  std::filesystem::path shard(std::uint64_t index) const;
};

/// What a run will take.
struct Estimate {
  std::size_t tasks = 0;    ///< still to be run
  double seconds = 0;       ///< wall time
  double memory_bytes = 0;  ///< of all simulator processes together
  double store_bytes = 0;   ///< on disk
};
Estimate estimateRun(const Preflight& preflight, std::size_t tasks, int jobs, std::size_t conditions);

struct RunOptions {
  std::filesystem::path dir;
  bool resume = false;  ///< continue the run in `dir`
  bool force = false;   ///< start anew where there is a run
  EngineOptions engine;
  std::vector<Limit> limits;  ///< for the yield; part of the export, not of the study
  std::string provenance;     ///< support::Provenance as JSON
  std::string rerun_command;  ///< see RunHeader
  std::function<void(const Preflight&, const Estimate&)> before_start;  ///< called when the preflight is done
};

/// The results of a run.
struct StudyResult {
  RunHeader header;
  support::Table samples;  ///< as samples.csv
  std::map<std::string, support::Table>
      tables;              ///< kept tables in long form: "sample", "condition", then their own columns
  std::string statistics;  ///< JSON text, as statistics.json
  EngineReport report;
};

/// Runs a study on this machine and exports it. @throws Error, Interrupted (state kept).
StudyResult runStudy(const StudyConfig& config, const sim::SimulatorOptions& simulator, const RunOptions& options);
/// The same for any study (tests, studies that are not registered analyses).
StudyResult runStudy(Study& study, const RunOptions& options);

/// Opens or creates the store of a run as `options` ask, and makes the study adopt the run's preflight.
RunStore prepareRun(Study& study, const RunOptions& options);

/// Results of what a store holds. @param limits for the yield
StudyResult collect(const RunStore& store, const std::vector<Limit>& limits);
/// Writes the files of a run folder, replacing those of an earlier export.
void exportRun(const StudyResult& result, const RunStore& store, const std::filesystem::path& dir);

/// Statistics of a table of samples. @throws Error (MCS-0051) for a limit on an unknown figure
nlohmann::json statisticsOf(const RunHeader& header, const support::Table& samples, const std::vector<Limit>& limits);

/// Name of a figure's column, with its unit: "tau_high" in "s" is "tau_high_s".
std::string columnName(const FigureInfo& figure);

/// How far a run is.
struct RunStatus {
  RunHeader header;
  std::size_t good = 0, failed = 0, total = 0;
  std::map<std::string, std::size_t> failures;  ///< by kind
  struct Shard {
    std::uint64_t index = 0;
    std::size_t good = 0, failed = 0, total = 0;
    std::string note;  ///< "not started", "running"
  };
  std::vector<Shard> shards;  ///< of a run on a cluster
};
RunStatus statusOf(const std::filesystem::path& dir);

}  // namespace gaincell::montecarlo
