#pragma once
/// @file
/// Drawn devices: the same in every circuit that holds the cell, and in the model.
///
/// A cell of the check appears in three circuits: the slice of the array that gives S, the column with its converter,
/// and alone, for its own I(V). Their instance paths differ; here every draw belongs to the place of the cell (array,
/// row, column), so that all three get the same devices.

#include <cstdint>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"
#include "gaincell/montecarlo/draws.hpp"
#include "gaincell/montecarlo/variation.hpp"
#include "gaincell/sim/analysis.hpp"

namespace gaincell::check {

/// The chip: local mismatch of every transistor.
class DrawnChip {
 public:
  /// @param converters whether the converters' devices vary too
  DrawnChip(const pdk::Pdk& pdk, std::uint64_t seed, bool converters);

  /// What varies in a deck of array `array` (1, 2). @param column the column the deck is of
  std::vector<sim::Alter> alters(const netlist::Deck& deck, int array, std::size_t column) const;
  /// What varies in a deck that holds one cell alone.
  std::vector<sim::Alter> alters(const std::vector<montecarlo::Quantity>& cell, int array, std::size_t row,
                                 std::size_t column) const;
  const montecarlo::VariationModel& model() const noexcept { return model_; }

 private:
  sim::Alter alter(const montecarlo::Quantity& quantity, const std::string& place) const;
  montecarlo::VariationModel model_;
  montecarlo::DrawSource draws_;
  bool converters_;
};

/// A chip's array as a Variation, for the array engine and the columns.
class DrawnArray final : public sim::Variation {
 public:
  DrawnArray(const DrawnChip& chip, int array) : chip_(chip), array_(array) {}
  /// The column is read from the instance paths of an array slice; a column's deck has none: see DrawnChip::alters.
  std::vector<sim::Alter> alters(const netlist::Deck& deck) const override { return chip_.alters(deck, array_, 0); }

 private:
  const DrawnChip& chip_;
  int array_;
};

/// Deviations of one cell's drawn devices, A/V^k about v_zero, into the bit line: to be added to the current of the
/// cubic, of the extended form.
struct CellDeviation {
  std::vector<double> cubic, extended;
};

/// Deviations of every cell of an array: the static I(V) of its drawn devices, simulated cell by cell, minus that of
/// the nominal ones, as polynomials about v_zero. Adds the CPU seconds to `cpu_s`.
std::vector<std::vector<CellDeviation>> cellDeviations(const DrawnChip& chip, const pdk::Pdk& pdk,
                                                       const pdk::Conditions& conditions, const design::Design& design,
                                                       int array, std::size_t rows, std::size_t columns,
                                                       const model::Cell& nominal, sim::Simulator& simulator,
                                                       double& cpu_s);

}  // namespace gaincell::check
