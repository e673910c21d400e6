#pragma once
/// @file
/// The plots of the project, each made from plain numbers. All take SI units and set id, title, axes and captions;
/// the caller adds `command` and `files`.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gaincell/report/report.hpp"

namespace gaincell::report {

/// I(V) of the cell: nominal, Monte-Carlo band, cubic fit and its residual.
struct CurrentVoltage {
  std::vector<double> v, i;                       ///< V, A: nominal
  std::vector<double> spread_v, low, mean, high;  ///< V, A: Monte-Carlo; empty when none was run
  std::string spread_label;                       ///< "mean +- 3 sigma of 300 samples"
  std::vector<double> coefficients;               ///< A, A/V, ... about v_zero, same sign as `i`; empty: no fit
  double v_zero = 0.45;                           ///< V
};
Plot currentVoltagePlot(const CurrentVoltage& data);

/// The spread of one figure over the samples of a Monte-Carlo study.
struct Spread {
  std::string name, unit, title;   ///< "tau_high", "s"
  std::vector<double> values;      ///< NaN: failed
  support::Table histogram;        ///< "low", "high", "count"
  support::Table quantiles;        ///< "normal_quantile", "value"
  std::optional<double> min, max;  ///< the specification's limits
};
/// Histogram with the limits, and the quantiles against those of a normal distribution (Q-Q): a straight line where the
/// figure is normal.
Plot spreadPlot(const Spread& data, const std::string& id);

/// Writes script, data and picture of a single plot to `folder`, which must exist; returns the picture.
/// @throws Error (RPT-0002, RPT-0003)
std::filesystem::path writePlot(const Plot& plot, const std::filesystem::path& folder, support::Overwrite overwrite);

/// A recorded curve with a name.
struct Trace {
  std::string label;
  std::vector<double> x, y;
};

/// One stored value that decays, with its exponential fit v_end + (v_start - v_end) exp(-t / tau).
struct Decay {
  Trace trace;  ///< s, V
  std::optional<double> tau, v_end, v_start;
};
Plot storageDecayPlot(const std::vector<Decay>& decays);

/// Storage voltage during the writes of all levels. `half_level` is half the distance of two levels, V.
Plot writeSettlingPlot(const std::vector<Trace>& levels, double half_level);

/// Pulse width against charge with the ideal line, and below it the error and the INL in LSB.
struct Transfer {
  std::string id, title;
  std::vector<double> charge, width, ideal;  ///< C, s, s (signed widths for the signed converter)
  double lsb = 1e-9;                         ///< s
  std::vector<double> residual = {};  ///< LSB from the fitted line (INL), NaN outside its range; empty: not drawn
  double limit_lsb = 0;               ///< drawn in the error panel when > 0
};
Plot transferPlot(const Transfer& data);

/// One quantity against another that should be equal, with the identity line and the differences below.
struct Scatter {
  std::string id, title, name, unit;  ///< name "S", unit as shown
  std::string x_name, y_name;         ///< "behavioral model", "SPICE"
  std::vector<double> x, y;           ///< times `scale` is shown in `unit`
  double scale = 1;
  std::string summary;  ///< "NRMSE 0.4 % of full scale, R2 0.9999"
};
Plot scatterPlot(const Scatter& data);

/// Histogram with the normal curve of the same mean and sigma and optional limits; below it the Q-Q plot.
struct Distribution {
  std::string id, title, name, unit;
  std::vector<double> samples;  ///< finite; times `scale` is shown in `unit`
  double scale = 1;
  std::optional<double> min, max;  ///< limits, same unit as samples
};
Plot distributionPlot(const Distribution& data);

/// Curves over a common time axis, one panel for each group.
struct WaveformGroup {
  std::string y_label;
  double y_scale = 1;
  std::vector<Trace> traces;  ///< s, SI
};
Plot waveformPlot(const std::string& id, const std::string& title, const std::vector<WaveformGroup>& groups,
                  double time_scale, const std::string& time_unit);

/// Shares of a whole as a pie. The text of each is written in the key.
Plot piePlot(const std::string& id, const std::string& title, const std::string& quantity,
             const std::vector<Bar>& parts);

/// Named quantities as bars ("area of a tile", "energy of a token", "error budget"); logarithmic when asked.
Plot barPlot(const std::string& id, const std::string& title, const std::string& x_label, const std::vector<Bar>& bars,
             bool logarithmic = false);

}  // namespace gaincell::report
