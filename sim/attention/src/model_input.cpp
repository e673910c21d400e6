#include "gaincell/attention/model_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/model/conventions.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::attention {

using support::Error;

namespace {

[[noreturn]] void missing(const char* section, const std::string& effect) {
  throw Error("ATT-0030", fmt::format("the model does not say what {} needs", effect), section,
              "characterise it and fit again, or leave the effect off");
}

bool hasExtended(const model::Model& m) {
  return m.cell.extended.has_value();
}
bool hasEdge(const model::Model& m) {
  return m.cell.extended && !m.cell.extended->edge_charge_fC.empty();
}
bool hasConductance(const model::Model& m) {
  return m.cell.extended && !m.cell.extended->conductance_uS.empty();
}

std::vector<double> scaled(std::vector<double> v, double factor) {
  for (double& x : v) x *= factor;
  return v;
}

}  // namespace

const std::vector<Effect>& effects() {
  using Model = model::Model;
  using On = EffectSwitches;
  static const std::vector<Effect> all = {
      {"higher order", &On::higher_order, "$.cell.extended", hasExtended},
      {"pulse-edge charge", &On::edge_charge, "$.cell.extended.edge_charge_fC", hasEdge},
      {"bit-line conductance", &On::conductance, "$.cell.extended.conductance_uS", hasConductance},
      {"wire drop", &On::wire, "$.cell.extended.conductance_uS", hasConductance},
      {"leakage", &On::leakage, "$.retention", [](const Model& m) { return m.retention && m.timing_s.token; }},
      {"write error", &On::write, "$.write", [](const Model& m) { return m.write.has_value(); }},
      {"mismatch", &On::mismatch, "$.cell.mismatch", [](const Model& m) { return m.cell.mismatch.has_value(); }},
      {"converter line", &On::converter_line, "$.relu_converter, $.signed_converter",
       [](const Model& m) { return m.relu_converter && m.signed_converter; }},
      {"converter INL", &On::converter_inl, "$.relu_converter, $.signed_converter",
       [](const Model& m) { return m.relu_converter && m.signed_converter; }},
      {"converter mismatch", &On::converter_mismatch, "$.relu_converter.mismatch, $.signed_converter.mismatch",
       [](const Model& m) {
         return m.relu_converter && m.relu_converter->mismatch && m.signed_converter &&
                m.signed_converter->positive.mismatch;
       }}};
  return all;
}

bool EffectSwitches::any() const noexcept {
  for (const Effect& e : effects())
    if (this->*e.on) return true;
  return without_coupling || write_sigma > 0 || storage_coupling != 0 || noise > 0 || jitter > 0;
}

EffectSwitches allEffects(const model::Model& m) {
  EffectSwitches on;
  for (const Effect& e : effects()) on.*e.on = e.known(m);
  on.write = on.mismatch = on.converter_mismatch = false;
  return on;
}

namespace {

void requireKnown(const model::Model& m, const EffectSwitches& on) {
  for (const Effect& e : effects())
    if (on.*e.on && !e.known(m)) missing(e.section, e.name);
  if (on.converter_inl && !on.converter_line)
    throw Error("ATT-0034", "the converters' INL is the error of their own line", "converter INL",
                "switch the converter line on as well");
  const bool contained = m.cell.storage_coupling.has_value();
  if (on.storage_coupling != 0 && contained)
    throw Error("ATT-0034", "the coefficients of this model are of pulses and contain the storage coupling",
                "--storage-coupling", "leave it out: it would count twice");
  if (on.without_coupling && !contained) missing("$.cell.storage_coupling", "the static cell");
}

void addConverters(const model::Model& m, const EffectSwitches& on, const Settings& s, Physics& p) {
  if (!on.converter_line && !on.converter_mismatch) return;
  const model::Conventions& c = *m.conventions;
  const double longest_ns = s.pulse_s * 1e9;
  p.relu = on.converter_line ? *m.relu_converter : model::idealConverter(c.array1.full_scale_fC, longest_ns);
  p.output = on.converter_line ? *m.signed_converter : model::idealSignedConverter(c.array2.full_scale_fC, longest_ns);
  if (!on.converter_inl) p.relu->inl = p.output->positive.inl = {};
  if (on.converter_line) p.shortest_pulse = c.shortest_pulse_s / s.pulse_s;
  if (!on.converter_mismatch) return;
  p.relu_mismatch = m.relu_converter->mismatch;
  p.output_mismatch = m.signed_converter->positive.mismatch;
}

void addLeakage(const model::Model& m, const EffectSwitches& on, Physics& p) {
  if (!on.leakage) return;
  const model::Retention r = on.temp_c ? model::retentionAt(*m.retention, *on.temp_c) : *m.retention;
  const double token = *m.timing_s.token, delay = m.conventions->array1.read_delay_s;
  if (!r.exponential) {
    if (!r.leakage_curve)
      throw Error("ATT-0031", "the storage decay of this model is not exponential, and it has no leakage curve",
                  "$.retention.leakage_curve",
                  "fit it with the leakage analysis, or use --decay with a lambda instead");
    p.held = [r, token, delay](double v, double age) { return model::decayed(r, v, age * token + delay); };
    return;
  }
  p.leakage = Leakage{token / r.tau_s.low, token / r.tau_s.high, r.end_V.low, r.end_V.high, delay / token};
}

void addWrite(const model::Model& m, const EffectSwitches& on, const Settings& s, Physics& p) {
  if (!on.write && on.write_sigma <= 0) return;
  p.write = WriteError{{}, on.write_sigma};
  if (!on.write) return;
  if (static_cast<int>(m.write->level_V.size()) != s.levels_kv)
    throw Error("ATT-0032",
                fmt::format("the model's write table has {} levels, the run {}", m.write->level_V.size(), s.levels_kv),
                "$.write.level_V", "set --levels-kv to that number");
  p.write->stored = m.write->stored_V;
}

/// How far given effects take stored voltages out of the domain of the fit: a little is said, much refused.
void judgeDomain(const model::Model& m, const EffectSwitches& on, const Settings& s,
                 std::vector<std::string>* warnings) {
  if (on.storage_coupling == 0 && on.write_sigma <= 0) return;
  if (on.storage_coupling <= -1)
    throw Error("ATT-0037", fmt::format("a storage coupling of {}", on.storage_coupling), "attention settings",
                "it is the share by which the stored deviation grows: a few percent");
  const double stretch = 1 + on.storage_coupling, noise = 3 * on.write_sigma;
  const double first = std::min(s.stored_zero, s.stored_max), last = std::max(s.stored_zero, s.stored_max);
  const double low = s.v_zero - stretch * (s.v_zero - first + noise);
  const double high = s.v_zero + stretch * (last - s.v_zero + noise);
  const double beyond = std::max(m.cell.domain_V[0] - low, high - m.cell.domain_V[1]);
  if (beyond <= 0) return;
  const std::string what =
      fmt::format("stored voltages reach {:.3f} .. {:.3f} V (three sigma), the cell was fitted from {:.3f} to {:.3f} V",
                  low, high, m.cell.domain_V[0], m.cell.domain_V[1]);
  if (beyond > 0.1 * (m.cell.domain_V[1] - m.cell.domain_V[0]))
    throw Error("ATT-0035", what, "attention settings", "use smaller effects, or fit the cell over a wider range");
  if (warnings != nullptr) warnings->push_back(what);
}

}  // namespace

Settings settingsFromModel(const model::Model& m, std::vector<std::string>& warnings) {
  const model::Conventions& c = model::requireConventions(m);
  const model::Cell cell = model::countedCell(m);
  Settings s;
  s.coefficients.assign(cell.coefficients_uA.begin(), cell.coefficients_uA.end());
  s.v_zero = cell.v_zero_V;
  if (c.weights[0] != 0)
    throw Error("ATT-0033", fmt::format("values of the network begin at {}", c.weights[0]), "$.conventions.weights",
                "the simulator stores values from 0 on: shift them with the scalers b_k and b_v");
  s.value_max = c.weights[1];
  s.stored_zero = model::storedVoltage(c, m.conditions.vdd_v, c.weights[0]);
  s.stored_max = model::storedVoltage(c, m.conditions.vdd_v, c.weights[1]);
  s.levels_q = c.input_levels;
  s.levels_kv = c.stored_levels;
  s.levels_out = c.output_levels;
  s.output_grid = c.output_code == "counter" ? OutputGrid::Counter : OutputGrid::PaperCode;
  s.pulse_s = m.timing_s.pulse_max;
  s.tile_columns = static_cast<std::size_t>(c.array2.cells);
  s.s_sat = c.array1.full_scale_fC * 1e-9 / s.pulse_s;  // fC / ns = uA
  s.out_sat = c.array2.full_scale_fC * 1e-9 / s.pulse_s;
  if (m.retention && m.timing_s.token) {
    s.decay = model::decayPerToken(m);
  } else if (m.retention) {
    warnings.push_back("the model does not say how long a token takes: no decay unless --decay says otherwise");
  } else {
    warnings.push_back("the model has no retention: no decay unless --decay says otherwise");
  }
  return s;
}

namespace {

/// The current before the read gate moved the stored voltage: I(y) = I_pulse(y / (1 + k)).
void takeCouplingOut(double coupling, std::vector<double>& coefficients) {
  double stretch = 1;
  for (double& c : coefficients) {
    c /= stretch;
    stretch *= 1 + coupling;
  }
}

void addCell(const model::Model& m, const EffectSwitches& on, Settings& s, Physics& p) {
  const model::Cell cell = model::countedCell(m);
  if (on.without_coupling) takeCouplingOut(*m.cell.storage_coupling, s.coefficients);
  if (on.mismatch) {
    p.mismatch = cell.mismatch;
    p.mismatch_curve = cell.mismatch_curve;
  }
  p.storage_coupling = on.storage_coupling;
  if (!cell.extended) return;
  const model::ExtendedCell& e = *cell.extended;
  if (on.higher_order) s.coefficients = e.current_uA;
  if (on.edge_charge) p.edge_charge_uA = scaled(e.edge_charge_fC, 1e-9 / s.pulse_s);
  if (!on.conductance && !on.wire) return;
  p.conductance_uS = e.conductance_uS;
  if (e.conductance_slope) p.slope_uS_per_V = e.conductance_slope->slope_uS_per_V;
  const model::BitLines* lines[2] = {&m.conventions->array1, &m.conventions->array2};
  for (std::size_t a = 0; a < 2; ++a) {
    if (on.conductance) p.line[a].capacitance_F = lines[a]->capacitance_F;
    if (on.wire) p.line[a].wire_ohm_per_cell = on.wire_ohm.value_or(lines[a]->wire_ohm_per_cell);
  }
}

}  // namespace

std::shared_ptr<Physics> physicsFromModel(const model::Model& m, const EffectSwitches& on, Settings& s,
                                          std::vector<std::string>* warnings) {
  if (!on.any()) return nullptr;
  requireKnown(m, on);
  judgeDomain(m, on, s, warnings);
  auto p = std::make_shared<Physics>();
  addCell(m, on, s, *p);
  addLeakage(m, on, *p);
  addWrite(m, on, s, *p);
  addConverters(m, on, s, *p);
  p->noise_uA = on.noise;
  p->jitter = on.jitter / s.pulse_s;
  return p;
}

model::HeadSize headOf(const Settings& s, const Shape& shape) {
  model::HeadSize arrays;
  arrays.rows = static_cast<int>(shape.dimension);
  arrays.columns = static_cast<int>(s.tile_columns);
  // Tiles of the hardware: those of the window, whatever order columns share a conversion in.
  return model::headFor(arrays, static_cast<int>(windowOf(s, shape.tokens)));
}

namespace {

std::vector<double> evenly(double first, double last, std::size_t points) {
  std::vector<double> x;
  for (std::size_t n = 0; n < points; ++n)
    x.push_back(first + (last - first) * static_cast<double>(n) / static_cast<double>(points - 1));
  return x;
}

std::vector<std::vector<double>> inRows(const std::vector<double>& x, std::size_t columns) {
  std::vector<std::vector<double>> rows;
  for (auto at = x.begin(); at != x.end(); at += static_cast<std::ptrdiff_t>(columns))
    rows.emplace_back(at, at + static_cast<std::ptrdiff_t>(columns));
  return rows;
}

void addCounts(const Activity& a, model::HeadEvents& n) {
  const std::vector<double> levels = evenly(a.v_low, a.v_high, a.levels), widths = evenly(0, a.pulse_s, a.steps + 1);
  n.reads1_by_level = {levels, widths, inRows(a.reads1, a.steps + 1)};
  n.reads2_by_level = {levels, widths, inRows(a.reads2, a.steps + 1)};
  n.writes_by_level = {levels, inRows(a.writes, a.levels)};
  const auto charges = [](double full_scale_fC, const std::vector<double>& count) {
    const double end = 0.5 * (Activity::kChargeBins - 1) / Activity::kBinsPerFullScale * full_scale_fC;
    return model::ConversionCounts{evenly(-end, end, Activity::kChargeBins), count};
  };
  n.relu_by_charge = charges(a.relu_full_scale_fC, a.relu_charges);
  n.output_by_charge = charges(a.output_full_scale_fC, a.output_charges);
}

}  // namespace

EnergyReport energyOf(const model::Model& m, const Activity& a, const model::HeadSize& head) {
  model::HeadEvents n;
  n.tokens = a.tokens;
  n.writes = a.tokens * 2 * head.rows;
  n.reads1 = a.q_width;
  n.reads2 = a.phi_sum * head.rows;
  n.relu = a.pairs;
  n.output = a.tiles;
  if (a.levels > 0) addCounts(a, n);
  return model::energyOf(m, head, n);
}

}  // namespace gaincell::attention
