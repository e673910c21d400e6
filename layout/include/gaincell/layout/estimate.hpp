#pragma once
/// @file
/// Energy and latency of tile, head and chip, and the published figures they are compared with.

#include <string>
#include <vector>

#include "gaincell/layout/floorplan.hpp"
#include "gaincell/model/model.hpp"

namespace gaincell::layout {

/// Energy of a token by block, and its latency.
struct EnergyInput {
  std::vector<Figure> tile;  ///< J, of one tile each
  std::vector<Figure> head;  ///< J, of one head each, beside its tiles
  Figure latency;            ///< s
};

/// The paper's figures: 1120 and 700 pJ over 16 sub-tiles, 330 pJ, 4 nJ, 65 ns. For a head of its sizes.
EnergyInput publishedEnergy();

/// A token of a head of this organisation with every tile full, from the energies and the token time of a model,
/// counted as everywhere (model/token_energy.hpp).
/// @param source the model's name, for the figures
/// @throws Error (LAY-0011) when the model lacks energies or its token time: nothing published stands in
EnergyInput modelEnergy(const model::Model& model, const Organisation& organisation, const std::string& source);

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
