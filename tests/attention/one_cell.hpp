#pragma once
// One row, one token, one cell: a model file whose numbers are easy, through the engine.
#include <cmath>
#include <optional>
#include <vector>

#include "gaincell/attention/model_input.hpp"
#include "gaincell/model/evaluate.hpp"
#include "helpers.hpp"

namespace gaincell::attention::testing {

/// Currents into the bit line, values stored upside down at 1 V: y = 0.5 - w/0.9. Full scales 150 and 75 fC.
inline model::Model easyModel() {
  model::Model m = model::paperModel();
  m.conditions = {"easy", "tt", 27, 1.0};
  model::Conventions& c = *m.conventions;
  c.positive_charge = model::SignConvention::IntoBitLine;
  c.mirrored = true;
  c.output_code = "counter";
  c.shortest_pulse_s = 0.1e-9;
  c.array1 = {1, 150, 200e-15, 1000, 0};
  c.array2 = {1, 75, 100e-15, 2000, 0};
  m.cell.sign_convention = model::SignConvention::IntoBitLine;
  m.cell.v_zero_V = 0.5;
  m.cell.coefficients_uA = {0.25, -12, 2, -8};
  m.cell.domain_V = {0, 1};
  model::ExtendedCell e;
  e.current_uA = {0.25, -12, 2, -8, 1, -30};
  e.edge_charge_fC = {0.3, -0.8, 0.5};
  e.conductance_uS = {3, -1, 6};
  e.conductance_slope = model::ConductanceSlope{{5, 2}};
  e.bit_line_reference_V = 0.5;
  m.cell.extended = e;
  m.relu_converter = model::idealConverter(150, 15);
  m.signed_converter = model::idealSignedConverter(75, 15);
  m.retention->end_V = {0.4, 0.6};
  m.retention->tau_s = {1e-3, 4e-3};
  m.timing_s.token = 100e-6;
  return m;
}

/// What one cell gives: S in uA of a full pulse, phi and output in longest pulses.
struct OneCell {
  double s = 0, phi = 0, out = 0;
};

/// @param q input pulse, in longest ones; @param key, value of the network, level 0 to 7
inline OneCell oneCell(const model::Model& m, const EffectSwitches& on, int pulse, int key, int value,
                       std::optional<double> given_phi = {}, std::uint64_t chip = 0) {
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(m, warnings);
  s.decay = 0;
  s.levels_out = 0;
  s.tile_columns = 1;
  if (const auto physics = physicsFromModel(m, on, s)) {
    physics->chip = chip;
    s.physics = physics;
  }
  const std::vector<float> q(1, static_cast<float>(pulse) / 15), k(1, 0.9F * static_cast<float>(key) / 7),
      v(1, 0.9F * static_cast<float>(value) / 7);
  std::vector<float> out(1), phi;
  Intermediates found;
  RunOptions options;
  options.intermediates = &found;
  if (given_phi) phi.assign(1, static_cast<float>(*given_phi));
  options.phi = phi;
  Engine(s, {}, 1, 1).run({1, 1, 1, 1}, q, k, v, out, options);
  return {static_cast<double>(found.s[0]), static_cast<double>(found.phi[0]), static_cast<double>(found.tile_q[0])};
}

/// Deviation that level l of the network's values is stored with, V.
inline double storedY(int level) {
  return 0.5 - static_cast<double>(level) / 7;
}

inline double poly(const std::vector<double>& c, double y) {
  double sum = 0, power = 1;
  for (const double x : c) sum += x * power, power *= y;
  return sum;
}

}  // namespace gaincell::attention::testing
