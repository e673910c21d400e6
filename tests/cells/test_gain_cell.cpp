// The generated circuit itself: sizes, designs, ports, refusals.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/design/read.hpp"
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

netlist::Deck bench(const design::Design& design) {
  return cells::generator("gain-cell").testbench(gc28(), {}, design);
}
netlist::Deck bench(const std::string& name) {
  return bench(cells::loadDesign(name, gc28()));
}

const netlist::FlatMosfet& device(const std::vector<netlist::FlatMosfet>& flat, const std::string& path) {
  const auto it = std::find_if(flat.begin(), flat.end(), [&](const auto& m) { return m.path == path; });
  REQUIRE(it != flat.end());
  return *it;
}
}  // namespace

TEST_CASE("every shipped design gives a sound cell with its devices and sizes") {
  for (const auto& name : design::designNames(design::designFolder(gc28()))) {
    CAPTURE(name);
    const auto design = cells::loadDesign(name, gc28());
    const netlist::Deck deck = bench(design);
    CHECK_NOTHROW(netlist::check(deck.circuit));
    const auto flat = netlist::flattenMosfets(deck.circuit);
    CHECK(flat.size() == (name == "write-os" ? 5 : 6));
    for (const std::string role : {"pair_n", "pair_p", "read_n", "read_p", "write_n", "write_p"}) {
      CAPTURE(role);
      if (name == "write-os" && role == "write_p") continue;  // the part it leaves out
      const auto& fet = device(flat, "cell." + role);
      CHECK(fet.model->flavour == design.choice("cell." + role + ".flavour"));
      CHECK(fet.w == doctest::Approx(design.real("cell." + role + ".w")));
      CHECK(fet.l == doctest::Approx(design.real("cell." + role + ".l")));
    }
  }
}

TEST_CASE("sizes given one by one win over the design's") {
  auto given = cells::loadDesign("lean", gc28());
  given.set("cell.pair_n.w", "150n", "test");
  given.set("cell.read_p.flavour", "p_hvt", "test");
  given.set("cell.read_p.l", "40n", "test");
  given.set("cell.c_storage", "5f", "test");
  const auto design = cells::resolveGainCell(given);
  CHECK(design.pair_n.w == doctest::Approx(150e-9));
  CHECK(design.pair_n.device == "n_hvt");
  CHECK(design.read_p.device == "p_hvt");
  CHECK(design.read_p.l == doctest::Approx(40e-9));
  CHECK(design.c_storage == doctest::Approx(5e-15));
}

TEST_CASE("devices alone have no levels, and nothing can be driven with them") {
  const auto lean = cells::loadDesign("lean", gc28());
  const auto devices = cells::resolveCellDevices(lean), whole = cells::resolveGainCell(lean);
  CHECK(devices.pair_n.w == whole.pair_n.w);
  CHECK(devices.write_p->l == whole.write_p->l);
  CHECK(devices.c_storage == whole.c_storage);
  CHECK(std::isnan(devices.we_high));
  CHECK(std::isnan(devices.wbl_idle));
}

TEST_CASE("the emitted subcircuit is parametrized") {
  const std::string text = netlist::toText(bench("reference"));
  CHECK(text.find(".subckt gain_cell wbl we web wl wlb bl nw vdd vss params:") != std::string::npos);
  CHECK(text.find("mpair_p d sn vdd vdd gc28_p_svt w={pair_p_w} l={pair_p_l}") != std::string::npos);
  CHECK(text.find("cstorage sn vss {c_storage}") != std::string::npos);
  CHECK(netlist::toText(bench("write-os")).find(".subckt gain_cell wbl we wl wlb bl vdd vss params:") !=
        std::string::npos);
}

TEST_CASE("wrong polarity and sizes outside the flavour's limits are refused") {
  auto design = cells::loadDesign("reference", gc28());
  CHECK_THROWS_WITH(design.set("cell.pair_n.flavour", "p_svt", "test"), doctest::Contains("n_svt"));
  design.set("cell.write_n.l", "30n", "test");  // allowed by n_svt, not by the n_hvt of the write gate
  CHECK_THROWS_WITH(netlist::check(bench(design).circuit), doctest::Contains("gain_cell/write_n: l = 30 nm"));
}

TEST_CASE("levels follow the supply unless they come from another one") {
  const auto cell = [](const char* name) { return cells::resolveGainCell(cells::loadDesign(name, gc28())); };
  const auto low = cells::atSupply(cell("reference"), gc28(), 0.8);
  CHECK(low.we_high == doctest::Approx(0.8));
  CHECK(low.wbl_idle == doctest::Approx(0.4));
  CHECK(cells::atSupply(cell("write-io"), gc28(), 0.8).we_high == doctest::Approx(1.8));
}

TEST_CASE("a sequence keeps its schedule") {
  const auto design = cells::loadDesign("reference", gc28());
  const auto seq = cells::gainCellSequence(gc28(), {}, design, {{0.9, 5e-9, 3e-9, 1e-9}, {0.9, 0, 15e-9, 0}});
  REQUIRE(seq.steps.size() == 2);
  CHECK(seq.steps[0].write_off - seq.steps[0].write_on == doctest::Approx(5e-9));
  CHECK(seq.steps[0].read_off - seq.steps[0].read_on == doctest::Approx(3e-9));
  CHECK(seq.steps[1].begin == seq.steps[0].end);
  CHECK(seq.steps[1].write_on == seq.steps[1].write_off);
  CHECK_NOTHROW(netlist::check(seq.deck.circuit));
  CHECK_THROWS_AS(cells::gainCellSequence(gc28(), {}, design, {{1.2, 5e-9, 3e-9, 0}}), support::Error);
  CHECK_THROWS_AS(cells::gainCellSequence(gc28(), {}, design, {{0.5, 20e-12, 3e-9, 0}}), support::Error);
  CHECK_THROWS_AS(cells::gainCellSequence(gc28(), {}, design, {}), support::Error);
}
