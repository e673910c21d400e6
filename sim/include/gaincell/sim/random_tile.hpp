#pragma once
/// @file
/// The random tile of a seed: what every analysis and the check store and play where no data are given, so that the
/// same seed is the same tile, whatever part of it is looked at.

#include <cstddef>
#include <cstdint>

#include "gaincell/design/design.hpp"

namespace gaincell::sim {

/// Every level is a function of the seed and its place alone: a part of a tile is that part of the larger one.
class RandomTile {
 public:
  RandomTile(const design::Design& design, std::uint64_t seed);

  /// Level of a value of the network, 0 the least (design::mirroredLevel gives the stored one).
  int key(std::size_t row, std::size_t token) const;
  int value(std::size_t token, std::size_t output) const;
  /// Pulses into array 1 and, where array 2 is looked at alone, into array 2: LSB. @param zeros share of pulses that
  /// are left out, on top of those drawn zero
  int query(std::size_t operation, std::size_t row, double zeros = 0) const;
  int phi(std::size_t operation, std::size_t token, double zeros = 0) const;

 private:
  std::uint64_t seed_;
  int stored_, inputs_;  ///< numbers of levels
};

}  // namespace gaincell::sim
