#pragma once
// The dialects known to writer.cpp; each is implemented in a file of its own.

#include "gaincell/netlist/writer.hpp"

namespace gaincell::netlist {

const DialectWriter& ngspiceWriter();
const DialectWriter& xyceWriter();
const DialectWriter& spectreWriter();
const DialectWriter& hspiceWriter();
const DialectWriter& cdlWriter();

}  // namespace gaincell::netlist
