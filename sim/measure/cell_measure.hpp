#pragma once
/// @file
/// What the analyses of the gain cell share: levels, charges and energies of an operating sequence.

#include <string>
#include <vector>

#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

/// `count` equidistant stored levels from 0 to `vdd`, V.
std::vector<double> storedLevels(int count, double vdd);

/// `count` equidistant values from `first` to `last`; the one value `last` for count 1.
std::vector<double> equidistant(double first, double last, int count);

/// Value of y(x) at x0 by linear interpolation, clamped to the ends; x increasing.
double interpolate(const std::vector<double>& x, const std::vector<double>& y, double x0);

/// Every ordered pair (previous, next) of 0..count-1 exactly once, as a walk of count^2 + 1 levels.
std::vector<int> pairWalk(int count);

/// Net charge the source `node` delivers into the circuit in [t0, t1], C: minus the integral of its branch current.
/// (sim/pulse.hpp has deliveredCharge, which counts only while the source delivers.)
double netCharge(const Waveforms& waves, const std::string& node, double t0, double t1);

/// Time after `on` from which |v - target| stays within `band` until `off`; 0 when it never leaves it, NaN when it is
/// outside at the end.
double settlingTime(const Waveforms& waves, const std::string& vector, double target, double band, double on,
                    double off);

/// Runs the sequence of an analysis. @throws Error (SIM-0002) when the simulation failed.
Outcome runSequence(const AnalysisContext& context, const cells::CellSequence& sequence, const std::string& name,
                    double relative_tolerance);

/// The setting `levels` of a cell's analysis: how many stored levels are measured, those of the design when not given.
netlist::Parameter levelsSetting(long max, const std::string& more = "");
int levelsOf(const AnalysisContext& context);

/// The setting `tolerance` (ngspice reltol) common to all transient analyses.
netlist::Parameter toleranceSetting();

}  // namespace gaincell::sim
