#include "measures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>

#include "gaincell/support/error.hpp"

namespace gaincell::flows {

using nlohmann::json;

const std::vector<Measure>& measures() {
  static const std::vector<Measure> all = {
      {"cell.iv.i_low", "characterize", "gain-cell_iv", "i_level_0"},
      {"cell.iv.i_high", "characterize", "gain-cell_iv", "i_level_7"},
      {"cell.iv.i_mid", "characterize", "gain-cell_iv", "i_zero"},
      {"cell.write.settle_max", "characterize", "gain-cell_write", "write_settle"},
      {"cell.retention.tau_low", "characterize", "gain-cell_retention", "tau_low"},
      {"cell.retention.tau_high", "characterize", "gain-cell_retention", "tau_high"},
      {"fit.cubic.nrmse", "fit", "fit", "cubic_nrmse"},
      {"fit.refit.deviation", "fit", "fit", "refit_deviation"},
      {"fit.extended.nrmse", "fit", "fit", "extended_nrmse"},
      {"fit.retention.transient", "fit", "fit", "retention_transient"},
      {"fit.spread.sigma", "fit", "fit", "spread_sigma"},
      {"fit.spread.correlation", "fit", "fit", "spread_correlation"},
      {"mc.iv.samples", "monte-carlo", "mc_iv", "samples"},
      {"relu.transfer.error_max", "converters", "relu-converter_transfer", "max_error_lsb", 1e-9},
      {"relu.transfer.negative_pulses", "converters", "relu-converter_transfer", "negative_pulses"},
      {"relu.transfer.width_full", "converters", "relu-converter_transfer", "saturated_max"},
      {"signed.transfer.error_max", "converters", "signed-converter_transfer", "max_error_lsb", 1e-9},
      {"signed.transfer.width_zero", "converters", "signed-converter_transfer", "zero_width"},
      {"signed.transfer.slope_mismatch", "converters", "signed-converter_transfer", "slope_mismatch", 1, true},
      {"relu.corners.error_max", "grid", "relu-converter_grid", "max_error_lsb", 1e-9},
      {"signed.corners.error_max", "grid", "signed-converter_grid", "max_error_lsb", 1e-9},
      {"relu.mc.offset_sigma", "converter-spread", "relu-converter_mc", "offset_sigma"},
      {"relu.mc.gain_sigma", "converter-spread", "relu-converter_mc", "gain_sigma"},
      {"signed.mc.offset_sigma", "converter-spread", "signed-converter_mc", "offset_sigma"},
      {"signed.mc.gain_sigma", "converter-spread", "signed-converter_mc", "gain_sigma"},
      {"column.relu.rms", "chain", "column_relu", "rms_error_lsb", 1e-9},
      {"column.relu.max", "chain", "column_relu", "max_error_lsb", 1e-9},
      {"chain.latency", "chain", "tile_chain", "latency_window"},
      {"chain.token_time", "chain", "tile_chain", "token_time"},
      {"chain.output.error_max", "chain", "tile_chain", "out_max_error_lsb", 1e-9},
      {"chain.output.wrong_signs", "chain", "tile_chain", "wrong_signs"},
      {"chain.corners.error_max", "chain-corners", "chain_corners", "out_max_error_lsb", 1e-9},
      {"chain.corners.wrong_signs", "chain-corners", "chain_corners", "wrong_signs"},
      {"energy.array1", "chain", "column_relu", "energy_64_columns"},
      {"energy.array2", "chain", "column_signed", "energy_64_columns"},
      {"macro.array.error_max", "macro", "macro_array", "max_error"},
      {"macro.column.error_max", "macro", "macro_column", "max_error"},
      {"macro.column_signed.error_max", "macro", "macro_column_signed", "max_error"},
      {"macro.array.speedup", "macro", "macro_array", "cpu_ratio"},
      {"check.s.nrmse_cubic", "check", "check", "s_nrmse_cubic"},
      {"check.s.nrmse_extended", "check", "check", "s_nrmse_extended"},
      {"check.output.nrmse_cubic", "check", "check", "output_nrmse_cubic"},
      {"check.output.nrmse_extended", "check", "check", "output_nrmse_extended"},
      {"check.output.code_error_rate", "check", "check", "code_error_rate"},
      {"check.speedup", "check", "check", "speedup"},
  };
  return all;
}

json findFigure(const json& results, const Measure& m) {
  if (!results.contains(m.stage)) return nullptr;
  const json& figures = results[m.stage].value("figures", json::object());
  if (!figures.contains(m.group) || !figures[m.group].contains(m.figure)) return nullptr;
  return figures[m.group][m.figure];
}

std::vector<spec::Measurement> measurementsOf(const json& results, const std::string& corner) {
  std::vector<spec::Measurement> out;
  for (const auto& m : measures()) {
    const json figure = findFigure(results, m);
    if (figure.is_null()) continue;
    double value = std::numeric_limits<double>::quiet_NaN();  // JSON has no NaN: it is null there
    if (figure["value"].is_number()) value = figure["value"].get<double>() * m.factor;
    std::string unit = figure.value("unit", "");
    if (unit == "LSB") unit = "s";  // by `factor`: 1 LSB is 1 ns
    out.push_back({m.measure, m.magnitude ? std::fabs(value) : value, unit, corner});
  }
  return out;
}

spec::Specification specificationOf(const CommandContext& context) {
  const std::string file = context.values.count("spec") ? context.values["spec"].as<std::string>() : "default";
  if (file == "default") return spec::defaultSpecification();
  spec::Specification given = spec::readSpecification(file);
  // A scope that no part of the flow has would never be judged, and so never be missed.
  std::set<std::string> known;
  for (const auto& limit : spec::defaultSpecification().limits) known.insert(limit.scope);
  for (const auto& limit : given.limits)
    if (!known.contains(limit.scope))
      throw support::Error(
          "SPC-0014", fmt::format("'{}' has the scope '{}', which no part of a flow has", limit.measure, limit.scope),
          file, fmt::format("scopes are: {}", fmt::join(known, ", ")));
  return given;
}

std::set<std::string> scopesOf(const json& results) {
  static const std::map<std::string, std::vector<std::string>> covers = {
      {"characterize", {"cell"}},
      {"fit", {"fit"}},
      {"monte-carlo", {"monte-carlo"}},
      {"converters", {"converter"}},
      {"converter-spread", {"converter-monte-carlo"}},
      {"chain", {"chain"}},
      {"chain-corners", {"chain-corners"}},
      {"macro", {"macro"}},
      {"check", {"check"}}};
  std::set<std::string> scopes;
  for (const auto& [stage, list] : covers)
    if (results.contains(stage)) scopes.insert(list.begin(), list.end());
  const auto has = [&results](const char* stage, const char* group) {
    return results.contains(stage) && results[stage].value("figures", json::object()).contains(group);
  };
  if (has("macro", "macro_column")) scopes.insert("macro-column");
  // Full columns belong to the chain's stage, but only a full flow has them.
  if (has("chain", "column_relu")) scopes.insert("column");
  // A grid may be asked for without ss or ff.
  if (has("grid", "relu-converter_grid")) scopes.insert("converter-corners");
  return scopes;
}

}  // namespace gaincell::flows
