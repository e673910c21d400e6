#pragma once
/// @file
/// ngspice in worker processes. The calling process never loads libngspice.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gaincell/netlist/deck.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::sim {

/// How a run ended. Only Ok carries trustworthy waveforms.
enum class OutcomeKind {
  Ok,
  DeckError,       ///< ngspice refused the deck (syntax, unknown model, missing include)
  NonConvergence,  ///< operating point or time step failed, also with every aid of the ladder
  Incomplete,      ///< the last time point is before the end, or expected vectors are missing
  NotFinite,       ///< NaN or infinity in the data
  TimedOut,        ///< exceeded the time limit; the worker was killed
  Crashed,         ///< the worker died
  Interrupted,     ///< the user interrupted
};
std::string_view outcomeName(OutcomeKind kind) noexcept;

/// A simulation that failed, as an exception: see Outcome::orThrow.
class SimulationFailed : public support::Error {
 public:
  SimulationFailed(OutcomeKind kind, const std::string& message, const std::string& tag);
  OutcomeKind kind() const noexcept { return kind_; }

 private:
  OutcomeKind kind_;
};

/// Saved vectors of one run, on the simulator's own time (or sweep) points.
class Waveforms {
 public:
  void add(std::string name, std::vector<double> values);
  bool has(std::string_view name) const;
  /// Values of a vector as named in Deck::saves (case-insensitive), "time" for the time axis, "sweep" for the axis of a
  /// DC sweep. @throws Error (SIM-0001) naming the vectors there are.
  const std::vector<double>& operator[](std::string_view name) const;
  const std::vector<std::string>& names() const noexcept { return names_; }
  std::size_t points() const noexcept { return data_.empty() ? 0 : data_.front().size(); }

  /// Value by linear interpolation at time t (s), clamped to the ends.
  double at(std::string_view name, double t) const;
  /// Integral over time from t0 to t1 (trapezoidal on the simulator's points, ends interpolated). Unit of the vector
  /// times s.
  double integral(std::string_view name, double t0, double t1) const;
  /// Times at which the vector crosses `level` in [t0, t1]; rising = true: upwards only, false: downwards only.
  std::vector<double> crossings(std::string_view name, double level, bool rising, double t0, double t1) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<double>> data_;
};

/// `alter @device[parameter] = value` before a run.
struct Alter {
  std::string device;  ///< "m.x1.mpair_n" (netlist::FlatMosfet::ngspice), or a source or capacitor by its ngspice name
  std::string parameter;  ///< "delvto", "mulu0", "dc", "capacitance", ...
  double value = 0;
};

/// One run: a deck, and changes to it. Jobs that share the deck object (same pointer) are parsed once per worker and
/// re-run.
struct Job {
  std::shared_ptr<const netlist::Deck> deck;
  std::vector<Alter> alters;
  std::string tag;                     ///< name in messages and of the kept deck file
  std::optional<double> time_limit_s;  ///< overrides SimulatorOptions
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::Incomplete;
  std::string message;  ///< what the simulator said, for people
  Waveforms waves;
  std::vector<std::string> aids;  ///< convergence aids that were needed, in order ("gmin=1e-10", ...)
  double cpu_s = 0;               ///< CPU seconds of the worker in this run
  std::uint64_t iterations = 0;   ///< Newton iterations
  long worker_rss_kb = 0;
  bool ok() const noexcept { return kind == OutcomeKind::Ok; }
  /// @throws SimulationFailed (SIM-0002) with kind, message and tag when not ok, Interrupted.
  const Waveforms& orThrow(const std::string& tag) const;
};

struct SimulatorOptions {
  int jobs = 1;                        ///< worker processes
  double time_limit_s = 600;           ///< per run
  std::filesystem::path keep_decks;    ///< folder for the exact standalone deck of every run; empty: not kept
  int recycle_after_runs = 5000;       ///< a worker is replaced after so many runs ...
  long recycle_above_rss_kb = 350000;  ///< ... or when it grew beyond this
  std::filesystem::path worker;  ///< worker program; empty: found beside the running program or in the installation
};

/// A pool of workers. Thread-safe. Workers start on first use and end with the object.
class Simulator {
 public:
  explicit Simulator(SimulatorOptions options = {});
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// Runs one job; waits for a free worker. Never throws for a failed simulation: see Outcome.
  /// @throws Error (SIM-0003) when libngspice or the worker program is missing.
  Outcome run(const Job& job);
  /// Runs all jobs on the workers; result i belongs to job i, whatever the order of completion.
  std::vector<Outcome> runAll(const std::vector<Job>& jobs, const std::string& progress_title = "");
  /// All runs that begin from now on share this time, s: a run that would begin later, or is not done by then, ends
  /// as TimedOut. 0: no limit but that of each run.
  void limitTotal(double seconds);
  const SimulatorOptions& options() const noexcept;
  /// "ngspice-39", asked of the library through a worker.
  std::string simulatorVersion();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The text of the standalone deck of a job: the deck with its alters as control-free literals, runnable by `ngspice
/// -b`, which prints or stores the saved vectors.
std::string standaloneDeck(const Job& job);

}  // namespace gaincell::sim
