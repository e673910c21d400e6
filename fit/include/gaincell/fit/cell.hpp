#pragma once
/// @file
/// Fits of the cell's bit-line current: the published cubic, and the extended form chosen by cross-validation.

#include <optional>
#include <vector>

#include "gaincell/fit/regression.hpp"
#include "gaincell/model/model.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::fit {

/// One pulse: stored voltage (V), width (s), bit-line voltage (V), charge into the bit line (C).
struct Pulse {
  double v_storage, width, v_bit_line, charge;
};

/// From a table with v_storage_V, width_s, charge_C and optionally v_bl_V (`reference` when absent). Rows that hold a
/// NaN are dropped.
std::vector<Pulse> pulses(const support::Table& table, double reference);
/// A static current as a pulse of `width`: from v_storage_V, i_bl_A, optionally v_bl_V.
std::vector<Pulse> staticPulses(const support::Table& table, double reference, double width);

/// Those pulses whose stored voltage is one of `levels` equidistant ones from 0 to vdd, as a write leaves them (within
/// a quarter of their distance). All of them when fewer than the four voltages of a cubic remain.
std::vector<Pulse> atStoredLevels(const std::vector<Pulse>& data, int levels, double vdd);

struct CellFit {
  model::Cell cell;         ///< sign convention IntoBitLine
  Regression regression;    ///< coefficients in A/V^k
  std::vector<Pulse> data;  ///< the pulses it used, row by row with `regression.residuals` (C)
};

/// I(V) = sum c_k (V - v_zero)^k by least squares on the charge: Q = I(V) t. Pulses whose bit-line voltage is not
/// `reference` are left out. NRMSE is the rms residual over the largest |Q|; full_scale_uA is the largest |Q/t| of the
/// data.
/// @throws Error FIT-0001..0003
CellFit fitCubic(const std::vector<Pulse>& data, double v_zero, double reference, Robust robust = Robust::Auto);

struct ExtendedOptions {
  int max_order = 9;  ///< of the current's polynomial
  int max_edge_order = 4;
  int max_conductance_order = 6;
  int max_slope_order = 5;    ///< of the conductance's change with the bit-line voltage
  double min_benefit = 0.03;  ///< a term must lower the cross-validated error by this share
  int folds = 8;
  /// Takes the orders of this form instead of choosing: the points of a grid must
  /// have one form, or nothing could be interpolated between them.
  std::optional<model::ExtendedCell> like = std::nullopt;
};

/// Adds terms to the cubic as long as each lowers the cross-validated error: polynomial order, charge per pulse edge,
/// bit-line conductance and its change with the bit-line voltage (only where the data vary that voltage). Folds leave
/// out whole voltages, never the end ones: what is judged is interpolation between the voltages of the data.
/// @throws Error FIT-0004 when widths do not vary (the edge charge cannot be told from the current)
struct ExtendedFit {
  model::ExtendedCell cell;
  Regression regression;  ///< current, edge, conductance, slope one after another; A/V^k, C/V^k, S/V^k, (S/V)/V^k
};
ExtendedFit fitExtended(const std::vector<Pulse>& data, double v_zero, double reference,
                        const ExtendedOptions& options = {});

/// Bit-line conductance from static currents at several bit-line voltages, where the pulses were taken at one only.
struct StaticConductance {
  std::vector<double> conductance_uS, sigma_uS;  ///< uS/V^k and their standard errors
};
StaticConductance staticConductance(const std::vector<Pulse>& static_data, double v_zero, double reference);

/// A fitted number with its standard error.
struct Estimate {
  double value = 0, sigma = 0;
};

/// The gain k of I_transient(y) = I_static((1 + k) y) between a static curve and the fitted current: A/V^k, lowest
/// order first, with the covariance of those coefficients (empty: taken as exact). @return nothing below 9 static
/// points
std::optional<Estimate> storageCoupling(const std::vector<Pulse>& static_data,
                                        const std::vector<double>& transient_current,
                                        const std::vector<std::vector<double>>& covariance, double v_zero);

}  // namespace gaincell::fit
