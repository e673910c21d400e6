#pragma once
/// @file
/// The bit line while its cells are on: how far it moves, and what that takes from their charge. The one place where
/// this is computed; for numbers and for vectors of them alike (anything with + - * /).
///
/// Cells that are on together are a source: c dv/dt = b - g v - h v^2, v from the reference. All pulses begin together,
/// so between two endings the source is constant and the equation has a closed solution. The templates are always
/// inlined: files that are compiled for one instruction set use them and must not leave a copy for others.

#include <vector>

namespace gaincell::model {

/// Sums over the cells that are on.
template <class T>
struct LineSource {
  T current{}, conductance{}, slope{};  ///< b, g, h
};

/// tanh(z)/z of z^2, also where z^2 is negative (tan): Pade approximant of degree four, within 1e-7 for z^2 in
/// [-0.3, 1]. A line that its cells discharge by a tenth in a pulse has z = 0.05.
template <class T>
[[gnu::always_inline]] inline T tanhOver(const T& z2) {
  return (z2 * (z2 + 105.0F) + 945.0F) / (z2 * (z2 * 15.0F + 420.0F) + 945.0F);
}

/// Charge that a line of capacitance c takes in a time t from a constant source; v moves along.
/// With w = 2 h v + g: c dw/dt = (s^2 - w^2) / 2, s^2 = g^2 + 4 h b.
/// @param half t / (2 c)
/// @param c in the unit of charge over v
template <class T, class Scalar>
[[gnu::always_inline]] inline T lineStep(const LineSource<T>& on, Scalar half, Scalar c, T& v) {
  const Scalar two = 2, four = 4, one = 1;
  const T now = on.current - (on.conductance + on.slope * v) * v, w = on.slope * v * two + on.conductance;
  const T s2 = on.conductance * on.conductance + on.slope * on.current * four;
  const T root = tanhOver(s2 * (half * half)) * half;
  const T dv = root * now * two / (w * root + one);
  v = v + dv;
  return dv * c;
}

/// One cell of a line, at the reference voltage of the line.
struct LineCell {
  double current = 0, edge = 0;       ///< A, C
  double conductance = 0, slope = 0;  ///< S, S/V
};

/// A bit line with its resistance.
struct BitLine {
  double capacitance = 0;    ///< F; 0: held
  double wire_per_cell = 0;  ///< ohm; cell 0 is nearest the end that integrates
};

/// Charge (C) of cells with pulses of these widths (s), by the equations above in double precision. The wire's drop
/// acts as a further distance of each cell's end of the line.
double lineCharge(const BitLine& line, const std::vector<LineCell>& cells, const std::vector<double>& widths);

}  // namespace gaincell::model
