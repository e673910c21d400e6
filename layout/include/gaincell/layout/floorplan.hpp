#pragma once
/// @file
/// The floorplan: blocks inside blocks on an integer grid, from the gain cell up to the chip.

#include <map>
#include <string>
#include <vector>

#include "gaincell/layout/area.hpp"

namespace gaincell::layout {

enum class Kind {
  Cell,
  Array,
  WordLineDriver,
  ReluConverter,
  SignedConverter,
  WriteDac,
  Counter,
  Decoder,
  Adder,
  Control,
  Tile,
  Head,
  Chip,
};
const char* kindName(Kind kind);  ///< "relu-converter"

/// A block, or a grid of equal blocks, inside another. (x, y) is the lower left corner of the first.
struct Placement {
  std::string instance;  ///< unique inside the parent
  std::string block;
  Nm x = 0, y = 0;
  int columns = 1, rows = 1;
  Nm pitch_x = 0, pitch_y = 0;  ///< distance between neighbours of the grid
};

struct Block {
  std::string name;   ///< unique in the floorplan, letters, digits and '_'
  std::string title;  ///< for people
  Kind kind = Kind::Cell;
  Nm width = 0, height = 0;
  std::vector<Placement> children;
  std::string source;  ///< how its size came about
  Nm area() const { return width * height; }
};

struct Floorplan {
  std::vector<Block> blocks;       ///< children before parents; the last is the chip
  std::vector<Figure> figures;     ///< every number used
  std::vector<std::string> notes;  ///< what the reader must know to judge the areas

  const Block& block(const std::string& name) const;  ///< @throws Error (LAY-0002)
  const Block& ofKind(Kind kind) const;               ///< the outermost block of a kind
};

/// Numbers of everything that is repeated. Defaults: one head of the paper, GPT-2's 12 heads.
struct Organisation {
  int rows = 64, columns = 64;  ///< of one array
  int tiles = 16, heads = 12;
  int query_bits = 4, stored_bits = 3, output_bits = 5;
};

/// What fills the chip.
struct FloorplanInput {
  Organisation organisation;
  AreaRules rules;
  BlockDevices cell, word_line_driver, relu_converter, signed_converter;
  /// Area of the cell given instead of computed (a published figure); m^2, used when > 0.
  Figure cell_area;
};

/// Places everything. Legal by construction, and checked.
/// @throws Error (LAY-0001) bad sizes, (LAY-0003) counts out of range, (LAY-0004) chip larger than the grid allows.
Floorplan buildFloorplan(const FloorplanInput& input);

/// What is wrong with a floorplan: children outside their parent, overlapping, repeated names, unknown blocks. Empty:
/// legal.
std::vector<std::string> violations(const Floorplan& floorplan);

/// How one block's area is used: leaf blocks by kind, and what no block covers, by the level that leaves it free.
/// The areas add up to block.area() exactly.
struct Share {
  std::string name;  ///< kind, or "unused in tile"
  bool unused = false;
  std::int64_t count = 0;
  Nm area = 0;  ///< nm^2
};
std::vector<Share> breakdown(const Floorplan& floorplan, const Block& block);

}  // namespace gaincell::layout
