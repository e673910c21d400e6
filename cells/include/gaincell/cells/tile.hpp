#pragma once
/// @file
/// A tile: array 1 (keys) with ReLU converters, array 2 (values) with signed converters, and its testbench.

#include <string>
#include <vector>

#include "gaincell/cells/column.hpp"

namespace gaincell::cells {

/// When things happen in one token of a tile (s), from the start of the write.
struct TileTiming {
  double write_start = 0, write_end = 0;  ///< write enable of the token's cells
  double relu_start = 0;                  ///< start of the ReLU converters' operation
  double signed_start = 0;  ///< of the signed converters': their input window covers the ReLU converters' output window
  double output_end = 0;    ///< end of the output window
  double stop = 0;
};
TileTiming tileTiming(const design::Design& design);

/// What the testbench plays: one token is written, then attended.
struct TileStimulus {
  std::vector<std::vector<double>> keys;    ///< [row][token], V
  std::vector<std::vector<double>> values;  ///< [token][output], V
  std::vector<std::vector<int>> inputs;     ///< [operation][row], LSB; one operation per token time
  int written = 0;       ///< token written through its write gates in the last operation, over half the supply
  double level_low = 0;  ///< V, end levels of the stored voltages, for a replica bias
  std::optional<double> level_high = {};  ///< V; the supply when not given
};

/// One transient over all operations. Saved: v(xtile.phi_j), v(out_e), v(sgn_e), and for one path the bit lines
/// v(xtile.keys_bl_0), v(xtile.values_bl_0), the comparators and a written storage node; currents of all supplies and
/// clocks. @throws Error (CNV-0003) for a wrong shape or value.
netlist::Deck tileDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                       const TileStimulus& stimulus);

Generator tileGenerator();

}  // namespace gaincell::cells
