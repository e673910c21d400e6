#include "fit_design.hpp"

#include "gaincell/cells/array.hpp"
#include "gaincell/cells/converter.hpp"
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

/// Bit lines of one array: `cells` on a line that ends in a converter.
model::BitLines bitLinesOf(const pdk::Pdk& pdk, const design::Design& design, cells::ConverterKind kind, int cells) {
  const design::Branch converter = cells::converterBranch(design, kind);
  const design::Wire wire = cells::arrayWire(pdk, design);
  const auto timing = cells::converterTiming(kind, design);
  model::BitLines lines;
  lines.cells = cells;
  lines.full_scale_fC = cells::fullScaleCharge(kind, design) * 1e15;
  // An active integrator holds its line.
  if (converter.isChoice("integrator", "passive")) lines.capacitance_F = converter.real("c_int") + cells * wire.bit_c;
  lines.wire_ohm_per_cell = wire.bit_r;
  lines.read_delay_s = timing.period + 0.5 * (timing.input_start + timing.input_end);
  return lines;
}

}  // namespace

model::Conventions conventionsOf(const pdk::Pdk& pdk, const design::Design& design) {
  model::Conventions c;
  // Converters count charge into the bit line, which a cell gives at a low voltage (docs/decisions/0003).
  c.positive_charge = model::SignConvention::IntoBitLine;
  c.mirrored = design::kMirrored;
  c.weights = {0, design::kHighestWeight};
  c.stored_levels = design::storedLevels(design);
  c.input_levels = design::topPulse(design) + 1;
  c.output_levels = design::outputLevels(design);
  c.lsb_s = design::pulseLsb(design);
  c.edge_s = design::edgeTime(design);
  c.shortest_pulse_s = design::shortestPulse(design);
  c.write_s = design.real("timing.token.write");
  c.array1 = bitLinesOf(pdk, design, cells::ConverterKind::Relu, design.integer("array.rows"));
  c.array2 = bitLinesOf(pdk, design, cells::ConverterKind::Signed, design.integer("array.cols"));
  return c;
}

void describeDesign(fit::Inputs& inputs, const pdk::Pdk& pdk, const design::Design& design) {
  inputs.design = model::DesignRecord{design.name, design.hash(), design.values()};
  inputs.timing = timingOf(design);
  inputs.conventions = conventionsOf(pdk, design);
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
  inputs.conventions = conventionsOf(*pdk, design);
}

}  // namespace gaincell::flows
