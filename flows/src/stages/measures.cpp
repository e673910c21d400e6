#include "measures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"

namespace gaincell::flows {

using nlohmann::json;

const std::vector<Measure>& measures() {
  static const std::vector<Measure> all = {
      {"cell.iv.i_low", "characterize", "gain-cell_iv", "i_level_0", "A", "Bit-line current, 0 V stored", 1e-05,
       Where::Run},
      {"cell.iv.i_high", "characterize", "gain-cell_iv", "i_level_7", "A", "Bit-line current, supply voltage stored",
       -1e-05, Where::Run},
      {"cell.iv.i_mid", "characterize", "gain-cell_iv", "i_zero", "A", "Bit-line current, zero-weight voltage stored",
       std::nullopt, Where::Run},
      {"cell.write.settle_max", "characterize", "gain-cell_write", "write_settle", "s",
       "Slowest write of all levels to half a level", std::nullopt, Where::Run},
      {"cell.retention.tau_low", "characterize", "gain-cell_retention", "tau_low", "s",
       "Storage time constant from 0 V", 0.005, Where::Run},
      {"cell.retention.tau_high", "characterize", "gain-cell_retention", "tau_high", "s",
       "Storage time constant from the supply", 0.005, Where::Run},
      {"fit.cubic.nrmse", "fit", "fit", "cubic_nrmse", "", "Cubic fit of I(V): NRMSE, of full scale", std::nullopt,
       Where::Run},
      {"fit.extended.nrmse", "fit", "fit", "extended_nrmse", "",
       "Extended fit of the cell's charge: cross-validated NRMSE, of full scale", std::nullopt, Where::Run},
      {"fit.retention.transient", "fit", "fit", "retention_transient", "",
       "Stored voltage from every level over 10 ms: model against transient SPICE, of the supply", std::nullopt,
       Where::Run},
      {"fit.retention.half_level", "fit", "fit", "retention_half_level", "",
       "Time to lose half a level, every level and temperature: model against transient SPICE, relative error",
       std::nullopt, Where::Run},
      {"fit.spread.sigma", "fit", "fit", "spread_sigma", "",
       "Cells drawn from the model: sigma of the current at the stored levels against the Monte-Carlo samples, worst "
       "level",
       std::nullopt, Where::Run},
      {"fit.spread.correlation", "fit", "fit", "spread_correlation", "",
       "Cells drawn from the model: correlation of two levels against the Monte-Carlo samples, worst pair",
       std::nullopt, Where::Run},
      {"fit.refit.deviation", "fit", "fit", "refit_deviation", "",
       "Largest relative change of a fitted figure when refitted from the saved CSV", std::nullopt, Where::Run},
      {"mc.iv.samples", "monte-carlo", "mc_iv", "samples", "", "Monte-Carlo samples of I(V) that succeeded",
       std::nullopt, Where::Run},
      {"relu.transfer.error_max", "converters", "relu-converter_transfer", "max_error_lsb", "LSB",
       "ReLU converter: largest error, 0.05 to 0.95 full scale", std::nullopt, Where::Run},
      {"relu.transfer.uncertainty", "converters", "relu-converter_transfer", "numerical_uncertainty_lsb", "LSB",
       "ReLU converter: what tight tolerances of the simulator move a width by", std::nullopt, Where::Run},
      {"relu.transfer.negative_pulses", "converters", "relu-converter_transfer", "negative_pulses", "",
       "ReLU converter: pulses at charge <= 0", std::nullopt, Where::Run},
      {"relu.transfer.width_full", "converters", "relu-converter_transfer", "saturated_max", "s",
       "ReLU converter: width above 1.03 full scale", 1.5e-08, Where::Run},
      {"signed.transfer.error_max", "converters", "signed-converter_transfer", "max_error_lsb", "LSB",
       "Signed converter: largest error, both signs", std::nullopt, Where::Run},
      {"signed.transfer.uncertainty", "converters", "signed-converter_transfer", "numerical_uncertainty_lsb", "LSB",
       "Signed converter: what tight tolerances of the simulator move a width by", std::nullopt, Where::Run},
      {"signed.transfer.width_zero", "converters", "signed-converter_transfer", "zero_width", "s",
       "Signed converter: width at zero charge", std::nullopt, Where::Run},
      {"signed.transfer.slope_mismatch", "converters", "signed-converter_transfer", "slope_mismatch", "",
       "Signed converter: slope of both signs, relative difference", std::nullopt, Where::Run, true},
      {"relu.corners.error_max", "grid", "relu-converter_grid", "max_error_lsb", "LSB",
       "ReLU converter: largest error over corners, temperature, supply", std::nullopt, Where::AroundRun},
      {"signed.corners.error_max", "grid", "signed-converter_grid", "max_error_lsb", "LSB",
       "Signed converter: largest error over corners, temperature, supply", std::nullopt, Where::AroundRun},
      {"relu.mc.offset_sigma", "converter-spread", "relu-converter_mc", "offset_sigma", "s",
       "ReLU converter: offset sigma", std::nullopt, Where::Run},
      {"relu.mc.gain_sigma", "converter-spread", "relu-converter_mc", "gain_sigma", "",
       "ReLU converter: gain sigma before trim", std::nullopt, Where::Run},
      {"signed.mc.offset_sigma", "converter-spread", "signed-converter_mc", "offset_sigma", "s",
       "Signed converter: offset sigma, worse sign", std::nullopt, Where::Run},
      {"signed.mc.gain_sigma", "converter-spread", "signed-converter_mc", "gain_sigma", "",
       "Signed converter: gain sigma before trim, worse sign", std::nullopt, Where::Run},
      {"column.relu.rms", "chain", "column_mac", "rms_error_lsb", "LSB",
       "Column of the array, ReLU: rms error after one gain", std::nullopt, Where::Run},
      {"column.relu.max", "chain", "column_mac", "max_error_lsb", "LSB",
       "Column of the array, ReLU: largest error after one gain", std::nullopt, Where::Run},
      {"chain.latency", "chain", "tile_chain", "latency_window", "s", "End of write to last output edge", 6.5e-08,
       Where::Run},
      {"chain.token_time", "chain", "tile_chain", "token_time", "s", "One token with write and reset", 6.5e-08,
       Where::Run},
      {"chain.output.error_max", "chain", "tile_chain", "out_max_error_lsb", "LSB",
       "Chain of a small tile: largest output error against the ideal chain", std::nullopt, Where::Run},
      {"chain.output.wrong_signs", "chain", "tile_chain", "wrong_signs", "",
       "Chain of a small tile: outputs above 0.3 LSB with the wrong sign", std::nullopt, Where::Run},
      {"chain.corners.error_max", "chain-corners", "chain_corners", "out_max_error_lsb", "LSB",
       "Chain of a small tile, replica bias and levels: largest output error over corners, temperature, supply",
       std::nullopt, Where::AroundRun},
      {"chain.corners.wrong_signs", "chain-corners", "chain_corners", "wrong_signs", "",
       "The same: outputs above 0.3 LSB with the wrong sign", std::nullopt, Where::AroundRun},
      {"energy.array1", "chain", "column_mac", "energy_array", "J", "Array 1 and ReLU converters, one multiply", 7e-11,
       Where::Run},
      {"energy.array2", "chain", "value-column_mac", "energy_array", "J", "Array 2 and signed converters, one multiply",
       4.375e-11, Where::Run},
      {"energy.array1.model", "fit", "fit", "energy_array1", "J",
       "Array 1 and ReLU converters by the model file, full tile, pulses half the longest", 7e-11, Where::Run},
      {"energy.array2.model", "fit", "fit", "energy_array2", "J",
       "Array 2 and signed converters by the model file, full tile, pulses half the longest", 4.375e-11, Where::Run},
      {"macro.array.error_max", "macro", "macro_array", "max_error", "",
       "Columns of macro-models: largest error of the charge against transistors, of full scale", std::nullopt,
       Where::Run},
      {"macro.array.speedup", "macro", "macro_array", "cpu_ratio", "",
       "Columns of macro-models: CPU time with transistors over that with macro-models, one run", std::nullopt,
       Where::Run},
      {"macro.column.error_max", "macro", "macro_column", "max_error", "",
       "Column with its converter as macro-models: largest error of the pulse width against transistors, of full scale",
       std::nullopt, Where::Run},
      {"macro.column_signed.error_max", "macro", "macro_column_signed", "max_error", "",
       "The same with the signed converter, of full scale", std::nullopt, Where::Run},
      {"check.s.nrmse_cubic", "check", "check", "s_nrmse_cubic", "",
       "S, cubic model against SPICE: NRMSE of full scale", std::nullopt, Where::Run},
      {"check.s.nrmse_extended", "check", "check", "s_nrmse_extended", "",
       "S, extended model against SPICE: NRMSE of full scale", std::nullopt, Where::Run},
      {"check.output.nrmse_cubic", "check", "check", "output_nrmse_cubic", "",
       "Output, cubic model against SPICE: NRMSE of full scale", std::nullopt, Where::Run},
      {"check.output.nrmse_extended", "check", "check", "output_nrmse_extended", "",
       "Output, extended model against SPICE: NRMSE of full scale", std::nullopt, Where::Run},
      {"check.output.code_error_rate", "check", "check", "code_error_rate", "",
       "Output codes more than one LSB off, cubic model", std::nullopt, Where::Run},
      {"check.speedup", "check", "check", "speedup", "", "Behavioral model against sliced SPICE, time per multiply",
       std::nullopt, Where::Run},
  };
  return all;
}

json findFigure(const json& results, const std::string& stage, const std::string& group, const std::string& figure) {
  if (!results.contains(stage)) return nullptr;
  const json& figures = results[stage].value("figures", json::object());
  if (!figures.contains(group) || !figures[group].contains(figure)) return nullptr;
  return figures[group][figure];
}

std::vector<spec::Measurement> measurementsOf(const json& results) {
  std::vector<spec::Measurement> out;
  for (const auto& m : measures()) {
    const json figure = findFigure(results, m.stage, m.group, m.figure);
    if (figure.is_null()) continue;
    double value = std::numeric_limits<double>::quiet_NaN();  // JSON has no NaN: it is null there
    if (figure["value"].is_number()) value = figure["value"].get<double>();
    out.push_back({m.measure, m.magnitude ? std::fabs(value) : value, figure.value("unit", "")});
  }
  return out;
}

namespace {

const Measure* findMeasure(const std::string& name) {
  const auto at =
      std::find_if(measures().begin(), measures().end(), [&](const Measure& m) { return m.measure == name; });
  return at == measures().end() ? nullptr : &*at;
}

std::string conditionText(const pdk::Conditions& c) {
  return fmt::format("{}, {:g} C, {:g} V", c.corner, c.temp_c, c.vdd);
}

/// The conditions a limit of Where::Run speaks of.
pdk::Conditions nominal(const pdk::Pdk& pdk) {
  pdk::Conditions c{"tt", pdk.temp_nom_c, pdk.vdd};
  for (const auto& corner : pdk.corners)
    if (!corner.random && corner.speed_n == 0 && corner.speed_p == 0) {
      c.corner = corner.name;
      break;
    }
  return c;
}

bool same(const pdk::Conditions& a, const pdk::Conditions& b) {
  return a.corner == b.corner && std::fabs(a.temp_c - b.temp_c) < 1e-6 && std::fabs(a.vdd - b.vdd) < 1e-6;
}

/// What a stage over a grid says of its points; empty when it does not cover slow and fast corners, 0 to 85 C and 5 %
/// of the supply to both sides.
struct GridText {
  std::string text;
  bool covers = false;
};

GridText gridOf(const pdk::Pdk& pdk, const json& stage) {
  if (!stage.contains("grid")) return {"grid not stated", false};
  const auto corners = stage["grid"]["corners"].get<std::vector<std::string>>();
  const auto temps = stage["grid"]["temps"].get<std::vector<double>>(),
             vdds = stage["grid"]["vdds"].get<std::vector<double>>();
  const auto hasSpeed = [&](int n, int p) {
    return std::any_of(corners.begin(), corners.end(), [&](const std::string& name) {
      const pdk::Corner& c = pdk.corner(name);
      return c.speed_n == n && c.speed_p == p;
    });
  };
  const auto [cold, hot] = std::minmax_element(temps.begin(), temps.end());
  const auto [low, high] = std::minmax_element(vdds.begin(), vdds.end());
  const bool covers = hasSpeed(-1, -1) && hasSpeed(1, 1) && *cold <= 0 && *hot >= 85 && *low <= 0.95 * pdk.vdd + 1e-9 &&
                      *high >= 1.05 * pdk.vdd - 1e-9;
  return {fmt::format("{}; {} C; {} V", fmt::join(corners, " "), fmt::join(temps, " "), fmt::join(vdds, " ")), covers};
}

spec::Limit limitOf(const design::Limit& limit, const Measure& measure, const std::string& condition) {
  return {measure.measure, measure.description, measure.unit,
          limit.min,       limit.typ,           limit.max,
          measure.paper,   condition,           limit.source.empty() ? limit.origin : limit.source};
}

}  // namespace

void checkLimits(const design::Design& design) {
  std::vector<std::string> names;
  for (const auto& m : measures()) names.push_back(m.measure);
  for (const auto& limit : design.limits)
    if (!findMeasure(limit.measure))
      throw support::Error(
          "SPC-0001", fmt::format("no stage measures '{}'", limit.measure),
          fmt::format("{}: limits.{}", limit.origin, limit.measure),
          support::didYouMean(limit.measure, names, fmt::format("measures are: {}", fmt::join(names, ", "))));
}

std::vector<spec::Verdict> judge(const JudgedRun& run) {
  checkLimits(run.design);
  const pdk::Conditions wanted = nominal(run.pdk);
  std::vector<spec::Limit> limits;
  std::map<std::string, std::string> not_judged;
  for (const auto& limit : run.design.limits) {
    const Measure& m = *findMeasure(limit.measure);
    const bool ran =
        run.results.contains(m.stage) && run.results[m.stage].value("figures", json::object()).contains(m.group);
    const GridText grid = m.where == Where::AroundRun && ran ? gridOf(run.pdk, run.results[m.stage]) : GridText{};
    limits.push_back(limitOf(limit, m, m.where == Where::AroundRun ? grid.text : conditionText(run.conditions)));
    if (!ran)
      not_judged[limit.measure] = "not part of this run";
    else if (m.where == Where::Run && !same(run.conditions, wanted))
      not_judged[limit.measure] = fmt::format("the limit speaks of {}", conditionText(wanted));
    else if (m.where == Where::AroundRun && !grid.covers)
      not_judged[limit.measure] =
          "the limit speaks of slow and fast corners, 0 to 85 C and 5 % of the supply to both sides";
  }
  return spec::evaluate(limits, measurementsOf(run.results), not_judged);
}

}  // namespace gaincell::flows
