#include <cmath>

#include "formats.hpp"
#include "gaincell/model/conventions.hpp"
#include "gaincell/model/inspect.hpp"

namespace gaincell::exports {

namespace {

/// RFC 4180 quoting.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string write(const model::Model& m) {
  std::string text;
  for (const auto& line : statement(m)) text += fmt::format("# {}\n", line);
  text += "section,field,value\n";
  for (const auto& e : model::flatten(m)) {
    const auto dot = e.path.find('.');
    text += fmt::format("{},{},{}\n", quoted(dot == std::string::npos ? "" : e.path.substr(0, dot)),
                        quoted(dot == std::string::npos ? e.path : e.path.substr(dot + 1)), quoted(e.text));
  }
  return text;
}

}  // namespace

Format csv() {
  return {"csv", ".csv", "every value with its path, one a line", write};
}

CellTerms cellTerms(const model::Model& m) {
  // Cells and converters belong together: what gives a positive output goes into the bit line.
  const model::Cell cell =
      m.conventions ? model::countedCell(m) : model::turned(m.cell, model::SignConvention::IntoBitLine);
  CellTerms out;
  const auto scaled = [](const auto& from, double unit) {
    std::vector<double> to;
    to.reserve(from.size());
    for (const double c : from) to.push_back(c * unit);
    return to;
  };
  if (cell.extended) {
    out.current = scaled(cell.extended->current_uA, 1e-6);
    out.edge = scaled(cell.extended->edge_charge_fC, 1e-15);
    out.conductance = scaled(cell.extended->conductance_uS, 1e-6);
    if (cell.extended->conductance_slope)
      out.conductance_slope = scaled(cell.extended->conductance_slope->slope_uS_per_V, 1e-6);
    out.bit_line_reference = cell.extended->bit_line_reference_V;
  } else {
    out.current = scaled(cell.coefficients_uA, 1e-6);
    out.bit_line_reference = cell.v_zero_V;
  }
  if (cell.mismatch_curve)
    for (std::size_t k = 0; k < cell.mismatch_curve->components_uA.front().size(); ++k)
      out.deviations.push_back(static_cast<int>(k));
  return out;
}

std::vector<Array> arrays(const model::Model& m) {
  std::vector<Array> out;
  const auto list = [&](const std::string& name, const std::vector<double>& x) {
    if (!x.empty()) out.push_back({name, {x.size()}, x});
  };
  const auto matrix = [&](const std::string& name, const std::vector<std::vector<double>>& x) {
    Array a{name, {x.size(), x.empty() ? 0 : x[0].size()}, {}};
    for (const auto& row : x) a.values.insert(a.values.end(), row.begin(), row.end());
    if (!x.empty()) out.push_back(std::move(a));
  };
  const auto& c = m.cell;
  list("coefficients_uA", {c.coefficients_uA.begin(), c.coefficients_uA.end()});
  list("sign_into_bit_line", {c.sign_convention == model::SignConvention::IntoBitLine ? 1.0 : -1.0});
  list("v_zero_V", {c.v_zero_V});
  matrix("covariance", c.covariance);
  if (c.mismatch) matrix("mismatch_covariance", c.mismatch->covariance);
  if (c.process) matrix("process_covariance", c.process->covariance);
  const auto curve = [&](const std::string& name, const std::optional<model::CurveVariation>& v) {
    if (!v) return;
    matrix(name + "_curve_components_uA", v->components_uA);
    matrix(name + "_curve_covariance", v->scores.covariance);
    list(name + "_curve_mean", v->scores.mean);
  };
  curve("mismatch", c.mismatch_curve);
  curve("process", c.process_curve);
  if (c.extended) {
    list("current_uA", c.extended->current_uA);
    list("edge_charge_fC", c.extended->edge_charge_fC);
    list("conductance_uS", c.extended->conductance_uS);
    if (c.extended->conductance_slope)
      list("conductance_slope_uS_per_V", c.extended->conductance_slope->slope_uS_per_V);
    list("bit_line_reference_V", {c.extended->bit_line_reference_V});
  }
  if (m.retention) {
    list("tau_s", {m.retention->tau_s.low, m.retention->tau_s.high});
    list("end_V", {m.retention->end_V.low, m.retention->end_V.high});
    if (m.retention->leakage_curve) {
      list("leakage_voltage_V", m.retention->leakage_curve->voltage_V);
      list("leakage_current_A", m.retention->leakage_curve->current_A);
      list("leakage_capacitance_F", {m.retention->leakage_curve->capacitance_F});
    }
  }
  const auto converter = [&](const std::string& name, const model::Converter& x) {
    list(name + "_line", {x.slope_fC_per_ns, x.offset_ns, x.saturation_ns, x.s_sat_uA});
    list(name + "_inl_charge_fC", x.inl.charge_fC);
    list(name + "_inl_error_ns", x.inl.error_ns);
    list(name + "_energy_charge_fC", x.energy_charge_fC);
    list(name + "_energy_J", x.energy_J);
    if (x.mismatch) matrix(name + "_mismatch_covariance", x.mismatch->covariance);
  };
  if (m.relu_converter) converter("relu", *m.relu_converter);
  if (m.signed_converter) {
    converter("signed", m.signed_converter->positive);
    list("signed_negative_line", {m.signed_converter->negative_slope_fC_per_ns, m.signed_converter->negative_offset_ns,
                                  m.signed_converter->sign_threshold_fC});
  }
  if (m.write) {
    list("write_level_V", m.write->level_V);
    matrix("write_stored_V", m.write->stored_V);
    if (m.write->transitions) {
      matrix("write_settle_s", m.write->transitions->settle_s);
      matrix("write_feedthrough_V", m.write->transitions->feedthrough_V);
    }
  }
  if (m.energy_J && m.energy_J->read_by_level) {
    list("energy_read_v_storage_V", m.energy_J->read_by_level->v_storage_V);
    list("energy_read_width_s", m.energy_J->read_by_level->width_s);
    matrix("energy_read_J", m.energy_J->read_by_level->energy_J);
  }
  if (m.energy_J && m.energy_J->write_by_level) matrix("energy_write_J", m.energy_J->write_by_level->energy_J);
  list("conditions_temp_c_vdd_v", {m.conditions.temp_c, m.conditions.vdd_v});
  list("valid_v_storage_V", {m.validity.v_storage_V[0], m.validity.v_storage_V[1]});
  list("valid_pulse_width_s", {m.validity.pulse_width_s[0], m.validity.pulse_width_s[1]});
  list("valid_temp_c", {m.validity.temp_c[0], m.validity.temp_c[1]});
  list("valid_vdd_V", {m.validity.vdd_V[0], m.validity.vdd_V[1]});
  return out;
}

}  // namespace gaincell::exports
