#pragma once
/// @file
/// A floorplan as text or bytes. None of these touches a file.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "gaincell/layout/estimate.hpp"
#include "gaincell/layout/floorplan.hpp"

namespace gaincell::layout {

/// "gaincell-floorplan/1": figures with sources, blocks, breakdowns, comparisons, energy and latency.
nlohmann::json toJson(const Floorplan& floorplan, const Organisation& organisation, const EnergyInput& energy);

/// One picture: tile, head and chip, each to its own scale with a scale bar, a key with areas, and the sources.
/// A complete <svg> element; readable on light and dark ground.
std::string toSvg(const Floorplan& floorplan);

/// LEF 5.8 with one MACRO per block (size only; the floorplan has no pins).
std::string toLef(const Floorplan& floorplan);
/// DEF 5.8 of one block: its outline and its children as placed components.
std::string toDef(const Floorplan& floorplan, const Block& block);

/// GDSII: one structure per block, its outline on the layer of its kind, its title as text. 1 nm database unit.
/// @param date "2026-01-31T12:00:00Z", written as time of modification
std::string toGds(const Floorplan& floorplan, const std::string& date);
/// Layer of a kind in the GDS file (datatype 0: outline, datatype 1: text).
int gdsLayer(Kind kind);

}  // namespace gaincell::layout
