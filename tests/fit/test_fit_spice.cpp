// The fits on the cell of gc28 as the simulator sees it, and the ngspice export run against model and transistors.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "../model/sample_model.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/exports/exports.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/fit/retention.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/atomic_file.hpp"

using namespace gaincell;

namespace {
sim::AnalysisResult run(const std::string& name) {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  static sim::Simulator simulator;
  static const design::Design reference = cells::loadDesign("reference", pdk);
  const auto& analysis = sim::analysis("gain-cell", name);
  const auto settings = analysis.settings(pdk);
  return analysis.run({pdk, {}, reference, settings, simulator});
}

fit::FitResult fitted() {
  fit::Inputs in;
  in.conditions = {"gc28", "tt", 27, 0.9};
  for (const char* name : {"charge", "iv", "retention", "energy", "write"})
    for (const auto& [table, t] : run(name).tables) in.add("gain-cell", t);
  return fit::fitModel(in);
}

/// Results of the .meas lines of a deck run by `ngspice -b`.
std::map<std::string, double> measure(const std::string& deck) {
  const auto dir = std::filesystem::temp_directory_path() / "gaincell-macro-test";
  std::filesystem::create_directories(dir);
  support::writeFileAtomically(dir / "deck.cir", deck, support::Overwrite::Yes);
  // ngspice -b may return 1 on a complete run: its results decide.
  [[maybe_unused]] const int ignored =
      std::system(("cd '" + dir.string() + "' && ngspice -b deck.cir > out.log 2>&1").c_str());
  std::istringstream log(support::readFile(dir / "out.log"));
  std::map<std::string, double> out;
  for (std::string line; std::getline(log, line);) {
    std::istringstream words(line);
    std::string name, equals;
    double value = 0;
    if (words >> name >> equals >> value && equals == "=") out[name] = value;
  }
  std::filesystem::remove_all(dir);
  return out;
}
/// Width at half height; 0 when there was no pulse to measure.
double widthOf(const std::map<std::string, double>& results) {
  return results.count("w") ? results.at("w") : 0;
}
}  // namespace

TEST_CASE("the model of the gc28 cell follows its simulations") {
  const fit::FitResult r = fitted();
  const auto& cell = r.model.cell;
  CHECK_MESSAGE(cell.nrmse <= 0.03, "cubic NRMSE ", cell.nrmse);
  REQUIRE(cell.extended.has_value());
  MESSAGE("extended NRMSE ", cell.extended->nrmse, " (cross-validated), ", cell.extended->nrmse_fit);
  CHECK(cell.extended->nrmse <= 0.003);
  CHECK(cell.coefficients_uA[1] < 0);  // a high stored voltage pulls current out of the bit line
  REQUIRE(r.model.retention.has_value());
  for (const double tau : {r.model.retention->tau_s.low, r.model.retention->tau_s.high})
    CHECK((tau > 2e-3 && tau < 10e-3));
  const auto& decay = r.report.residuals.at("retention");
  double worst = 0;
  for (const double d : decay.values("residual_V")) worst = std::max(worst, std::fabs(d));
  CHECK_MESSAGE(worst <= 0.02 * 0.9, "decay predicted within ", worst, " V");
  CHECK(r.model.energy_J->write.value() > 0);
  CHECK(r.model.write->stored_V.size() == 8);
  MESSAGE(fit::toText(r.report));
}

TEST_CASE("the model predicts the decay of every level over 10 ms within 2 % of transients") {
  const sim::AnalysisResult simulated = run("retention");
  fit::Inputs in;
  in.conditions = {"gc28", "tt", 27, 0.9};
  for (const char* name : {"charge", "retention"})
    for (const auto& [table, t] : run(name).tables) in.add("gain-cell", t);
  const auto retention = fit::fitModel(in).model.retention.value();
  support::Table transient = simulated.tables.at("transient");
  transient.columns[transient.column("v_transient_V")] = "v_storage_V";
  const auto followed = fit::decays(transient, 27);
  CHECK(followed.size() == 9);  // the 8 levels and VDD/2
  for (const fit::Decay& d : followed) {
    CHECK(d.t.back() == doctest::Approx(10e-3));
    double worst = 0;
    for (std::size_t i = 0; i < d.t.size(); ++i)
      worst = std::max(worst, std::fabs(model::decayed(retention, d.v_start, d.t[i]) - d.v[i]));
    CHECK_MESSAGE(worst <= 0.02 * 0.9, "from ", d.v_start, " V: ", worst, " V");
  }
}

TEST_CASE("the time to lose half a level is within 5 % of transients at every temperature, for both cells") {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  sim::Simulator simulator;
  const auto& analysis = sim::analysis("gain-cell", "retention");
  const auto simulate = [&](const design::Design& design, double temp_c, const char* cross_check, double check) {
    auto settings = analysis.settings(pdk);
    settings.set("window", temp_c == 27 ? 5e-3 : 0.0);
    settings.set("cross_check", std::string(cross_check));
    settings.set("check_window", check);
    pdk::Conditions at;
    at.temp_c = temp_c;
    return analysis.run({pdk, at, design, settings, simulator}).tables;
  };
  constexpr double kHalf = 0.9 / 14;
  for (const char* name : {"lean", "reference"}) {
    const design::Design design = cells::loadDesign(name, pdk);
    fit::Inputs in;
    in.conditions = {"gc28", "tt", 27, 0.9};
    in.iv = run("iv").tables.at("iv");
    for (const double t : {0.0, 27.0, 85.0})
      for (const auto& [table, rows] : simulate(design, t, "no", 0)) in.add("gain-cell", rows);
    const model::Retention fitted = fit::fitModel(in).model.retention.value();
    CHECK(fitted.temperatures.size() == 3);
    for (const double t : {0.0, 27.0, 45.0, 60.0, 85.0}) {
      support::Table transient = simulate(design, t, "yes", 2e-3).at("transient");
      transient.columns[transient.column("v_transient_V")] = "v_storage_V";
      const model::Retention there = model::retentionAt(fitted, t);
      int judged = 0;
      for (const fit::Decay& d : fit::decays(transient, t)) {
        std::size_t i = 1;
        while (i < d.t.size() && std::fabs(d.v[i] - d.v[0]) < kHalf) ++i;
        if (i == d.t.size()) continue;
        const double before = std::fabs(d.v[i - 1] - d.v[0]), after = std::fabs(d.v[i] - d.v[0]);
        const double time = d.t[i - 1] + (d.t[i] - d.t[i - 1]) * (kHalf - before) / (after - before);
        const double predicted = model::timeToDrift(there, d.v[0], kHalf, 1.0).value_or(HUGE_VAL);
        MESSAGE(std::string(name), ", ", t, " C, from ", d.v_start, " V: ", 1e6 * time, " us, model ", 1e6 * predicted,
                " us");
        CHECK(std::fabs(predicted / time - 1) <= 0.05);
        CHECK(std::fabs(std::fabs(model::decayed(there, d.v[0], time) - d.v[0]) / kHalf - 1) <= 0.05);
        ++judged;
      }
      CHECK(judged >= 4);  // both rails and the levels next to them
    }
  }
}

TEST_CASE("bit lines off their middle are within 0.3 % too, for both cells") {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  sim::Simulator simulator;
  const auto& charge = sim::analysis("gain-cell", "charge");
  auto settings = charge.settings(pdk);
  settings.set("bit_lines", 3.0);
  for (const char* name : {"reference", "lean"}) {
    const design::Design design = cells::loadDesign(name, pdk);
    fit::Inputs in;
    in.conditions = {"gc28", "tt", 27, 0.9};
    for (const auto& [table, t] : charge.run({pdk, {}, design, settings, simulator}).tables) in.add("gain-cell", t);
    const auto e = fit::fitModel(in).model.cell.extended.value();
    CHECK(!e.conductance_uS.empty());
    CHECK_MESSAGE(e.nrmse <= 0.003, name, ": ", e.nrmse);
  }
}

/// Cells and converters of an export belong together: what gives a positive output, here the paper's out of the bit
/// line, goes into it.
static double intoBitLine(const model::Cell& cell, double v, double width, double v_bit_line) {
  const auto poly = [&](const std::vector<double>& c) {
    double sum = 0, power = 1;
    for (const double x : c) sum += x * power, power *= v - cell.v_zero_V;
    return sum;
  };
  const model::ExtendedCell& e = *cell.extended;
  const double d = v_bit_line - e.bit_line_reference_V, h = poly(e.conductance_slope->slope_uS_per_V);
  return 1e-15 * poly(e.edge_charge_fC) + 1e-6 * (poly(e.current_uA) - (poly(e.conductance_uS) + h * d) * d) * width;
}

TEST_CASE("the exported cell delivers the model's charge in ngspice") {
  model::Model m = fullModel();
  const std::string library = exports::format("ngspice").write(m);
  for (const double v : {0.0, 0.3, 0.9})
    for (const double width : {2e-9, 15e-9}) {
      std::string deck = "exported cell\n" + library;
      deck += "Vbl bl 0 0.4\nVwl wl 0 pulse(0 0.9 1n 50p 50p " + std::to_string((width - 50e-12) * 1e9) + "n 100n)\n";
      deck += "Xc bl wl " + exports::blockNames(m).cell + " vs=" + std::to_string(v) +
              "\n.options reltol=1e-5\n.tran 10p 20n 0 10p\n.meas tran q integ i(Vbl) from=0 to=20n\n.end\n";
      const auto out = measure(deck);
      REQUIRE(out.count("q") == 1);
      // i(Vbl) flows from plus through the source: charge into the bit line.
      CHECK(out.at("q") == doctest::Approx(intoBitLine(m.cell, v, width, 0.4)).epsilon(0.002));
    }
}

TEST_CASE("two exports in one deck are two right circuits") {
  model::Model half = fullModel();
  half.design->name = "half", half.design->hash = "00000002";
  for (double& c : half.cell.extended->current_uA) c /= 2;
  const model::Model models[] = {fullModel(), half};
  std::string deck = "two exported cells\n";
  for (const auto& m : models) deck += exports::format("ngspice").write(m);
  deck += "Vwl wl 0 pulse(0 0.9 1n 50p 50p 9.95n 100n)\n";
  for (int k = 0; k < 2; ++k)
    deck +=
        fmt::format("Vbl{0} bl{0} 0 0.4\nXc{0} bl{0} wl {1} vs=0.8\n.meas tran q{0} integ i(Vbl{0}) from=0 to=20n\n", k,
                    exports::blockNames(models[k]).cell);
  const auto out = measure(deck + ".options reltol=1e-5\n.tran 10p 20n 0 10p\n.end\n");
  for (int k = 0; k < 2; ++k) {
    REQUIRE(out.count(fmt::format("q{}", k)) == 1);
    CHECK(out.at(fmt::format("q{}", k)) ==
          doctest::Approx(intoBitLine(models[k].cell, 0.8, 10e-9, 0.4)).epsilon(0.002));
  }
}

/// Runs both exported converters over a range of charges and compares widths and signs with the model's.
void convertersAgree(const model::Model& m) {
  const std::string library = exports::format("ngspice").write(m);
  const exports::BlockNames names = exports::blockNames(m);
  const std::string clocks =
      "Vrst rst 0 pulse(0.9 0 2n 50p 50p 100n 200n)\nVdis dis 0 pulse(0 0.9 20n 10p 10p 30n 200n)\nVwin win 0 pulse(0 "
      "0.9 20n 10p 10p 14.99n 200n)\n";
  const std::string measures =
      ".options reltol=1e-4 method=gear\n.tran 10p 40n 0 20p\n.meas tran w trig v(out) val=0.45 rise=1 targ v(out) "
      "val=0.45 fall=1\n.meas tran "
      "s find v(sign) at=39n\n.end\n";
  for (const double share : {-0.7, -0.1, 0.1, 0.5, 0.9, 1.3}) {
    CAPTURE(share);
    const auto drive = [&](double full) {
      return "Iin 0 bl pulse(0 " + std::to_string(share * full * 1e6) + "u 4n 10p 10p 14.99n 200n)\n";
    };
    const auto relu = measure("relu\n" + library + clocks + drive(80e-6) + "Xr bl out rst dis win " +
                              names.relu_converter + "\nVs sign 0 0\n" + measures);
    REQUIRE(relu.count("s") == 1);
    CHECK(std::fabs(widthOf(relu) - model::pulseWidth(*m.relu_converter, share * 1.2e-12)) < 0.05e-9);
    const auto both = measure("signed\n" + library + clocks + drive(40e-6) + "Xs bl out sign rst dis win " +
                              names.signed_converter + "\n" + measures);
    REQUIRE(both.count("s") == 1);
    const double width = model::pulseWidth(*m.signed_converter, share * 0.6e-12);
    CHECK(std::fabs(widthOf(both) - std::fabs(width)) < 0.05e-9);
    CHECK((both.at("s") > 0.45) == (width > 0));
  }
}

TEST_CASE("the exported converters give the model's widths and signs in ngspice") {
  model::Model m = fullModel();
  m.relu_converter->offset_ns = 0.1;
  m.signed_converter->positive.offset_ns = 0.2;
  m.signed_converter->negative_offset_ns = 0.1;
  m.signed_converter->negative_slope_fC_per_ns = 38;
  m.relu_converter->inl = {};
  m.signed_converter->positive.inl = {};
  convertersAgree(m);
}

TEST_CASE("the exported converters follow the model's INL tables in ngspice") {
  model::Model m = fullModel();
  m.relu_converter->inl = {{0, 60, 300, 600, 900, 1140, 1200}, {0, 0.1, 0.3, -0.2, 0.25, 0.1, 0}};
  m.signed_converter->positive.inl = {{-600, -450, -300, -60, 0, 60, 180, 300, 450, 600},
                                      {0, -0.3, 0.1, 0.2, 0, 0.15, 0.2, 0.3, -0.2, -0.1}};
  convertersAgree(m);
}
