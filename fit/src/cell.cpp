#include "gaincell/fit/cell.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace gaincell::fit {

namespace {

std::size_t columnOr(const support::Table& table, const char* name, std::size_t none) {
  const auto it = std::find(table.columns.begin(), table.columns.end(), name);
  return it == table.columns.end() ? none : static_cast<std::size_t>(it - table.columns.begin());
}

bool finite(const Pulse& p) {
  return std::isfinite(p.v_storage) && std::isfinite(p.width) && std::isfinite(p.v_bit_line) && std::isfinite(p.charge);
}

}  // namespace

std::vector<Pulse> pulses(const support::Table& table, double reference) {
  const std::size_t v = table.column("v_storage_V"), w = table.column("width_s"), q = table.column("charge_C");
  const std::size_t bl = columnOr(table, "v_bl_V", table.columns.size());
  std::vector<Pulse> out;
  for (const auto& row : table.rows) {
    const Pulse p{row[v], row[w], bl < row.size() ? row[bl] : reference, row[q]};
    if (finite(p)) out.push_back(p);
  }
  return out;
}

std::vector<Pulse> staticPulses(const support::Table& table, double reference, double width) {
  const std::size_t v = table.column("v_storage_V"), i = table.column("i_bl_A");
  const std::size_t bl = columnOr(table, "v_bl_V", table.columns.size());
  std::vector<Pulse> out;
  for (const auto& row : table.rows) {
    const Pulse p{row[v], width, bl < row.size() ? row[bl] : reference, row[i] * width};
    if (finite(p)) out.push_back(p);
  }
  return out;
}

std::vector<Pulse> atStoredLevels(const std::vector<Pulse>& data, int levels, double vdd) {
  if (levels < 2) return data;
  const double step = vdd / (levels - 1);
  std::vector<Pulse> out;
  std::set<long> met;
  for (const Pulse& p : data) {
    const double level = p.v_storage / step;
    if (std::fabs(level - std::round(level)) > 0.25) continue;
    met.insert(std::lround(level));
    out.push_back(p);
  }
  return met.size() < 4 ? data : out;
}

CellFit fitCubic(const std::vector<Pulse>& all, double v_zero, double reference, Robust robust) {
  CellFit out;
  Design design{4, {}};
  std::vector<double> charge;
  double most_charge = 0, most_current = 0, low = 1e9, high = -1e9;
  for (const Pulse& p : all) {
    if (std::fabs(p.v_bit_line - reference) > 1e-6) continue;
    const double y = p.v_storage - v_zero;
    for (const double basis : {1.0, y, y * y, y * y * y}) design.x.push_back(basis * p.width);
    charge.push_back(p.charge);
    out.data.push_back(p);
    most_charge = std::max(most_charge, std::fabs(p.charge));
    if (p.width > 0) most_current = std::max(most_current, std::fabs(p.charge / p.width));
    low = std::min(low, p.v_storage);
    high = std::max(high, p.v_storage);
  }
  out.regression = leastSquares(design, charge, "cubic of the cell current", robust);
  const Regression& r = out.regression;
  model::Cell& cell = out.cell;
  cell.v_zero_V = v_zero;
  cell.covariance.assign(4, std::vector<double>(4));
  for (std::size_t i = 0; i < 4; ++i) {
    cell.coefficients_uA[i] = r.coefficients[i] * 1e6;
    for (std::size_t j = 0; j < 4; ++j) cell.covariance[i][j] = r.covariance[i][j] * 1e12;
  }
  cell.domain_V = {low, high};
  cell.nrmse = r.rms() / most_charge;
  cell.full_scale_uA = most_current * 1e6;
  cell.r2 = r.r2;
  cell.points = static_cast<int>(r.points);
  return out;
}

StaticConductance staticConductance(const std::vector<Pulse>& static_data, double v_zero, double reference) {
  constexpr int kCurrent = 8, kConductance = 4;
  Design design{kCurrent + kConductance + 2, {}};
  std::vector<double> current;
  for (const Pulse& p : static_data) {
    const double y = p.v_storage - v_zero;
    double basis = 1;
    for (int k = 0; k <= kCurrent; ++k, basis *= y) design.x.push_back(basis);
    basis = reference - p.v_bit_line;
    for (int k = 0; k <= kConductance; ++k, basis *= y) design.x.push_back(basis);
    current.push_back(p.charge / p.width);
  }
  const Regression fit = leastSquares(design, current, "bit-line conductance", Robust::No);
  StaticConductance out;
  for (std::size_t k = kCurrent + 1; k < fit.coefficients.size(); ++k) {
    out.conductance_uS.push_back(fit.coefficients[k] * 1e6);
    out.sigma_uS.push_back(std::sqrt(fit.covariance[k][k]) * 1e6);
  }
  return out;
}

namespace {

double horner(const std::vector<double>& c, double y) {
  double sum = 0;
  for (auto it = c.rbegin(); it != c.rend(); ++it) sum = sum * y + *it;
  return sum;
}

double slopeOf(const std::vector<double>& c, double y) {
  double sum = 0;
  for (std::size_t k = c.size() - 1; k > 0; --k) sum = sum * y + static_cast<double>(k) * c[k];
  return sum;
}

/// g' C g
double varianceAlong(const std::vector<double>& g, const std::vector<std::vector<double>>& covariance) {
  double sum = 0;
  for (std::size_t i = 0; i < covariance.size(); ++i)
    for (std::size_t j = 0; j < covariance.size(); ++j) sum += g[i] * covariance[i][j] * g[j];
  return sum;
}

void addPowers(std::vector<double>& to, double y, double weight) {
  for (double& x : to) x += weight, weight *= y;
}

}  // namespace

std::optional<Estimate> storageCoupling(const std::vector<Pulse>& static_data,
                                        const std::vector<double>& transient_current,
                                        const std::vector<std::vector<double>>& covariance, double v_zero) {
  constexpr std::size_t kStatic = 8;
  Design design{kStatic, {}};
  std::vector<double> current;
  double reach = 0;
  for (const Pulse& p : static_data) {
    const double y = p.v_storage - v_zero;
    double basis = 1;
    for (std::size_t k = 0; k < kStatic; ++k, basis *= y) design.x.push_back(basis);
    current.push_back(p.charge / p.width);
    reach = std::max(reach, std::fabs(y));
  }
  if (design.rows() <= kStatic) return std::nullopt;
  const Regression fixed = leastSquares(design, current, "static curve", Robust::No);
  // The stretched argument must stay inside the static data, so the comparison uses the inner part of the range.
  std::vector<double> compared;
  for (int i = -20; i <= 20; ++i) compared.push_back(0.75 * reach * i / 20);
  const auto misfit = [&](double k) {
    double sum = 0;
    for (const double y : compared) {
      const double d = horner(transient_current, y) - horner(fixed.coefficients, (1 + k) * y);
      sum += d * d;
    }
    return sum;
  };
  double a = -0.3, b = 0.3;
  constexpr double kGolden = 0.6180339887498949;
  for (int i = 0; i < 60; ++i) {
    const double c = b - kGolden * (b - a), d = a + kGolden * (b - a);
    (misfit(c) < misfit(d) ? b : a) = misfit(c) < misfit(d) ? d : c;
  }
  const double k = (a + b) / 2;
  // Linearised: dk = sum D (dT - dS) / sum D^2, D = y S'((1 + k) y), of the errors dT and dS of both curves.
  std::vector<double> by_transient(transient_current.size(), 0.0), by_static(kStatic, 0.0);
  double squares = 0;
  for (const double y : compared) {
    const double d = y * slopeOf(fixed.coefficients, (1 + k) * y);
    squares += d * d;
    addPowers(by_transient, y, d);
    addPowers(by_static, (1 + k) * y, d);
  }
  const double variance = varianceAlong(by_transient, covariance) + varianceAlong(by_static, fixed.covariance);
  return Estimate{k, std::sqrt(variance) / squares};
}

}  // namespace gaincell::fit
