#include "gaincell/montecarlo/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "gaincell/support/error.hpp"
#include "gaincell/support/random.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::montecarlo {

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Median, quartiles, tails, and the points at 3 sigma of a normal distribution.
constexpr double kPercents[] = {0.135, 1, 5, 25, 50, 75, 95, 99, 99.865};

std::vector<double> finiteSorted(const std::vector<double>& values) {
  std::vector<double> out;
  std::copy_if(values.begin(), values.end(), std::back_inserter(out), [](double v) { return std::isfinite(v); });
  std::sort(out.begin(), out.end());
  return out;
}

void addMoments(Summary& s, const std::vector<double>& x) {
  const double n = static_cast<double>(x.size());
  double m2 = 0, m3 = 0, m4 = 0;
  for (const double v : x) {
    const double d = v - s.mean;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  s.sigma = n > 1 ? std::sqrt(m2 / (n - 1)) : kNaN;
  const double var = m2 / n;
  s.skewness = n > 2 && var > 0 ? (m3 / n) / std::pow(var, 1.5) * std::sqrt(n * (n - 1)) / (n - 2) : kNaN;
  const double g2 = var > 0 ? (m4 / n) / (var * var) - 3 : kNaN;
  s.excess_kurtosis = n > 3 ? (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6) : kNaN;
}
}  // namespace

double quantile(const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return kNaN;
  const double at = p * static_cast<double>(sorted.size() - 1);
  const std::size_t i = std::min(static_cast<std::size_t>(at), sorted.size() - 1);
  const std::size_t j = std::min(i + 1, sorted.size() - 1);
  return sorted[i] + (at - static_cast<double>(i)) * (sorted[j] - sorted[i]);
}

Summary summarize(const std::vector<double>& values, double confidence) {
  const auto x = finiteSorted(values);
  Summary s;
  s.count = x.size();
  s.missing = values.size() - x.size();
  if (x.empty()) {
    s.mean = s.sigma = s.skewness = s.excess_kurtosis = s.min = s.max = kNaN;
    s.mean_interval = s.sigma_interval = {kNaN, kNaN};
    return s;
  }
  const double n = static_cast<double>(x.size());
  for (const double v : x) s.mean += v / n;
  addMoments(s, x);
  s.min = x.front();
  s.max = x.back();
  for (const double p : kPercents) s.percentiles.emplace_back(p, quantile(x, p / 100));
  s.mean_interval = s.sigma_interval = {kNaN, kNaN};
  if (x.size() < 2) return s;
  const double tail = (1 - confidence) / 2;
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(n - 1), tail));
  s.mean_interval = {s.mean - t * s.sigma / std::sqrt(n), s.mean + t * s.sigma / std::sqrt(n)};
  const boost::math::chi_squared chi(n - 1);
  s.sigma_interval = {s.sigma * std::sqrt((n - 1) / boost::math::quantile(boost::math::complement(chi, tail))),
                      s.sigma * std::sqrt((n - 1) / boost::math::quantile(chi, tail))};
  return s;
}

bool Limit::passes(double value) const noexcept {
  return std::isfinite(value) && (!min || value >= *min) && (!max || value <= *max);
}

Limit limitFromText(const std::string& text) {
  const auto fail = [&](const std::string& why) -> support::Error {
    return {"MCS-0050", fmt::format("'{}' is not a limit: {}", text, why), "--limit",
            "write name=min:max, name=min: or name=:max, for example --limit i_low=9u:11u"};
  };
  const std::size_t equals = text.find('='), colon = text.find(':', equals == std::string::npos ? 0 : equals);
  if (equals == std::string::npos || equals == 0 || colon == std::string::npos) throw fail("'=' or ':' is missing");
  Limit limit{text.substr(0, equals), {}, {}};
  const std::string low = text.substr(equals + 1, colon - equals - 1), high = text.substr(colon + 1);
  if (!low.empty()) limit.min = support::parseSpiceNumber(low);
  if (!high.empty()) limit.max = support::parseSpiceNumber(high);
  if (!limit.min && !limit.max) throw fail("both ends are empty");
  if (limit.min && limit.max && !(*limit.min <= *limit.max)) throw fail("the lower end is above the upper end");
  return limit;
}

Yield yieldOf(std::size_t passed, std::size_t total, double confidence) {
  Yield y{passed, total, kNaN, {0, 1}, {0, 1}};
  if (total == 0) return y;
  const double k = static_cast<double>(passed), n = static_cast<double>(total), tail = (1 - confidence) / 2;
  y.value = k / n;
  if (passed > 0) y.clopper_pearson.low = boost::math::quantile(boost::math::beta_distribution<>(k, n - k + 1), tail);
  if (passed < total)
    y.clopper_pearson.high =
        boost::math::quantile(boost::math::complement(boost::math::beta_distribution<>(k + 1, n - k), tail));
  const double z = support::normalQuantile(1 - tail), z2 = z * z;
  const double centre = (y.value + z2 / (2 * n)) / (1 + z2 / n);
  const double half = z / (1 + z2 / n) * std::sqrt(y.value * (1 - y.value) / n + z2 / (4 * n * n));
  y.wilson = {std::max(0.0, centre - half), std::min(1.0, centre + half)};
  return y;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double n = 0, ma = 0, mb = 0;
  const auto both = [&](std::size_t i) { return std::isfinite(a[i]) && std::isfinite(b[i]); };
  const std::size_t size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i)
    if (both(i)) {
      n += 1;
      ma += a[i];
      mb += b[i];
    }
  if (n < 3) return kNaN;
  ma /= n;
  mb /= n;
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < size; ++i)
    if (both(i)) {
      aa += (a[i] - ma) * (a[i] - ma);
      bb += (b[i] - mb) * (b[i] - mb);
      ab += (a[i] - ma) * (b[i] - mb);
    }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : kNaN;
}

support::Table qqTable(const std::vector<double>& values) {
  const auto x = finiteSorted(values);
  support::Table table{{"normal_quantile", "value"}, {}};
  for (std::size_t i = 0; i < x.size(); ++i)
    table.addRow({support::normalQuantile((static_cast<double>(i) + 0.5) / static_cast<double>(x.size())), x[i]});
  return table;
}

support::Table histogram(const std::vector<double>& values) {
  const auto x = finiteSorted(values);
  support::Table table{{"low", "high", "count"}, {}};
  if (x.empty()) return table;
  const double range = x.back() - x.front();
  const double width = 2 * (quantile(x, 0.75) - quantile(x, 0.25)) / std::cbrt(static_cast<double>(x.size()));
  const double wanted = width > 0 ? std::ceil(range / width) : 1.0;
  const std::size_t bins = static_cast<std::size_t>(std::clamp(wanted, 1.0, 100.0));
  std::vector<double> counts(bins);
  for (const double v : x) {
    const double at = range > 0 ? (v - x.front()) / range * static_cast<double>(bins) : 0;
    counts[std::min(static_cast<std::size_t>(at), bins - 1)] += 1;
  }
  for (std::size_t b = 0; b < bins; ++b) {
    const auto edge = [&](std::size_t k) {
      return x.front() + range * static_cast<double>(k) / static_cast<double>(bins);
    };
    table.addRow({edge(b), edge(b + 1), counts[b]});
  }
  return table;
}

}  // namespace gaincell::montecarlo
