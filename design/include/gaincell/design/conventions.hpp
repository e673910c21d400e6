#pragma once
/// @file
/// Conventions of the hardware as functions of the design: the only place where this arithmetic is written.

#include "gaincell/design/design.hpp"
#include "gaincell/design/schema.hpp"

namespace gaincell::design {

/// Declares the branches `array`, `timing` and `levels`, which belong to no single circuit.
void declareCommon(Schema& schema);

/// A weight of the network is stored upside down: the least one as the highest voltage, so that a positive product
/// pushes charge into the bit line, which is what the converters count as positive.
inline constexpr bool kMirrored = true;
/// Range of the network's keys and values, [0, this]: that of the authors' model code (Leroux, Manea et al. 2025).
inline constexpr double kHighestWeight = 0.9;

double pulseLsb(const Design& design);       ///< s, one step of a pulse width
int topPulse(const Design& design);          ///< LSB, the longest pulse: levels - 1
double longestPulse(const Design& design);   ///< s
double edgeTime(const Design& design);       ///< s, rise and fall of clocks and word lines
double shortestPulse(const Design& design);  ///< s, two edges: a word line plays none that is shorter
int outputLevels(const Design& design);      ///< codes of an output, both signs
int storedLevels(const Design& design);      ///< levels of a stored voltage
/// V, the stored voltage of a level between the two end levels.
double storedVoltage(const Design& design, double level, double low, double high);
/// The value of the network that is level `level` of its range, 0 the least. Its stored level is another one where
/// kMirrored.
double weightOfLevel(const Design& design, double level);
/// Stored level, 0 the lowest voltage, of a level of the network's values, 0 the least; and the other way round.
int mirroredLevel(const Design& design, int level);
/// V, the stored voltage of a value of the network, in [0, kHighestWeight].
double storedWeight(const Design& design, double weight, double vdd);
/// V, the same from rail to rail.
double storedVoltage(const Design& design, double level, double vdd);

/// Wire of one array element in each line.
struct Wire {
  double word_r = 0, word_c = 0, bit_r = 0, bit_c = 0, write_r = 0, write_c = 0;  ///< ohm, F
};

}  // namespace gaincell::design
