#pragma once
/// @file
/// What every comparison of a tile begins with: its shapes, designs of its size, stored voltages, the model's bit
/// lines.

#include "gaincell/cells/converter.hpp"
#include "gaincell/check/check.hpp"

namespace gaincell::check {

/// @throws Error (CHK-0002) shapes that do not match
void requireTile(const TileData& data);
/// @throws Error (CHK-0003) without converters, (CHK-0005) when they count another direction of charge than the
/// circuits
void requireComparable(const model::Model& model);

/// The design with one of its arrays of the size of what it stores.
design::Design sizedFor(design::Design design, cells::ConverterKind kind, const Grid& stored);
/// The model with the bit lines of this tile: those of a part of a tile are shorter.
model::Model modelOfTile(const model::Model& model, const pdk::Pdk& pdk, const design::Design& design,
                         const TileData& data);
/// V at the cells for values of the network.
Grid storedOf(const Grid& values, const design::Design& design, double vdd);
/// Input pulses, s: [operation][row].
Grid pulsesOf(const TileData& data, const design::Design& design);

}  // namespace gaincell::check
