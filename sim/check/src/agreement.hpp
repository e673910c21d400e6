#pragma once
/// @file
/// How far a model is from the transistors, in numbers and by place.

#include <cstddef>
#include <vector>

#include "gaincell/check/check.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::check {

struct Agreement {
  double nrmse = 0;  ///< rms difference / full scale
  double max = 0;    ///< largest difference / full scale
  double bias = 0;   ///< mean difference / full scale
  double r2 = 0;     ///< coefficient of determination of the model for the transistors; NaN: they vary by less than
                     ///< 0.1 % of full scale (rms)
  double code_error = 0;  ///< share of points with another counter code (with sign)
  double beyond_lsb = 0;  ///< share of points whose codes are more than one apart
};
/// @param top LSB of the longest pulse
Agreement agreementOf(const std::vector<ComparedPoint>& points, double full_scale, std::size_t form, int top);

/// What the counter reads: -top .. top of full scale.
int outputCode(double value, double full_scale, int top);

/// Number of points by difference of codes, -3 (and less) .. 3 (and more).
std::vector<std::size_t> codeDifferences(const std::vector<ComparedPoint>& points, double full_scale, std::size_t form,
                                         int top);

/// One effect's part of the budget.
struct BudgetEntry {
  std::string effect;
  double nrmse_before = 0, nrmse_after = 0;
  double share = 0;    ///< drop of the mean square by this effect / mean square of the static cubic; negative: it grew
  double without = 0;  ///< NRMSE of the full model without it; NaN: not told apart
  double moves = 0;    ///< rms of what the full model changes by it / full scale; NaN: not told apart
};
/// From the static cubic to the full model, one effect after the other. What the last entry leaves is the remainder.
/// @param counted the points are codes: else the counter is no part of them
std::vector<BudgetEntry> errorBudget(const TileComparison& comparison, const std::vector<ComparedPoint>& points,
                                     double full_scale, bool counted);

/// "by column": index, bias and rms of the plain and the full model over operations, relative to full scale.
support::Table columnMap(const TileComparison& comparison, const std::vector<ComparedPoint>& points, double full_scale);
/// "by row" of array 1: row; the gain error of the row's charge that the differences of S show, for the plain and the
/// full model: slope of the difference over the charge of the row, by least squares over all points; and what it is
/// worth: that slope times the rms charge of the row / full scale.
support::Table rowMap(const TileComparison& comparison);

}  // namespace gaincell::check
