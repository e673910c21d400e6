#pragma once
// Device lists of the passive converters, so that the layout tests need no generator (sizes in um as in the circuits).

#include "gaincell/layout/floorplan.hpp"

inline gaincell::layout::BlockDevices blockOf(const std::string& source,
                                              const std::vector<std::array<double, 2>>& sizes_um,
                                              std::vector<double> capacitors) {
  gaincell::layout::BlockDevices block;
  block.source = source;
  for (const auto& [w, l] : sizes_um) block.devices.push_back({source + " device", w * 1e-6, l * 1e-6, 1});
  block.capacitors = std::move(capacitors);
  return block;
}

inline gaincell::layout::FloorplanInput sampleInput() {
  gaincell::layout::FloorplanInput in;
  in.rules = gaincell::layout::areaRules(1e-7, 1.3e-7, 3e-8, 4e-3, "test PDK", "chosen for the test");
  in.cell = blockOf("cell", {{.10, .20}, {.31, .20}, {.10, .03}, {.10, .03}, {.15, .04}, {.15, .04}}, {8e-15});
  in.word_line_driver = blockOf("driver", {{.3, .03}, {.6, .03}, {.8, .03}, {1.6, .03}, {2, .03}, {4, .03}}, {});
  in.relu_converter =
      blockOf("relu", {{8, .03}, {8, .03}, {.4, .05}, {.8, .05}, {2.02, 1}, {.25, 1}}, {2.92e-12, 40e-15});
  in.signed_converter =
      blockOf("signed", {{10, .03}, {10, .03}, {1.002, 1}, {6.06, .5}, {1.5, .5}}, {1.92e-12, 40e-15});
  return in;
}
