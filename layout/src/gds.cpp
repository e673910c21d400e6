#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <initializer_list>

#include "gaincell/layout/writers.hpp"
#include "gaincell/support/error.hpp"

// GDSII stream format, release 6.0 (Calma): records of a two-byte length, a record type and a data type, all
// big-endian. Only what boxes, labels and arrays of references need.

namespace gaincell::layout {

namespace {

enum Record : std::uint16_t {
  kHeader = 0x0002,
  kBeginLibrary = 0x0102,
  kLibraryName = 0x0206,
  kUnits = 0x0305,
  kEndLibrary = 0x0400,
  kBeginStructure = 0x0502,
  kStructureName = 0x0606,
  kEndStructure = 0x0700,
  kBoundary = 0x0800,
  kReference = 0x0A00,
  kArrayReference = 0x0B00,
  kText = 0x0C00,
  kLayer = 0x0D02,
  kDataType = 0x0E02,
  kXy = 0x1003,
  kEndElement = 0x1100,
  kReferenceName = 0x1206,
  kColumnsRows = 0x1302,
  kTextType = 0x1602,
  kString = 0x1906,
};

/// Excess-64 base-16 floating point: sign bit, 7 bits of exponent, 56 bits of mantissa in [1/16, 1).
std::uint64_t real8(double value) {
  if (value == 0) return 0;
  int exponent = 64;
  double mantissa = std::fabs(value);
  for (; mantissa >= 1; mantissa /= 16) ++exponent;
  for (; mantissa < 1.0 / 16; mantissa *= 16) --exponent;
  const auto bits = static_cast<std::uint64_t>(std::llround(std::ldexp(mantissa, 56)));
  return (value < 0 ? std::uint64_t{1} << 63 : 0) | static_cast<std::uint64_t>(exponent) << 56 | bits;
}

class Stream {
 public:
  void record(Record type) { head(type, 0); }
  void shorts(Record type, std::initializer_list<int> values) {
    head(type, values.size() * 2);
    for (const int v : values) big(static_cast<std::uint64_t>(v), 2);
  }
  void reals(Record type, std::initializer_list<double> values) {
    head(type, values.size() * 8);
    for (const double v : values) big(real8(v), 8);
  }
  void text(Record type, std::string value) {
    if (value.size() % 2) value.push_back('\0');
    head(type, value.size());
    bytes_ += value;
  }
  void points(std::initializer_list<std::array<Nm, 2>> values) {
    head(kXy, values.size() * 8);
    for (const auto& point : values)
      for (const Nm v : point) big(static_cast<std::uint64_t>(v), 4);
  }
  void dated(Record type, const std::array<int, 6>& date) {
    head(type, 24);
    for (int twice = 0; twice < 2; ++twice)
      for (const int v : date) big(static_cast<std::uint64_t>(v), 2);
  }
  std::string take() { return std::move(bytes_); }

 private:
  void head(Record type, std::size_t payload) {
    big(payload + 4, 2);
    big(type, 2);
  }
  void big(std::uint64_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes_.push_back(static_cast<char>(value >> shift & 0xff));
  }
  std::string bytes_;
};

void writeReference(Stream& out, const Placement& p) {
  const bool grid = p.columns * p.rows > 1;
  out.record(grid ? kArrayReference : kReference);
  out.text(kReferenceName, p.block);
  if (grid) {
    out.shorts(kColumnsRows, {p.columns, p.rows});
    // The three points: origin, and the origin moved by all columns and by all rows.
    out.points({{p.x, p.y}, {p.x + p.columns * p.pitch_x, p.y}, {p.x, p.y + p.rows * p.pitch_y}});
  } else {
    out.points({{p.x, p.y}});
  }
  out.record(kEndElement);
}

void writeStructure(Stream& out, const Block& block, const std::array<int, 6>& date) {
  out.dated(kBeginStructure, date);
  out.text(kStructureName, "gaincell_" + block.name);
  out.record(kBoundary);
  out.shorts(kLayer, {gdsLayer(block.kind)});
  out.shorts(kDataType, {0});
  out.points({{0, 0}, {0, block.height}, {block.width, block.height}, {block.width, 0}, {0, 0}});
  out.record(kEndElement);
  out.record(kText);
  out.shorts(kLayer, {gdsLayer(block.kind)});
  out.shorts(kTextType, {1});
  out.points({{block.width / 2, block.height / 2}});
  out.text(kString, block.title);
  out.record(kEndElement);
  for (Placement p : block.children) {
    p.block = "gaincell_" + p.block;
    writeReference(out, p);
  }
  out.record(kEndStructure);
}

}  // namespace

int gdsLayer(Kind kind) {
  return 10 + static_cast<int>(kind);
}

std::string toGds(const Floorplan& floorplan, const std::string& date) {
  std::array<int, 6> when{};
  if (std::sscanf(date.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &when[0], &when[1], &when[2], &when[3], &when[4],
                  &when[5]) != 6)
    throw support::Error("LAY-0010", "'" + date + "' is not a date of the form 2026-01-31T12:00:00Z");
  Stream out;
  out.shorts(kHeader, {600});
  out.dated(kBeginLibrary, when);
  out.text(kLibraryName, "GAINCELL");
  out.reals(kUnits, {1e-3, 1e-9});  // database unit in user units (um) and in metres
  for (const Block& block : floorplan.blocks) writeStructure(out, block, when);
  out.record(kEndLibrary);
  return out.take();
}

}  // namespace gaincell::layout
