// Whole chains and the slower converter figures.

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/tile.hpp"
#include "gaincell/sim/analysis.hpp"

using namespace gaincell;

namespace {

const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

sim::Simulator& simulator() {
  static sim::Simulator s([] {
    sim::SimulatorOptions o;
    o.jobs = 2;
    return o;
  }());
  return s;
}

using Words = std::map<std::string, std::string>;

/// The lean design, or the one named by "design", with changed leaves.
sim::AnalysisResult run(const std::string& kind, const std::string& name, const Words& leaves = {},
                        const Words& settings = {}, const pdk::Conditions& conditions = {}, std::uint64_t seed = 1) {
  const auto base = leaves.find("design");
  auto design = cells::loadDesign(base == leaves.end() ? "lean" : base->second, gc28());
  for (const auto& [path, text] : leaves)
    if (path != "design") design.set(path, text, "test");
  const auto& analysis = sim::analysis(kind, name);
  auto with = analysis.settings(gc28());
  for (const auto& [key, value] : settings) with.set(key, std::string_view(value));
  sim::AnalysisContext context{gc28(), conditions, design, with, simulator()};
  context.seed = seed;
  return analysis.run(context);
}

const Words kSmallTile{{"array.rows", "4"}, {"array.cols", "4"}};

}  // namespace

TEST_CASE("one deck from the write to the output pulses, and the same chain column by column") {
  const auto whole = run("tile", "chain", kSmallTile, {{"engine", "whole"}});
  CHECK(whole.figure("phi_max_error_lsb") <= 0.3);
  CHECK(whole.figure("out_max_error_lsb") <= 0.6);
  CHECK(whole.figure("wrong_signs") == 0);
  CHECK(whole.figure("latency") > 20e-9);
  CHECK(whole.figure("latency") <= whole.figure("latency_window"));
  CHECK(whole.figure("latency_window") <= 60e-9);
  CHECK(whole.figure("token_time") <= 65e-9);
  CHECK(whole.tables.at("waves").rows.size() == 601);
  const auto staged = run("tile", "chain", kSmallTile, {{"engine", "staged"}});
  for (const char* stage : {"phi", "out"}) {
    CAPTURE(stage);
    const auto a = whole.tables.at(stage).values("width_s"), b = staged.tables.at(stage).values("width_s");
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::fabs(a[i] - b[i]) <= 0.1e-9);
  }
}

TEST_CASE("with replica bias and replica levels the chain's outputs stay those of the nominal chain over corners") {
  Words tile = kSmallTile;
  tile["relu.bias"] = tile["signed.bias"] = "replica";
  // Every corner, and every corner of temperature and supply, with another pattern each; five patterns of each
  // condition: docs/converters.md.
  const std::vector<pdk::Conditions> all{{"ss", 27, 0.9}, {"ff", 27, 0.9}, {"sf", 27, 0.9},  {"fs", 27, 0.9},
                                         {"tt", 0, 0.9},  {"tt", 85, 0.9}, {"tt", 27, 0.85}, {"tt", 27, 0.95}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].corner);
    CAPTURE(all[i].temp_c);
    CAPTURE(all[i].vdd);
    const auto r = run("tile", "chain", tile, {{"engine", "whole"}, {"levels", "replica"}}, all[i], 1 + i % 5);
    CHECK(r.figure("out_max_error_lsb") <= 0.6);
    CHECK(r.figure("wrong_signs") == 0);
  }
}

TEST_CASE("active converters reach their accuracy") {
  CHECK(run("relu-converter", "transfer", {{"design", "active"}}, {{"points", "7"}}).figure("max_error_lsb") <= 0.15);
}
