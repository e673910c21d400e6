// Behavioral model against transistors on a small tile: nominal, with drawn devices, after a simulated write.

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "agreement.hpp"
#include "fit_design.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/check/check.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "run_program.hpp"

using namespace gaincell;
using namespace gaincell::check;
namespace fs = std::filesystem;

namespace {

struct Bench {
  pdk::Pdk pdk = pdk::findPdk("gc28");
  design::Design design = cells::loadDesign("lean", pdk);
  pdk::Conditions conditions{"tt", 27, pdk.vdd};
  sim::Simulator simulator{[] {
    sim::SimulatorOptions o;
    o.jobs = 2;
    return o;
  }()};

  /// The array cell fitted from its own simulations. The converters are ideal: S does not pass them.
  model::Model fitted() {
    fit::Inputs inputs;
    for (const char* name : {"iv", "charge", "write"}) {
      netlist::ParameterSet settings = sim::analysis("gain-cell", name).settings(pdk);
      if (std::string(name) == "iv") settings.set("bit_lines", 3.0);
      const auto result = sim::analysis("gain-cell", name).run({pdk, conditions, design, settings, simulator});
      for (const auto& [table, data] : result.tables) inputs.add("gain-cell", data);
    }
    inputs.conditions = {pdk.name, conditions.corner, conditions.temp_c, conditions.vdd};
    inputs.provenance.pdk_hash = pdk.content_hash;
    flows::describeDesign(inputs, pdk, design);
    model::Model m = fit::fitModel(inputs).model;
    model::Converter relu;
    relu.slope_fC_per_ns = relu.s_sat_uA = 20;
    m.relu_converter = relu;
    model::SignedConverter both;
    both.positive.slope_fC_per_ns = both.negative_slope_fC_per_ns = both.positive.s_sat_uA = 10;
    m.signed_converter = both;
    return m;
  }
};

}  // namespace

static void writeLimits(const fs::path& file, double max) {
  std::ofstream(file) << R"({"schema": "gaincell-design/1", "extends": "lean", "limits": {"check.s.nrmse_cubic": null,
    "check.output.nrmse_cubic": null, "check.output.nrmse_extended": null, "check.output.code_error_rate": null,
    "check.speedup": null, "check.s.nrmse_extended": {"source": "test", "max": )"
                      << max << "}}}";
}

TEST_CASE("the program judges by the design's limits: exit code 2 when one is missed") {
  const fs::path dir = freshFolder("limits");
  support::writeFileAtomically(dir / "model.json", model::modelText(Bench().fitted()));
  const auto check = [&](double max, const std::string& out) {
    writeLimits(dir / "limits.json", max);
    return runProgram({"check", "--model", (dir / "model.json").string(), "--rows", "2", "--cols", "2", "--limits",
                       "--design", (dir / "limits.json").string(), "--out", (dir / out).string(), "--force"})
        .exit_code;
  };
  CHECK(check(0.01, "met") == 0);
  CHECK(check(1e-12, "missed") == 2);
  for (const char* out : {"met", "missed"}) {
    CHECK(fs::exists(dir / out / "report.html"));
    CHECK(fs::exists(dir / out / "check.json"));
    CHECK(fs::exists(dir / out / "data" / "check_s.csv"));
  }
  fs::remove_all(dir);
}

TEST_CASE("model against transistors: nominal, drawn devices in both, written voltages in both") {
  Bench bench;
  const model::Model m = bench.fitted();
  REQUIRE(m.cell.extended);
  REQUIRE_FALSE(m.cell.extended->conductance_uS.empty());
  const int rows = 8, cols = 2;
  const TileData data = randomTile(bench.design, 5, {rows, cols, cols, 1});
  const auto run = [&](const CompareOptions& options) {
    return compareTile(bench.pdk, bench.conditions, bench.design, m, data, options, bench.simulator);
  };
  const auto nrmse = [](const TileComparison& c, std::size_t form) {
    return agreementOf(c.s, c.full_scale_charge, form, c.top).nrmse;
  };

  const TileComparison nominal = run({});
  CHECK(nrmse(nominal, fullForm(nominal.forms)) < 0.0005);
  CHECK(nrmse(nominal, plainForm(nominal.forms)) < 0.03);
  // Eight rows give a fraction of full scale: the plain cubic must still be visibly worse.
  CHECK(nrmse(nominal, plainForm(nominal.forms)) > 5 * nrmse(nominal, fullForm(nominal.forms)));
  CHECK(nominal.spice_multiply_cpu_s / nominal.model_multiply_s > 1e5);
  // Pulses follow the charge through converters that the model calls ideal.
  for (const auto& p : nominal.phi) CHECK(std::fabs(p.model.back() - p.spice) < 0.5e-9);

  // Cells and converter in one deck give the pulses of the two steps.
  CompareOptions whole;
  whole.whole_columns = true;
  const TileComparison together = run(whole);
  for (std::size_t i = 0; i < nominal.phi.size(); ++i)
    CHECK(std::fabs(together.phi[i].spice - nominal.phi[i].spice) < 0.03e-9);
  for (std::size_t i = 0; i < nominal.output.size(); ++i)
    CHECK(std::fabs(together.output[i].spice - nominal.output[i].spice) < 0.03e-9);

  CompareOptions drawn;
  drawn.mismatch = DrawnDevices::Cells;
  drawn.seed = 11;
  const TileComparison mismatched = run(drawn);
  std::size_t without = 0;
  for (std::size_t f = 0; f < mismatched.forms.size(); ++f)
    if (mismatched.forms[f].leave_out && mismatched.forms[f].name == "mismatch") without = f;
  REQUIRE(without > 0);
  // The devices moved S visibly, and the model that got the same devices follows.
  CHECK(nrmse(mismatched, without) > 0.003);
  CHECK(nrmse(mismatched, fullForm(mismatched.forms)) < 0.15 * nrmse(mismatched, without));

  CompareOptions written;
  written.simulated_write = true;
  const TileComparison after_write = run(written);
  CHECK(after_write.s[0].spice != nominal.s[0].spice);
  CHECK(nrmse(after_write, fullForm(after_write.forms)) < 0.0005);
}
