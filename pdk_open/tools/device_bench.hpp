#pragma once
// Device figures measured with the ngspice program. Kept apart from the project's own simulator on purpose: the
// calibrator builds without it, and `gaincell pdk check` then verifies the result by another route.

#include <map>
#include <string>

namespace gaincell::pdk::tools {

struct BenchDevice {
  std::string model;
  char polarity = 'n';
  double l = 0, vdd = 0;  ///< m, V
};

/// Figures of a W = 1 um device in corner tt at 27 C: "ion", "ioff" (A/m), "vth_sat", "vth_lin" (V), "dibl" (V/V), "ss"
/// (V/decade), "jg" (A/m2), "cgg" (F/m). @param library text of the library file. @throws Error (PDK-0022) when ngspice
/// fails.
std::map<std::string, double> measureFigures(const std::string& library, const std::string& library_name,
                                             const BenchDevice& device);

/// "Ion (A/m)" for "ion".
std::string describeFigure(const std::string& figure);

}  // namespace gaincell::pdk::tools
