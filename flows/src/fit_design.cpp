#include "fit_design.hpp"

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/tile.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::flows {

namespace {

model::Timing timingOf(const design::Design& design) {
  const cells::TileTiming tile = cells::tileTiming(design);
  const auto relu = cells::converterTiming(cells::ConverterKind::Relu, design);
  model::Timing timing;
  timing.pulse_max = design::longestPulse(design);
  timing.write_reset = tile.relu_start + relu.input_start;  // until the query's pulses begin
  timing.integrate = timing.phi_pulse = timing.readout_pulse = timing.pulse_max;
  timing.token = tile.output_end;
  return timing;
}

}  // namespace

void describeDesign(fit::Inputs& inputs, const design::Design& design) {
  inputs.design = model::DesignRecord{design.name, design.hash(), design.values()};
  inputs.timing = timingOf(design);
}

void describeRecordedDesign(fit::Inputs& inputs) {
  if (!inputs.design || inputs.design->values.empty()) return;
  std::optional<pdk::Pdk> pdk;
  try {
    pdk = pdk::findPdk(inputs.conditions.pdk);
  } catch (const support::Error&) {
    return;  // a process that is not installed here: the phases stay unknown, and tools that need them say so
  }
  design::Design design(cells::designSchema(*pdk));
  for (const auto& [path, value] : inputs.design->values) design.set(path, value, "identity.json");
  inputs.timing = timingOf(design);
}

}  // namespace gaincell::flows
