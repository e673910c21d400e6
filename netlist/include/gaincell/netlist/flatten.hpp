#pragma once
/// @file
/// The transistors, resistors and capacitors of a circuit one by one.

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

/// In deterministic (depth-first, declaration) order. The circuit must outlive the result.
std::vector<FlatMosfet> flattenMosfets(const Circuit& circuit);

/// One resistor or capacitor with its resolved value.
struct FlatPassive {
  char kind = 'r';      ///< 'r' or 'c'
  std::string path;     ///< as FlatMosfet::path
  std::string ngspice;  ///< name for `alter`: "c.xcell.cstorage"
  std::string name;     ///< the element's own name, the last part of the path
  bool top = false;     ///< an element of the top level (a testbench's load, a wire of an array)
  double value = 0;     ///< ohm or F
};

/// In the order of flattenMosfets.
std::vector<FlatPassive> flattenPassives(const Circuit& circuit);

}  // namespace gaincell::netlist
