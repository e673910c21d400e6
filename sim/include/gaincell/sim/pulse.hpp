#pragma once
/// @file
/// What is read from a pulse: its width, its counter code, and what a source delivered.

#include <string_view>

#include "gaincell/design/design.hpp"
#include "gaincell/sim/simulator.hpp"

namespace gaincell::sim {

/// The pulses of one output in one operation.
struct Pulse {
  double width =
      0;  ///< s, sum over all pulses between crossings of the level; a pulse still high at the end counts to the end
  int count = 0;                         ///< number of rising crossings; more than one is a glitch
  double peak = 0;                       ///< V, largest value: tells a glitch below the level from silence
  double first_rise = 0, last_fall = 0;  ///< s, absolute; 0 without a pulse
};

/// Pulses of vector `name` above `level` (V) in [t0, t1].
Pulse measurePulse(const Waveforms& waves, std::string_view name, double level, double t0, double t1);

/// The counter at an output: counts the edges of its clock while the pulse is high, and saturates.
struct Counter {
  double clock = 0;  ///< s, period: one LSB
  int top = 0;       ///< largest code
};
/// The counter that reads the pulses of a design: its LSB, up to its longest pulse.
Counter counterOf(const design::Design& design);

/// Code the counter reads; the edges sit `phase` of a period after the window opens (0.5: rounds to the nearest level).
int counterCode(const Counter& counter, double width, double phase = 0.5) noexcept;

/// Signed output level -top .. top of pulse and sign.
int signedCode(const Counter& counter, double width, bool positive, double phase = 0.5) noexcept;

/// Charge (C) a source delivers in [t0, t1], counting only the time it delivers: a CMOS driver or a linear regulator on
/// the supply cannot take charge back. `current` is "i(vname)", positive into the source.
double deliveredCharge(const Waveforms& waves, std::string_view current, double t0, double t1);

}  // namespace gaincell::sim
