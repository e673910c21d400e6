#pragma once
/// @file
/// A deck: a circuit, the cards of a PDK, conditions, ONE analysis and the quantities to save.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gaincell/netlist/circuit.hpp"

namespace gaincell::netlist {

struct OperatingPoint {};
/// Sweep of a DC source; an optional second source is stepped outside.
struct DcSweep {
  std::string source;  ///< name of a top-level voltage or current source (without type letter)
  double start = 0, stop = 0, step = 0;
  std::optional<std::string> outer_source;
  double outer_start = 0, outer_stop = 0, outer_step = 0;
  bool is_current = false, outer_is_current = false;
};
struct Transient {
  double step = 0;                      ///< s, suggested
  double stop = 0;                      ///< s
  double max_step = 0;                  ///< s, 0 = simulator's choice
  bool use_initial_conditions = false;  ///< start from the .ic values without an operating point
};
using DeckAnalysis = std::variant<OperatingPoint, DcSweep, Transient>;

struct Deck {
  std::string title;
  Circuit circuit;
  std::vector<std::string> pdk_cards;  ///< verbatim, ngspice syntax, after the title (paths already absolute)
  /// The same selection for other dialects ("hspice", "xyce", "spectre"), where the PDK has it.
  std::map<std::string, std::vector<std::string>> dialect_cards;
  std::vector<std::string> simulator_settings;  ///< ngspice `set` variables needed before parsing, "ngbehavior=hsa"
  std::map<std::string, std::string> options;   ///< .options, e.g. {"reltol","1e-4"}
  double temp_c = 27.0;
  std::map<std::string, double> initial;  ///< .ic: node -> V
  std::map<std::string, double> guesses;  ///< .nodeset: node -> V
  DeckAnalysis analysis;
  /// Vectors to keep, in lower case: "v(bl)" for a node ("x1.sn" inside instances), "i(vname)" for the current through
  /// a voltage source called "name" (from plus to minus through the source).
  std::vector<std::string> saves;
};

}  // namespace gaincell::netlist
