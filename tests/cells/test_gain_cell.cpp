// The generated circuit itself: sizes, variants, ports, refusals.

#include <doctest/doctest.h>

#include <algorithm>

#include "gaincell/cells/gain_cell.hpp"
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

netlist::Deck bench(const std::string& variant) {
  auto set = cells::gainCellParameters(gc28());
  set.set("variant", variant);
  return cells::generator("gain-cell").testbench(gc28(), {}, set);
}

const netlist::FlatMosfet& device(const std::vector<netlist::FlatMosfet>& flat, const std::string& path) {
  const auto it = std::find_if(flat.begin(), flat.end(), [&](const auto& m) { return m.path == path; });
  REQUIRE(it != flat.end());
  return *it;
}
}  // namespace

TEST_CASE("every variant gives a sound circuit with the devices of the PDK") {
  const auto declared = cells::gainCellParameters(gc28()).declared();
  for (const auto& variant : declared.front().choices) {
    CAPTURE(variant);
    const netlist::Deck deck = bench(variant);
    CHECK_NOTHROW(netlist::check(deck.circuit));
    const auto flat = netlist::flattenMosfets(deck.circuit);
    CHECK(flat.size() == (variant == "write_os" ? 5 : 6));
    const auto& over = gc28().variants;
    const auto role = over.contains(variant) && over.at(variant).contains("pair_n") ? over.at(variant).at("pair_n")
                                                                                    : gc28().role("pair_n");
    CHECK(device(flat, "cell.pair_n").model->flavour == role->device);
    CHECK(device(flat, "cell.pair_n").w == doctest::Approx(role->w));
  }
}

TEST_CASE("sizes given one by one win over the variant's") {
  auto set = cells::gainCellParameters(gc28());
  set.set("variant", "lean");
  set.set("pair_n_w", "150n");
  set.set("read_p_flavour", "p_hvt");
  set.set("read_p_l", "40n");
  set.set("c_storage", "5f");
  const auto design = cells::resolveGainCell(gc28(), set);
  CHECK(design.pair_n.w == doctest::Approx(150e-9));
  CHECK(design.pair_n.device == gc28().variants.at("lean").at("pair_n")->device);
  CHECK(design.read_p.device == "p_hvt");
  CHECK(design.c_storage == doctest::Approx(5e-15));
}

TEST_CASE("the emitted subcircuit is parametrized") {
  const std::string text = netlist::toText(bench("reference"));
  CHECK(text.find(".subckt gain_cell wbl we web wl wlb bl nw vdd vss params:") != std::string::npos);
  CHECK(text.find("mpair_p d sn vdd vdd gc28_p_svt w={pair_p_w} l={pair_p_l}") != std::string::npos);
  CHECK(text.find("cstorage sn vss {c_storage}") != std::string::npos);
  CHECK(netlist::toText(bench("write_os")).find(".subckt gain_cell_write_os wbl we wl wlb bl vdd vss params:") !=
        std::string::npos);
}

TEST_CASE("wrong polarity and sizes outside the flavour's limits are refused") {
  auto set = cells::gainCellParameters(gc28());
  CHECK_THROWS_WITH(set.set("pair_n_flavour", "p_svt"), doctest::Contains("n_svt"));
  set.set("write_n_l", "30n");  // allowed by n_svt, not by the n_hvt of the write gate
  CHECK_THROWS_WITH(netlist::check(cells::generator("gain-cell").testbench(gc28(), {}, set).circuit),
                    doctest::Contains("gain_cell/write_n: l = 30 nm"));
}

TEST_CASE("levels follow the supply unless they come from another one") {
  auto set = cells::gainCellParameters(gc28());
  const auto low = cells::atSupply(cells::resolveGainCell(gc28(), set), gc28(), 0.8);
  CHECK(low.we_high == doctest::Approx(0.8));
  CHECK(low.wbl_idle == doctest::Approx(0.4));
  set.set("variant", "write_io");
  CHECK(cells::atSupply(cells::resolveGainCell(gc28(), set), gc28(), 0.8).we_high == doctest::Approx(1.8));
}

TEST_CASE("a sequence keeps its schedule") {
  const auto set = cells::gainCellParameters(gc28());
  const auto seq = cells::gainCellSequence(gc28(), {}, set, {{0.9, 5e-9, 3e-9, 1e-9}, {0.9, 0, 15e-9, 0}});
  REQUIRE(seq.steps.size() == 2);
  CHECK(seq.steps[0].write_off - seq.steps[0].write_on == doctest::Approx(5e-9));
  CHECK(seq.steps[0].read_off - seq.steps[0].read_on == doctest::Approx(3e-9));
  CHECK(seq.steps[1].begin == seq.steps[0].end);
  CHECK(seq.steps[1].write_on == seq.steps[1].write_off);
  CHECK_NOTHROW(netlist::check(seq.deck.circuit));
  CHECK_THROWS_AS(cells::gainCellSequence(gc28(), {}, set, {{1.2, 5e-9, 3e-9, 0}}), support::Error);
  CHECK_THROWS_AS(cells::gainCellSequence(gc28(), {}, set, {{0.5, 20e-12, 3e-9, 0}}), support::Error);
  CHECK_THROWS_AS(cells::gainCellSequence(gc28(), {}, set, {}), support::Error);
}
