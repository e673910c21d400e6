// Histogram and Q-Q plot of a Monte-Carlo figure.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/report/plots.hpp"
#include "gaincell/support/units.hpp"
#include "plotting.hpp"

namespace gaincell::report {

namespace {

/// Unit and factor in which values of this size are read well: 3.1e-6 A is 3.1 µA.
std::pair<std::string, double> shownIn(double largest, const std::string& unit) {
  if (unit.empty() || unit == "%" || unit == "LSB" || !(largest > 0)) return {unit, 1};
  const int group = std::clamp(static_cast<int>(std::floor(std::log10(largest) / 3)), -6, 4);
  static constexpr const char* kPrefixes[] = {"a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T"};
  return {kPrefixes[group + 6] + unit, std::pow(10.0, -3 * group)};
}

struct Moments {
  double mean = 0, sigma = 0, largest = 0;
  std::size_t count = 0;
};

Moments momentsOf(const std::vector<double>& values) {
  Moments m;
  for (const double v : values)
    if (std::isfinite(v)) m.mean += v, m.count += 1, m.largest = std::max(m.largest, std::fabs(v));
  m.mean /= static_cast<double>(m.count);
  for (const double v : values)
    if (std::isfinite(v)) m.sigma += (v - m.mean) * (v - m.mean);
  m.sigma = std::sqrt(m.sigma / static_cast<double>(m.count - 1));
  return m;
}

/// An axis from the least to the largest of values and limits, with a margin.
std::pair<double, double> rangeOf(const Spread& data, double scale) {
  double low = data.quantiles.rows.front()[1], high = data.quantiles.rows.back()[1];
  for (const auto& limit : {data.min, data.max})
    if (limit) low = std::min(low, *limit), high = std::max(high, *limit);
  double margin = 0.06 * (high - low);
  if (!(margin > 0)) margin = std::max(std::fabs(high), 1e-30) * 0.1;
  return {(low - margin) * scale, (high + margin) * scale};
}

void addLimits(Panel& panel, const Spread& data, double scale, bool vertical) {
  if (data.min) panel.markers.push_back({*data.min * scale, vertical, "min"});
  if (data.max) panel.markers.push_back({*data.max * scale, vertical, "max"});
}

}  // namespace

Plot spreadPlot(const Spread& data, const std::string& id) {
  const Moments m = momentsOf(data.values);
  const auto [unit, scale] = shownIn(m.largest, data.unit);
  const std::string axis = unit.empty() ? data.name : fmt::format("{} ({})", data.name, unit);
  Plot plot;
  plot.id = id;
  plot.title = data.title;
  plot.alt = fmt::format("Histogram and Q-Q plot of {}", data.name);
  plot.height = 640;

  Panel counts;
  counts.title = fmt::format("{} samples, mean {}, sigma {}", m.count, support::formatSi(m.mean, data.unit, 4),
                             support::formatSi(m.sigma, data.unit, 3));
  counts.x_label = axis;
  counts.y_label = "samples";
  counts.x_scale = scale;
  counts.x_range = rangeOf(data, scale);
  counts.data.columns = {"value", "count"};
  double highest = 1;
  for (const auto& bin : data.histogram.rows) {
    counts.data.addRow({bin[0], bin[2]});
    highest = std::max(highest, bin[2]);
  }
  counts.data.addRow({data.histogram.rows.back()[1], 0});
  counts.y_range = {0, 1.1 * highest};
  counts.series.push_back({"", "value", "count", "", Style::Steps, 0});
  addLimits(counts, data, scale, true);
  plot.panels.push_back(std::move(counts));

  Panel normal;
  normal.x_label = "quantile of a normal distribution (sigma)";
  normal.y_label = axis;
  normal.y_scale = scale;
  normal.y_range = rangeOf(data, scale);
  normal.data.columns = {"normal_quantile", "value", "normal"};
  for (const auto& row : data.quantiles.rows) normal.data.addRow({row[0], row[1], m.mean + m.sigma * row[0]});
  normal.series.push_back({"normal with this mean and sigma", "normal_quantile", "normal", "", Style::Line, 1});
  normal.series.push_back({"samples", "normal_quantile", "value", "", Style::Points, 0});
  addLimits(normal, data, scale, false);
  plot.panels.push_back(std::move(normal));
  return plot;
}

std::filesystem::path writePlot(const Plot& plot, const std::filesystem::path& folder, support::Overwrite overwrite) {
  drawPlot(plot, folder, overwrite);
  return folder / pictureName(plot);
}

}  // namespace gaincell::report
