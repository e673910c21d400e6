#pragma once
/// @file
/// Conventions of the hardware as functions of the design: the only place where this arithmetic is written.

#include "gaincell/design/design.hpp"
#include "gaincell/design/schema.hpp"

namespace gaincell::design {

/// Declares the branches `array`, `timing` and `levels`, which belong to no single circuit.
void declareCommon(Schema& schema);

double pulseLsb(const Design& design);      ///< s, one step of a pulse width
int topPulse(const Design& design);         ///< LSB, the longest pulse: levels - 1
double longestPulse(const Design& design);  ///< s
double edgeTime(const Design& design);      ///< s, rise and fall of clocks and word lines
int storedLevels(const Design& design);     ///< levels of a stored voltage
/// V, the stored voltage of a level between the two end levels.
double storedVoltage(const Design& design, double level, double low, double high);
/// V, the same from rail to rail.
double storedVoltage(const Design& design, double level, double vdd);

/// Wire of one array element in each line.
struct Wire {
  double word_r = 0, word_c = 0, bit_r = 0, bit_c = 0, write_r = 0, write_c = 0;  ///< ohm, F
};

}  // namespace gaincell::design
