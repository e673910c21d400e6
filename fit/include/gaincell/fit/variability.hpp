#pragma once
/// @file
/// Distributions over Monte-Carlo samples.

#include <array>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::fit {

/// Joint distribution of the columns of `samples` (rows: samples). A variable whose normality is rejected (p < 0.01) is
/// given a Johnson SU transform (J. F. Slifker, S. S. Shapiro, Technometrics 22, 239-246, 1980) where that describes it
/// better and keeps its standard deviation within 2 %.
/// @throws Error FIT-0008 fewer than 20 samples; FIT-0003 a value is not finite
model::JointDistribution fitJoint(const std::vector<std::string>& names,
                                  const std::vector<std::vector<double>>& samples);

/// What drawing from a fitted cell distribution gives back at the stored levels, against the samples themselves.
struct Reproduction {
  std::vector<double> level_V;
  std::vector<double> sigma_samples_A, sigma_model_A;  ///< standard deviation of the current at each level
  double worst_sigma_ratio = 1;                        ///< model / samples, the one farthest from 1
  double worst_correlation_error = 0;                  ///< largest |difference| of a correlation between two levels
};

struct CellVariability {
  model::JointDistribution distribution;  ///< deviations of c0..c3 in uA/V^k, sign convention IntoBitLine
  std::array<double, 4> sigma_uA{};       ///< standard deviation of c0..c3 over the samples
  std::array<double, 4> shift_uA{};       ///< mean of the samples' coefficients minus the nominal ones
  Reproduction reproduction;              ///< by the cubic
  model::CurveVariation curve;            ///< of the whole curve, sign convention IntoBitLine
  Reproduction curve_reproduction;        ///< by the whole curve
  std::size_t left_out = 0;               ///< samples with missing values
};

/// The column of a figure in a table of samples: "name" or "name_UNIT". @return columns.size() when there is none
std::size_t figureColumn(const support::Table& samples, const std::string& name);

/// From a table with columns i_level_0 .. i_level_N (A) at equally spaced stored voltages 0 .. vdd: a cubic about
/// v_zero through each sample's levels, deviations from the mean over the samples. The mean shift against `nominal` is
/// reported, not modelled: it holds the difference between the two ways of measuring as well.
/// A cubic cannot bend at every place where a threshold shifts the current, so beside it stands the whole curve: the
/// fewest principal components (I. T. Jolliffe, Principal Component Analysis, 2nd ed., 2002) of the levels' currents
/// whose draws give spread and correlations at every level back within 2.5 % and 0.025.
/// @throws Error FIT-0008 fewer than 20 samples or fewer than 5 level columns
CellVariability fitCellVariability(const support::Table& samples, const model::Cell& nominal, double vdd);

/// Half width of the 95 % interval of a standard deviation of `samples` normal values.
double sigmaHalfWidth(double sigma, std::size_t samples);

/// Sigma of a converter's gain (relative to its mean) and of its offset (s); of a signed converter the larger of both
/// signs.
struct ConverterSpread {
  double gain_sigma = 0, offset_sigma = 0;
};
/// From columns "gain" and "offset" (s), or "gain_plus", "offset_plus", "gain_minus" and "offset_minus".
ConverterSpread converterSpread(const support::Table& samples);

/// Relative gain and offset (ns) of converters from columns "gain" and "offset" (s), or "gain_plus", "offset_plus",
/// "gain_minus" and "offset_minus", which become negative_gain and negative_offset_ns.
model::JointDistribution fitConverterVariability(const support::Table& samples);

/// Mean, spread and extremes of slope, offset, INL and saturation of every sign, and of the charge where the sign
/// turns: those whose columns are there (docs/fitting.md). @param lsb_s width of one output level
model::FigureSpread converterFigures(const support::Table& samples, double lsb_s);

}  // namespace gaincell::fit
