#pragma once
// Arrays with random operands, run by both engines.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gaincell/cells/array.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/sim/array_engine.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/random.hpp"

namespace array_test {
using namespace gaincell;

inline const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

/// The reference cell in an array of `rows` word lines and `cols` bit lines.
inline design::Design arrayOf(int rows, int cols) {
  auto d = cells::loadDesign("reference", gc28());
  d.set("array.rows", rows, "test");
  d.set("array.cols", cols, "test");
  return d;
}

/// What errors refer to (C): the part of the array's full scale that so many of its 64 rows carry.
inline double fullScale(int rows) {
  return sim::arrayFullScale(arrayOf(rows, 1), cells::ArrayRole::Keys) * rows / 64.0;
}

inline sim::ArrayOperands randomOperands(int rows, int cols, std::uint64_t seed) {
  sim::ArrayOperands o;
  for (int i = 0; i < rows; ++i) {
    auto& row = o.stored.emplace_back();
    const auto r = static_cast<std::uint64_t>(i);
    for (int j = 0; j < cols; ++j)
      row.push_back(0.9 / 7 * std::floor(8 * support::uniformDraw({seed, r, 1, static_cast<std::uint64_t>(j)})));
    o.widths.push_back(1e-9 * std::floor(16 * support::uniformDraw({seed, r, 2, 0})));
  }
  return o;
}

/// Local mismatch by instance path, so that a cell gets the same draw in a slice and in the whole array.
class PathMismatch final : public sim::Variation {
 public:
  std::vector<sim::Alter> alters(const netlist::Deck& deck) const override {
    std::vector<sim::Alter> out;
    for (const auto& m : netlist::flattenMosfets(deck.circuit)) {
      const auto draw = [&](const char* what) {
        return support::normalDraw({7, 0, support::nameHash(m.path), support::nameHash(what)});
      };
      out.push_back({m.ngspice, "delvto", 0.03 * draw("vth")});
      out.push_back({m.ngspice, "mulu0", 1 + 0.02 * draw("mobility")});
    }
    return out;
  }
};

inline sim::ArrayRun runWith(const design::Design& design, const sim::ArrayOperands& operands,
                             const sim::ArrayOptions& options, const sim::Variation* variation = nullptr) {
  sim::SimulatorOptions simulator_options;
  simulator_options.jobs = support::hardwareJobs();
  simulator_options.time_limit_s = 1800;
  sim::Simulator simulator(simulator_options);
  const netlist::ParameterSet none;
  return sim::runArray({gc28(), {}, design, none, simulator, variation}, cells::ArrayRole::Keys, operands, options);
}

inline double worstDifference(const sim::ArrayRun& a, const sim::ArrayRun& b, int rows) {
  REQUIRE(a.charge.size() == b.charge.size());
  double worst = 0, largest = 0;
  for (std::size_t j = 0; j < a.charge.size(); ++j) {
    worst = std::max(worst, std::abs(a.charge[j] - b.charge[j]));
    largest = std::max(largest, std::abs(b.charge[j]));
  }
  MESSAGE("sliced against whole: worst " << 100 * worst / fullScale(rows) << " % of full scale; largest charge "
                                         << largest / fullScale(rows) << " of full scale; CPU " << a.cpu_s
                                         << " s against " << b.cpu_s << " s");
  CHECK(largest > 0.1 * fullScale(rows));  // the comparison would mean nothing for charges near zero
  return worst / fullScale(rows);
}

/// Slices within 0.02 % of full scale of the whole array.
inline void compareEngines(const design::Design& design, const sim::Variation* variation) {
  const int size = design.integer("array.rows");
  const auto operands = randomOperands(size, size, 11);
  sim::ArrayOptions sliced, whole;
  whole.engine = sim::ArrayEngine::Whole;
  const auto a = runWith(design, operands, sliced, variation);
  CHECK(a.validity.valid);
  CHECK(a.engine == sim::ArrayEngine::Sliced);
  CHECK(worstDifference(a, runWith(design, operands, whole, variation), size) <= 2e-4);
}

}  // namespace array_test
