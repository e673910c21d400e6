// Word-line driver and write path in the simulator, and what they refuse.

#include <doctest/doctest.h>

#include <cmath>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/netlist/check.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;

namespace {
const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

using Values = std::map<std::string, double>;

/// A design with changed leaves; the drivers see the cells of the reference design unless said otherwise.
design::Design with(const Values& leaves, const std::string& name = "reference") {
  auto design = cells::loadDesign(name, gc28());
  for (const auto& [path, value] : leaves) design.set(path, value, "test");
  return design;
}

sim::AnalysisResult run(const std::string& kind, const std::string& name, const design::Design& design,
                        const Values& settings, const pdk::Conditions& conditions = {}) {
  static sim::Simulator simulator;
  const auto& analysis = sim::analysis(kind, name);
  auto set = analysis.settings(gc28());
  for (const auto& [key, value] : settings) set.set(key, value);
  return analysis.run({gc28(), conditions, design, set, simulator});
}
}  // namespace

TEST_CASE("pulses of every code keep their width along the row") {
  const auto r = run("word-line-driver", "pulse", with({}), {{"codes", 4}});
  CHECK(r.figure("width_error_max") < 0.02e-9);
  CHECK(r.figure("skew_max") < 0.03e-9);
  CHECK(r.figure("delay_max") > 0.01e-9);
  CHECK(r.figure("delay_max") < 0.2e-9);
  // At least the wire and the gates of 64 cells, both lines, charged once: about 2 * 64 * 0.95 fF * VDD^2.
  CHECK(r.figure("energy_per_pulse") > 2 * 64 * 0.9e-15 * 0.81);
}

TEST_CASE("a longer row is later and costs more") {
  const auto small = run("word-line-driver", "pulse", with({{"array.cols", 8}}), {{"codes", 1}});
  const auto large = run("word-line-driver", "pulse", with({{"array.cols", 256}}), {{"codes", 1}});
  CHECK(large.figure("delay_max") > small.figure("delay_max"));
  CHECK(large.figure("energy_per_pulse") > small.figure("energy_per_pulse"));
}

TEST_CASE("a word line that does not arrive has no width") {
  // 5 megohm of wire: the far end never crosses half the supply within a nanosecond.
  const auto r =
      run("word-line-driver", "pulse", with({{"array.wire.word.r", 1e4}, {"array.cols", 512}}), {{"codes", 1}});
  CHECK(std::isnan(r.figure("width_error_max")));
}

TEST_CASE("the write path stores every level within half a step, and longer is better") {
  const auto four = with({{"levels.stored", 4}});
  const auto r = run("write-path", "write", four, {});
  CHECK(r.figure("write_error_levels") < 0.5);
  CHECK(r.figure("write_settle") <= 5e-9);
  const auto longer = run("write-path", "write", four, {{"write_width", 15e-9}});
  CHECK(longer.figure("write_error_max") < r.figure("write_error_max") + 1e-4);
  CHECK(longer.figure("write_error_max") < 0.006);
  // After the discharge phase the previous content no longer matters.
  double low = 1, high = 0;
  const auto target = r.tables.at("write").values("v_target_V"), stored = r.tables.at("write").values("v_stored_V");
  for (std::size_t k = 0; k < target.size(); ++k) {
    if (std::fabs(target[k] - 0.6) > 1e-6) continue;
    low = std::min(low, stored[k]);
    high = std::max(high, stored[k]);
  }
  CHECK(high - low < 1e-4);
}

TEST_CASE("the PWM driver makes every level from shared timing, and none for level 0") {
  const auto r = run("pwm-driver", "pulse", with({{"timing.levels", 4}}), {});
  CHECK(r.figure("width_error_max") < 0.02e-9);
  CHECK(r.figure("width_spread") < 0.005e-9);
  CHECK(r.figure("zero_peak") < 0.05);
  CHECK(r.figure("energy_per_pulse") > 2 * 64 * 0.9e-15 * 0.81);  // wire and gates of both lines, charged once
  CHECK(r.tables.at("levels").rows.size() == 3);
}

TEST_CASE("the level reference leaves equal devices alone and evens out unequal ones") {
  const auto tt = run("level-reference", "levels", with({}, "lean"), {});
  CHECK(tt.figure("v_low") < 0.04);
  CHECK(tt.figure("v_high") > 0.86);
  for (const char* corner : {"sf", "fs"}) {
    CAPTURE(corner);
    const auto r = run("level-reference", "levels", with({}, "lean"), {}, {corner, 27, 0.9});
    // Unregulated the two differ by more than half (static curves of the corners).
    CHECK(std::fabs(r.figure("imbalance")) < 0.05);
    CHECK(r.figure("unsettled") < 2e-3);
    const bool strong_p = std::string(corner) == "sf";
    CHECK((strong_p ? r.figure("v_low") : 0.9 - r.figure("v_high")) > 0.05);
    CHECK((strong_p ? 0.9 - r.figure("v_high") : r.figure("v_low")) < 0.02);
  }
}

TEST_CASE("the PWM driver refuses levels that do not exist") {
  const auto design = with({});
  CHECK_THROWS_AS(cells::pwmDriverDeck(gc28(), {}, design, {16}, 1e-9), support::Error);
  CHECK_THROWS_AS(cells::pwmDriverDeck(gc28(), {}, design, {}, 1e-9), support::Error);
  CHECK_THROWS_AS(cells::pwmDriverDeck(gc28(), {}, design, {1}, 1e-10), support::Error);
}

TEST_CASE("the write path refuses what it cannot drive") {
  CHECK_THROWS_WITH(cells::writePathDeck(gc28(), {}, with({}, "write-io"), {0}, 0, 5e-9),
                    doctest::Contains("write-io"));
  const auto plain = with({});
  CHECK_THROWS_AS(cells::writePathDeck(gc28(), {}, plain, {8}, 0, 5e-9), support::Error);
  CHECK_THROWS_AS(cells::writePathDeck(gc28(), {}, plain, {}, 0, 5e-9), support::Error);
  CHECK_NOTHROW(netlist::check(cells::generator("write-path").testbench(gc28(), {}, plain).circuit));
  CHECK_NOTHROW(netlist::check(cells::generator("word-line-driver").testbench(gc28(), {}, plain).circuit));
}
