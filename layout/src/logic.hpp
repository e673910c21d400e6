#pragma once
/// @file
/// Gate counts of the digital blocks, in two-input NAND gates, each figure with the parts it counts.

#include "gaincell/layout/floorplan.hpp"

namespace gaincell::layout {

struct LogicGates {
  Figure write_dac;  ///< one write DAC
  Figure counter;    ///< one pulse counter with its sign
  Figure decoder;    ///< the write-column decoders of one tile
  Figure adder;      ///< one output element's adder over the tiles
  Figure control;    ///< the rest of a head's digital part
};
LogicGates logicGates(const Organisation& organisation);

}  // namespace gaincell::layout
