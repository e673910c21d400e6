#pragma once
/// @file
/// The stages of `gaincell flow`. Each is one file with one function, registered in registry.cpp. A stage reads the
/// results of the stages before it from files only, so it can be skipped, resumed and run alone.

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/flows/command.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::flows {

enum class FlowSize { Quick, Full };

/// What a stage works with. Paths of outputs are relative to `dir`.
class FlowContext {
 public:
  FlowContext(const CommandContext& command, FlowSize size, std::filesystem::path dir);

  const CommandContext& command() const noexcept { return command_; }
  const pdk::Pdk& pdk() const noexcept { return pdk_; }
  const design::Design& design() const noexcept { return design_; }
  /// What everything in the folder belongs to.
  design::Identity identity() const { return design::identityOf(design_, pdk_, conditions_); }
  /// The design with some values changed.
  design::Design designWith(const std::map<std::string, std::string>& values) const;
  const pdk::Conditions& conditions() const noexcept { return conditions_; }
  sim::Simulator& simulator() noexcept { return simulator_; }
  bool quick() const noexcept { return size_ == FlowSize::Quick; }
  const std::filesystem::path& dir() const noexcept { return dir_; }
  support::Provenance provenance();

  /// Runs one analysis at conditions that need not be the flow's; writes nothing. Settings are those of `settings`,
  /// then those of the settings file; `values` change the design. May be called by several threads at once.
  sim::AnalysisResult simulate(const pdk::Conditions& at, const std::string& kind, const std::string& name,
                               const std::map<std::string, std::string>& settings = {},
                               const std::map<std::string, std::string>& values = {});
  /// Runs one analysis with the settings file's settings and the given overrides; writes its tables to data/ and keeps
  /// its figures in the stage's result.
  sim::AnalysisResult analyse(const std::string& kind, const std::string& name,
                              const std::map<std::string, std::string>& settings = {},
                              const std::map<std::string, std::string>& values = {}, const std::string& stem = "");
  void writeTable(const std::string& file, const support::Table& table);
  void writeText(const std::string& file, const std::string& text);
  /// Registers a file written by other means.
  void addFile(const std::string& file);

  /// The result a stage left: {"figures": {name: {value, unit, description}}, ...}. @throws Error (FLW-0020) when it
  /// has not run.
  nlohmann::json result(const std::string& stage) const;
  /// The result of the running stage, to be filled.
  nlohmann::json& current() noexcept { return current_; }
  std::vector<std::string>& files() noexcept { return files_; }
  void begin();

 private:
  const CommandContext& command_;
  FlowSize size_;
  std::filesystem::path dir_;
  pdk::Pdk pdk_;
  design::Design design_;
  pdk::Conditions conditions_;
  sim::Simulator simulator_;
  nlohmann::json current_;
  std::vector<std::string> files_;
};

struct Stage {
  std::string name, title;
  std::vector<std::string> after;  ///< stages whose results it reads
  bool in_quick = true;
  /// Settings that decide its outcome besides PDK, conditions, design and the stages before it.
  std::function<nlohmann::json(const FlowContext&)> inputs;
  std::function<void(FlowContext&)> run;
};

/// In order of execution.
const std::vector<Stage>& stages();

/// SHA-256 of everything that decides a stage's outcome: program, PDK, conditions, design, settings, and what the
/// stages before it left in the folder.
std::string stageHash(const FlowContext& context, const Stage& stage);

/// Runs the stages that are not up to date (all when `only` is empty). Returns the names of those that ran.
std::vector<std::string> runStages(FlowContext& context, const std::string& only);

/// Samples of the cell asked for by --samples. @throws Error (FLW-0040) out of range
std::optional<int> requestedSamples(const CommandContext& command);

}  // namespace gaincell::flows
