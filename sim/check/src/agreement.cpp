#include "agreement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "gaincell/sim/pulse.hpp"

namespace gaincell::check {

namespace {

constexpr double kLeastVariation = 1e-3;  // of full scale: below it R2 would compare noise with noise

int codeDifference(const ComparedPoint& p, double full_scale, std::size_t form, int top) {
  return outputCode(p.model[form], full_scale, top) - outputCode(p.spice, full_scale, top);
}

/// rms of the difference of two forms / full scale.
double moved(const std::vector<ComparedPoint>& points, double full_scale, std::size_t a, std::size_t b) {
  double squares = 0;
  for (const auto& p : points) squares += (p.model[a] - p.model[b]) * (p.model[a] - p.model[b]);
  return std::sqrt(squares / static_cast<double>(points.size())) / full_scale;
}

}  // namespace

int outputCode(double value, double full_scale, int top) {
  // One clock per LSB: widths are counted in LSB here.
  return sim::signedCode({1.0, top}, std::fabs(value) / full_scale * top, value >= 0);
}

Agreement agreementOf(const std::vector<ComparedPoint>& points, double full_scale, std::size_t form, int top) {
  Agreement a;
  double squares = 0, mean = 0, variance = 0;
  const double n = static_cast<double>(points.size());
  for (const auto& p : points) mean += p.spice / n;
  for (const auto& p : points) {
    const double d = p.model[form] - p.spice;
    squares += d * d;
    variance += (p.spice - mean) * (p.spice - mean);
    a.bias += d / n / full_scale;
    a.max = std::max(a.max, std::fabs(d) / full_scale);
    const int codes = std::abs(codeDifference(p, full_scale, form, top));
    if (codes > 0) a.code_error += 1 / n;
    if (codes > 1) a.beyond_lsb += 1 / n;
  }
  a.nrmse = std::sqrt(squares / n) / full_scale;
  const bool vary = std::sqrt(variance / n) > kLeastVariation * full_scale;
  a.r2 = vary ? 1 - squares / variance : std::numeric_limits<double>::quiet_NaN();
  return a;
}

std::vector<std::size_t> codeDifferences(const std::vector<ComparedPoint>& points, double full_scale, std::size_t form,
                                         int top) {
  std::vector<std::size_t> count(7);
  for (const auto& p : points)
    ++count[static_cast<std::size_t>(std::clamp(codeDifference(p, full_scale, form, top) + 3, 0, 6))];
  return count;
}

std::vector<BudgetEntry> errorBudget(const TileComparison& c, const std::vector<ComparedPoint>& points,
                                     double full_scale, bool counted) {
  std::vector<BudgetEntry> budget;
  const double first = agreementOf(points, full_scale, 0, c.top).nrmse;
  const std::size_t full = fullForm(c.forms);
  double before = first;
  for (std::size_t f = 1; f < c.forms.size() && !c.forms[f].leave_out; ++f) {
    if (c.forms[f].counted && !counted) break;  // it is the last
    const double after = agreementOf(points, full_scale, f, c.top).nrmse;
    // The form that is the plain cubic adds the storage coupling.
    const bool coupling = f == plainForm(c.forms);
    BudgetEntry entry{coupling ? "storage coupling" : c.forms[f].name,
                      before,
                      after,
                      first > 0 ? (before * before - after * after) / (first * first) : 0,
                      std::numeric_limits<double>::quiet_NaN(),
                      std::numeric_limits<double>::quiet_NaN()};
    for (std::size_t g = f; g < c.forms.size(); ++g)
      if (c.forms[g].leave_out && c.forms[g].name == entry.effect)
        entry.without = agreementOf(points, full_scale, g, c.top).nrmse,
        entry.moves = moved(points, full_scale, full, g);
    budget.push_back(entry);
    before = after;
  }
  return budget;
}

support::Table columnMap(const TileComparison& c, const std::vector<ComparedPoint>& points, double full_scale) {
  struct Sums {
    double n = 0, bias[2] = {0, 0}, squares[2] = {0, 0};
  };
  std::map<int, Sums> by_column;
  const std::size_t form[2] = {plainForm(c.forms), fullForm(c.forms)};
  for (const auto& p : points) {
    Sums& s = by_column[p.index];
    s.n += 1;
    for (int k = 0; k < 2; ++k) {
      const double d = (p.model[form[k]] - p.spice) / full_scale;
      s.bias[k] += d;
      s.squares[k] += d * d;
    }
  }
  support::Table t{{"column", "cubic_bias", "cubic_rms", "full_bias", "full_rms"}, {}};
  for (const auto& [column, s] : by_column)
    t.addRow({static_cast<double>(column), s.bias[0] / s.n, std::sqrt(s.squares[0] / s.n), s.bias[1] / s.n,
              std::sqrt(s.squares[1] / s.n)});
  return t;
}

support::Table rowMap(const TileComparison& c) {
  support::Table t{{"row", "cubic_gain_error", "full_gain_error", "cubic_share", "full_share"}, {}};
  const std::size_t form[2] = {plainForm(c.forms), fullForm(c.forms)};
  const double n = static_cast<double>(c.s.size());
  for (std::size_t row = 0; row < c.row_charge.size(); ++row) {
    const auto& q = c.row_charge[row];
    double mean = 0, variance = 0, covariance[2] = {0, 0};
    for (double x : q) mean += x / n;
    for (std::size_t k = 0; k < q.size(); ++k) {
      variance += (q[k] - mean) * (q[k] - mean);
      for (int m = 0; m < 2; ++m) covariance[m] += (q[k] - mean) * (c.s[k].model[form[m]] - c.s[k].spice);
    }
    std::vector<double> values = {static_cast<double>(row), 0, 0, 0, 0};
    for (std::size_t m = 0; m < 2; ++m) {
      const double slope = variance > 0 ? covariance[m] / variance : std::numeric_limits<double>::quiet_NaN();
      values[1 + m] = slope;
      // Nothing follows a charge that is always the same.
      values[3 + m] = variance > 0 ? slope * std::sqrt(variance / n) / c.full_scale_charge : 0;
    }
    t.addRow(values);
  }
  return t;
}

}  // namespace gaincell::check
