#pragma once
/// @file
/// From a model file to settings of the simulator. Currents of the file are turned so that a high stored voltage counts
/// positive (SignConvention::OutOfBitLine, as the published coefficients); S keeps uA, full scale is the converter's
/// s_sat.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/attention/engine.hpp"
#include "gaincell/attention/physics.hpp"
#include "gaincell/model/token_energy.hpp"

namespace gaincell::attention {

/// Which effects of a model file to switch on. All off: the plain model.
struct EffectSwitches {
  bool mismatch = false;            ///< per-cell draws from cell.mismatch
  bool leakage = false;             ///< both rails' tau and end voltage instead of one decay towards v_zero
  bool write = false;               ///< stored voltages of the write section
  bool extended = false;            ///< extended cell: higher order and edge charge
  bool conductance = false;         ///< bit-line output conductance (needs bit_line_swing)
  bool converters = false;          ///< gain, offset, INL, saturation, smallest pulse
  bool converter_mismatch = false;  ///< draws per converter
  double write_sigma = 0;           ///< V
  double storage_coupling = 0;      ///< share; coefficients fitted from pulses already contain it
  double bit_line_swing = 0;        ///< V; bit-line excursion at full scale of the first multiply
  double wire_ohm = 0;              ///< per array element
  double noise = 0;                 ///< uA rms
  double jitter = 0;                ///< s rms
  std::optional<double> temp_c;     ///< for leakage: that of this temperature (model::retentionAt)
  bool any() const noexcept;
};

/// Settings of the plain model: coefficients, full scales, decay per token. What a file does not say is taken from the
/// published model and named in `warnings`.
Settings settingsFromModel(const model::Model& model, std::vector<std::string>& warnings);

/// Effects of a model file; also changes `settings` where an effect replaces a plain part (extended order).
/// @param warnings gets what leaves the domain of the fit a little
/// @throws Error (ATT-0030) when the file does not characterise a requested effect, naming the section; (ATT-0035) for
/// stored voltages far outside the domain
std::shared_ptr<Physics> physicsFromModel(const model::Model& model, const EffectSwitches& switches, Settings& settings,
                                          std::vector<std::string>* warnings = nullptr);

/// Energy of heads, J, by block, and what it was computed from.
using EnergyReport = model::HeadEnergy;

/// The head that a run needs: a bit line of array 2 for each element, and the tiles of its window.
model::HeadSize headOf(const Settings& settings, const Shape& shape);

/// From counted activity and the energies of the model, by the one rule of model/token_energy.hpp: reads follow the
/// widths of the pulses, conversions the columns that hold a token.
EnergyReport energyOf(const model::Model& model, const Activity& activity, const model::HeadSize& head);

}  // namespace gaincell::attention
