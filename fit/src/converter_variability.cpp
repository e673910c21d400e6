// Spread of converters over Monte-Carlo samples.

#include <algorithm>
#include <cmath>
#include <functional>

#include "gaincell/fit/regression.hpp"
#include "gaincell/fit/variability.hpp"
#include "samples.hpp"

namespace gaincell::fit {

namespace {

bool has(const support::Table& samples, const std::string& figure) {
  return figureColumn(samples, figure) < samples.columns.size();
}

/// Endings of the columns of each sign.
std::vector<std::string> signsOf(const support::Table& samples) {
  return has(samples, "gain_plus") ? std::vector<std::string>{"_plus", "_minus"} : std::vector<std::string>{""};
}

/// The columns that are given, of every sample that has them all.
std::vector<std::vector<double>> completeRows(const support::Table& samples, const std::vector<std::string>& figures) {
  std::vector<std::size_t> columns;
  for (const auto& figure : figures) {
    columns.push_back(figureColumn(samples, figure));
    if (columns.back() == samples.columns.size()) samples.column(figure);  // refuses by name
  }
  std::vector<std::vector<double>> out;
  for (const auto& row : samples.rows) {
    std::vector<double> values;
    values.reserve(columns.size());
    for (const std::size_t c : columns) values.push_back(row[c]);
    if (std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); }))
      out.push_back(std::move(values));
  }
  requireSamples(out.size());
  return out;
}

std::vector<double> columnOf(const std::vector<std::vector<double>>& rows, std::size_t k) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row[k]);
  return out;
}

}  // namespace

double sigmaHalfWidth(double sigma, std::size_t samples) {
  return 1.96 * sigma / std::sqrt(2 * (static_cast<double>(samples) - 1));
}

ConverterSpread converterSpread(const support::Table& samples) {
  ConverterSpread worst;
  for (const std::string& sign : signsOf(samples)) {
    const auto rows = completeRows(samples, {"gain" + sign, "offset" + sign});
    const auto gain = columnOf(rows, 0);
    worst.gain_sigma = std::max(worst.gain_sigma, standardDeviation(gain) / mean(gain));
    worst.offset_sigma = std::max(worst.offset_sigma, standardDeviation(columnOf(rows, 1)));
  }
  return worst;
}

model::JointDistribution fitConverterVariability(const support::Table& samples) {
  std::vector<std::string> figures;
  for (const std::string& sign : signsOf(samples))
    if (has(samples, "gain" + sign)) figures.insert(figures.end(), {"gain" + sign, "offset" + sign});
  if (figures.empty()) figures = {"gain", "offset"};
  auto rows = completeRows(samples, figures);
  for (std::size_t k = 0; k < figures.size(); ++k) {
    const double centre = mean(columnOf(rows, k));
    for (auto& row : rows) row[k] = k % 2 == 0 ? row[k] / centre - 1 : (row[k] - centre) * 1e9;
  }
  std::vector<std::string> names = {"gain", "offset_ns", "negative_gain", "negative_offset_ns"};
  names.resize(figures.size());
  return fitJoint(names, rows);
}

model::FigureSpread converterFigures(const support::Table& samples, double lsb_s) {
  model::FigureSpread out;
  using Row = std::vector<double>;
  const auto put = [&](const std::string& name, const std::vector<std::string>& figures,
                       const std::function<double(const Row&)>& value) {
    if (!std::all_of(figures.begin(), figures.end(), [&](const auto& f) { return has(samples, f); })) return;
    std::vector<double> x;
    for (const Row& row : completeRows(samples, figures)) x.push_back(value(row));
    out.names.push_back(name);
    out.mean.push_back(mean(x));
    out.sigma.push_back(standardDeviation(x));
    out.smallest.push_back(*std::min_element(x.begin(), x.end()));
    out.largest.push_back(*std::max_element(x.begin(), x.end()));
    out.samples = std::max(out.samples, static_cast<int>(x.size()));
  };
  for (const std::string& sign : signsOf(samples)) {
    const std::string name = sign == "_minus" ? "negative_" : "";
    put(name + "slope_fC_per_ns", {"slope" + sign + "_s_per_C"}, [](const Row& r) { return 1e6 / r[0]; });  // from s/C
    put(name + "offset_ns", {"offset" + sign}, [](const Row& r) { return 1e9 * r[0]; });
    put(name + "inl_ns", {"inl_lsb" + sign}, [&](const Row& r) { return 1e9 * lsb_s * r[0]; });
    put(name + "saturation_ns", {"saturated_min" + sign, "saturated_max" + sign},
        [](const Row& r) { return 0.5e9 * (r[0] + r[1]); });
  }
  // The charge of one LSB is what the gain was measured against: gain = slope charge / lsb.
  put("sign_threshold_fC", {"sign_threshold_lsb", "gain_plus", "slope_plus_s_per_C"},
      [&](const Row& r) { return 1e15 * r[0] * r[1] / r[2] * lsb_s; });
  return out;
}

}  // namespace gaincell::fit
