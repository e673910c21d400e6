#pragma once
/// @file
/// Subcommands: each is one file in flows/src/commands with one function `xyzCommand()`, registered in registry.cpp.

#include <boost/program_options.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/flows/design.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/provenance.hpp"

namespace gaincell::flows {

namespace po = boost::program_options;

/// Options every subcommand has, after command line, design file and defaults were merged.
struct CommonOptions {
  std::string pdk_name = "gc28", pdk_manifest;  ///< --pdk, --pdk-manifest
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
  std::string command_line;  ///< as typed, for provenance
  std::string default_kind;  ///< the kind that `--set name=value` without "KIND/" is for; empty: every kind
  DesignFile design;         ///< empty when no --config was given

  pdk::Pdk loadPdk() const;  ///< from --pdk or --pdk-manifest
  pdk::Conditions conditions(
      const pdk::Pdk& pdk) const;  ///< checked: corner exists, -55..150 C, 0.5..1.2 of the supply
  support::Provenance provenance(const pdk::Pdk* pdk = nullptr) const;
  /// Parameters of a circuit kind: PDK defaults, then the design file, then `--set name=value` where the command has
  /// it.
  netlist::ParameterSet circuitParameters(const pdk::Pdk& pdk, const std::string& kind) const;
  /// Settings of an analysis: defaults, then the design file, then `--with name=value`.
  netlist::ParameterSet analysisSettings(const pdk::Pdk& pdk, const std::string& kind, const std::string& name) const;
  /// Simulator options from -j and the command's `--time-limit`, `--keep-decks` where it has them.
  sim::SimulatorOptions simulatorOptions() const;
  /// The output folder of --out, created; refuses a non-empty one without --force. @throws Error (FLW-0004..5)
  std::filesystem::path outputFolder() const;
  /// How files are written: by --force.
  support::Overwrite overwrite() const { return common.force ? support::Overwrite::Yes : support::Overwrite::No; }
  /// A result on standard output: JSON when --json, else `text`.
  void print(const nlohmann::json& json, const std::string& text) const;
};

struct Command {
  std::string name, summary;
  std::string usage;     ///< "gaincell netlist KIND -o FILE [options]"
  std::string examples;  ///< shown by --help
  std::function<void(po::options_description_easy_init)> options;
  std::function<support::ExitCode(const CommandContext&)> run;
  bool words = false;  ///< takes words besides its options; otherwise one is refused
};

const std::vector<Command>& commands();

/// The whole program: parses, dispatches, maps exceptions to exit codes.
int runProgram(int argc, char** argv);

}  // namespace gaincell::flows
