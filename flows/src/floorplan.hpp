#pragma once
/// @file
/// From generated circuits, PDK and model file to the floorplan: used by `gaincell floorplan` and by the flow.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/flows/command.hpp"
#include "gaincell/layout/writers.hpp"
#include "gaincell/model/model.hpp"

namespace gaincell::flows {

struct FloorplanSettings {
  layout::Organisation organisation;  ///< tiles and heads; rows and columns are the design's
  bool published_cell = false;        ///< the published 1 um^2 oxide-semiconductor cell instead of the generated one
  bool capacitor_over_active = true;
  std::optional<model::Model> model;  ///< energies and latency from here; published figures when absent
};

struct FloorplanResult {
  layout::Organisation organisation;
  layout::Floorplan floorplan;
  layout::EnergyInput energy;
};

/// @throws Error (FPL-0001) when the PDK has no layout data, and what generators, model reader and layout throw.
FloorplanResult makeFloorplan(const pdk::Pdk& pdk, const design::Design& design, FloorplanSettings settings);

/// Writes floorplan.json, .svg, .gds, .lef and tile.def, head.def, chip.def; everything is made before anything is
/// written. Returns the names of the files.
std::vector<std::string> writeFloorplan(const FloorplanResult& result, const support::Provenance& provenance,
                                        const std::filesystem::path& dir, support::Overwrite overwrite);

}  // namespace gaincell::flows
