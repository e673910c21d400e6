#pragma once
/// @file
/// A loaded line as a ladder of a few sections. Private to the testbenches.

#include <functional>
#include <string>

#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/netlist/circuit.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::cells {

/// A line of `elements` cells with series resistance and capacitance per element.
struct Ladder {
  int elements = 1;
  double r = 0, c = 0;  ///< ohm, F per element
};

/// Adds the line from node `<name>_near` to `<name>_far` in up to eight sections, which carry the elements' wire and
/// load evenly: the line's own delay (some 20 ps for 64 cells) is a fraction of an edge, so eight sections resolve it.
/// `load(element name, node, multiplicity)` adds the load of a section's elements.
void addLadder(netlist::Circuit& circuit, const std::string& name, const Ladder& ladder,
               const std::function<void(const std::string&, const std::string&, int)>& load);

/// Word line and complement, from wl_near and wlb_near to wl_far and wlb_far, with the read gates of their cells. Both
/// ends of each gate's channel rest on the node `mid` near VDD/2: the bit line is held there, the pair's output
/// follows.
void addReadGates(const design::Design& design, netlist::Circuit& circuit, const Ladder& ladder);

/// A word line of the design's array.
Ladder wordLine(const pdk::Pdk& pdk, const design::Design& design);

}  // namespace gaincell::cells
