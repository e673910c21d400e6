#pragma once
// The formats known to registry.cpp, and what their files share.

#include <fmt/format.h>

#include "gaincell/exports/exports.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::exports {

Format csv();
Format ngspice();
Format verilogA();

/// The cell's polynomials in SI, in the direction that gives a positive output: current (A/V^k), edge charge (C/V^k),
/// conductance (S/V^k) and its change with the bit-line voltage ((S/V)/V^k).
struct CellTerms {
  std::vector<double> current, edge, conductance, conductance_slope;
  double bit_line_reference = 0.45;
  std::vector<int> deviations;  ///< powers of y a device may deviate in; empty: the model has no whole-curve variation
};
CellTerms cellTerms(const model::Model& m);

/// What a converter's macro discharges with: from its pulse widths at the charges of the INL table, so that the macro's
/// pulses are those widths. Charges count in the direction of `sign` of the pulse.
struct Discharge {
  std::vector<double> charge, current;  ///< C, increasing, and A at each, linear between; one entry: constant
  double threshold = 0;                 ///< C: where the pulse ends
};
Discharge discharge(const model::Converter& converter, double slope, double offset, double sign);

/// Capacitance a macro integrates on: the model's; else one at which full scale is 100 mV.
double integrationCapacitance(const model::Converter& converter);

/// "((c2)*y+c1)*y+c0": Horner's form as text.
inline std::string hornerText(const std::vector<double>& c, const std::string& y) {
  if (c.empty()) return "0";
  std::string text = fmt::format("({})", support::formatNumber(c.back()));
  for (std::size_t k = c.size() - 1; k-- > 0;) text = fmt::format("({}*{}+({}))", text, y, support::formatNumber(c[k]));
  return text;
}

}  // namespace gaincell::exports
