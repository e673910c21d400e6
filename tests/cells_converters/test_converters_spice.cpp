// The converters in the simulator: transfer, glitches, sign, corners, and a column of real cells.

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "gaincell/cells/column.hpp"
#include "gaincell/cells/designs.hpp"
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

}  // namespace

TEST_CASE("passive ReLU converter: linear, silent for negative charge, saturated at 15 ns") {
  const auto r = run("relu-converter", "transfer", {}, {{"points", "7"}});
  CHECK(r.figure("max_error_lsb") <= 0.15);
  CHECK(r.figure("gain") == doctest::Approx(1.0).epsilon(0.01));
  CHECK(r.figure("negative_pulses") == 0);
  CHECK(r.figure("negative_peak") < 0.05);
  CHECK(r.figure("saturated_min") >= 14.95e-9);
  CHECK(r.figure("saturated_max") <= 15.05e-9);
  CHECK(r.figure("energy_mean") < 0.6e-12);
  // Where the energy comes from and when it is spent are two ways to add up the same thing.
  const double sources =
      r.figure("energy_supply") + r.figure("energy_bias") + r.figure("energy_rail") + r.figure("energy_clocks");
  CHECK(sources == doctest::Approx(r.figure("energy_mean")).epsilon(1e-6));
  const double phases =
      r.figure("energy_reset_phase") + r.figure("energy_input_phase") + r.figure("energy_output_phase");
  CHECK(phases == doctest::Approx(r.figure("energy_mean")).epsilon(1e-3));
  // The bias alone has a closed form: current times supply times period.
  CHECK(r.figure("energy_bias") == doctest::Approx(2.5e-6 * 0.9 * 36.6e-9).epsilon(0.02));
}

TEST_CASE("passive signed converter: both signs alike, sign right from 0.02 of full scale") {
  const auto r = run("signed-converter", "transfer", {}, {{"points", "7"}});
  CHECK(r.figure("max_error_lsb") <= 0.25);
  CHECK(std::fabs(r.figure("slope_mismatch")) <= 0.03);
  CHECK(r.figure("zero_width") <= 0.3e-9);
  CHECK(r.figure("wrong_signs") == 0);
}

TEST_CASE("in the slow corner the window waits for the comparator and small charges have the right sign") {
  const pdk::Conditions slow{"ss", 27, 0.9};
  const auto relu = run("relu-converter", "transfer", {}, {{"points", "5"}}, slow);
  CHECK(relu.figure("max_error_lsb") <= 0.4);
  CHECK(relu.figure("negative_pulses") == 0);
  CHECK(run("relu-converter", "transfer", {{"relu.window.timing", "clock"}}, {{"points", "5"}}, slow)
            .figure("max_error_lsb") > relu.figure("max_error_lsb") + 0.2);
  const auto sign = run("signed-converter", "transfer", {}, {{"points", "5"}}, slow);
  CHECK(sign.figure("max_error_lsb") <= 0.4);
  CHECK(sign.figure("wrong_signs") == 0);
}

TEST_CASE("a converter scaled with its charges gives the same pulses") {
  const Words settings{{"points", "3"}, {"limit", "0.97"}};
  // The reference design's converters are the lean ones for four times the charge; both without a line and with the
  // same load.
  const Words apart{{"array.wire.bit.c", "0"}, {"cell.load.bit", "0"}, {"cell.load.word", "1.6168478260869566n"}};
  Words reference = apart;
  reference["design"] = "reference";
  reference["cell.load.word"] = "3.2336956521739133n";  // half as wide read gates
  const auto one = run("relu-converter", "transfer", apart, settings),
             four = run("relu-converter", "transfer", reference, settings);
  CHECK(four.figure("gain") == doctest::Approx(one.figure("gain")).epsilon(0.01));
  CHECK(four.figure("slope") == doctest::Approx(one.figure("slope") / 4).epsilon(0.01));
}

TEST_CASE("without its neutralising capacitor the switch kicks the bias gate") {
  const Words settings{{"points", "3"}, {"limit", "1.2"}};
  CHECK(run("relu-converter", "transfer", {{"relu.kick.n.c", "0"}}, settings).figure("max_error_lsb") > 0.4);
}

TEST_CASE("the trim moves the gain both ways around its middle") {
  const Words settings{{"points", "3"}, {"limit", "0.97"}};
  std::vector<double> gain;
  for (const char* code : {"2", "4", "6"})
    gain.push_back(run("relu-converter", "transfer", {{"relu.trim.use", "on"}, {"relu.trim.code", code}}, settings)
                       .figure("gain"));
  CHECK(gain[1] == doctest::Approx(1.0).epsilon(0.02));
  CHECK(gain[0] > gain[1] + 0.02);
  CHECK(gain[2] < gain[1] - 0.02);
}

TEST_CASE("a column of cells: width follows the cells' charge after one gain") {
  const auto r = run("column", "mac", {{"array.rows", "16"}}, {{"columns", "2"}, {"operations", "2"}});
  CHECK(r.figure("rms_error_lsb") <= 0.15);
  CHECK(r.figure("max_error_lsb") <= 0.3);
  CHECK(r.figure("gain") == doctest::Approx(1.0).epsilon(0.05));
  const auto charge = r.tables.at("cell_charge");
  CHECK(charge.values("current_A").front() > 2e-6);  // stored 0 V pushes into the bit line
  CHECK(charge.values("current_A").back() < -2e-6);  // stored VDD pulls
}

TEST_CASE("a column with the fast tolerances: as with tight ones within 0.02 LSB, energies within 1 %") {
  const double lsb = design::pulseLsb(cells::loadDesign("lean", gc28()));
  for (const char* kind : {"column", "value-column"}) {
    CAPTURE(kind);
    const auto with = [&](const char* solver) {
      return run(kind, "mac", {}, {{"columns", "2"}, {"operations", "2"}, {"solver", solver}}, {}, 7);
    };
    const auto fast = with("fast"), tight = with("tight");
    const auto &widths = fast.tables.at("mac").values("width_s"), &exact = tight.tables.at("mac").values("width_s");
    REQUIRE(widths.size() == 4);
    for (std::size_t k = 0; k < widths.size(); ++k) {
      CAPTURE(k);
      MESSAGE("width " << exact[k] * 1e9 << " ns, fast minus tight " << (widths[k] - exact[k]) * 1e12 << " ps");
      CHECK(std::fabs(widths[k] - exact[k]) < 0.02 * lsb);
    }
    for (const char* energy : {"energy", "energy_cells", "energy_converter"}) {
      CAPTURE(energy);
      CHECK(fast.figure(energy) == doctest::Approx(tight.figure(energy)).epsilon(0.01));
    }
  }
}
