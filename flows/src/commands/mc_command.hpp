#pragma once
/// @file
/// The parts of `gaincell mc`: its options, its own command line, and what is done with run folders.

#include <filesystem>
#include <string>
#include <vector>

#include "commands.hpp"
#include "gaincell/montecarlo/montecarlo.hpp"

namespace gaincell::flows {

/// The value of an option, or what holds without it.
template <class T>
T given(const CommandContext& c, const char* name, T fallback) {
  return c.values.count(name) ? c.values[name].as<T>() : fallback;
}

// mc_options.cpp
void addMcOptions(po::options_description_easy_init add);
/// What is simulated. @throws Error (FLW-0061, FLW-0062) and of the registries
montecarlo::StudyConfig mcConfigOf(const CommandContext& c);
/// How it is run. @throws Error (FLW-0063, FLW-0064)
montecarlo::EngineOptions mcEngineOf(const CommandContext& c);
std::vector<montecarlo::Limit> mcLimitsOf(const CommandContext& c);

/// The words of an option that takes a list with commas; empty without it.
std::vector<std::string> mcListOf(const CommandContext& c, const char* name);

// mc_words.cpp
/// The words of this process's command line without the named options and their values.
std::vector<std::string> wordsWithout(const std::vector<std::string>& dropped);
/// The command that runs one sample again, whatever way the run was made; " --only-sample K" is added to it.
std::string rerunCommand();
/// The command that continues an interrupted run.
std::string resumeCommand();

// mc_folder.cpp
/// The run folder of `gaincell mc status DIR`. @throws Error (FLW-0065)
std::filesystem::path mcFolderOf(const CommandContext& c);
support::ExitCode mcStatus(const CommandContext& c);
support::ExitCode mcExport(const CommandContext& c, const std::filesystem::path& dir);
support::ExitCode mcMerge(const CommandContext& c);
support::ExitCode mcSalvage(const CommandContext& c);
support::ExitCode mcPlot(const CommandContext& c);
/// Prints the statistics; the exit code says whether samples failed or missed their limits.
support::ExitCode mcReport(const CommandContext& c, const montecarlo::StudyResult& r, const std::filesystem::path& dir);
std::string mcEstimateText(const montecarlo::Estimate& e, int jobs);

// mc_slurm.cpp
support::ExitCode mcOnCluster(const CommandContext& c, montecarlo::Study& study, const montecarlo::RunOptions& run);

}  // namespace gaincell::flows
