#pragma once
/// @file
/// Subcommands: each is one file in flows/src/commands with one function `xyzCommand()`, registered in registry.cpp.

#include <boost/program_options.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/design/identity.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/flows/settings_file.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/provenance.hpp"

namespace gaincell::flows {

namespace po = boost::program_options;

/// Groups of options that a subcommand takes beside its own; --help, --config, --json and --quiet belong to all.
enum Uses : unsigned {
  kNothing = 0,
  kPdk = 1,         ///< --pdk, --pdk-manifest
  kDesign = 2,      ///< --design, --set
  kConditions = 4,  ///< --corner, --temp, --vdd
  kSeed = 8,
  kJobs = 16,
  kOut = 32,    ///< --out
  kForce = 64,  ///< --force
  kCircuits = kPdk | kDesign | kConditions,
};

/// Options of the groups, after command line, settings file and defaults were merged.
struct CommonOptions {
  std::string pdk_name, pdk_manifest;  ///< --pdk, --pdk-manifest; empty: the design's, else gc28
  std::string design;             ///< --design: name or file; empty: the settings file's, else the process's default
  std::vector<std::string> sets;  ///< --set PATH=VALUE, in order
  std::string corner = "tt";
  double temp_c = 27.0;
  std::optional<double> vdd;  ///< V; the PDK's supply when not given
  std::uint64_t seed = 1;
  int jobs = 1;  ///< -j, default: number of processors
  bool json = false, quiet = false, force = false;
  std::string out, config;
};

/// What a subcommand gets.
struct CommandContext {
  CommonOptions common;
  po::variables_map values;  ///< its own options
  std::vector<std::string> positional;
  std::set<std::string> typed;  ///< long names of the options on the command line
  std::string command_line;     ///< as typed, for provenance
  SettingsFile settings;        ///< empty when no --config was given

  /// From --pdk or --pdk-manifest, else the process the design is for, else gc28.
  pdk::Pdk loadPdk() const;
  /// The design of the run: --design or the settings file's or the process's default, then --set.
  /// @throws Error (FLW-0006) for a --set that is no PATH=VALUE or gives a path twice, and of design::
  design::Design loadDesign(const pdk::Pdk& pdk) const;
  /// The same, for one kind of circuit: a --set that the kind does not read is refused (FLW-0016).
  design::Design loadDesign(const pdk::Pdk& pdk, const std::string& kind) const;
  /// The design file of --design or of the settings file and all it extends; nothing when neither names one.
  std::optional<design::Chain> givenDesign() const;
  pdk::Conditions conditions(
      const pdk::Pdk& pdk) const;  ///< checked: corner exists, -55..150 C, 0.5..1.2 of the supply
  support::Provenance provenance(const pdk::Pdk* pdk = nullptr, const design::Design* design = nullptr) const;
  /// Settings of an analysis: defaults, then the settings file, then `--with name=value`.
  netlist::ParameterSet analysisSettings(const pdk::Pdk& pdk, const std::string& kind, const std::string& name) const;
  /// s, of --time-limit. @throws Error (FLW-0111)
  double timeLimit() const;
  /// Simulator options from -j and the command's `--time-limit`, `--keep-decks` where it has them.
  sim::SimulatorOptions simulatorOptions() const;
  /// The output folder of --out, created; refuses a non-empty one without --force. @throws Error (FLW-0004..5)
  std::filesystem::path outputFolder() const;
  /// Refuses options on the command line that an action of the command does not use; --config, --json and --quiet
  /// belong to all. @throws Error (FLW-0108)
  void requireUsed(const std::string& action, const std::set<std::string>& used) const;
  /// How files are written: by --force.
  support::Overwrite overwrite() const { return common.force ? support::Overwrite::Yes : support::Overwrite::No; }
  /// A result on standard output: JSON when --json, else `text`.
  void print(const nlohmann::json& json, const std::string& text) const;
};

struct Command {
  std::string name, summary;
  std::string usage;     ///< "gaincell netlist KIND -o FILE [options]"
  std::string examples;  ///< shown by --help
  unsigned uses = kNothing;
  std::function<void(po::options_description_easy_init)> options;
  std::function<support::ExitCode(const CommandContext&)> run;
  bool words = false;  ///< takes words besides its options; otherwise one is refused
};

const std::vector<Command>& commands();

/// The options of the groups in `uses`.
po::options_description commonOptions(unsigned uses);

/// The whole program: parses, dispatches, maps exceptions to exit codes.
int runProgram(int argc, char** argv);

}  // namespace gaincell::flows
