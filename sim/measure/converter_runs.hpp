#pragma once
/// @file
/// Runs of one converter over many charges; shared by its analyses. Private to sim/measure.

#include <string>
#include <vector>

#include "gaincell/cells/converter.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/sim/pulse.hpp"

namespace gaincell::sim {

/// Energy of one operation by where it comes from (J). Supplies count what they delivered; the reset rail and the
/// clocks count the charge they delivered times the supply voltage, as from a linear regulator and from CMOS drivers.
struct OperationEnergy {
  double supply = 0, bias = 0, rail = 0, clocks = 0;
  double total() const { return supply + bias + rail + clocks; }
};

/// Energy from the supplies of converter row `tag` of a testbench (J). @param share of the blocks all converters of an
/// array have in common
double suppliesEnergy(const Waveforms& waves, const std::string& tag, double share, double vdd, double t0, double t1);

/// From where in its period an operation's energy counts (s), for one period: the reset that brings its charge back is
/// the next period's, and the reset before is the last operation's.
inline double energyStart(const cells::ConverterTiming& timing) {
  return timing.input_start - timing.edge;
}

struct Operation {
  double charge = 0;  ///< C
  Pulse pulse;
  double bit_line = 0;         ///< step of the bit line when the input has ended (V)
  bool positive = true;        ///< sign bit (signed converter)
  OperationEnergy energy;      ///< whole operation
  std::vector<double> phases;  ///< total energy in the reset, input and output phase (J)
};

/// Runs the charges (C), each as a later operation of a row of back-to-back operations. Neighbours in time are far
/// apart in charge, so that memory of the operation before shows; the first operation of each row is thrown away.
/// Results in the order of `charges`, sorted by the caller. @param per_run operations in one transient.
/// @param tight tolerances and steps of tighten()
std::vector<Operation> runOperations(const AnalysisContext& context, cells::ConverterKind kind,
                                     const std::vector<double>& charges, int per_run = 12, bool tight = false);

/// For comparison with the setting of a deck: every step small, every device evaluated.
void tighten(netlist::Deck& deck);

/// -limit .. limit in `points` steps with the marks 0, +-0.02, +-0.05, +-0.95 and +-1.04 added, in units of the full
/// scale; sorted.
std::vector<double> sweepOfFullScale(double limit, int points);

}  // namespace gaincell::sim
