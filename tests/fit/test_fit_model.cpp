#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "gaincell/fit/fit.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"
#include "synthetic.hpp"

using namespace gaincell::fit;
using gaincell::support::Error;
using gaincell::support::Table;

namespace {
Table chargeTable(double scale = 1) {
  const std::vector<double> b = {-0.4e-6 * scale, -13e-6 * scale, 2e-6, -40e-6, 0, 20e-6};
  Table t;
  t.columns = {"v_storage_V", "width_s", "charge_C"};
  for (int l = 0; l <= 14; ++l)
    for (const double w : {1e-9, 5e-9, 10e-9, 15e-9}) {
      const double v = 0.9 * l / 14;
      t.addRow({v, w, 0.1e-15 + synthetic::polynomial(b, v - 0.45) * w});
    }
  return t;
}

Table decayTable(double tau) {
  Table t;
  t.columns = {"v_start_V", "t_s", "v_storage_V"};
  for (const double v0 : {0.0, 0.9})
    for (int i = 0; i <= 60; ++i) t.addRow({v0, i * 3e-4, 0.43 + (v0 - 0.43) * std::exp(-i * 3e-4 / tau)});
  return t;
}
/// Approx is absolute for what is far below 1: time constants are compared as ratios.
double offBy(double is, double should) {
  return std::fabs(is / should - 1);
}
}  // namespace

TEST_CASE("a folder of tables becomes a model, and the model fits the tables") {
  const auto dir = std::filesystem::temp_directory_path() / "gaincell-fit-test";
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir / "data");
  const std::string origin =
      R"({"pdk":"gc28","corner":"ss","temp_c":85.0,"vdd_v":0.9,"version":"0.1.0","command":"c","date":"d"})";
  writeCsv(dir / "data" / "gain-cell_charge_charge.csv", chargeTable(), gaincell::support::Overwrite::No, {origin});
  writeCsv(dir / "data" / "gain-cell_retention_decay.csv", decayTable(5e-3));
  const FitResult fit = fitModel(readInputs(dir));
  CHECK(fit.model.conditions.corner == "ss");
  CHECK(fit.model.conditions.temp_c == 85);
  CHECK(fit.model.cell.coefficients_uA[1] < 0);
  REQUIRE(fit.model.cell.extended.has_value());
  CHECK(fit.model.cell.extended->nrmse < 1e-6);
  CHECK(fit.model.retention->tau_s.high == doctest::Approx(5e-3).epsilon(1e-5));
  CHECK_FALSE(fit.model.relu_converter.has_value());
  CHECK(fit.report.residuals.at("cell").rows.size() == 60);
  // What is written reads back and says the same.
  CHECK(gaincell::model::parseModel(gaincell::model::modelText(fit.model), "m").retention->tau_s.low ==
        fit.model.retention->tau_s.low);
  std::filesystem::remove_all(dir);
}

TEST_CASE("several conditions become one model with a grid and its storage decay over temperature") {
  std::vector<Inputs> inputs;
  for (const double t : {27.0, 0.0, 85.0}) {
    Inputs in;
    in.conditions = {"gc28", "tt", t, 0.9};
    in.charge = chargeTable(1 - 0.001 * (t - 27));
    in.decay = decayTable(5e-3 * std::exp(-0.05 * (t - 27)));
    inputs.push_back(in);
  }
  const FitResult fit = fitGrid(inputs);
  CHECK(fit.model.grid.size() == 2);
  const auto& temperatures = fit.model.retention->temperatures;
  REQUIRE(temperatures.size() == 3);
  CHECK(temperatures[0].temp_c == 0);
  CHECK(offBy(temperatures[2].tau_s.high, 5e-3 * std::exp(-0.05 * 58)) < 0.01);
  for (const auto& s : fit.model.grid) CHECK(s.retention->temperatures.empty());
  CHECK(fit.model.validity.temp_c == std::array<double, 2>{0, 85});
}

TEST_CASE("a grid of corners, temperatures and supplies can be interpolated, and every corner has its own law") {
  namespace model = gaincell::model;
  std::vector<Inputs> inputs;
  for (const char* corner : {"tt", "ff"})
    for (const double t : {27.0, 85.0})
      for (const double vdd : {0.9, 0.95}) {
        Inputs in;
        in.conditions = {"gc28", corner, t, vdd};
        // Another corner would choose another form by itself: of its fifth order nothing is left.
        in.charge = chargeTable(1 + 0.1 * (vdd - 0.9) / 0.05 + 0.001 * (t - 27));
        const double ea = corner[0] == 't' ? 0.4 : 0.6, k = 8.617333e-5;
        in.decay = decayTable(5e-3 * std::exp(ea / k * (1 / (t + 273.15) - 1 / 300.15)));
        inputs.push_back(in);
      }
  const FitResult fit = fitGrid(inputs);
  REQUIRE(fit.model.grid.size() == 7);
  const auto tau = [](double ea, double t) {
    return 5e-3 * std::exp(ea / 8.617333e-5 * (1 / (t + 273.15) - 1 / 300.15));
  };
  CHECK(offBy(model::at(fit.model, "tt", 60, 0.9).retention->tau_s.low, tau(0.4, 60)) < 0.01);
  CHECK(offBy(model::at(fit.model, "ff", 60, 0.9).retention->tau_s.low, tau(0.6, 60)) < 0.01);
  REQUIRE(fit.model.retention->temperatures.size() == 2);  // of its own corner and supply
  CHECK(offBy(fit.model.retention->temperatures[1].tau_s.low, tau(0.4, 85)) < 0.01);
  for (const auto& s : fit.model.grid)
    CHECK(s.cell.extended->current_uA.size() == fit.model.cell.extended->current_uA.size());
  const model::Section between = model::at(fit.model, "tt", 56, 0.925);
  const double wanted =
      (fit.model.cell.extended->current_uA[1] + model::at(fit.model, "tt", 85, 0.95).cell.extended->current_uA[1] +
       model::at(fit.model, "tt", 27, 0.95).cell.extended->current_uA[1] +
       model::at(fit.model, "tt", 85, 0.9).cell.extended->current_uA[1]) /
      4;
  CHECK(between.cell.extended->current_uA[1] == doctest::Approx(wanted));
  CHECK(between.cell.v_zero_V == doctest::Approx(0.925 / 2));
  CHECK_THROWS_WITH_AS(model::at(fit.model, "tt", 100, 0.9), doctest::Contains("outside the characterised"), Error);
  // A corner whose storage lasts a fraction of the nominal one is named.
  bool named = false;
  for (const auto& w : fit.report.warnings) named = named || w.find("ff 85 C 0.9 V: poor corner") != std::string::npos;
  CHECK(named);
}

TEST_CASE("tables of several temperatures in one folder: leakage and the check against transients go by temperature") {
  // dV/dt = (0.45 - V)/tau, tau falling with temperature: 8 ms at 0 C, 5 ms at 27 C, 1 ms at 85 C.
  Inputs in;
  in.conditions = {"gc28", "tt", 27, 0.9};
  in.charge = chargeTable();
  Table decay, leakage, transient;
  decay.columns = {"v_start_V", "t_s", "v_storage_V", "temp_c"};
  leakage.columns = {"v_storage_V", "i_leak_A", "c_storage_F", "temp_c"};
  transient.columns = {"v_start_V", "t_s", "v_transient_V", "temp_c"};
  for (const auto& [t, tau] : {std::pair(0.0, 8e-3), std::pair(27.0, 5e-3), std::pair(85.0, 1e-3)}) {
    for (int i = 0; i <= 90; ++i) leakage.addRow({0.01 * i, 1e-14 * (0.45 - 0.01 * i) / tau, 1e-14, t});
    for (const double v0 : {0.0, 0.9})
      for (int i = 0; i <= 60; ++i) {
        const double at = tau * i / 40;
        decay.addRow({v0, at, 0.45 + (v0 - 0.45) * std::exp(-at / tau), t});
        transient.addRow({v0, at, 0.45 + (v0 - 0.45) * std::exp(-at / tau), t});
      }
  }
  in.decay = decay;
  in.leakage = leakage;
  in.transient = transient;
  const FitResult good = fitModel(in);
  REQUIRE(good.model.retention->temperatures.size() == 3);
  CHECK(offBy(good.model.retention->temperatures[2].tau_s.low, 1e-3) < 1e-4);
  for (const auto& t : good.model.retention->temperatures) {
    CHECK(t.leakage_curve->voltage_V.size() == 91);  // the static one of that temperature, not one from the decays
    CHECK(offBy(t.leakage_curve->current_A.front() / t.leakage_curve->capacitance_F, 0.45 / t.tau_s.low) < 1e-3);
  }
  const auto value = [](const FitResult& fit, const std::string& name) {
    for (const auto& p : fit.report.parameters)
      if (p.name == name) return p.value;
    return std::nan("");
  };
  const double half = -std::log(1 - 0.9 / 14 / 0.45);  // in time constants
  CHECK(value(good, "half a level from the low rail at 85 C") == doctest::Approx(1e9 * 1e-6 * half).epsilon(1e-3));
  CHECK(value(good, "half a level from the high rail at 0 C") == doctest::Approx(8e3 * half).epsilon(1e-3));
  CHECK(value(good, "half-level time against transient, largest error") < 0.5);
  CHECK(offBy(good.model.validity.hold_s[1], 7.5e-3) < 1e-6);  // followed at the model's temperature
  CHECK(good.report.residuals.at("retention_transient").rows.size() == 6);
  // A transient at another temperature that leaks faster than the model says is noticed.
  for (auto& row : in.transient->rows)
    if (row[3] == 85) row[2] = 0.45 + (row[0] - 0.45) * std::exp(-1.1 * row[1] / 1e-3);
  const FitResult bad = fitModel(in);
  CHECK(value(bad, "half-level time against transient, largest error") == doctest::Approx(10).epsilon(0.05));
  CHECK(std::any_of(bad.report.warnings.begin(), bad.report.warnings.end(),
                    [](const auto& w) { return w.find("half a level misses the transient") != std::string::npos; }));
}

TEST_CASE("imported measurements need only the documented names") {
  const FitResult fit = fitModel(readInputs(std::string(GAINCELL_TEST_DATA) + "/fit_import"));
  CHECK(fit.model.conditions.pdk == "import");
  CHECK(fit.model.cell.nrmse < 0.03);
  CHECK(fit.model.cell.extended->nrmse < 0.005);
  CHECK(fit.model.retention->tau_s.low > 1e-3);
}

TEST_CASE("no data is one clear message") {
  CHECK_THROWS_WITH_AS(fitModel({}), doctest::Contains("neither a charge nor an iv table"), Error);
  CHECK_THROWS_WITH_AS(readInputs(std::filesystem::temp_directory_path() / "does-not-exist"),
                       doctest::Contains("no table to fit"), Error);
  Inputs broken;
  broken.charge = chargeTable();
  broken.decay = decayTable(5e-3);
  broken.decay->columns[2] = "something";
  CHECK_THROWS_WITH_AS(fitModel(broken), doctest::Contains("v_storage_V"), Error);
}
