#pragma once
/// @file
/// Statistics of Monte-Carlo figures. A value that is missing (NaN: failed sample, not measured) never counts as
/// passing.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gaincell/montecarlo/draws.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::montecarlo {

/// A confidence interval.
struct Interval {
  double low = 0, high = 0;
};

/// Moments and order statistics of the finite values of a sample. Fields that need more values than there are, are NaN.
struct Summary {
  std::size_t count = 0, missing = 0;
  double mean = 0, sigma = 0;  ///< sigma with n - 1
  Interval mean_interval;      ///< Student's t
  Interval sigma_interval;     ///< chi-squared; exact for normal data only
  double skewness = 0;         ///< adjusted Fisher-Pearson G1 (Joanes and Gill, The Statistician 47, 1998)
  double excess_kurtosis = 0;  ///< G2 (same source), 0 for normal data
  double min = 0, max = 0;
  std::vector<std::pair<double, double>>
      percentiles;  ///< (percent, value), linear interpolation (Hyndman and Fan, type 7)
};
Summary summarize(const std::vector<double>& values, double confidence = 0.95);

/// Quantile of type 7 of sorted values. @param p in [0, 1]
double quantile(const std::vector<double>& sorted, double p);

/// A specification: min <= value <= max.
struct Limit {
  std::string figure;
  std::optional<double> min, max;
  bool passes(double value) const noexcept;  ///< false for NaN
};
/// Parses "name=min:max", "name=min:" or "name=:max" (SPICE suffixes). @throws Error (MCS-0050)
Limit limitFromText(const std::string& text);

struct Yield {
  std::size_t passed = 0, total = 0;
  double value = 0;
  Interval clopper_pearson;  ///< exact, never too narrow (Clopper and Pearson, Biometrika 26, 1934)
  Interval wilson;           ///< score interval (Wilson, JASA 22, 1927)
};
Yield yieldOf(std::size_t passed, std::size_t total, double confidence = 0.95);

/// Pearson's correlation over the rows in which both values are finite; NaN with fewer than three.
double correlation(const std::vector<double>& a, const std::vector<double>& b);

/// Columns "normal_quantile", "value": sorted values against standard normal quantiles at (i - 0.5)/n.
support::Table qqTable(const std::vector<double>& values);
/// Columns "low", "high", "count"; width by Freedman and Diaconis (1981), 1 to 100 bins.
support::Table histogram(const std::vector<double>& values);

/// Share of a figure's variance by draw, from a linear regression on all draws.
struct Sensitivity {
  struct Share {
    DrawName draw;
    double share = 0;        ///< of the variance, estimation noise removed, 0..1
    double coefficient = 0;  ///< change of the figure per sigma of the draw
  };
  std::vector<Share> shares;  ///< largest first
  double unexplained = 0;     ///< 1 - R^2 adjusted: non-linear part
  std::string note;           ///< why there are no shares, when there are none
};
/// @param z standard normal draws, one row per sample, one column per draw; @param values one per sample, NaN rows are
/// left out.
Sensitivity sensitivity(const std::vector<DrawName>& draws, const std::vector<std::vector<double>>& z,
                        const std::vector<double>& values);

}  // namespace gaincell::montecarlo
