#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "arrays.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using namespace array_test;

TEST_CASE("the charge of a single cell equals the integral of its current into a held bit line") {
  // The integrator's charge is checked against another way to measure it, with fine steps.
  const auto design = arrayOf(1, 1);
  for (const double stored : {0.0, 0.9 * 2 / 7, 0.9}) {
    CAPTURE(stored);
    const auto coarse = runWith(design, {{{stored}}, {15e-9}}, {});
    auto deck = sim::arrayDecks(gc28(), {}, design, cells::ArrayRole::Keys, {{{stored}}, {15e-9}}, {}).front();
    auto& top = deck.circuit.top;
    std::erase_if(top, [](const netlist::Element& e) { return netlist::nameOf(e) == "int_0"; });
    deck.circuit.add(netlist::VoltageSource{"hold", "bl_0", "mid", netlist::Dc{0}});
    deck.initial.erase("bl_0");
    deck.saves = {"i(vhold)"};
    deck.options["reltol"] = "1e-5";
    deck.analysis = netlist::Transient{10e-12, 18e-9, 10e-12, false};
    sim::Simulator simulator;
    const auto outcome = simulator.run({std::make_shared<const netlist::Deck>(deck), {}, "fine", {}});
    REQUIRE_MESSAGE(outcome.ok(), outcome.message);
    const double charge = outcome.waves.integral("i(vhold)", 0, 18e-9);
    CHECK(coarse.charge[0] == doctest::Approx(charge).epsilon(1e-3));
    // Sign convention: a high stored voltage pulls charge out of the bit line.
    CHECK((coarse.charge[0] < 0) == (stored > 0.45));
    CHECK(std::abs(coarse.charge[0]) > 50e-15);
  }
}

TEST_CASE("charge balance of a whole multiply: what the integrators hold is what the cells' currents carried") {
  // Columns of different cells, read at once: the integral of each held bit line's current with fine steps.
  const auto design = arrayOf(6, 2);
  const auto operands = randomOperands(6, 2, 5);
  const auto coarse = runWith(design, operands, {});
  sim::ArrayOptions whole;
  whole.engine = sim::ArrayEngine::Whole;
  auto deck = sim::arrayDecks(gc28(), {}, design, cells::ArrayRole::Keys, operands, whole).front();
  auto& top = deck.circuit.top;
  std::erase_if(top, [](const netlist::Element& e) { return netlist::nameOf(e).rfind("int_", 0) == 0; });
  deck.saves = {"i(vhold_0)", "i(vhold_1)"};
  for (const char* column : {"0", "1"}) {
    const std::string line = std::string("bl_") + column;
    deck.circuit.add(netlist::VoltageSource{std::string("hold_") + column, line, "mid", netlist::Dc{0}});
    deck.initial.erase(line);
  }
  deck.options["reltol"] = "1e-5";
  const double stop = 19e-9;
  deck.analysis = netlist::Transient{10e-12, stop, 10e-12, false};
  sim::Simulator simulator;
  const auto outcome = simulator.run({std::make_shared<const netlist::Deck>(deck), {}, "fine", {}});
  REQUIRE_MESSAGE(outcome.ok(), outcome.message);
  for (std::size_t j = 0; j < 2; ++j) {
    const double charge = outcome.waves.integral("i(vhold_" + std::to_string(j) + ")", 0, stop);
    CHECK(std::abs(charge) > 0.05 * fullScale(6));
    CHECK(std::abs(coarse.charge[j] - charge) < 5e-4 * fullScale(6));
  }
}

namespace {
sim::AnalysisResult mac(const std::map<std::string, sim::GivenData>& data) {
  const auto design = arrayOf(3, 2);
  const auto& analysis = sim::analysis("array", "mac");
  const auto settings = analysis.settings(gc28());
  sim::Simulator simulator;
  return analysis.run({gc28(), {}, design, settings, simulator, nullptr, nullptr, &data});
}
}  // namespace

TEST_CASE("the array's mac takes given levels and inputs, and gives the sum of its cells") {
  const auto r =
      mac({{"stored", {{{"a", "b"}, {{0, 7}, {0, 3}, {7, 7}}}}}, {"inputs", {{{"level"}, {{15}, {0}, {4}}}}}});
  const auto charge = r.tables.at("columns").values("charge_C"), sum = r.tables.at("columns").values("charge_cells_C");
  const double vdd = 0.9;
  // dot product by hand: widths times volts from the middle
  const auto dot = r.tables.at("columns").values("dot_Vs");
  CHECK(dot[0] == doctest::Approx(15e-9 * -vdd / 2 + 4e-9 * vdd / 2));
  CHECK(dot[1] == doctest::Approx(15e-9 * vdd / 2 + 4e-9 * vdd / 2));
  for (std::size_t j = 0; j < 2; ++j) CHECK(std::abs(charge[j] - sum[j]) < 0.01 * std::abs(sum[j]));
  CHECK(charge[0] > 0);
  CHECK(charge[1] < 0);

  // The same data as what they mean to the network: weights are stored upside down.
  using sim::DataForm;
  const auto weights = mac({{"stored", {{{"a", "b"}, {{7, 0}, {7, 4}, {0, 0}}}, DataForm::WeightLevels}},
                            {"inputs", {{{"level"}, {{15}, {0}, {4}}}}}});
  const auto values = mac({{"stored", {{{"a", "b"}, {{0.9, 0}, {0.9, 0.5143}, {0, 0}}}, DataForm::Values}},
                           {"inputs", {{{"value"}, {{1}, {0}, {0.26667}}}, DataForm::Values}}});
  for (const auto* other : {&weights, &values}) {
    CHECK(other->tables.at("columns").values("dot_Vs") == dot);
    CHECK(other->tables.at("columns").values("charge_C") == charge);
  }
}

TEST_CASE("given operands of the wrong shape or range are refused before anything is simulated, with their place") {
  const auto refusal = [](const std::map<std::string, sim::GivenData>& data) {
    try {
      mac(data);
    } catch (const support::Error& e) {
      CHECK(e.id() == "MEA-0010");
      return e.where() + ": " + e.problem() + "; " + e.remedy();
    }
    return std::string();
  };
  using sim::DataForm;
  const auto says = [](const std::string& text, const std::string& word) {
    CAPTURE(text);
    CHECK(text.find(word) != std::string::npos);
  };
  says(refusal({{"stored", {{{"a", "b"}, {{0, 7}, {0, 3}}}}}}), "2 rows");
  says(refusal({{"stored", {{{"a"}, {{0}, {0}, {7}}}}}}), "1 columns");
  says(
      refusal({{"stored", {{{"a", "b"}, {{0, 8}, {0, 3}, {7, 7}}}, {}, "k.csv"}}}),
      "k.csv: row 1, column 2 ('b') holds 8; 'stored' takes 3 rows of 2 numbers: levels of the stored voltage, 0 to 7");
  says(refusal({{"stored", {{{"a", "b"}, {{0, 0.5}, {0, 3}, {7, 7}}}}}}), "row 1, column 2 ('b') holds 0.5");
  says(refusal({{"stored", {{{"a", "b"}, {{0, 1}, {0, 3}, {-1, 7}}}, DataForm::WeightLevels}}}),
       "row 3, column 1 ('a') holds -1");
  says(refusal({{"stored", {{{"a", "b"}, {{0, 1}, {0, 0.9}, {0, 0}}}, DataForm::Values}}}),
       "values of the network, 0 to 0.9 in steps of 0.128571");
  says(refusal({{"stored", {{{"a", "b"}, {{0, 0.45}, {0, 0.9}, {0, 0}}}, DataForm::Values}}}), "holds 0.45");
  says(refusal({{"inputs", {{{"level"}, {{-1}, {0}, {4}}}}}}), "holds -1");
  says(refusal({{"inputs", {{{"level"}, {{std::nan("")}, {0}, {4}}}}}}), "holds nan");
  says(refusal({{"inputs", {{{"level"}, {{1}, {0}, {4}}}, DataForm::WeightLevels}}}), "pulses, not weights");
}

TEST_CASE("charges add: a column of equal cells gives rows times one cell") {
  const auto one = runWith(arrayOf(1, 1), {{{0.9}}, {10e-9}}, {});
  const auto eight =
      runWith(arrayOf(8, 1), {std::vector<std::vector<double>>(8, {0.9}), std::vector<double>(8, 10e-9)}, {});
  CHECK(eight.charge[0] == doctest::Approx(8 * one.charge[0]).epsilon(2e-3));
  const auto none =
      runWith(arrayOf(8, 1), {std::vector<std::vector<double>>(8, {0.9}), std::vector<double>(8, 0.0)}, {});
  CHECK(std::abs(none.charge[0]) < 1e-3 * std::abs(one.charge[0]));
}

TEST_CASE("slices equal the whole array at 16 x 16") {
  compareEngines(arrayOf(16, 16), nullptr);
}

TEST_CASE("slices equal the whole array at 16 x 16 with mismatch, which itself matters") {
  const PathMismatch mismatch;
  compareEngines(arrayOf(16, 16), &mismatch);
  const auto design = arrayOf(16, 16);
  const auto operands = randomOperands(16, 16, 11);
  const auto nominal = runWith(design, operands, {}), varied = runWith(design, operands, {}, &mismatch);
  double moved = 0;
  for (std::size_t j = 0; j < 16; ++j) moved = std::max(moved, std::abs(nominal.charge[j] - varied.charge[j]));
  CHECK(moved > 0.01 * fullScale(16));
}

TEST_CASE("a cell far from driver and read-out sees later pulses of the same length") {
  // Wire alone delays a pulse without shortening it: the charge of one cell at the far corner equals that at the near
  // corner.
  auto design = arrayOf(8, 8);
  design.set("array.wire.source", "given", "test");
  for (const char* r : {"array.wire.word.r", "array.wire.bit.r", "array.wire.write.r"}) design.set(r, 50.0, "test");
  sim::ArrayOperands operands{std::vector<std::vector<double>>(8, std::vector<double>(8, 0.9)),
                              std::vector<double>(8, 10e-9)};
  const auto run = runWith(design, operands, {});
  CHECK(run.validity.valid);
  CHECK(run.charge[7] == doctest::Approx(run.charge[0]).epsilon(2e-3));
}

TEST_CASE("weak drivers and supplies invalidate slices: small arrays fall back to the whole") {
  const auto design = arrayOf(4, 4);
  const auto operands = randomOperands(4, 4, 3);
  sim::ArrayOptions weak;
  weak.supply_r = 2000;
  const auto small = runWith(design, operands, weak);
  CHECK(small.engine == sim::ArrayEngine::Whole);
  REQUIRE(small.warnings.size() == 1);
  CHECK(small.warnings[0].find("VIOLATED") != std::string::npos);
  weak.whole_up_to_cells = 4;
  const auto warned = runWith(design, operands, weak);
  CHECK(warned.engine == sim::ArrayEngine::Sliced);
  CHECK(!warned.validity.valid);
  CHECK(warned.warnings.size() == 1);
  sim::ArrayOptions slow;
  slow.driver_r = 200e3;
  slow.whole_up_to_cells = 4;
  auto brief = operands;
  brief.widths = {1e-9, 2e-9, 1e-9, 15e-9};
  // One pole: driver times the wire and gate capacitance of four elements leaves exp(-t/RC) at the end of the shortest
  // pulse.
  const auto [load, unused] = cells::wordLineGateLoad(gc28(), cells::resolveGainCell(design));
  const double expected = std::exp(-1e-9 / (200e3 * 4 * (0.8e-15 + load)));
  CHECK(runWith(design, brief, slow).validity.word_line_drop == doctest::Approx(expected).epsilon(0.2));
}

TEST_CASE("operands of the wrong shape or value are refused") {
  const auto refused = [](const sim::ArrayOperands& operands) {
    try {
      sim::arrayDecks(gc28(), {}, arrayOf(2, 2), cells::ArrayRole::Keys, operands, {});
    } catch (const support::Error& e) {
      return e.id() == "ARE-0001";
    }
    return false;
  };
  const std::vector<std::vector<double>> good = {{0.1, 0.2}, {0.3, 0.4}};
  CHECK(!refused({good, {1e-9, 0}}));
  CHECK(refused({{{0.1, 0.2}}, {1e-9, 0}}));
  CHECK(refused({{{0.1, 0.2}, {0.3}}, {1e-9, 0}}));
  CHECK(refused({{{0.1, 0.2}, {0.3, std::nan("")}}, {1e-9, 0}}));
  CHECK(refused({good, {1e-9}}));
  CHECK(refused({good, {1e-9, -1e-9}}));
  CHECK(refused({good, {1e-9, std::nan("")}}));
  CHECK(refused({good, {1e-9, 15.0}}));
}
