#include "gaincell/attention/model_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::attention {

using support::Error;

bool EffectSwitches::any() const noexcept {
  return mismatch || leakage || write || extended || conductance || converters || converter_mismatch ||
         write_sigma > 0 || storage_coupling != 0 || bit_line_swing > 0 || wire_ohm > 0 || noise > 0 || jitter > 0;
}

namespace {

[[noreturn]] void missing(const char* section, const char* effect) {
  throw Error("ATT-0030", fmt::format("the model does not say what {} needs", effect), section,
              "characterise it and fit again, or leave the effect off");
}

/// Sign that turns currents of the file into "high stored voltage counts positive".
double orientation(const model::Model& m) {
  return m.cell.sign_convention == model::SignConvention::OutOfBitLine ? 1.0 : -1.0;
}

std::vector<double> scaled(std::vector<double> v, double factor) {
  for (double& x : v) x *= factor;
  return v;
}

double sigmaOf(const std::optional<model::JointDistribution>& d, const char* name) {
  if (!d) return 0;
  for (std::size_t i = 0; i < d->names.size(); ++i)
    if (d->names[i] == name) return std::sqrt(d->covariance[i][i]);
  return 0;
}

/// Converter of the file in units of its full scale, which is the longest pulse.
ConverterLaw lawOf(const model::Converter& c, double full_fC, double pulse_ns, const EffectSwitches& on) {
  ConverterLaw law;
  if (on.converters) {
    law.gain = full_fC / (c.slope_fC_per_ns * pulse_ns);
    law.offset = c.offset_ns / pulse_ns;
    law.negative_gain = law.gain;
    law.negative_offset = law.offset;
    law.saturation = c.saturation_ns / pulse_ns;
    law.minimum = c.min_pulse_ns / pulse_ns;
    law.inl_x = scaled(c.inl.charge_fC, 1 / full_fC);
    law.inl_y = scaled(c.inl.error_ns, 1 / pulse_ns);
  }
  if (on.converter_mismatch) {
    law.gain_sigma = sigmaOf(c.mismatch, "gain");
    law.offset_sigma = sigmaOf(c.mismatch, "offset_ns") / pulse_ns;
  }
  return law;
}

void addConverters(const model::Model& m, const EffectSwitches& on, const Settings& s, Physics& p) {
  if (!on.converters && !on.converter_mismatch) return;
  if (!m.relu_converter) missing("$.relu_converter", "the converters' response");
  if (!m.signed_converter) missing("$.signed_converter", "the converters' response");
  const double pulse_ns = m.timing_s.pulse_max * 1e9;  // uA x ns = fC
  p.relu = lawOf(*m.relu_converter, s.s_sat * pulse_ns, pulse_ns, on);
  const auto& c = *m.signed_converter;
  p.output = lawOf(c.positive, s.out_sat * pulse_ns, pulse_ns, on);
  if (!on.converters) return;
  p.output->negative_gain = s.out_sat / c.negative_slope_fC_per_ns;
  p.output->negative_offset = c.negative_offset_ns / pulse_ns;
  p.output->sign_threshold = c.sign_threshold_fC / (s.out_sat * pulse_ns);
}

void addLeakage(const model::Model& m, const EffectSwitches& on, Physics& p) {
  if (!on.leakage) return;
  if (!m.retention) missing("$.retention", "leakage");
  if (!m.timing_s.token) missing("$.timing_s.token", "leakage");
  const model::Retention r = on.temp_c ? model::retentionAt(*m.retention, *on.temp_c) : *m.retention;
  const double token = *m.timing_s.token;
  if (!r.exponential) {
    if (!r.leakage_curve)
      throw Error("ATT-0031", "the storage decay of this model is not exponential, and it has no leakage curve",
                  "$.retention.leakage_curve",
                  "fit it with the leakage analysis, or use --decay with a lambda instead");
    p.held = [r, token](double v, double age) { return model::decayed(r, v, age * token); };
    return;
  }
  p.leakage = Leakage{token / r.tau_s.low, token / r.tau_s.high, r.end_V.low, r.end_V.high};
}

void addWrite(const model::Model& m, const EffectSwitches& on, const Settings& s, Physics& p) {
  if (!on.write && on.write_sigma <= 0) return;
  p.write = WriteError{{}, on.write_sigma};
  if (!on.write) return;
  if (!m.write) missing("$.write", "the write error");
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
  const double low = s.v_zero - stretch * (s.v_zero + noise), high = s.v_zero + stretch * (s.v_max - s.v_zero + noise);
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
  Settings s;
  const auto c = model::coefficients(m.cell, model::SignConvention::OutOfBitLine);
  s.coefficients.assign(4, 0.0);
  for (std::size_t k = 0; k < 4; ++k) s.coefficients[k] = c[k] * 1e6;
  if (m.conditions.pdk == "paper") s.coefficients.assign(m.cell.coefficients_uA.begin(), m.cell.coefficients_uA.end());
  s.v_zero = m.cell.v_zero_V;
  s.v_max = m.cell.domain_V[1];
  if (m.cell.domain_V[0] > 1e-9)
    throw Error("ATT-0033",
                fmt::format("the cell was fitted from {} to {} V, but levels start at 0 V", m.cell.domain_V[0],
                            m.cell.domain_V[1]),
                "$.cell.domain_V", "fit the cell over the whole range of stored voltages");
  if (m.relu_converter) {
    s.s_sat = m.relu_converter->s_sat_uA;
  } else {
    warnings.push_back("the model has no ReLU converter: full scale 80 uA of the published model is used");
  }
  if (m.signed_converter) {
    s.out_sat = m.signed_converter->positive.s_sat_uA;
  } else {
    warnings.push_back("the model has no signed converter: full scale 40 uA of the published model is used");
  }
  if (m.retention && m.timing_s.token) {
    s.decay = model::decayPerToken(m);
  } else if (m.retention) {
    warnings.push_back("the model does not say how long a token takes: no decay unless --decay says otherwise");
  } else {
    warnings.push_back("the model has no retention: no decay unless --decay says otherwise");
  }
  return s;
}

std::shared_ptr<Physics> physicsFromModel(const model::Model& m, const EffectSwitches& on, Settings& s,
                                          std::vector<std::string>* warnings) {
  if (!on.any()) return nullptr;
  judgeDomain(m, on, s, warnings);
  auto p = std::make_shared<Physics>();
  const double turn = orientation(m);
  if (on.mismatch) {
    if (!m.cell.mismatch) missing("$.cell.mismatch", "mismatch");
    p->mismatch = m.cell.mismatch;
    p->mismatch_curve = m.cell.mismatch_curve;
    p->mismatch_sign = turn;
  }
  addLeakage(m, on, *p);
  addWrite(m, on, s, *p);
  p->storage_coupling = on.storage_coupling;
  if (on.extended || on.conductance || on.wire_ohm > 0) {
    if (!m.cell.extended) missing("$.cell.extended", "the extended cell");
    const auto& e = *m.cell.extended;
    if (on.extended) {
      s.coefficients = scaled(e.current_uA, turn);
      p->edge_charge_uA = scaled(e.edge_charge_fC, turn / (m.timing_s.pulse_max * 1e9));
    }
    if (on.conductance || on.wire_ohm > 0) {
      if (e.conductance_uS.empty()) missing("$.cell.extended.conductance_uS", "bit-line conductance");
      p->conductance_uS = e.conductance_uS;
      if (on.conductance && on.bit_line_swing <= 0)
        throw Error("ATT-0034", "bit-line conductance needs the swing of the bit line at full scale", "--conductance",
                    "add --bit-line-swing V (0.1 for the passive integrator)");
      if (on.conductance) p->bit_line_V_per_uA = on.bit_line_swing / s.s_sat;
      p->wire_ohm_per_cell = on.wire_ohm;
    }
  }
  addConverters(m, on, s, *p);
  p->noise_uA = on.noise;
  p->jitter = on.jitter / m.timing_s.pulse_max;
  return p;
}

model::HeadSize headOf(const Settings& s, const Shape& shape) {
  model::HeadSize arrays;
  arrays.rows = static_cast<int>(shape.dimension);
  arrays.columns = static_cast<int>(s.tile_columns);
  // Tiles of the hardware: those of the window, whatever order columns share a conversion in.
  return model::headFor(arrays, static_cast<int>(windowOf(s, shape.tokens)));
}

EnergyReport energyOf(const model::Model& m, const Activity& a, const model::HeadSize& head) {
  model::HeadEvents n;
  n.tokens = a.tokens;
  n.writes = a.tokens * 2 * head.rows;
  n.reads1 = a.q_width;
  n.reads2 = a.phi_sum * head.rows;
  n.relu = a.pairs;
  n.output = a.tiles;
  return model::energyOf(m, head, n);
}

}  // namespace gaincell::attention
