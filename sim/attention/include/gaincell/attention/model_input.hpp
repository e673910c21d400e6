#pragma once
/// @file
/// From a model file to settings of the simulator: values become stored voltages, charges count and converters answer
/// as the file's conventions say (model/conventions.hpp). This is the model that `gaincell check` judges.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/attention/engine.hpp"
#include "gaincell/attention/physics.hpp"
#include "gaincell/model/token_energy.hpp"

namespace gaincell::attention {

/// Which effects of a model file to switch on. All off: the plain model, a cubic and ideal converters.
struct EffectSwitches {
  bool higher_order = false;        ///< polynomial of the extended cell instead of the cubic
  bool edge_charge = false;         ///< its charge per pulse, whatever the width
  bool conductance = false;         ///< cells' output conductance while the bit line integrates
  bool wire = false;                ///< resistance of the bit line, through the conductance
  bool leakage = false;             ///< the fitted law of each rail instead of one decay towards v_zero
  bool write = false;               ///< stored voltages of the write section
  bool mismatch = false;            ///< per-cell draws from cell.mismatch
  bool converter_line = false;      ///< gain, offset, saturation, sign threshold, smallest pulse
  bool converter_inl = false;       ///< and their integral nonlinearity; only with the line it is about
  bool converter_mismatch = false;  ///< draws per converter
  /// The current of a cell before its read gate moves the stored voltage: what the cubic of pulses contains taken out.
  bool without_coupling = false;
  double write_sigma = 0;          ///< V
  double storage_coupling = 0;     ///< share; refused where the coefficients contain it
  std::optional<double> wire_ohm;  ///< per array element, instead of the model's
  double noise = 0;                ///< uA rms
  double jitter = 0;               ///< s rms
  std::optional<double> temp_c;    ///< for leakage: that of this temperature (model::retentionAt)
  bool any() const noexcept;
};

/// An effect that a model file may describe.
struct Effect {
  const char* name;  ///< "pulse-edge charge"
  bool EffectSwitches::*on;
  const char* section;                 ///< of the file, which it needs
  bool (*known)(const model::Model&);  ///< whether the file has it
};
/// Those of nominal devices, in the order in which they are added one after the other; then those that differ from cell
/// to cell or chip to chip.
const std::vector<Effect>& effects();
/// Everything the file describes of nominal devices, except what a run must state (write error).
EffectSwitches allEffects(const model::Model& model);

/// Settings of the plain model: coefficients, conventions, full scales, decay per token.
/// @param warnings what the file leaves open (decay)
/// @throws Error (MDL-0014) for a file without conventions, (ATT-0030) without converters to take full scales from
Settings settingsFromModel(const model::Model& model, std::vector<std::string>& warnings);

/// Effects of a model file; also changes `settings` where an effect replaces a plain part (higher order).
/// @param warnings gets what leaves the domain of the fit a little
/// @throws Error (ATT-0030) when the file does not characterise a requested effect, naming the section; (ATT-0034) for
/// an effect that would count twice; (ATT-0035) for stored voltages far outside the domain
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
