#pragma once
/// @file
/// The ladder of fidelity: array 1 with its ReLU converters in every way this project can compute it, each against the
/// next finer one on the same stimuli.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "gaincell/check/check.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::check {

/// One way of computing the tile.
struct Rung {
  std::string name;
  Grid s;                       ///< C, [operation][column]; empty: this way does not give it
  Grid phi;                     ///< s, [operation][column]
  std::vector<double> latency;  ///< s, from the beginning of the input to the end of the last pulse; by operation
  double cpu_s = 0;             ///< of one operation
  std::vector<double> energy =
      {};  ///< J, of array 1 with its converters, by operation; empty: this way does not give it
};

/// Mean over stimuli and half the width of its 95 % interval (Student); NaN where there is one stimulus.
struct Interval {
  double mean = 0, half_width = 0;
};

/// A rung against the next finer one.
struct RungError {
  std::string name, finer;
  std::optional<Interval> s;            ///< NRMSE of full scale, by operation; none: one of the two does not give S
  Interval phi, latency;                ///< NRMSE of the longest pulse; s, difference
  double speed_up = 0;                  ///< CPU time of the finer over this
  std::optional<Interval> energy = {};  ///< relative difference to the next finer rung that gives one
};

struct Ladder {
  std::string data;
  std::vector<Rung> rungs;  ///< the finest first: transistors whole, sliced, macro-models, extended, cubic, linear
  std::vector<RungError> errors;  ///< of rungs 1, 2, ...
};

/// @param whole_up_to cells of array 1 up to which S of the whole array is simulated as one circuit
/// @throws Error as compareTile
Ladder climb(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
             const model::Model& model, const TileData& data, sim::Simulator& simulator, int whole_up_to = 1024);

/// Mean and interval of a sample.
Interval intervalOf(const std::vector<double>& x);
/// Compares the rungs. @param full_scale C @param longest s
std::vector<RungError> rungErrors(const std::vector<Rung>& rungs, double full_scale, double longest);

nlohmann::json toJson(const Ladder& ladder);
std::string toText(const Ladder& ladder);
support::Table ladderTable(const Ladder& ladder);

}  // namespace gaincell::check
