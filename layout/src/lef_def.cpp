#include <fmt/format.h>

#include <iterator>

#include "gaincell/layout/writers.hpp"

namespace gaincell::layout {

namespace {

// LEF/DEF 5.8 language reference: sizes in LEF are micrometres, in DEF database units.
constexpr int kUnitsPerMicron = 1000;

/// Exact decimal micrometres of integer nanometres.
std::string microns(Nm nm) {
  return fmt::format("{}.{:03}", nm / kUnitsPerMicron, nm % kUnitsPerMicron);
}

}  // namespace

std::string toLef(const Floorplan& floorplan) {
  std::string out = "VERSION 5.8 ;\nBUSBITCHARS \"[]\" ;\nDIVIDERCHAR \"/\" ;\n";
  auto to = std::back_inserter(out);
  fmt::format_to(to, "UNITS\n  DATABASE MICRONS {} ;\nEND UNITS\n", kUnitsPerMicron);
  for (const Block& block : floorplan.blocks) {
    fmt::format_to(to, "\nMACRO {}\n  CLASS BLOCK ;\n  ORIGIN 0 0 ;\n  SIZE {} BY {} ;\nEND {}\n", block.name,
                   microns(block.width), microns(block.height), block.name);
  }
  return out + "\nEND LIBRARY\n";
}

std::string toDef(const Floorplan& floorplan, const Block& block) {
  std::string components;
  auto to = std::back_inserter(components);
  std::size_t count = 0;
  for (const Placement& p : block.children) {
    for (int row = 0; row < p.rows; ++row) {
      for (int column = 0; column < p.columns; ++column, ++count) {
        const bool single = p.rows * p.columns == 1;
        const std::string name = single ? p.instance : fmt::format("{}_r{}_c{}", p.instance, row, column);
        fmt::format_to(to, "- {} {} + FIXED ( {} {} ) N ;\n", name, floorplan.block(p.block).name,
                       p.x + column * p.pitch_x, p.y + row * p.pitch_y);
      }
    }
  }
  return fmt::format(
      "VERSION 5.8 ;\nDIVIDERCHAR \"/\" ;\nBUSBITCHARS \"[]\" ;\nDESIGN {} ;\nUNITS DISTANCE MICRONS {} ;\n"
      "DIEAREA ( 0 0 ) ( {} {} ) ;\nCOMPONENTS {} ;\n{}END COMPONENTS\nEND DESIGN\n",
      block.name, kUnitsPerMicron, block.width, block.height, count, components);
}

}  // namespace gaincell::layout
