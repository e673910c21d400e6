#pragma once
/// @file
/// A study: what is simulated for each sample. The engines and the store know only this interface.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/montecarlo/draws.hpp"
#include "gaincell/montecarlo/variation.hpp"
#include "gaincell/netlist/parameter.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::montecarlo {

/// One simulated figure of every sample.
struct FigureInfo {
  std::string name, unit, description;
  friend bool operator==(const FigureInfo&, const FigureInfo&) = default;
};

/// A task: one sample at one of the study's conditions. Sample k is the same die at every condition.
struct Task {
  std::uint32_t condition = 0;
  std::uint64_t sample = 0;
  friend bool operator==(const Task&, const Task&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 means the 0 of the comparison that the compiler writes
  friend auto operator<=>(const Task&, const Task&) = default;
};

/// What a task gave.
struct SampleRecord {
  Task task;
  std::string failure;  ///< empty: the sample is good; else the kind ("crashed", "timed out", "figure missing", ...)
  std::string message;  ///< what the simulator said
  std::uint32_t attempts = 1;
  std::vector<double> values;                    ///< one per figure; NaN where it was not measured
  std::map<std::string, support::Table> tables;  ///< kept waveforms and curves, by short name
  bool ok() const noexcept { return failure.empty(); }
};

/// What is known before the first sample: the results of the nominal runs.
struct Preflight {
  std::vector<FigureInfo> figures;
  std::vector<std::vector<double>> nominal;  ///< figures of the nominal devices, by condition
  std::vector<DrawName> draws;               ///< in the order of the Sobol dimensions
  std::vector<std::string> warnings;
  double first_s = 0, again_s = 0;  ///< wall time of a run with parsing, and of a re-run, s
  long worker_rss_kb = 0;           ///< resident memory of the simulator process
};

/// Evaluates tasks, one after the other; each worker of an engine has its own.
class StudyWorker {
 public:
  virtual ~StudyWorker() = default;
  /// Never throws for a failed simulation. @throws Error when nothing can be simulated at all, Interrupted.
  virtual SampleRecord evaluate(const Task& task) = 0;
  /// Starts over with a fresh simulator process (before a failed sample is tried again).
  virtual void renew() = 0;
};

class Study {
 public:
  virtual ~Study() = default;
  /// Everything that decides the numbers, as JSON text with one member per aspect; equal for equal studies on every
  /// machine.
  virtual std::string identity() const = 0;
  virtual std::vector<pdk::Conditions> conditions() const = 0;
  virtual std::uint64_t samples() const = 0;
  /// Runs the nominal circuit once at each condition. @throws Error when it fails: no sample could succeed.
  virtual Preflight preflight() = 0;
  /// Takes over the figures and the order of the draws from a preflight, of this process or of the run's first.
  virtual void adopt(const Preflight& preflight) = 0;
  virtual std::unique_ptr<StudyWorker> worker() const = 0;
  /// Declared against realised spread of everything that varies, over `samples` samples; after preflight(). Empty where
  /// a study has no such notion.
  virtual std::vector<DrawCheck> checkDraws(std::uint64_t samples) const;
};

/// A study of a registered analysis.
struct StudyConfig {
  std::string kind, analysis;
  design::Design design;
  netlist::ParameterSet settings;  ///< of the analysis
  pdk::Pdk pdk;
  std::vector<pdk::Conditions> conditions;  ///< at least one
  VariationOptions variation;
  Sampling sampling = Sampling::PseudoRandom;
  std::uint64_t seed = 1, samples = 100;
  /// Time of one sample, all its runs together, s; 0: 20 times that of the preflight, at least 600. Not part of the
  /// study: a sample that takes longer fails, it does not change.
  double time_limit_s = 0;
  std::vector<std::string> keep_tables;  ///< tables of the analysis to keep of every sample ("iv")
};

/// @throws Error (MCS-0020..) for an empty or contradictory configuration, and of the registries.
std::unique_ptr<Study> analysisStudy(StudyConfig config, sim::SimulatorOptions simulator);

}  // namespace gaincell::montecarlo
