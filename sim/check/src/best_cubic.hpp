#pragma once
/// @file
/// How good a cubic could be: the one fitted to the compared points themselves.

#include <array>
#include <optional>
#include <vector>

#include "gaincell/check/check.hpp"

namespace gaincell::check {

/// Where a converter clips. Infinite: nowhere.
struct Clip {
  double low, high;
};

struct BestCubic {
  std::array<double, 4> coefficients_A{};  ///< A/V^k about v_zero
  double nrmse = 0;                        ///< rms difference / full scale; of the unclipped problem, no cubic has less
};

/// The cubic with the least rms difference to the transistors on these points: least squares, with clipped points by
/// Gauss-Newton from `start` (a local minimum of a problem that is then no longer convex). Nothing when the points are
/// not linear in the coefficients, or not more than twice as many.
std::optional<BestCubic> bestCubic(const std::vector<ComparedPoint>& points, double full_scale, const Clip& clip,
                                   const std::array<double, 4>& start);

}  // namespace gaincell::check
