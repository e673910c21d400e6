#pragma once
/// @file
/// What varies, and by how much: local mismatch (Pelgrom) and global process spread, as alters of a deck.
///
/// Local mismatch (M. Pelgrom et al., "Matching properties of MOS transistors", JSSC 24(5), 1989): for a device of
/// drawn area W L and multiplier m
///     sigma(dVth)        = A_VT   / sqrt(W L m)
///     sigma(dbeta / beta) = A_beta / sqrt(W L m)
/// where A is the figure of ONE device when DeviceModel::per_device is set. Otherwise it is the figure of a PAIR: the
/// sigma of the difference of two equal devices, of which each device has 1/sqrt(2).
///
/// Global spread (Pdk::process, one sigma per group of flavours): threshold and mobility of the groups are correlated
/// with VariationOptions::np_correlation; oxide thickness and channel length come from steps shared by all devices, so
/// one draw serves all groups. The oxide acts through beta (dbeta/beta = -dtox/tox, first order); its effect on leakage
/// is not modelled.

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "gaincell/montecarlo/draws.hpp"
#include "gaincell/netlist/deck.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/analysis.hpp"

namespace gaincell::montecarlo {

struct VariationOptions {
  bool local = true;            ///< mismatch of each device
  bool global = false;          ///< process spread, the same for all devices of a group
  double np_correlation = 0.5;  ///< 0..1, of threshold and mobility between groups (assumption; 1: one common draw)
  double wire_r_sigma = 0.05;   ///< relative, every resistor (assumption: 15 % at 3 sigma)
  double wire_c_sigma =
      0.05;  ///< relative, capacitors that are wires: see flattenedPassives in variation.cpp (assumption)
  double capacitor_sigma = 0.0333;  ///< relative, designed capacitors (assumption: 10 % at 3 sigma)
};

/// A quantity that varies: value = nominal + sum of coefficient * standard normal draw, not below `floor`.
struct Quantity {
  struct Term {
    DrawName draw;
    double coefficient;
  };
  std::string device;     ///< name for `alter`
  std::string parameter;  ///< parameter for `alter`
  std::string path;       ///< for people: path of the instance
  double nominal = 0, floor = 0;
  std::vector<Term> terms;
  double sigma() const;  ///< declared sigma: root of the sum of squared coefficients
};

/// Who draws the mismatch of devices whose manifest says "mismatch": {"kind": "corner"}.
enum class Statistics {
  Ours,   ///< this program; such devices are refused
  OfPdk,  ///< the PDK's models, in a corner that is marked "random": a sample is the deck parsed with a seed of its own
};

/// The variation of a PDK's devices.
class VariationModel {
 public:
  /// @throws Error (MCS-0010) for options out of range.
  VariationModel(const pdk::Pdk& pdk, VariationOptions options);
  /// Everything in a deck that varies by alters, in deterministic order; devices left to Statistics::OfPdk are not in
  /// it.
  /// @throws Error (MCS-0011) when a device of the deck declares no mismatch through instance parameters and
  /// `statistics` is Ours.
  std::vector<Quantity> quantities(const netlist::Deck& deck, Statistics statistics = Statistics::Ours) const;
  const VariationOptions& options() const noexcept { return options_; }

 private:
  void addMosfets(const netlist::Deck& deck, Statistics statistics, std::vector<Quantity>& out) const;
  void addPassives(const netlist::Deck& deck, std::vector<Quantity>& out) const;
  VariationOptions options_;
  std::map<std::string, pdk::ProcessGroup> group_of_flavour_;
};

/// One sample of a model.
class SampleVariation final : public sim::Variation {
 public:
  SampleVariation(const VariationModel& model, const DrawSource& source, std::uint64_t sample,
                  Statistics statistics = Statistics::Ours)
      : model_(model), source_(source), sample_(sample), statistics_(statistics) {}
  std::vector<sim::Alter> alters(const netlist::Deck& deck) const override;
  /// With Statistics::OfPdk a copy of the deck with the sample's seed (ngspice: `.options seed`, which is set before
  /// expressions are evaluated). All decks of a sample get the same seed: decks whose devices come in the same order
  /// are the same die.
  std::shared_ptr<const netlist::Deck> realisation(std::shared_ptr<const netlist::Deck> deck) const override;

 private:
  const VariationModel& model_;
  const DrawSource& source_;
  std::uint64_t sample_;
  Statistics statistics_;
};

/// Nominal devices, through the same alters; remembers which draws the decks ask for, in order of first use.
class RecordingVariation final : public sim::Variation {
 public:
  explicit RecordingVariation(const VariationModel& model, Statistics statistics = Statistics::Ours)
      : model_(model), statistics_(statistics) {}
  std::vector<sim::Alter> alters(const netlist::Deck& deck) const override;
  std::vector<DrawName> draws() const;

 private:
  const VariationModel& model_;
  Statistics statistics_;
  mutable std::mutex mutex_;
  mutable std::vector<DrawName> order_;
  mutable std::set<DrawName> known_;
};

/// Declared against realised spread of one quantity.
struct DrawCheck {
  std::string path, parameter;
  double declared = 0, realised = 0;  ///< sigma
  double mean_error = 0;              ///< mean minus nominal, in declared sigmas
};
/// Draws `samples` samples of every quantity of the deck.
std::vector<DrawCheck> checkDraws(const VariationModel& model, const DrawSource& source, const netlist::Deck& deck,
                                  std::uint64_t samples, Statistics statistics = Statistics::Ours);

}  // namespace gaincell::montecarlo
