#include "gaincell/layout/area.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "gaincell/support/error.hpp"

namespace gaincell::layout {

const char* originName(Origin origin) {
  switch (origin) {
    case Origin::Published:
      return "published";
    case Origin::Pdk:
      return "pdk";
    case Origin::Circuit:
      return "circuit";
    case Origin::Model:
      return "model";
    case Origin::Simulation:
      return "simulation";
    case Origin::Assumption:
      break;
  }
  return "assumption";
}

std::vector<const Figure*> AreaRules::all() const {
  return {&metal_pitch,  &poly_pitch,         &gate_length,         &mom_density,
          &finger_width, &analog_utilization, &digital_utilization, &tracks};
}

AreaRules areaRules(double metal_pitch, double poly_pitch, double gate_length, double mom_density,
                    const std::string& pdk, const std::string& layout_source) {
  const std::string from = fmt::format("layout data of {}{}{}", pdk, layout_source.empty() ? "" : ": ", layout_source);
  AreaRules rules;
  rules.metal_pitch = {"metal pitch", metal_pitch, "m", Origin::Pdk, from};
  rules.poly_pitch = {"contacted poly pitch", poly_pitch, "m", Origin::Pdk, from};
  rules.gate_length = {"shortest gate", gate_length, "m", Origin::Pdk, "device limits of " + pdk};
  rules.mom_density = {"metal-oxide-metal capacitor density", mom_density, "F/m^2", Origin::Pdk, from};
  rules.finger_width = {"widest transistor finger", 1e-6, "m", Origin::Assumption,
                        "keeps the gate resistance low and the blocks compact"};
  rules.analog_utilization = {"utilization of analog blocks", 0.7, "", Origin::Assumption,
                              "30 % of the area of transistors goes to wells, taps and wiring"};
  rules.digital_utilization = {"utilization of standard cells", 0.7, "", Origin::Assumption,
                               "usual target of automatic placement before routing gets hard"};
  rules.tracks = {"standard cell height in metal pitches", 9, "", Origin::Assumption, "common 9-track library"};
  return rules;
}

double transistorArea(const AreaRules& rules, const Device& device) {
  const double gap = rules.poly_pitch.value - rules.gate_length.value;
  // The small slack keeps 2.0 um from becoming three fingers by rounding.
  const double fingers = std::max(1.0, std::ceil(device.w / rules.finger_width.value - 1e-9));
  const double along = fingers * (device.l + gap) + gap;
  const double across = device.w / fingers + 2 * rules.metal_pitch.value;
  return along * across * device.m;
}

BlockArea blockArea(const AreaRules& rules, const BlockDevices& block) {
  const auto positive = [&](double value, const std::string& what) {
    if (!std::isfinite(value) || value <= 0)
      throw support::Error("LAY-0001", fmt::format("{} is {}, which has no area", what, value), block.source,
                           "sizes must be positive and finite");
  };
  BlockArea area;
  area.source = block.source;
  for (const Device& device : block.devices) {
    positive(device.w, "width of " + device.name);
    positive(device.l, "length of " + device.name);
    positive(device.m, "multiplier of " + device.name);
    area.transistors += transistorArea(rules, device) / rules.analog_utilization.value;
    area.device_count += static_cast<std::size_t>(device.m);
  }
  for (const double farads : block.capacitors) {
    positive(farads, "a capacitor");
    area.capacitance += farads;
  }
  area.capacitors = area.capacitance / rules.mom_density.value;
  area.total =
      rules.capacitor_over_active ? std::max(area.transistors, area.capacitors) : area.transistors + area.capacitors;
  positive(area.total, "the block");
  return area;
}

double logicArea(const AreaRules& rules, double gates) {
  const double nand2 = 3 * rules.poly_pitch.value * rules.tracks.value * rules.metal_pitch.value;
  return gates * nand2 / rules.digital_utilization.value;
}

}  // namespace gaincell::layout
