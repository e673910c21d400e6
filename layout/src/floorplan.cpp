#include "gaincell/layout/floorplan.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "gaincell/support/error.hpp"

namespace gaincell::layout {

const char* kindName(Kind kind) {
  switch (kind) {
    case Kind::Cell:
      return "gain-cell";
    case Kind::Array:
      return "array";
    case Kind::WordLineDriver:
      return "word-line-driver";
    case Kind::ReluConverter:
      return "relu-converter";
    case Kind::SignedConverter:
      return "signed-converter";
    case Kind::WriteDac:
      return "write-dac";
    case Kind::Counter:
      return "counter";
    case Kind::Decoder:
      return "write-decoder";
    case Kind::Adder:
      return "adder";
    case Kind::Control:
      return "control";
    case Kind::Tile:
      return "tile";
    case Kind::Head:
      return "head";
    case Kind::Chip:
      break;
  }
  return "chip";
}

const Block& Floorplan::block(const std::string& name) const {
  const auto it = std::find_if(blocks.begin(), blocks.end(), [&](const Block& b) { return b.name == name; });
  if (it == blocks.end()) throw support::Error("LAY-0002", fmt::format("no block '{}' in the floorplan", name));
  return *it;
}

const Block& Floorplan::ofKind(Kind kind) const {
  const auto it = std::find_if(blocks.rbegin(), blocks.rend(), [&](const Block& b) { return b.kind == kind; });
  if (it == blocks.rend()) throw support::Error("LAY-0006", fmt::format("no {} in the floorplan", kindName(kind)));
  return *it;
}

namespace {

struct Rect {
  std::string name;
  Nm x0, y0, x1, y1;
};

/// Box of a placement; reports grids whose members overlap each other.
Rect boxOf(const Placement& p, const Block& child, const std::string& at, std::vector<std::string>& found) {
  if (p.columns < 1 || p.rows < 1) found.push_back(at + " has an empty grid");
  if ((p.columns > 1 && p.pitch_x < child.width) || (p.rows > 1 && p.pitch_y < child.height))
    found.push_back(at + " overlaps itself: its pitch is smaller than the block");
  return {p.instance, p.x, p.y, p.x + (p.columns - 1) * p.pitch_x + child.width,
          p.y + (p.rows - 1) * p.pitch_y + child.height};
}

void checkBlock(const Block& block, const std::map<std::string, const Block*>& earlier,
                std::vector<std::string>& found) {
  std::vector<Rect> boxes;
  std::set<std::string> names;
  for (const Placement& p : block.children) {
    const std::string at = block.name + "/" + p.instance;
    const auto child = earlier.find(p.block);
    if (child == earlier.end()) {
      found.push_back(at + " is of unknown block " + p.block);
      continue;
    }
    if (!names.insert(p.instance).second) found.push_back(at + " is there twice");
    const Rect box = boxOf(p, *child->second, at, found);
    if (box.x0 < 0 || box.y0 < 0 || box.x1 > block.width || box.y1 > block.height)
      found.push_back(at + " sticks out of " + block.name);
    for (const Rect& other : boxes) {
      if (box.x0 < other.x1 && other.x0 < box.x1 && box.y0 < other.y1 && other.y0 < box.y1)
        found.push_back(at + " overlaps " + other.name);
    }
    boxes.push_back(box);
  }
}

}  // namespace

std::vector<std::string> violations(const Floorplan& floorplan) {
  std::vector<std::string> found;
  std::map<std::string, const Block*> earlier;
  for (const Block& block : floorplan.blocks) {
    if (block.width <= 0 || block.height <= 0) found.push_back(block.name + " has no area");
    checkBlock(block, earlier, found);
    if (!earlier.emplace(block.name, &block).second) found.push_back("block " + block.name + " is there twice");
  }
  return found;
}

std::vector<Share> breakdown(const Floorplan& floorplan, const Block& block) {
  std::vector<Share> shares;
  const auto share = [&](const std::string& name, bool unused) -> Share& {
    for (Share& s : shares)
      if (s.name == name) return s;
    return shares.emplace_back(Share{name, unused, 0, 0});
  };
  if (block.children.empty()) {
    share(kindName(block.kind), false) = {kindName(block.kind), false, 1, block.area()};
    return shares;
  }
  Nm covered = 0;
  for (const Placement& p : block.children) {
    const Block& child = floorplan.block(p.block);
    const std::int64_t count = std::int64_t{p.columns} * p.rows;
    covered += count * child.area();
    for (const Share& inner : breakdown(floorplan, child)) {
      Share& s = share(inner.name, inner.unused);
      s.count += count * inner.count;
      s.area += count * inner.area;
    }
  }
  if (block.area() != covered) {
    Share& s = share(fmt::format("unused in {}", kindName(block.kind)), true);
    s.count += 1;
    s.area += block.area() - covered;
  }
  return shares;
}

}  // namespace gaincell::layout
