#pragma once
/// @file
/// The adaptation of Leroux, Manea et al. 2025, eqs 3 and 4: scalers of q, k, v and the output are moved until mean and
/// standard deviation of the scaled signals match those of the linear model.

#include <functional>
#include <span>
#include <vector>

#include "gaincell/attention/engine.hpp"

namespace gaincell::attention {

/// Mean and unbiased standard deviation of a x + b before the clamp, [parameter (q, k, v, output)][head].
struct SignalStatistics {
  std::vector<std::vector<double>> std, mean;
};

/// One forward: statistics of the scaled signals of every head for given scalers.
using Forward = std::function<SignalStatistics(const Scalers&)>;

/// Forward of one attention layer on given data.
Forward layerForward(const Settings& settings, const Shape& shape, std::span<const float> q, std::span<const float> k,
                     std::span<const float> v);

struct AdaptOptions {
  double tolerance = 1e-4;
  int iterations = 100;  ///< at most that many forwards
};

struct AdaptResult {
  Scalers scalers;
  int iterations = 0;                          ///< forwards that were made, the last one within the tolerance
  std::vector<SignalStatistics> trace;         ///< one per forward
  std::vector<Scalers> scaler_trace;           ///< before the first forward, then after every update
  std::vector<double> alpha;                   ///< step of every update
  double std_residual = 0, mean_residual = 0;  ///< largest, in the last forward
};

/// if |std - std*| > tol: a <- alpha a std*/std + (1 - alpha) a; if |mean - mean*| > tol: b <- alpha (b + mean* - mean)
/// + (1 - alpha) b; alpha = linspace(1, 0.1, 50), then 0.1.
/// @throws Error (ATT-0040) when it has not converged after the last iteration, naming the worst residuals
AdaptResult adapt(const Forward& forward, const SignalStatistics& target, const Scalers& start,
                  const AdaptOptions& options = {});

}  // namespace gaincell::attention
