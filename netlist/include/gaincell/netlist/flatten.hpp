#pragma once
/// @file
/// The transistors and capacitors of a circuit one by one.

#include <string>
#include <vector>

#include "gaincell/netlist/circuit.hpp"

namespace gaincell::netlist {

/// One transistor with resolved sizes.
struct FlatMosfet {
  std::string path;                    ///< instance path with dots, without type letters: "x_cell_3.pair_n"
  std::string ngspice;                 ///< name for `alter @NAME[parameter]`: "m.xx_cell_3.mpair_n"
  const DeviceModel* model = nullptr;  ///< owned by the circuit
  double w = 0, l = 0;                 ///< m
  int m = 1;
};

/// One capacitor with its resolved value.
struct FlatCapacitor {
  std::string path;   ///< instance path with dots: "x_converter.int"
  double farads = 0;  ///< F
};

/// In deterministic (depth-first, declaration) order. The circuit must outlive the result.
std::vector<FlatMosfet> flattenMosfets(const Circuit& circuit);

/// All capacitors of a circuit, in the same order.
std::vector<FlatCapacitor> flattenCapacitors(const Circuit& circuit);

}  // namespace gaincell::netlist
