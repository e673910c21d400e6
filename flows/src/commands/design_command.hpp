#pragma once
/// @file
/// The parts of `gaincell design`.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.hpp"
#include "gaincell/cells/designs.hpp"

namespace gaincell::flows {

/// The files of the chosen design, or of the process's default.
design::Chain chainOf(const CommandContext& context, const pdk::Pdk& pdk);

/// A design as a word of the command line or the common options name it, with --set applied.
struct NamedDesign {
  pdk::Pdk pdk;
  design::Chain chain;
  design::Design design;
  std::string name() const { return chain.documents.front().name; }  ///< "gc28/lean", "mine.json"
};
/// @param reference empty: the design of --design or the settings file, else the process's default
NamedDesign namedDesign(const CommandContext& context, const std::string& reference);

/// A value with its unit, for people: "100 nm", "n_hvt", "64".
std::string shownValue(const design::Design& design, const netlist::Parameter& leaf);
std::string shownLimit(const design::Limit& limit);

// design_show.cpp
support::ExitCode showDesign(const CommandContext& context, const NamedDesign& named);
support::ExitCode diffDesigns(const CommandContext& context, const NamedDesign& a, const NamedDesign& b);
// design_check.cpp
support::ExitCode checkDesign(const CommandContext& context, const std::string& reference);

}  // namespace gaincell::flows
