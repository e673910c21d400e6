// One tile seven ways: slices of the array, columns with their converters, the chain, macro-models, both sides of the
// check, the engine of attend, and the arithmetic written out here. One seed, one meaning of numbers, one full scale.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "fit_design.hpp"
#include "gaincell/attention/model_input.hpp"
#include "gaincell/cells/array.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/check/check.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/macro/macro.hpp"
#include "gaincell/model/conventions.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/sim/random_tile.hpp"

using namespace gaincell;
using Row = std::vector<double>;
using Given = std::map<std::string, sim::GivenData>;

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

design::Design leanTile(int rows, int cols) {
  design::Design d = cells::loadDesign("lean", gc28());
  d.set("array.rows", static_cast<double>(rows), "test");
  d.set("array.cols", static_cast<double>(cols), "test");
  return d;
}

sim::AnalysisResult analyse(const std::string& kind, const std::string& name, const design::Design& design,
                            const pdk::Conditions& at, const std::map<std::string, std::string>& with,
                            const Given& data = {}, std::uint64_t seed = 1) {
  auto settings = sim::analysis(kind, name).settings(gc28());
  for (const auto& [key, value] : with) settings.set(key, std::string_view(value));
  sim::AnalysisContext context{gc28(), at, design, settings, simulator()};
  context.data = &data;
  context.seed = seed;
  return sim::analysis(kind, name).run(context);
}

/// Cell and both converters, fitted from their own simulations at a supply.
model::Model fitted(double vdd) {
  const design::Design design = cells::loadDesign("lean", gc28());
  const pdk::Conditions at{"tt", 27, vdd};
  fit::Inputs inputs;
  for (const char* name : {"iv", "charge"}) {
    const auto result = analyse("gain-cell", name, design, at, {{"bit_lines", "3"}});
    for (const auto& [table, data] : result.tables) inputs.add("gain-cell", data);
  }
  for (const char* kind : {"relu-converter", "signed-converter"})
    inputs.add(kind, analyse(kind, "transfer", design, at, {}).tables.at("transfer"));
  inputs.conditions = {gc28().name, at.corner, at.temp_c, vdd};
  inputs.provenance.pdk_hash = gc28().content_hash;
  flows::describeDesign(inputs, gc28(), design);
  fit::Options options;
  options.v_zero = options.bit_line_reference = vdd / 2;
  return fit::fitModel(inputs, options).model;
}

const model::Model& modelAt(double vdd) {
  static std::map<double, model::Model> known;
  const auto at = known.find(vdd);
  return at != known.end() ? at->second : known.emplace(vdd, fitted(vdd)).first->second;
}

/// What came out of a tile: C, s and signed s.
struct Outcome {
  Row s, phi, out;
};

double rms(const Row& a, const Row& b) {
  REQUIRE(a.size() == b.size());
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(squares / static_cast<double>(a.size()));
}

double largest(const Row& a, const Row& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::fabs(a[i] - b[i]));
  return most;
}

/// The tile's arithmetic, with nothing of the project's but the numbers of the model file: cubic and edge charge, ideal
/// converters, 300 and 150 fC over 15 ns. A value w lies at VDD (1 - w / 0.9), charge into the bit line is positive.
Outcome byHand(const model::Model& m, const check::TileData& tile, double vdd) {
  const bool outward = m.cell.sign_convention == model::SignConvention::OutOfBitLine;
  const auto charge = [&](double weight, double width_ns) {  // fC
    if (width_ns <= 0) return 0.0;
    const double y = vdd * (1 - weight / 0.9) - m.cell.v_zero_V;
    double current = 0, edge = 0;
    for (std::size_t k = 4; k-- > 0;) current = current * y + m.cell.coefficients_uA[k];
    const auto& a = m.cell.extended->edge_charge_fC;
    for (std::size_t k = a.size(); k-- > 0;) edge = edge * y + a[k];
    return (outward ? -1 : 1) * (current * width_ns + edge);
  };
  Outcome o;
  for (std::size_t j = 0; j < tile.values.size(); ++j) {
    double q = 0;
    for (std::size_t i = 0; i < tile.keys.size(); ++i) q += charge(tile.keys[i][j], tile.queries[0][i]);
    o.s.push_back(q * 1e-15);
    o.phi.push_back(std::clamp(q / 20, 0.0, 15.0) * 1e-9);
  }
  for (std::size_t e = 0; e < tile.values[0].size(); ++e) {
    double q = 0;
    for (std::size_t j = 0; j < tile.values.size(); ++j) q += charge(tile.values[j][e], o.phi[j] * 1e9);
    o.out.push_back(std::clamp(q / 10, -15.0, 15.0) * 1e-9);
  }
  return o;
}

/// The engine of `gaincell attend`, unmasked: the last of as many tokens as the tile has sees all of them.
Outcome byEngine(model::Model m, const check::TileData& tile, const attention::EffectSwitches& on) {
  const std::size_t rows = tile.keys.size(), tokens = tile.values.size(), outputs = tile.values[0].size();
  const double bit_c = cells::arrayWire(gc28(), leanTile(8, 8)).bit_c;
  m.conventions->array1.capacitance_F += (static_cast<double>(rows) - m.conventions->array1.cells) * bit_c;
  m.conventions->array2.capacitance_F += (static_cast<double>(tokens) - m.conventions->array2.cells) * bit_c;
  m.conventions->array1.cells = static_cast<int>(rows);
  m.conventions->array2.cells = static_cast<int>(tokens);
  std::vector<std::string> warnings;
  attention::Settings s = attention::settingsFromModel(m, warnings);
  s.decay = 0;
  s.levels_out = 0;
  s.window = s.tile_columns = tokens;
  s.tiles = attention::TileOrder::Slot;
  s.physics = attention::physicsFromModel(m, on, s);
  const std::size_t d = std::max(rows, outputs);
  std::vector<float> q(tokens * d, 0.0F), k = q, v = q, out = q;
  for (std::size_t j = 0; j < tokens; ++j) {
    for (std::size_t i = 0; i < rows; ++i) k[j * d + i] = static_cast<float>(tile.keys[i][j]);
    for (std::size_t e = 0; e < outputs; ++e) v[j * d + e] = static_cast<float>(tile.values[j][e]);
  }
  for (std::size_t i = 0; i < rows; ++i) q[(tokens - 1) * d + i] = static_cast<float>(tile.queries[0][i]) / 15.0F;
  attention::Intermediates found;
  attention::RunOptions options;
  options.intermediates = &found;
  attention::Engine(s, {}, 1, d).run({1, 1, tokens, d}, q, k, v, out, options);
  Outcome o;
  for (std::size_t j = 0; j < tokens; ++j) {
    o.s.push_back(static_cast<double>(found.s[(tokens - 1) * tokens + j]) * 1e-6 * s.pulse_s);
    o.phi.push_back(static_cast<double>(found.phi[(tokens - 1) * tokens + j]) * s.pulse_s);
  }
  for (std::size_t e = 0; e < outputs; ++e)
    o.out.push_back(static_cast<double>(found.tile_q[(tokens - 1) * d + e]) * s.pulse_s);
  return o;
}

support::Table tableOf(const check::Grid& grid) {
  support::Table t;
  for (std::size_t j = 0; j < grid.front().size(); ++j) t.columns.push_back("c" + std::to_string(j));
  for (const auto& row : grid) t.addRow(row);
  return t;
}

check::Grid pulsesOf(const check::TileData& tile) {
  check::Grid pulses;
  for (int q : tile.queries[0]) pulses.push_back({static_cast<double>(q)});
  return pulses;
}

/// Points of a comparison: the transistors, or the model's full form.
Row spiceOf(const std::vector<check::ComparedPoint>& points) {
  Row out;
  for (const auto& p : points) out.push_back(p.spice);
  return out;
}
Row formOf(const std::vector<check::ComparedPoint>& points, std::size_t form) {
  Row out;
  for (const auto& p : points) out.push_back(p.model[form]);
  return out;
}

constexpr double kFull1 = 300e-15, kFull2 = 150e-15, kLongest = 15e-9;
// Between ways that follow one law; model error of S and of the chain, rms of full scale (docs/check.md).
constexpr double kSameLaw = 1e-3, kModelS = 4e-3, kModelChain = 8e-3;

/// Which ways a tile goes: cells and converter of a bit line in one deck take most of the time.
enum class Ways { All, WithoutWholeColumns };

/// Everything that a tile of values says, each way.
void judge(const check::TileData& tile, const design::Design& design, double vdd, Ways ways,
           std::optional<std::uint64_t> seed = {}) {
  const pdk::Conditions at{"tt", 27, vdd};
  const model::Model& m = modelAt(vdd);
  REQUIRE(m.cell.extended);
  Given array{{"stored", {tableOf(tile.keys), sim::DataForm::Values}}, {"inputs", {tableOf(pulsesOf(tile))}}};
  Given chain{{"keys", {tableOf(tile.keys), sim::DataForm::Values}},
              {"values", {tableOf(tile.values), sim::DataForm::Values}},
              {"queries", {tableOf(pulsesOf(tile))}}};
  if (seed) array.clear(), chain.clear();  // the tile that the seed draws
  const std::uint64_t drawn = seed.value_or(1);

  // The engine, plain, is the arithmetic; with the cell counted the other way as well.
  const Outcome hand = byHand(m, tile, vdd);
  attention::EffectSwitches plain;
  plain.edge_charge = !m.cell.extended->edge_charge_fC.empty();
  model::Model other = m;
  other.cell = model::turned(m.cell, model::SignConvention::OutOfBitLine);
  for (const model::Model* each : {&m, static_cast<const model::Model*>(&other)}) {
    const Outcome engine = byEngine(*each, tile, plain), again = byHand(*each, tile, vdd);
    CHECK(largest(engine.s, hand.s) < 1e-5 * kFull1);
    CHECK(largest(engine.phi, hand.phi) < 1e-5 * kLongest);
    CHECK(largest(engine.out, hand.out) < 1e-5 * kLongest);
    CHECK(largest(again.s, hand.s) < 1e-9 * kFull1);
  }
  const Outcome full = byEngine(m, tile, attention::allEffects(m));

  // Slices of the array against the law of held lines, cell by cell.
  const auto mac = analyse("array", "mac", design, at, {{"references", "no"}}, array, drawn);
  CHECK(mac.figure("full_scale") == doctest::Approx(kFull1));
  const Row s = mac.tables.at("columns").values("charge_C");
  attention::EffectSwitches held = plain;
  held.higher_order = true;
  CHECK(rms(byEngine(m, tile, held).s, s) < kSameLaw * kFull1);
  CHECK(rms(hand.s, s) < 0.03 * kFull1);  // a cubic only

  // The check: transistors and engine of its own.
  const check::TileComparison c = check::compareTile(gc28(), at, design, m, tile, {}, simulator());
  CHECK(c.full_scale_charge == doctest::Approx(kFull1));
  CHECK(c.full_scale_width == doctest::Approx(kLongest));
  const std::size_t form = check::fullForm(c.forms);
  CHECK(largest(spiceOf(c.s), s) < kSameLaw * kFull1);
  CHECK(largest(formOf(c.phi, form), full.phi) < 1e-5 * kLongest);
  CHECK(largest(formOf(c.chain, form), full.out) < 1e-5 * kLongest);
  CHECK(rms(formOf(c.s, form), spiceOf(c.s)) < kSameLaw * kFull1);
  CHECK(rms(full.phi, spiceOf(c.phi)) < kModelS * kLongest);
  CHECK(rms(full.out, spiceOf(c.chain)) < kModelChain * kLongest);
  Row phi = spiceOf(c.phi);
  const Row chained = spiceOf(c.chain);
  CHECK(largest(phi, Row(phi.size(), 0.0)) > 2e-9);  // there is something to compare
  CHECK(largest(chained, Row(chained.size(), 0.0)) > 1e-9);
  MESSAGE(tile.name, ", ", vdd, " V: rms % of full scale: S of held lines ",
          100 * rms(byEngine(m, tile, held).s, s) / kFull1, ", phi ", 100 * rms(full.phi, phi) / kLongest, ", chain ",
          100 * rms(full.out, chained) / kLongest);

  // Macro-models of the same operands.
  const auto macro = [&](const char* kind, const std::map<std::string, std::string>& with) {
    auto settings = sim::analysis(kind, "mac").settings(gc28());
    for (const auto& [key, value] : with) settings.set(key, std::string_view(value));
    sim::AnalysisContext context{gc28(), at, design, settings, simulator()};
    context.data = &array;
    context.seed = drawn;
    return gaincell::macro::macroAnalysis(context, kind, "mac", m, gaincell::macro::Fidelity::Macro);
  };
  // Their bit lines move, as the engine's full model has it; into an ideal integrator they do not.
  CHECK(rms(macro("array", {}).tables.at("macro").values("charge_macro_C"), s) < kSameLaw * kFull1);
  CHECK(rms(macro("column", {{"columns", std::to_string(tile.values.size())}, {"operations", "1"}})
                .tables.at("macro")
                .values("width_macro_s"),
            phi) < kModelS * kLongest);

  if (ways == Ways::WithoutWholeColumns) return;

  // Columns: widths of the simulated converters.
  const auto columns = analyse("column", "mac", design, at,
                               {{"columns", std::to_string(tile.values.size())}, {"operations", "1"}}, array, drawn);
  CHECK(columns.figure("full_scale") == doctest::Approx(kFull1));
  phi = columns.tables.at("mac").values("width_s");
  CHECK(largest(spiceOf(c.phi), phi) < 2e-3 * kLongest);  // in two steps there, in one here
  CHECK(rms(full.phi, phi) < kModelS * kLongest);

  // The chain of the tile, column by column.
  const auto staged = analyse("tile", "chain", design, at, {{"engine", "staged"}}, chain, drawn);
  CHECK(largest(staged.tables.at("phi").values("width_s"), phi) < 2e-3 * kLongest);
  const Row out = staged.tables.at("out").values("width_s");
  CHECK(largest(out, spiceOf(c.chain)) < 4e-3 * kLongest);
  CHECK(rms(full.out, out) < kModelChain * kLongest);
  if (vdd == gc28().vdd) {
    // Its ideal chain knows one full scale, that of everything else: the held law without converters' lines.
    CHECK(rms(staged.tables.at("phi").values("ideal_s"), byEngine(m, tile, held).phi) < kSameLaw * kLongest);
    CHECK(rms(staged.tables.at("out").values("ideal_s"), byEngine(m, tile, held).out) < 2 * kSameLaw * kLongest);
  }
}

/// Array 2 alone: the values of a tile and pulses of its own.
void judgeValueArray(const design::Design& design, std::uint64_t seed) {
  const model::Model& m = modelAt(0.9);
  const auto mac = analyse("value-array", "mac", design, {"tt", 27, 0.9}, {{"references", "no"}}, {}, seed);
  CHECK(mac.figure("full_scale") == doctest::Approx(kFull2));
  const Row got = mac.tables.at("columns").values("charge_C");
  const sim::RandomTile drawn(design, seed);
  const check::Grid values = check::randomTile(design, seed, {8, 8, 8, 1}).values;
  Row expected;
  for (std::size_t e = 0; e < got.size(); ++e) {
    double q = 0;
    for (std::size_t j = 0; j < values.size(); ++j)
      if (drawn.phi(0, j) > 0)
        q += model::charge(m.cell, 0.9 - values[j][e], drawn.phi(0, j) * 1e-9, m.cell.extended->bit_line_reference_V);
    expected.push_back(q);
  }
  CHECK(largest(got, Row(got.size(), 0.0)) > 0.1 * kFull2);
  CHECK(rms(expected, got) < kSameLaw * kFull2);
}

check::TileData realTile(const design::Design& design, const check::TileSelection& which, int size) {
  return check::fileTile(design, check::exampleData(), which, {size, size, size, 1});
}

}  // namespace

TEST_CASE("8 x 8 drawn by a seed: every way gives the same S, pulses and outputs") {
  const design::Design design = leanTile(8, 8);
  judge(check::randomTile(design, 7, {8, 8, 8, 1}), design, 0.9, Ways::All, 7);
  judgeValueArray(design, 7);
}

TEST_CASE("8 x 8 of a trained network, at another supply") {
  const design::Design design = leanTile(8, 8);
  judge(realTile(design, {0, 1, 25}, 8), design, 0.85, Ways::All);
}

TEST_CASE("16 x 16 drawn by a seed and of a trained network") {
  const design::Design design = leanTile(16, 16);
  judge(check::randomTile(design, 3, {16, 16, 16, 1}), design, 0.9, Ways::WithoutWholeColumns, 3);
  judge(realTile(design, {0, 0, 15}, 16), design, 0.9, Ways::WithoutWholeColumns);
}

TEST_CASE("a part of a tile is that part of the larger one, whatever the size") {
  const design::Design design = leanTile(16, 16);
  const check::TileData all = check::randomTile(design, 5, {16, 16, 16, 2}),
                        part = check::randomTile(design, 5, {4, 3, 2, 1});
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 3; ++j) CHECK(all.keys[i][j] == part.keys[i][j]);
  for (std::size_t j = 0; j < 3; ++j)
    for (std::size_t e = 0; e < 2; ++e) CHECK(all.values[j][e] == part.values[j][e]);
  CHECK(std::equal(part.queries[0].begin(), part.queries[0].end(), all.queries[0].begin()));
  CHECK(all.queries[0] != check::randomTile(design, 6, {16, 16, 16, 1}).queries[0]);
}
