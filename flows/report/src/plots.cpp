#include "gaincell/report/plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gaincell/support/error.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::report {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void sameLength(const std::string& id, const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size())
    throw support::Error("RPT-0007", fmt::format("curves of {} and {} points do not fit", a.size(), b.size()), id,
                         "this is a fault of the program that fills the report; please report it");
}

/// Puts curves of different lengths side by side; what is missing is NaN.
void addColumns(support::Table& table, const std::vector<std::pair<std::string, std::vector<double>>>& columns) {
  std::size_t rows = table.rows.size();
  for (const auto& [name, values] : columns) rows = std::max(rows, values.size());
  for (auto& row : table.rows) row.resize(table.columns.size(), kNan);
  table.rows.resize(rows, std::vector<double>(table.columns.size(), kNan));
  for (const auto& [name, values] : columns) {
    table.columns.push_back(name);
    for (std::size_t i = 0; i < rows; ++i) table.rows[i].push_back(i < values.size() ? values[i] : kNan);
  }
}

Plot named(const std::string& id, const std::string& title) {
  Plot plot;
  plot.id = id;
  plot.title = title;
  return plot;
}

double polynomial(const std::vector<double>& c, double x) {
  double sum = 0;
  for (std::size_t k = c.size(); k-- > 0;) sum = sum * x + c[k];
  return sum;
}

/// One panel with a pair of columns for each trace.
Panel tracePanel(const std::string& id, const std::vector<Trace>& traces, const std::string& x, const std::string& y,
                 int first_color = 0) {
  Panel panel;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    sameLength(id, traces[i].x, traces[i].y);
    const std::string xc = fmt::format("{}_{}", x, i + 1), yc = fmt::format("{}_{}", y, i + 1);
    addColumns(panel.data, {{xc, traces[i].x}, {yc, traces[i].y}});
    panel.series.push_back({traces[i].label, xc, yc, "", Style::Line, first_color + static_cast<int>(i)});
  }
  return panel;
}

}  // namespace

Plot currentVoltagePlot(const CurrentVoltage& data) {
  sameLength("iv", data.v, data.i);
  Plot plot = named("iv", "Bit-line current against stored voltage");
  plot.caption = "Positive current flows into the bit line.";
  Panel top;
  top.x_label = "stored voltage (V)";
  top.y_label = "bit-line current (µA)";
  top.y_scale = 1e6;
  addColumns(top.data, {{"v_storage_V", data.v}, {"i_bitline_A", data.i}});
  if (!data.spread_v.empty()) {
    sameLength("iv", data.spread_v, data.low);
    sameLength("iv", data.spread_v, data.high);
    addColumns(
        top.data,
        {{"v_spread_V", data.spread_v}, {"i_low_A", data.low}, {"i_high_A", data.high}, {"i_mean_A", data.mean}});
    top.series.push_back({data.spread_label, "v_spread_V", "i_low_A", "i_high_A", Style::Band, 0});
    plot.caption += " The band is " + data.spread_label + ".";
  }
  top.series.push_back({"nominal, simulated", "v_storage_V", "i_bitline_A", "", Style::Line, 0});
  plot.alt = "Bit-line current falling with the stored voltage";
  if (!data.i.empty())
    plot.alt += fmt::format(" from {:.3g} uA at {:.3g} V to {:.3g} uA at {:.3g} V", data.i.front() * 1e6,
                            data.v.front(), data.i.back() * 1e6, data.v.back());
  if (data.coefficients.empty()) {
    plot.panels = {top};
    return plot;
  }
  std::vector<double> fit, residual;
  for (std::size_t i = 0; i < data.v.size(); ++i) {
    fit.push_back(polynomial(data.coefficients, data.v[i] - data.v_zero));
    residual.push_back(data.i[i] - fit.back());
  }
  addColumns(top.data, {{"i_fit_A", fit}});
  top.series.push_back({"cubic fit", "v_storage_V", "i_fit_A", "", Style::Dashed, 1});
  top.share = 2;
  Panel low;
  low.x_label = top.x_label;
  low.y_label = "residual (µA)";
  low.y_scale = 1e6;
  addColumns(low.data, {{"v_storage_V", data.v}, {"i_residual_A", residual}});
  low.series = {{"", "v_storage_V", "i_residual_A", "", Style::Line, 1}};
  plot.panels = {top, low};
  plot.height = 560;
  plot.caption += " Below: what the cubic fit leaves.";
  return plot;
}

Plot storageDecayPlot(const std::vector<Decay>& decays) {
  Plot plot = named("decay", "Decay of the stored voltage");
  Panel panel;
  panel.x_label = "time (ms)";
  panel.y_label = "stored voltage (V)";
  panel.x_scale = 1e3;
  std::string taus;
  for (std::size_t i = 0; i < decays.size(); ++i) {
    const Decay& d = decays[i];
    sameLength("decay", d.trace.x, d.trace.y);
    const std::string t = fmt::format("time_{}_s", i + 1), v = fmt::format("v_{}_V", i + 1),
                      f = fmt::format("fit_{}_V", i + 1);
    addColumns(panel.data, {{t, d.trace.x}, {v, d.trace.y}});
    panel.series.push_back({d.trace.label, t, v, "", Style::Line, static_cast<int>(i)});
    if (!d.tau || !d.v_end || !d.v_start) continue;
    std::vector<double> fit;
    for (const double time : d.trace.x) fit.push_back(*d.v_end + (*d.v_start - *d.v_end) * std::exp(-time / *d.tau));
    addColumns(panel.data, {{f, fit}});
    panel.series.push_back(
        {fmt::format("fit, tau = {:.3g} ms", *d.tau * 1e3), t, f, "", Style::Dashed, static_cast<int>(i) + 4});
    taus += fmt::format("{}{}: {:.3g} ms", taus.empty() ? "" : ", ", d.trace.label, *d.tau * 1e3);
  }
  plot.caption = "Dashed: exponential fits.";
  plot.alt = "Stored voltages against time" + (taus.empty() ? "" : "; fitted time constants " + taus);
  plot.panels = {panel};
  return plot;
}

Plot writeSettlingPlot(const std::vector<Trace>& levels, double half_level) {
  Plot plot = named("write", "Settling of the stored voltage while writing");
  Panel panel = tracePanel("write", levels, "time_s", "v_storage_V");
  panel.x_label = "time (ns)";
  panel.y_label = "stored voltage (V)";
  panel.x_scale = 1e9;
  plot.caption = fmt::format(
      "One curve for each of {} levels. A write is settled when it stays within half a level ({:.3g} mV) "
      "of its target.",
      levels.size(), half_level * 1e3);
  plot.alt =
      fmt::format("{} rising or falling curves of the stored voltage, one for each written level", levels.size());
  plot.panels = {panel};
  return plot;
}

Plot transferPlot(const Transfer& data) {
  sameLength(data.id, data.charge, data.width);
  sameLength(data.id, data.charge, data.ideal);
  Plot plot = named(data.id, data.title);
  std::vector<double> error;
  double worst = 0;
  for (std::size_t i = 0; i < data.width.size(); ++i) {
    error.push_back((data.width[i] - data.ideal[i]) / data.lsb);
    if (std::isfinite(error.back())) worst = std::max(worst, std::fabs(error.back()));
  }
  Panel top, low;
  top.x_label = low.x_label = "charge (pC)";
  top.x_scale = low.x_scale = 1e12;
  top.y_label = "pulse width (ns)";
  top.y_scale = 1e9;
  top.share = 1.6;
  addColumns(top.data, {{"charge_C", data.charge}, {"width_s", data.width}, {"ideal_s", data.ideal}});
  top.series = {{"ideal", "charge_C", "ideal_s", "", Style::Dashed, 7},
                {"simulated", "charge_C", "width_s", "", Style::LinePoints, 0}};
  low.y_label = "error (LSB)";
  addColumns(low.data, {{"charge_C", data.charge}, {"error_lsb", error}});
  low.series = {{"", "charge_C", "error_lsb", "", Style::LinePoints, 4}};
  if (data.limit_lsb > 0) {
    low.markers = {{data.limit_lsb, false, "limit"}, {-data.limit_lsb, false, ""}};
    const double reach = 1.25 * std::max(worst, data.limit_lsb);  // both limits stay inside the axes
    low.y_range = {-reach, reach};
  }
  plot.caption = fmt::format("Below: width minus ideal in LSB of {:.3g} ns.", data.lsb * 1e9);
  plot.alt = fmt::format("Pulse width against charge beside the ideal line; the largest difference drawn is {:.3g} LSB",
                         worst);
  plot.panels = {top, low};
  plot.height = 540;
  if (!data.residual.empty()) {
    sameLength(data.id, data.charge, data.residual);
    double inl = 0;
    for (const double r : data.residual)
      if (std::isfinite(r)) inl = std::max(inl, std::fabs(r));
    Panel residual;
    residual.x_label = top.x_label;
    residual.x_scale = top.x_scale;
    residual.y_label = "INL (LSB)";
    addColumns(residual.data, {{"charge_C", data.charge}, {"inl_lsb", data.residual}});
    residual.series = {{"", "charge_C", "inl_lsb", "", Style::LinePoints, 2}};
    plot.panels.push_back(residual);
    plot.height = 700;
    plot.caption += fmt::format(
        " At the bottom: integral nonlinearity, the distance from the line fitted from 0.05 to 0.95 of full scale for "
        "each sign; largest {:.3g} LSB.",
        inl);
  }
  return plot;
}

Plot scatterPlot(const Scatter& data) {
  sameLength(data.id, data.x, data.y);
  Plot plot = named(data.id, data.title);
  std::vector<double> difference;
  double low_end = INFINITY, high_end = -INFINITY;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    difference.push_back(data.y[i] - data.x[i]);
    if (!std::isfinite(data.x[i])) continue;
    low_end = std::min(low_end, data.x[i]);
    high_end = std::max(high_end, data.x[i]);
  }
  const std::string unit = data.unit.empty() ? "" : " (" + data.unit + ")";
  Panel top, low;
  top.x_scale = low.x_scale = top.y_scale = low.y_scale = data.scale;
  top.x_label = low.x_label = fmt::format("{}, {}{}", data.name, data.x_name, unit);
  top.y_label = fmt::format("{}, {}{}", data.name, data.y_name, unit);
  low.y_label = "difference" + unit;
  top.share = 2;
  addColumns(top.data,
             {{"x", data.x}, {"y", data.y}, {"identity_x", {low_end, high_end}}, {"identity_y", {low_end, high_end}}});
  top.series = {{"equal", "identity_x", "identity_y", "", Style::Dashed, 7},
                {data.y_name, "x", "y", "", Style::Points, 0}};
  addColumns(low.data, {{"x", data.x}, {"difference", difference}});
  low.series = {{"", "x", "difference", "", Style::Points, 4}};
  plot.caption = data.summary;
  plot.alt = fmt::format("{} of {} against {}, {} points around the line of equality. {}", data.name, data.y_name,
                         data.x_name, data.x.size(), data.summary);
  plot.panels = {top, low};
  plot.height = 600;
  return plot;
}

Plot distributionPlot(const Distribution& data) {
  if (data.samples.size() < 2)
    throw support::Error("RPT-0008", "a distribution needs at least two samples", data.id, "run more samples");
  std::vector<double> sorted = data.samples;
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  double mean = 0, variance = 0;
  for (const double s : sorted) mean += s / n;
  for (const double s : sorted) variance += (s - mean) * (s - mean) / (n - 1);
  const double sigma = std::sqrt(variance);

  // Width of bins after Freedman and Diaconis (1981): 2 IQR n^(-1/3); one bin when all samples are equal.
  const double quartiles =
      sorted[static_cast<std::size_t>(0.75 * (n - 1))] - sorted[static_cast<std::size_t>(0.25 * (n - 1))];
  const double span = sorted.back() - sorted.front();
  double width = 2 * quartiles / std::cbrt(n);
  if (!(width > 0)) width = span > 0 ? span : std::max(std::fabs(mean) * 1e-3, 1e-30);
  const int bins = std::clamp(static_cast<int>(std::ceil(span / width)), 1, 80);
  width = bins == 1 ? width : span / bins;
  std::vector<double> edges, counts(static_cast<std::size_t>(bins), 0.0), curve_x, curve;
  for (const double s : sorted)
    ++counts[static_cast<std::size_t>(std::clamp(static_cast<int>((s - sorted.front()) / width), 0, bins - 1))];
  for (int i = 0; i < bins; ++i) edges.push_back(sorted.front() + i * width);
  edges.push_back(sorted.front() + bins * width);
  counts.push_back(0.0);
  for (int i = -80; i <= 80 && sigma > 0; ++i) {
    const double z = i / 20.0;
    curve_x.push_back(mean + z * sigma);
    curve.push_back(n * width / (sigma * std::sqrt(2 * std::numbers::pi)) * std::exp(-z * z / 2));
  }
  std::vector<double> quantile;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    quantile.push_back(mean + sigma * support::normalQuantile((static_cast<double>(i) + 0.5) / n));

  const std::string unit = data.unit.empty() ? "" : " (" + data.unit + ")";
  Panel top, low;
  top.x_scale = low.x_scale = low.y_scale = data.scale;
  top.x_label = data.name + unit;
  top.y_label = "samples in a bin";
  top.share = 1.3;
  addColumns(top.data, {{"bin_start", edges}, {"count", counts}, {"normal_x", curve_x}, {"normal", curve}});
  top.series = {{fmt::format("{} samples", sorted.size()), "bin_start", "count", "", Style::Steps, 0}};
  if (!curve.empty()) top.series.push_back({"normal, same mean and sigma", "normal_x", "normal", "", Style::Line, 1});
  if (data.min) top.markers.push_back({*data.min * data.scale, true, "min"});
  if (data.max) top.markers.push_back({*data.max * data.scale, true, "max"});
  low.x_label = "quantile of the normal" + unit;
  low.y_label = "sample" + unit;
  addColumns(low.data, {{"normal_quantile", quantile},
                        {"sample", sorted},
                        {"line_x", {quantile.front(), quantile.back()}},
                        {"line_y", {quantile.front(), quantile.back()}}});
  low.series = {{"normal", "line_x", "line_y", "", Style::Dashed, 7},
                {"samples", "normal_quantile", "sample", "", Style::Points, 0}};
  Plot plot = named(data.id, data.title);
  plot.caption = fmt::format(
      "Mean {:.4g}, sigma {:.3g} {} over {} samples. Below: quantiles against those of a normal "
      "distribution; a straight line means normal.",
      mean * data.scale, sigma * data.scale, data.unit, sorted.size());
  plot.alt = fmt::format("Histogram of {} with mean {:.4g} and sigma {:.3g} {}, and its quantile plot", data.name,
                         mean * data.scale, sigma * data.scale, data.unit);
  plot.panels = {top, low};
  plot.height = 600;
  return plot;
}

Plot waveformPlot(const std::string& id, const std::string& title, const std::vector<WaveformGroup>& groups,
                  double time_scale, const std::string& time_unit) {
  Plot plot = named(id, title);
  std::string names;
  for (const WaveformGroup& g : groups) {
    Panel panel = tracePanel(id, g.traces, "time_s", "value");
    panel.x_label = "time (" + time_unit + ")";
    panel.y_label = g.y_label;
    panel.x_scale = time_scale;
    panel.y_scale = g.y_scale;
    for (const Trace& t : g.traces) names += (names.empty() ? "" : ", ") + t.label;
    plot.panels.push_back(std::move(panel));
  }
  plot.caption = "Simulated waveforms.";
  plot.alt = "Waveforms against time: " + names;
  plot.height = 60 + 220 * static_cast<int>(groups.size());
  return plot;
}

Plot piePlot(const std::string& id, const std::string& title, const std::string& quantity,
             const std::vector<Bar>& parts) {
  Plot plot = barPlot(id, title, quantity, parts);
  plot.panels[0].pie = true;
  plot.height = std::max(320, 60 + 48 * static_cast<int>(parts.size()));
  return plot;
}

Plot barPlot(const std::string& id, const std::string& title, const std::string& x_label, const std::vector<Bar>& bars,
             bool logarithmic) {
  Plot plot = named(id, title);
  Panel panel;
  panel.x_label = x_label;
  panel.bars = bars;
  panel.log_x = logarithmic;
  plot.alt = title + ", " + x_label + ": ";
  for (std::size_t i = 0; i < bars.size(); ++i)
    plot.alt += fmt::format("{}{} {}", i ? "; " : "", bars[i].label,
                            bars[i].text.empty() ? fmt::format("{:.3g}", bars[i].value) : bars[i].text);
  if (logarithmic) plot.caption = "The axis is logarithmic.";
  plot.panels = {panel};
  plot.height = 90 + 34 * static_cast<int>(bars.size());
  return plot;
}

}  // namespace gaincell::report
