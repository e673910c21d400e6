#pragma once
// Tables of single events, sorted into matrices by what preceded or how long.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/support/csv.hpp"

namespace gaincell::fit {

using Grid = std::vector<std::vector<double>>;

/// Mean of `value` for every pair of `row` and `column` value, in the order of the lists (nearest entry).
/// @return nothing when a pair has no finite value
std::optional<Grid> meansBy(const support::Table& table, const std::string& row, const std::vector<double>& rows,
                            const std::string& column, const std::vector<double>& columns, const std::string& value);

/// meansBy over v_previous_V and v_target_V of a write table.
inline std::optional<Grid> byLevel(const support::Table& table, const std::string& value,
                                   const std::vector<double>& levels) {
  return meansBy(table, "v_previous_V", levels, "v_target_V", levels, value);
}

/// The different values of a column, increasing.
std::vector<double> differentValues(const support::Table& table, const std::string& column);

}  // namespace gaincell::fit
