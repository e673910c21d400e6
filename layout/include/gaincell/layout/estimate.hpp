#pragma once
/// @file
/// Energy and latency of tile, head and chip, and the published figures they are compared with.

#include <string>
#include <vector>

#include "gaincell/layout/floorplan.hpp"

namespace gaincell::layout {

/// Energy per token by block, and the latency of a token.
struct EnergyInput {
  Figure array1;   ///< J, array 1 with its ReLU converters, one sub-tile
  Figure array2;   ///< J, array 2 with its signed converters, one sub-tile
  Figure dac;      ///< J, write DACs of one head
  Figure control;  ///< J, digital control and routing of one head
  Figure latency;  ///< s
};

/// The paper's figures: 1120 and 700 pJ over 16 sub-tiles, 330 pJ, 4 nJ, 65 ns.
EnergyInput publishedEnergy();

struct Estimate {
  std::string level;         ///< "tile", "head", "chip"
  double energy = 0;         ///< J per token
  double latency = 0;        ///< s per token
  double power = 0;          ///< W when tokens follow each other without a pause
  double power_density = 0;  ///< W/m^2
};
std::vector<Estimate> estimate(const EnergyInput& input, const Organisation& organisation, const Floorplan& floorplan);

/// A published GPU measurement: 12 heads, one token, 1024 steps.
struct Gpu {
  std::string name;
  Figure energy, latency;  ///< J, s per token
};
const std::vector<Gpu>& publishedGpus();

/// A published area beside the one computed here.
struct AreaComparison {
  std::string name;
  double ours = 0;  ///< m^2
  Figure published;
  std::string note;
};
std::vector<AreaComparison> compareAreas(const Floorplan& floorplan, const Organisation& organisation);

}  // namespace gaincell::layout
