#pragma once
/// @file
/// The charge one cell gives per pulse, as the reference a column is judged by. Private to sim/measure.

#include <vector>

#include "gaincell/cells/column.hpp"
#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

/// Charge of one pulse, Q = offset + current * width, by stored level. The offset is the read gate's own charge: a
/// constant per pulse, which at these charges is not small.
struct CellCharges {
  std::vector<double> offset;   ///< C
  std::vector<double> current;  ///< A
  std::vector<double> stored;   ///< V
  double lsb = 0;               ///< s, unit of the inputs

  double of(int level, double input) const;
  double sum(const std::vector<int>& levels, const std::vector<double>& inputs) const;
  support::Table table() const;
};

/// From a transient of one cell per stored level of the design, bit line held at half the supply. Nominal devices: a
/// study measures once.
CellCharges measureCellCharges(const AnalysisContext& context);

}  // namespace gaincell::sim
