#pragma once
/// @file
/// Named analyses of generated circuits: (kind, name) -> decks, runs, figures and tables. Every size and convention of
/// the hardware comes from the design; settings say how it is measured. An analysis does not know about Monte-Carlo: a
/// Variation, when given, turns each deck into the alters of one sample.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/netlist/parameter.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::sim {

/// The device variation of one sample.
class Variation {
 public:
  virtual ~Variation() = default;
  /// The alters that make `deck` this sample's deck; deterministic.
  virtual std::vector<Alter> alters(const netlist::Deck& deck) const = 0;
  /// The deck that is simulated in place of `deck`; the same object unless the PDK's models draw while a deck is
  /// parsed.
  virtual std::shared_ptr<const netlist::Deck> realisation(std::shared_ptr<const netlist::Deck> deck) const;
};

/// A measured number. `name` is an identifier without unit ("tau_high"), `unit` SI.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string description;
};

struct AnalysisResult {
  std::vector<Figure> figures;
  std::map<std::string, support::Table> tables;  ///< by short name ("iv"); become <kind>_<analysis>_<name>.csv
  std::vector<std::string> warnings;
  double figure(const std::string& name) const;  ///< @throws Error (SIM-0004)
};

/// What the numbers of given data are. Pulses (inputs, queries) are numbers of LSB in the first form.
enum class DataForm {
  StoredLevels,  ///< levels of the stored voltage, 0 the lowest
  WeightLevels,  ///< levels of the network's value, 0 the least: stored upside down (design::kMirrored)
  Values,        ///< values of the network: 0 to design::kHighestWeight, of pulses 0 to 1; each one of its levels
};

/// A table given by the user.
struct GivenData {
  support::Table table;
  DataForm form = DataForm::StoredLevels;
  std::string file = {};  ///< for messages
};

struct AnalysisContext {
  const pdk::Pdk& pdk;
  pdk::Conditions conditions;
  const design::Design& design;
  const netlist::ParameterSet& settings;  ///< parameters of the analysis
  Simulator& simulator;
  const Variation* variation = nullptr;  ///< null: nominal devices
  /// Deck cache of a study: analyses keep their decks here by name, so that samples re-run parsed decks.
  std::map<std::string, std::shared_ptr<const netlist::Deck>>* decks = nullptr;
  /// Tables given by the user instead of random operands, by a name of Analysis::data; null or missing: random.
  const std::map<std::string, GivenData>* data = nullptr;
  /// Tables of nominal devices, by name: a study measures them once for each condition, not in every sample.
  std::map<std::string, support::Table>* nominal_tables = nullptr;
  std::uint64_t seed = 1;  ///< of every random operand (random_tile.hpp)

  /// The cached deck of this name, built on first use; not cached when `decks` is null.
  std::shared_ptr<const netlist::Deck> deck(const std::string& name, const std::function<netlist::Deck()>& build) const;
  /// The kept table of this name, measured on first use; measured every time when `nominal_tables` is null. It must not
  /// depend on the variation.
  support::Table nominalTable(const std::string& name, const std::function<support::Table()>& measure) const;
  /// A job for the deck with the variation's alters.
  Job job(std::shared_ptr<const netlist::Deck> deck, std::string tag) const;
};

struct Analysis {
  std::string kind, name, description;
  std::function<netlist::ParameterSet(const pdk::Pdk&)> settings;
  std::function<AnalysisResult(const AnalysisContext&)> run;
  std::vector<std::string> data = {};  ///< names of the tables it takes in AnalysisContext::data
};

/// The register; one line per analysis in sim/measure/registry.cpp.
const std::vector<Analysis>& analyses();
/// @throws Error (SIM-0005) naming the analyses of the kind, or the kinds there are.
const Analysis& analysis(const std::string& kind, const std::string& name);

}  // namespace gaincell::sim
