#include "gaincell/fit/converter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include "faults.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;

namespace {

Plateau plateauOf(const std::vector<Operation>& data) {
  double most = 0;
  for (const Operation& o : data) most = std::max(most, o.width);
  if (!(most > 0))
    throw Error(kNoPulse, "the converter gave no pulse at any charge", "", "sweep the charge to 1.5 of full scale");
  std::vector<double> top;
  for (const Operation& o : data)
    if (o.width >= 0.99 * most) top.push_back(o.width);
  Plateau out{median(top), 0, top.size()};
  // The median of n normal values has sqrt(pi/2) times the standard error of their mean.
  if (top.size() > 1) out.sigma = 1.2533 * standardDeviation(top) / std::sqrt(static_cast<double>(top.size()));
  return out;
}

/// Straight line width = offset + |charge| / slope over one sign.
BranchFit fitBranch(const std::vector<Operation>& data, double sign, double saturated, const std::string& what) {
  Design design{2, {}};
  std::vector<double> width;
  for (const Operation& o : data) {
    if (o.sign * sign < 0 || o.charge * sign <= 0 || o.width < 0.05 * saturated || o.width > 0.95 * saturated) continue;
    design.x.insert(design.x.end(), {1.0, std::fabs(o.charge)});
    width.push_back(o.width);
  }
  const Regression r = leastSquares(design, width, what);
  if (!(r.coefficients[1] > 0))
    throw Error(kNoPulse, fmt::format("the pulse width of the {} does not rise with the charge", what), "",
                "check sign and unit of charge_C");
  BranchFit out;
  out.slope = 1 / r.coefficients[1];
  out.offset = r.coefficients[0];
  out.slope_sigma = out.slope * out.slope * std::sqrt(r.covariance[1][1]);
  out.offset_sigma = std::sqrt(r.covariance[0][0]);
  out.rms = r.rms();
  out.max = r.maxAbsResidual();
  out.points = r.points;
  return out;
}

model::Converter fromBranch(const BranchFit& b, double saturated, const ConverterOptions& options) {
  model::Converter c;
  c.slope_fC_per_ns = b.slope * 1e6;  // C/s = 1e15 fC / 1e9 ns
  c.offset_ns = b.offset * 1e9;
  c.saturation_ns = saturated * 1e9;
  c.s_sat_uA = (saturated - b.offset) * b.slope / options.pulse_max * 1e6;
  c.lsb_ns = options.lsb * 1e9;
  c.residual_rms_ns = b.rms * 1e9;
  c.residual_max_ns = b.max * 1e9;
  return c;
}

/// Mean error per charge against `line(charge)`, charges increasing.
model::InlTable inlTable(const std::vector<Operation>& data, const std::function<double(const Operation&)>& line) {
  std::map<double, std::pair<double, int>> sums;
  for (const Operation& o : data) {
    auto& [sum, n] = sums[o.charge];
    sum += o.width - line(o);
    ++n;
  }
  model::InlTable out;
  for (const auto& [charge, sum] : sums) {
    out.charge_fC.push_back(charge * 1e15);
    out.error_ns.push_back(sum.first / sum.second * 1e9);
  }
  return out;
}

/// A converter that swallows short pulses shows as a zero width where the line says a good part of an LSB.
double shortestPulse(const std::vector<Operation>& data, const BranchFit& line, double sign, double lsb) {
  double shortest = HUGE_VAL;
  bool dead = false;
  for (const Operation& o : data) {
    const double charge = sign * o.charge;
    if (charge <= 0) continue;
    if (o.width > 0) shortest = std::min(shortest, o.width);
    if (o.width == 0 && line.offset + charge / line.slope > 0.2 * lsb) dead = true;
  }
  return dead && std::isfinite(shortest) ? shortest : 0;
}

/// Median of charge over step of the bit line, where the pulse is neither short nor clamped.
std::optional<double> integrationCapacitance(const std::vector<Operation>& data, double saturated) {
  std::vector<double> c;
  for (const Operation& o : data)
    if (o.width > 0.05 * saturated && o.width < 0.95 * saturated && o.bit_line * o.charge > 0)
      c.push_back(o.charge / o.bit_line);
  return c.empty() ? std::nullopt : std::optional(median(std::move(c)));
}

void warnSaturation(const std::vector<Operation>& data, const BranchFit& b, double saturated,
                    std::vector<std::string>& warnings) {
  double most = 0;
  for (const Operation& o : data) most = std::max(most, std::fabs(o.charge));
  if (b.offset + most / b.slope < 1.02 * saturated)
    warnings.push_back(
        "the sweep ends before the converter saturates: saturation and s_sat are those of the largest charge");
}

}  // namespace

std::vector<Operation> operations(const support::Table& table) {
  const std::size_t q = table.column("charge_C"), w = table.column("width_s");
  const auto optional = [&](const char* name) {
    return static_cast<std::size_t>(std::find(table.columns.begin(), table.columns.end(), name) -
                                    table.columns.begin());
  };
  const std::size_t sign = optional("sign"), bl = optional("bit_line_V");
  std::vector<Operation> out;
  for (const auto& row : table.rows)
    if (std::isfinite(row[q]) && std::isfinite(row[w]))
      out.push_back({row[q], row[w], sign < row.size() ? row[sign] : 1, bl < row.size() ? row[bl] : std::nan("")});
  return out;
}

ReluFit fitRelu(const std::vector<Operation>& data, const ConverterOptions& options) {
  ReluFit out;
  out.saturation = plateauOf(data);
  const double saturated = out.saturation.width;
  out.branch = fitBranch(data, 1, saturated, "ReLU converter");
  model::Converter& c = out.converter;
  c = fromBranch(out.branch, saturated, options);
  c.inl = inlTable(data, [&](const Operation& o) {
    return std::clamp(out.branch.offset + o.charge / out.branch.slope, 0.0, saturated);
  });
  c.min_pulse_ns = shortestPulse(data, out.branch, 1, options.lsb) * 1e9;
  c.integration_capacitance_F = integrationCapacitance(data, saturated);
  warnSaturation(data, out.branch, saturated, out.warnings);
  return out;
}

SignedFit fitSigned(const std::vector<Operation>& data, const ConverterOptions& options) {
  SignedFit out;
  out.saturation = plateauOf(data);
  const double saturated = out.saturation.width;
  out.positive = fitBranch(data, 1, saturated, "signed converter, positive charge");
  out.negative = fitBranch(data, -1, saturated, "signed converter, negative charge");
  model::SignedConverter& c = out.converter;
  c.positive = fromBranch(out.positive, saturated, options);
  c.negative_slope_fC_per_ns = out.negative.slope * 1e6;
  c.negative_offset_ns = out.negative.offset * 1e9;
  double highest_negative = -HUGE_VAL, lowest_positive = HUGE_VAL;
  for (const Operation& o : data) {
    if (o.sign < 0) highest_negative = std::max(highest_negative, o.charge);
    if (o.sign > 0) lowest_positive = std::min(lowest_positive, o.charge);
  }
  if (std::isfinite(highest_negative) && std::isfinite(lowest_positive)) {
    c.sign_threshold_fC = (highest_negative + lowest_positive) / 2 * 1e15;
    c.sign_threshold_uncertainty_fC = std::fabs(lowest_positive - highest_negative) / 2 * 1e15;
    if (highest_negative > lowest_positive)
      out.warnings.push_back("the sign bit flips more than once over the charge sweep");
  }
  c.positive.inl = inlTable(data, [&](const Operation& o) {
    const BranchFit& b = o.charge * 1e15 >= c.sign_threshold_fC ? out.positive : out.negative;
    const double magnitude = o.charge * 1e15 >= c.sign_threshold_fC ? o.charge : -o.charge;
    return std::clamp(b.offset + magnitude / b.slope, 0.0, saturated);
  });
  c.positive.min_pulse_ns = 1e9 * std::max(shortestPulse(data, out.positive, 1, options.lsb),
                                           shortestPulse(data, out.negative, -1, options.lsb));
  c.positive.residual_rms_ns = std::max(out.positive.rms, out.negative.rms) * 1e9;
  c.positive.residual_max_ns = std::max(out.positive.max, out.negative.max) * 1e9;
  c.positive.integration_capacitance_F = integrationCapacitance(data, saturated);
  warnSaturation(data, out.positive, saturated, out.warnings);
  return out;
}

void addEnergy(model::Converter& converter, const support::Table& energy) {
  std::map<double, std::pair<double, int>> sums;
  const std::size_t q = energy.column("charge_C"), e = energy.column("total_J");
  for (const auto& row : energy.rows) {
    if (!std::isfinite(row[q]) || !std::isfinite(row[e])) continue;
    sums[row[q]].first += row[e];
    ++sums[row[q]].second;
  }
  for (const auto& [charge, sum] : sums) {
    converter.energy_charge_fC.push_back(charge * 1e15);
    converter.energy_J.push_back(sum.first / sum.second);
  }
}

}  // namespace gaincell::fit
