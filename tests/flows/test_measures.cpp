// Which figure of which stage each measure shows.

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

#include "measures.hpp"

using namespace gaincell;
using namespace gaincell::flows;

namespace {

constexpr double kNone = 0;  // the paper publishes no such figure

/// A measure and the figure that answers it, from what both are said to be.
struct Shown {
  const char *measure, *stage, *group, *figure, *unit;
  double paper;
};

const std::vector<Shown> kShown = {
    {"cell.iv.i_low", "characterize", "gain-cell_iv", "i_level_0", "A", 10e-6},
    {"cell.iv.i_high", "characterize", "gain-cell_iv", "i_level_7", "A", -10e-6},
    {"cell.iv.i_mid", "characterize", "gain-cell_iv", "i_zero", "A", kNone},
    {"cell.write.settle_max", "characterize", "gain-cell_write", "write_settle", "s", kNone},
    {"cell.retention.tau_low", "characterize", "gain-cell_retention", "tau_low", "s", 5e-3},
    {"cell.retention.tau_high", "characterize", "gain-cell_retention", "tau_high", "s", 5e-3},
    {"fit.cubic.nrmse", "fit", "fit", "cubic_nrmse", "", kNone},
    {"fit.extended.nrmse", "fit", "fit", "extended_nrmse", "", kNone},
    {"fit.retention.transient", "fit", "fit", "retention_transient", "", kNone},
    {"fit.retention.half_level", "fit", "fit", "retention_half_level", "", kNone},
    {"fit.spread.sigma", "fit", "fit", "spread_sigma", "", kNone},
    {"fit.spread.correlation", "fit", "fit", "spread_correlation", "", kNone},
    {"fit.refit.deviation", "fit", "fit", "refit_deviation", "", kNone},
    {"mc.iv.samples", "monte-carlo", "mc_iv", "samples", "", kNone},
    {"relu.transfer.error_max", "converters", "relu-converter_transfer", "max_error_lsb", "LSB", kNone},
    {"relu.transfer.uncertainty", "converters", "relu-converter_transfer", "numerical_uncertainty_lsb", "LSB", kNone},
    {"relu.transfer.negative_pulses", "converters", "relu-converter_transfer", "negative_pulses", "", kNone},
    {"relu.transfer.width_full", "converters", "relu-converter_transfer", "saturated_max", "s", 15e-9},
    {"signed.transfer.error_max", "converters", "signed-converter_transfer", "max_error_lsb", "LSB", kNone},
    {"signed.transfer.uncertainty", "converters", "signed-converter_transfer", "numerical_uncertainty_lsb", "LSB",
     kNone},
    {"signed.transfer.width_zero", "converters", "signed-converter_transfer", "zero_width", "s", kNone},
    {"signed.transfer.slope_mismatch", "converters", "signed-converter_transfer", "slope_mismatch", "", kNone},
    {"relu.corners.error_max", "grid", "relu-converter_grid", "max_error_lsb", "LSB", kNone},
    {"signed.corners.error_max", "grid", "signed-converter_grid", "max_error_lsb", "LSB", kNone},
    {"relu.mc.offset_sigma", "converter-spread", "relu-converter_mc", "offset_sigma", "s", kNone},
    {"relu.mc.gain_sigma", "converter-spread", "relu-converter_mc", "gain_sigma", "", kNone},
    {"signed.mc.offset_sigma", "converter-spread", "signed-converter_mc", "offset_sigma", "s", kNone},
    {"signed.mc.gain_sigma", "converter-spread", "signed-converter_mc", "gain_sigma", "", kNone},
    {"column.relu.rms", "chain", "column_mac", "rms_error_lsb", "LSB", kNone},
    {"column.relu.max", "chain", "column_mac", "max_error_lsb", "LSB", kNone},
    {"chain.latency", "chain", "tile_chain", "latency_window", "s", 65e-9},
    {"chain.token_time", "chain", "tile_chain", "token_time", "s", 65e-9},
    {"chain.output.error_max", "chain", "tile_chain", "out_max_error_lsb", "LSB", kNone},
    {"chain.output.wrong_signs", "chain", "tile_chain", "wrong_signs", "", kNone},
    {"chain.corners.error_max", "chain-corners", "chain_corners", "out_max_error_lsb", "LSB", kNone},
    {"chain.corners.wrong_signs", "chain-corners", "chain_corners", "wrong_signs", "", kNone},
    {"energy.array1", "chain", "column_mac", "energy_array", "J", 70e-12},
    {"energy.array2", "chain", "value-column_mac", "energy_array", "J", 43.75e-12},
    {"energy.array1.model", "fit", "fit", "energy_array1", "J", 70e-12},
    {"energy.array2.model", "fit", "fit", "energy_array2", "J", 43.75e-12},
    {"macro.array.error_max", "macro", "macro_array", "max_error", "", kNone},
    {"macro.array.speedup", "macro", "macro_array", "cpu_ratio", "", kNone},
    {"macro.column.error_max", "macro", "macro_column", "max_error", "", kNone},
    {"macro.column_signed.error_max", "macro", "macro_column_signed", "max_error", "", kNone},
    {"check.s.nrmse_cubic", "check", "check", "s_nrmse_cubic", "", kNone},
    {"check.s.nrmse_extended", "check", "check", "s_nrmse_extended", "", kNone},
    {"check.output.nrmse_cubic", "check", "check", "output_nrmse_cubic", "", kNone},
    {"check.output.nrmse_extended", "check", "check", "output_nrmse_extended", "", kNone},
    {"check.output.code_error_rate", "check", "check", "code_error_rate", "", kNone},
    {"check.speedup", "check", "check", "speedup", "", kNone},
};

/// Results in which every figure has a value of its own, -101, -102, ... in the order above.
nlohmann::json results() {
  nlohmann::json all;
  double value = -100;
  for (const Shown& s : kShown)
    all[s.stage]["figures"][s.group][s.figure] = {{"value", --value}, {"unit", s.unit}, {"description", s.measure}};
  return all;
}

std::map<std::string, double> shownOf(const nlohmann::json& results) {
  std::map<std::string, double> out;
  for (const auto& m : measurementsOf(results)) out[m.measure] = m.value;
  return out;
}

}  // namespace

TEST_CASE("every measure shows its own figure") {
  const auto shown = shownOf(results());
  double value = -100;
  for (const Shown& s : kShown) {
    CAPTURE(s.measure);
    --value;
    REQUIRE(shown.count(s.measure) == 1);
    // A mismatch of slopes has no sign.
    CHECK(shown.at(s.measure) == (std::string(s.measure) == "signed.transfer.slope_mismatch" ? -value : value));
  }
  CHECK(shown.size() == kShown.size());
  for (const auto& m : measurementsOf(results()))
    for (const Shown& s : kShown)
      if (m.measure == s.measure) CHECK(m.unit == s.unit);
}

TEST_CASE("a measure is named once, and says what the paper has and which conditions it speaks of") {
  std::set<std::string> names, figures;
  for (const Measure& m : measures()) {
    CAPTURE(m.measure);
    CHECK(names.insert(m.measure).second);
    CHECK(figures.insert(m.stage + "/" + m.group + "/" + m.figure).second);
    CHECK((m.where == Where::AroundRun) == (m.measure.find(".corners.") != std::string::npos));
    for (const Shown& s : kShown) {
      if (m.measure != s.measure) continue;
      CHECK(m.unit == s.unit);
      CHECK(m.paper.has_value() == (s.paper != kNone));
      if (m.paper) CHECK(*m.paper == doctest::Approx(s.paper));
    }
  }
  CHECK(names.size() == kShown.size());
}

TEST_CASE("what was not measured is not shown, what could not be is NaN") {
  auto some = results();
  some.erase("fit");
  some["chain"]["figures"]["tile_chain"].erase("token_time");
  some["check"]["figures"]["check"]["speedup"]["value"] = nullptr;
  const auto shown = shownOf(some);
  CHECK(shown.size() == kShown.size() - 9 - 1);
  CHECK(shown.count("chain.token_time") == 0);
  CHECK(shown.count("fit.cubic.nrmse") == 0);
  CHECK(std::isnan(shown.at("check.speedup")));
  CHECK(shownOf(nlohmann::json::object()).empty());
}
