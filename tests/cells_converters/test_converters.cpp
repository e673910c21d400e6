// Converters, columns and tiles as circuits: what they contain, what is refused, how pulses are read.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/tile.hpp"
#include "gaincell/netlist/check.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/sim/mac_operands.hpp"
#include "gaincell/sim/pulse.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using cells::ConverterKind;

namespace {

const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

/// A design with changed leaves.
design::Design with(const std::string& name, const std::vector<std::pair<std::string, std::string>>& leaves = {}) {
  auto design = cells::loadDesign(name, gc28());
  for (const auto& [path, text] : leaves) design.set(path, text, "test");
  return design;
}

std::string errorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const support::Error& e) {
    return e.id();
  }
  return "none";
}

}  // namespace

TEST_CASE("every circuit of this module generates a checked testbench, in every option") {
  for (const auto& of_kind :
       {std::pair<std::string, std::string>{"relu-converter", "relu"}, {"signed-converter", "signed"}}) {
    const std::string &kind = of_kind.first, &branch = of_kind.second;
    const auto& g = cells::generator(kind);
    for (const std::string name : {"lean", "reference", "active"}) {
      const std::string integrator = name == "active" ? "active" : "passive";
      for (const char* bias : {"diode", "ideal", "buffered", "replica"}) {
        for (const char* trim : {"off", "on"}) {
          CAPTURE(kind);
          CAPTURE(name);
          CAPTURE(bias);
          CAPTURE(trim);
          const auto design = with(name, {{branch + ".bias", bias}, {branch + ".trim.use", trim}});
          CHECK(design.choice(branch + ".integrator") == integrator);
          const auto deck = g.testbench(gc28(), {}, design);
          CHECK_NOTHROW(netlist::check(deck.circuit));
        }
      }
    }
  }
  for (const char* kind : {"column", "value-column", "tile"}) {
    const auto design = with("lean", {{"array.rows", "5"}, {"array.cols", "3"}});
    CHECK_NOTHROW(netlist::check(cells::generator(kind).testbench(gc28(), {}, design).circuit));
  }
}

TEST_CASE("a tile holds the transistors of its parts") {
  const auto count = [](const char* kind, const char* rows, const char* cols) {
    const auto design = with("lean", {{"array.rows", rows}, {"array.cols", cols}});
    return netlist::flattenMosfets(cells::generator(kind).testbench(gc28(), {}, design).circuit).size();
  };
  const auto relu = count("relu-converter", "64", "64"), sign = count("signed-converter", "64", "64");
  CHECK(count("column", "7", "2") == 7 * 6 + relu);
  CHECK(count("value-column", "2", "7") == 7 * 6 + sign);  // a row of array 2 for each bit line of array 1
  // Each testbench has one window line, however many converters it serves: two starved inverters, the one that finds
  // the trip point, and two drivers.
  constexpr std::size_t kLine = 2 * 4 + 3 * 2;
  CHECK(count("tile", "5", "3") == 6 * (5 * 3 + 3 * 5) + 3 * relu + 5 * sign - 2 * kLine - 4 * kLine);
}

TEST_CASE("a length below the device's limit is refused, not raised") {
  const auto checked = [](const char* kind, const char* path, const char* length) {
    return errorOf([&] {
      netlist::check(cells::generator(kind).testbench(gc28(), {}, with("lean", {{path, length}})).circuit);
    });
  };
  CHECK(checked("relu-converter", "relu.c1.l", "30n") == "none");
  CHECK(checked("relu-converter", "relu.c1.l", "20n") == "NET-0012");
  CHECK(checked("relu-converter", "relu.c3.l", "30n") == "NET-0012");  // high threshold: from 40 nm
  CHECK(checked("signed-converter", "signed.mirror.switch.l", "20n") == "NET-0012");
  CHECK(checked("level-reference", "reference.level.amp.l", "20n") == "NET-0012");
}

TEST_CASE("random inputs: every level alike for the ReLU array, six of ten zero for the signed one, else as asked") {
  // Of 16 input levels one is zero by itself: f + (1 - f) / 16. 64 rows x 200 operations: sigma below 0.0044.
  struct Case {
    const char* kind;
    ConverterKind converter;
    double asked, expected;
  };
  for (const Case& c : {Case{"column", ConverterKind::Relu, -1, 1.0 / 16},
                        {"value-column", ConverterKind::Signed, -1, 0.6 + 0.4 / 16},
                        {"column", ConverterKind::Relu, 0.3, 0.3 + 0.7 / 16},
                        {"value-column", ConverterKind::Signed, 0.3, 0.3 + 0.7 / 16},
                        {"value-column", ConverterKind::Signed, 0, 1.0 / 16},
                        {"column", ConverterKind::Relu, 1, 1}}) {
    CAPTURE(c.kind);
    CAPTURE(c.asked);
    const auto design = with("lean");
    auto settings = sim::analysis(c.kind, "mac").settings(gc28());
    settings.set("operations", "200");
    if (c.asked >= 0) settings.set("zero_fraction", c.asked);
    sim::Simulator unused;
    const auto stimulus =
        sim::columnOperands({gc28(), {"tt", 27, 0.9}, design, settings, unused}, c.converter).front().stimulus;
    REQUIRE(stimulus.inputs.size() == 201);  // the first leaves its trace and is not measured
    double zeros = 0, inputs = 0, largest = 0;
    for (std::size_t k = 1; k < stimulus.inputs.size(); ++k)
      for (const double x : stimulus.inputs[k]) zeros += x == 0, inputs += 1, largest = std::max(largest, x);
    CHECK(inputs == 64 * 200);
    CHECK(std::fabs(zeros / inputs - c.expected) < 4 * 0.0044);
    CHECK(largest == (c.asked == 1 ? 0 : 15));
  }
}

TEST_CASE("phases that overlap are refused with the reason") {
  for (const ConverterKind kind : {ConverterKind::Relu, ConverterKind::Signed}) {
    const std::string branch = kind == ConverterKind::Relu ? "timing.token.relu." : "timing.token.signed.";
    const auto refused = [&](const char* phase, double value, const char* name = "lean") {
      auto design = with(name);
      design.set(branch + phase, value, "test");
      return errorOf([&] { cells::converterClocks(kind, design); }) == "CNV-0001";
    };
    CHECK(refused("discharge", 19.0e-9));  // discharge into the open integrator
    CHECK(refused("discharge", 19.0e-9, "active"));
    CHECK(refused("reset", 4.2e-9));               // reset outlasts the auto-zero
    CHECK(refused("autozero", 4.2e-9, "active"));  // here the auto-zero may not outlast the reset
    CHECK(refused("input", 4.0e-9));
    CHECK(refused("header_on", 20.5e-9));
    CHECK(refused("window", 19.9e-9));
    CHECK(refused("end", 36.0e-9));
    CHECK_FALSE(refused("end", 80e-9));
    if (kind == ConverterKind::Signed) CHECK(refused("sign", 19.0e-9));
  }
}

TEST_CASE("sizes and stimuli that make no sense are refused") {
  auto set = with("lean");
  CHECK(errorOf([&] { set.set("relu.c_int", -1e-12, "test"); }) == "NET-0003");
  CHECK(errorOf([&] { set.set("relu.mirror.tail.w", std::nan(""), "test"); }) == "NET-0003");
  CHECK(errorOf([&] { set.set("relu.bias", "magic", "test"); }) == "NET-0004");
  const auto column = with("lean", {{"array.rows", "2"}});
  const auto build = [&](const cells::ColumnStimulus& s) {
    return errorOf([&] { cells::columnDeck(gc28(), {}, ConverterKind::Relu, column, s); });
  };
  CHECK(build({{0.1, 0.2}, {{3, 4}}}) == "none");
  CHECK(build({{0.1}, {{3, 4}}}) == "CNV-0002");
  CHECK(build({{0.1, 0.2}, {{3, 16}}}) == "CNV-0002");
  CHECK(build({{0.1, -0.2}, {{3, 4}}}) == "CNV-0002");
  CHECK(build({{0.1, std::nan("")}, {{3, 4}}}) == "CNV-0002");
  CHECK(build({{0.1, 0.2}, {}}) == "CNV-0002");
  auto tile = with("lean", {{"array.rows", "1"}, {"array.cols", "1"}});
  CHECK(errorOf([&] { cells::tileDeck(gc28(), {}, tile, {{{0.1}}, {{0.2}}, {{3}}, 1}); }) == "CNV-0003");
  CHECK(errorOf([&] { cells::tileDeck(gc28(), {}, tile, {{{0.1}}, {{0.2, 0.3}}, {{3}}, 0}); }) == "CNV-0003");
  CHECK(errorOf([&] { cells::tileDeck(gc28(), {}, tile, {{{0.1}}, {{0.2}}, {{3}}, 0}); }) == "none");
  tile.set("timing.token.period", 40e-9, "test");
  CHECK(errorOf([&] { cells::tileDeck(gc28(), {}, tile, {{{0.1}}, {{0.2}}, {{3}}, 0}); }) == "CNV-0004");
}

TEST_CASE("a clock waits in the state its operation begins with and repeats with the period") {
  cells::ConverterTiming t;
  t.period = 10e-9;
  t.edge = 50e-12;
  const auto value = [](const netlist::Pwl& p, double time) {
    double v = p.points.front().second;
    for (std::size_t i = 1; i < p.points.size(); ++i) {
      const auto [t0, v0] = p.points[i - 1];
      const auto [t1, v1] = p.points[i];
      if (time >= t1)
        v = v1;
      else if (time > t0)
        return v0 + (v1 - v0) * (time - t0) / (t1 - t0);
    }
    return v;
  };
  const auto rst = cells::clockWaveform({"rst", {{0.0, 3e-9}}}, t, 0.9, 2, 5e-9);
  const auto rstb = cells::clockWaveform({"rstb", {{0.0, 3e-9}}, true}, t, 0.9, 2, 5e-9);
  for (const auto& [time, high] :
       {std::pair{1e-9, true}, {7e-9, true}, {9e-9, false}, {16e-9, true}, {19e-9, false}, {30e-9, false}}) {
    CHECK(value(rst, time) == doctest::Approx(high ? 0.9 : 0.0));
    CHECK(value(rstb, time) == doctest::Approx(high ? 0.0 : 0.9));
  }
}

TEST_CASE("pulses, glitches and delivered charge of a known waveform") {
  sim::Waveforms w;
  w.add("time", {0, 1e-9, 2e-9, 5e-9, 6e-9, 8e-9, 8.5e-9, 9e-9, 20e-9});
  w.add("v(out)", {0, 0, 0.9, 0.9, 0, 0, 0.3, 0, 0});
  w.add("i(vck)", {0, 0, -2e-6, -2e-6, 0, 1e-6, 1e-6, 0, 0});
  const auto p = sim::measurePulse(w, "v(out)", 0.45, 0, 20e-9);
  CHECK(p.count == 1);
  CHECK(p.width == doctest::Approx(4e-9));
  CHECK(p.last_fall == doctest::Approx(5.5e-9));
  CHECK(sim::measurePulse(w, "v(out)", 0.2, 0, 20e-9).count == 2);  // the glitch shows at a lower level
  CHECK(sim::measurePulse(w, "v(out)", 0.45, 7e-9, 20e-9).peak == doctest::Approx(0.3));
  CHECK(sim::measurePulse(w, "v(out)", 0.45, 3e-9, 20e-9).width ==
        doctest::Approx(2.5e-9));  // high at the start counts
  // A source that also takes charge back is charged for what it delivered: 2 uA for 3 ns and two ramps of 1 ns.
  CHECK(sim::deliveredCharge(w, "i(vck)", 0, 20e-9) == doctest::Approx(8e-15));
}

TEST_CASE("the counter rounds to the nearest level, saturates, and carries the sign") {
  const auto counter = sim::counterOf(with("lean"));
  CHECK(sim::counterCode(counter, 0) == 0);
  CHECK(sim::counterCode(counter, -1e-9) == 0);
  CHECK(sim::counterCode(counter, 0.49e-9) == 0);
  CHECK(sim::counterCode(counter, 0.51e-9) == 1);
  CHECK(sim::counterCode(counter, 7.3e-9) == 7);
  CHECK(sim::counterCode(counter, 15.4e-9) == 15);
  CHECK(sim::counterCode(counter, 40e-9) == 15);
  CHECK(sim::counterCode(counter, 0.01e-9, 0.0) == 1);  // an edge at the very start counts any pulse
  CHECK(sim::signedCode(counter, 7.3e-9, false) == -7);
  // Another clock, another length: the counter is the design's.
  const auto other = sim::counterOf(with("lean", {{"timing.lsb", "0.5n"}, {"timing.levels", "9"}}));
  CHECK(sim::counterCode(other, 1.3e-9) == 3);
  CHECK(sim::counterCode(other, 40e-9) == 8);
}
