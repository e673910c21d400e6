#include "gaincell/cells/array.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "gaincell/cells/designs.hpp"
#include "gaincell/netlist/check.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;

namespace {

const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

/// The reference cell in an array of `rows` word lines and `cols` bit lines (array 1).
design::Design arrayOf(int rows, int cols) {
  auto design = cells::loadDesign("reference", gc28());
  design.set("array.rows", rows, "test");
  design.set("array.cols", cols, "test");
  return design;
}

using cells::ArrayRole;

std::size_t countOf(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("an array has six transistors per cell, named by row and column") {
  netlist::Circuit circuit;
  circuit.devices = gc28().devices;
  const auto deck = cells::arrayGenerator().testbench(gc28(), {}, arrayOf(3, 5));
  const auto devices = netlist::flattenMosfets(deck.circuit);
  CHECK(devices.size() == 3 * 5 * 6);
  CHECK(std::any_of(devices.begin(), devices.end(),
                    [](const auto& m) { return m.path == "array.row_2.e_4.cell.pair_n"; }));
  CHECK_NOTHROW(netlist::check(deck.circuit));
  const std::string text = netlist::toText(deck);
  CHECK(text.find(".ic v(xarray.xrow_2.xe_4.xcell.sn)=") != std::string::npos);
  CHECK(countOf(text, "\nrwl wl wl_next 2\n") == 1);
  CHECK(countOf(text, "\ncbl bl_next 0 8e-16\n") == 1);
}

TEST_CASE("write enables run along columns for keys and along rows for values") {
  const auto ports = [](const design::Design& design, ArrayRole role) {
    netlist::Circuit circuit;
    circuit.devices = gc28().devices;
    return cells::defineArray(gc28(), design, role, circuit).ports;
  };
  const auto count = [](const std::vector<std::string>& list, const std::string& prefix) {
    return std::count_if(list.begin(), list.end(), [&](const std::string& p) { return p.rfind(prefix + "_", 0) == 0; });
  };
  // Two word lines and three bit lines each: array 2 has a word line per bit line of array 1, and the other way round.
  const auto keys = ports(arrayOf(2, 3), ArrayRole::Keys), values = ports(arrayOf(3, 2), ArrayRole::Values);
  CHECK(count(keys, "we") == 3);
  CHECK(count(keys, "wbl") == 2);
  CHECK(count(values, "we") == 2);
  CHECK(count(values, "wbl") == 3);
  CHECK(count(keys, "wl") == 2);
  CHECK(count(keys, "bl") == 3);
  CHECK(count(values, "wl") == 2);
  CHECK(count(values, "bl") == 3);
}

TEST_CASE("slices keep the instance names of the whole array") {
  for (const int column : {0, 1, 4, 6}) {
    CAPTURE(column);
    netlist::Deck deck = pdk::emptyDeck(gc28(), {}, "slice");
    const auto slice = cells::defineArraySlice(gc28(), arrayOf(2, 7), ArrayRole::Keys, column, deck.circuit);
    cells::driveArray(gc28(), {}, slice, {{1e-9, 2e-9}, 0, 50e-12}, deck);
    deck.circuit.add(netlist::VoltageSource{"bl", "bl_" + std::to_string(column), "0", netlist::Dc{0.45}});
    CHECK_NOTHROW(netlist::check(deck.circuit));
    const auto devices = netlist::flattenMosfets(deck.circuit);
    CHECK(devices.size() == 2 * 6);
    CHECK(devices.front().path.rfind("array.row_0.e_" + std::to_string(column) + ".cell.", 0) == 0);
  }
  netlist::Circuit circuit;
  circuit.devices = gc28().devices;
  CHECK_THROWS_AS(cells::defineArraySlice(gc28(), arrayOf(2, 7), ArrayRole::Keys, 7, circuit), support::Error);
}

TEST_CASE("a slice carries the rest of its word lines as lumps: three sections before it, a third behind it") {
  const auto design = [] {
    auto d = arrayOf(2, 7);
    d.set("array.wire.source", "given", "test");
    d.set("array.wire.word.r", "6", "test");
    d.set("array.wire.word.c", "1f", "test");
    d.set("cell.read_n.w", "200n", "test");  // 1.33 nF/m of gate: 0.266 fF on wl
    d.set("cell.read_p.w", "400n", "test");  // 0.532 fF on wlb
    return d;
  }();
  netlist::Circuit circuit;
  circuit.devices = gc28().devices;
  cells::defineArraySlice(gc28(), design, ArrayRole::Keys, 2, circuit);
  const netlist::Subcircuit* row = circuit.find("array_row_slice_2");
  REQUIRE(row);
  std::map<std::string, double> ohms, farads;
  for (const auto& e : row->elements) {
    if (const auto* r = std::get_if<netlist::Resistor>(&e)) ohms[r->name] = r->ohms.number;
    if (const auto* c = std::get_if<netlist::Capacitor>(&e)) farads[c->name] = c->farads.number;
  }
  // Two elements lie before column 2, one section each; four behind it. The current into a uniform line falls linearly
  // to its end, so that a third of its resistance in front of all of its capacitance delays alike.
  CHECK(ohms == std::map<std::string, double>{{"wl_lump_0", 6},
                                              {"wl_lump_1", 6},
                                              {"wl_behind", 8},
                                              {"wlb_lump_0", 6},
                                              {"wlb_lump_1", 6},
                                              {"wlb_behind", 8}});
  REQUIRE(farads.size() == 6);
  for (const char* lump : {"_lump_0", "_lump_1"}) {
    CHECK(farads.at(std::string("wl") + lump) == doctest::Approx(1.266e-15));
    CHECK(farads.at(std::string("wlb") + lump) == doctest::Approx(1.532e-15));
  }
  CHECK(farads.at("wl_behind") == doctest::Approx(4 * 1.266e-15));
  CHECK(farads.at("wlb_behind") == doctest::Approx(4 * 1.532e-15));
}

TEST_CASE("the wire comes from the paper's model, the manifest or the user") {
  auto design = arrayOf(2, 2);
  CHECK(cells::arrayWire(gc28(), design).word_r == 2.0);
  CHECK(cells::arrayWire(gc28(), design).bit_c == 0.8e-15);
  design.set("array.wire.source", "pdk", "test");
  const auto wire = cells::arrayWire(gc28(), design);
  CHECK(wire.word_r == doctest::Approx(gc28().wire.row_r_per_m * gc28().layout.values.at("cell_width")));
  CHECK(wire.bit_c == doctest::Approx(gc28().wire.col_c_per_m * gc28().layout.values.at("cell_height")));
  CHECK(wire.write_r == wire.word_r);
  struct Line {
    const char* name;
    double r, c;
  };
  for (const Line& line : {Line{"word", wire.word_r, wire.word_c}, Line{"bit", wire.bit_r, wire.bit_c},
                           Line{"write", wire.write_r, wire.write_c}}) {
    CAPTURE(line.name);
    CHECK(cells::lineWire(gc28(), design, line.name).r == line.r);
    CHECK(cells::lineWire(gc28(), design, line.name).c == line.c);
  }
  pdk::Pdk bare = gc28();
  bare.wire = {};
  CHECK_THROWS_AS(cells::arrayWire(bare, design), support::Error);
  design.set("array.wire.source", "given", "test");
  design.set("array.wire.word.r", "5", "test");
  CHECK(cells::arrayWire(gc28(), design).word_r == 5.0);
  CHECK(cells::arrayWire(gc28(), design).bit_r == 2.0);
}

TEST_CASE("a cell loads its word line with the gate capacitance its flavour declares") {
  auto design = arrayOf(2, 2);
  const auto load = [&](const pdk::Pdk& pdk) { return cells::wordLineGateLoad(pdk, cells::resolveGainCell(design)); };
  CHECK(load(gc28()).first == doctest::Approx(1.33e-9 * design.real("cell.read_n.w")));
  CHECK(load(gc28()).second == doctest::Approx(1.33e-9 * design.real("cell.read_p.w")));
  design.set("cell.read_n.flavour", "n_hvt", "test");
  CHECK(load(gc28()).first == doctest::Approx(1.58e-9 * design.real("cell.read_n.w")));
  pdk::Pdk bare = gc28();
  bare.targets.clear();
  CHECK(load(bare).first == doctest::Approx(1.33e-9 * design.real("cell.read_n.w")));
}

TEST_CASE("sizes from 1 x 1 to 1024 x 1024 generate, others are refused") {
  for (const auto& size : {std::pair{1, 1}, {1, 1024}, {1024, 1}, {1024, 1024}}) {
    const int rows = size.first, cols = size.second;
    CAPTURE(rows);
    CAPTURE(cols);
    netlist::Circuit circuit;
    circuit.devices = gc28().devices;
    CHECK(cells::defineArray(gc28(), arrayOf(rows, cols), ArrayRole::Keys, circuit).cols == cols);
    if (rows * cols < 1000000) CHECK_NOTHROW(netlist::check(circuit));  // 15 million connections take seconds to check
  }
  CHECK_THROWS_AS(arrayOf(0, 4), support::Error);
  CHECK_THROWS_AS(arrayOf(4, 1025), support::Error);
  CHECK_THROWS_AS(arrayOf(4, -1), support::Error);
  auto design = arrayOf(2, 2);
  for (const std::string line : {"word", "bit", "write"}) {
    CHECK_THROWS_AS(design.set("array.wire." + line + ".r", std::nan(""), "test"), support::Error);
    CHECK_THROWS_AS(design.set("array.wire." + line + ".c", -1e-15, "test"), support::Error);
  }
}
