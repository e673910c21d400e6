#pragma once
/// @file
/// From numbers of a network to voltages and charges, as the conventions of a model file say.

#include "gaincell/model/model.hpp"

namespace gaincell::model {

/// @throws Error MDL-0014 when the file does not state them, with how to add them
const Conventions& requireConventions(const Model& model);

/// V at the cells for a value of the network; linear between the end levels.
double storedVoltage(const Conventions& conventions, double vdd, double weight);

/// The same cell with currents and charges counted in the other direction where `to` asks for it. The bit line's
/// distance turns with them: a conductance keeps its sign, its slope changes it.
Cell turned(const Cell& cell, SignConvention to);
/// The cell as the converters count: what gives a positive output is positive.
Cell countedCell(const Model& model);

}  // namespace gaincell::model
