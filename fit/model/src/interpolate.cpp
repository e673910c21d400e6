#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "describe.hpp"
#include "faults.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::model {

using support::Error;

namespace {

/// Collects every number of a section in the order of the description (time constants apart, as they blend otherwise),
/// and every part that may be missing, by its path.
class Numbers {
 public:
  std::vector<double*> linear, tau;
  std::map<std::string, std::function<void()>> parts;  ///< those present, each with what removes it

  void number(const char*, double& x, detail::Range, const char*) { linear.push_back(&x); }
  void nullableNumber(const char* key, std::optional<double>& x, detail::Range, const char*) {
    if (!x) return;
    parts[path_ + key] = [&x] { x.reset(); };
    linear.push_back(&*x);
  }
  void optionalNumber(const char*, std::optional<double>&, detail::Range, const char*) {}
  void optionalUnsigned(const char*, std::optional<std::uint64_t>&, const char*) {}
  void integer(const char*, int&, const char*) {}
  void flag(const char*, bool&, const char*) {}
  void text(const char*, std::string&, const std::vector<std::string>&, const char*) {}
  void optionalText(const char*, std::string&, const char*) {}
  void textMap(const char*, std::map<std::string, std::string>&, const char*) {}
  void perRail(const char* key, PerRail& x, detail::Range, const char*) {
    auto& list = std::string_view(key) == "tau_s" ? tau : linear;
    list.push_back(&x.low);
    list.push_back(&x.high);
  }
  void numbers(const char*, std::vector<double>& xs, detail::Range, const char*) {
    for (double& x : xs) linear.push_back(&x);
  }
  template <std::size_t N>
  void fixed(const char*, std::array<double, N>& xs, detail::Range, const char*) {
    for (double& x : xs) linear.push_back(&x);
  }
  void matrix(const char*, std::vector<std::vector<double>>& xs, const char*) {
    for (auto& row : xs)
      for (double& x : row) linear.push_back(&x);
  }
  void texts(const char*, std::vector<std::string>&, const char*) {}
  template <class T>
  void object(const char* key, T& x, const char*) {
    const std::string outer = std::exchange(path_, path_ + key + ".");
    detail::describe(*this, x);
    path_ = outer;
  }
  template <class T>
  void nullable(const char* key, std::optional<T>& x, const char* doc) {
    if (!x) return;
    parts[path_ + key] = [&x] { x.reset(); };
    object(key, *x, doc);
  }
  template <class T>
  void later(const char* key, std::optional<T>& x, const char* doc) {
    nullable(key, x, doc);
  }
  template <class T>
  void list(const char* key, std::vector<T>& xs, const char* doc) {
    for (std::size_t i = 0; i < xs.size(); ++i) object(fmt::format("{}[{}]", key, i).c_str(), xs[i], doc);
  }
  template <class T>
  void laterList(const char* key, std::vector<T>& xs, const char* doc) {
    list(key, xs, doc);
  }
  void retired(const char*) {}
  template <class T>
  void merge(T& x) {
    detail::describe(*this, x);
  }

 private:
  std::string path_;
};

Numbers numbersOf(Section& s) {
  Numbers n;
  detail::describe(n, s);
  return n;
}

/// Variation is seldom studied at every point of a grid. Where only one of two points has it, it is that point's: it
/// comes from the sizes of the devices.
void shareVariation(Section& a, Section& b) {
  const auto share = [](auto& x, auto& y) {
    if (x && !y) y = x;
    if (y && !x) x = y;
  };
  share(a.cell.mismatch, b.cell.mismatch);
  share(a.cell.process, b.cell.process);
  share(a.cell.mismatch_curve, b.cell.mismatch_curve);
  share(a.cell.process_curve, b.cell.process_curve);
  const auto shareConverter = [&](Converter& x, Converter& y) {
    share(x.mismatch, y.mismatch);
    share(x.mismatch_figures, y.mismatch_figures);
  };
  if (a.relu_converter && b.relu_converter) shareConverter(*a.relu_converter, *b.relu_converter);
  if (a.signed_converter && b.signed_converter)
    shareConverter(a.signed_converter->positive, b.signed_converter->positive);
}

/// What only one of two points holds is known at neither place between them.
void dropUncommon(Section& a, Section& b) {
  const auto in_a = numbersOf(a).parts, in_b = numbersOf(b).parts;
  for (const auto& [path, remove] : in_a)
    if (!in_b.contains(path)) remove();
  for (const auto& [path, remove] : in_b)
    if (!in_a.contains(path)) remove();
}

/// a (1 - w) + b w in every number; of a time constant in its logarithm.
Section blend(Section a, Section b, double weight) {
  shareVariation(a, b);
  for (Section* s : {&a, &b})  // lists of temperatures are those of one corner and supply
    if (s->retention) s->retention->temperatures.clear();
  dropUncommon(a, b);
  // An exponential holds between two points when it holds at both.
  if (a.retention) a.retention->exponential = a.retention->exponential && b.retention->exponential;
  const Numbers na = numbersOf(a), nb = numbersOf(b);
  if (na.linear.size() != nb.linear.size() || na.tau.size() != nb.tau.size())
    throw Error(kOutsideGrid, "two points of the grid hold tables of different length", "$.grid",
                "characterise all points the same way");
  for (std::size_t i = 0; i < na.linear.size(); ++i)
    *na.linear[i] = *na.linear[i] * (1 - weight) + *nb.linear[i] * weight;
  for (std::size_t i = 0; i < na.tau.size(); ++i)
    *na.tau[i] = std::exp(std::log(*na.tau[i]) * (1 - weight) + std::log(*nb.tau[i]) * weight);
  return a;
}

/// The decay at every temperature at which the points of one supply know it.
std::vector<RetentionAtTemperature> decayOverTemperature(const std::vector<const Section*>& points, double vdd_v) {
  std::map<double, RetentionAtTemperature> out;
  for (const Section* p : points) {
    const double t = p->conditions.temp_c;
    if (p->conditions.vdd_v == vdd_v && p->retention) out[t] = asTemperature(*p->retention, t);
  }
  for (const Section* p : points)
    if (p->conditions.vdd_v == vdd_v && p->retention)
      for (const RetentionAtTemperature& t : p->retention->temperatures) out.try_emplace(t.temp_c, t);
  std::vector<RetentionAtTemperature> list;
  list.reserve(out.size());
  for (auto& [t, decay] : out) list.push_back(std::move(decay));
  return list;
}

/// Leakage is no linear function of temperature: at one between two points it follows its own law.
void followLeakage(Retention& blended, std::vector<RetentionAtTemperature> temperatures, double temp_c) {
  const std::vector<LevelHold> known = blended.levels;
  blended.temperatures = std::move(temperatures);
  blended = retentionAt(blended, temp_c);
  blended.temperatures.clear();
  for (std::size_t i = 0; i < known.size(); ++i)
    if (!known[i].half_level_s) blended.levels[i].half_level_s.reset();
}

/// The neighbours of x among `grid`, low and high (equal when x is one of them).
std::pair<double, double> bracket(const std::set<double>& grid, double x, const char* what) {
  const auto upper = grid.lower_bound(x);
  if (upper == grid.end() || (upper == grid.begin() && *upper != x))
    throw Error(kOutsideGrid,
                fmt::format("{} {} is outside the characterised {} .. {}", what, x, *grid.begin(), *grid.rbegin()),
                "$.grid", "characterise and fit a wider range");
  return {*upper == x ? x : *std::prev(upper), *upper};
}

}  // namespace

Section at(const Model& model, const std::string& corner, double temp_c, double vdd_v) {
  std::vector<const Section*> points;
  std::set<double> temps, supplies;
  const auto add = [&](const Section& s) {
    if (s.conditions.corner != corner) return;
    points.push_back(&s);
    temps.insert(s.conditions.temp_c);
    supplies.insert(s.conditions.vdd_v);
  };
  add(model);
  for (const Section& s : model.grid) add(s);
  if (points.empty())
    throw Error(kOutsideGrid, fmt::format("corner '{}' is not in the model file", corner), "$.grid",
                "characterise and fit that corner");
  const auto [t0, t1] = bracket(temps, temp_c, "temperature");
  const auto [v0, v1] = bracket(supplies, vdd_v, "supply");
  const auto point = [&](double t, double v) -> const Section& {
    for (const Section* p : points)
      if (p->conditions.temp_c == t && p->conditions.vdd_v == v) return *p;
    throw Error(kOutsideGrid, fmt::format("the grid has no point at {}, {} C, {} V", corner, t, v), "$.grid",
                "interpolation needs every combination of its temperatures and supplies");
  };
  const double w_t = t1 > t0 ? (temp_c - t0) / (t1 - t0) : 0;
  // Named again: clang 14 does not let a lambda refer to a structured binding.
  const auto alongTemperature = [&, cold = t0, hot = t1](double v) {
    if (cold == hot) return point(cold, v);
    Section out = blend(point(cold, v), point(hot, v), w_t);
    if (out.retention) followLeakage(*out.retention, decayOverTemperature(points, v), temp_c);
    return out;
  };
  const double w_v = v1 > v0 ? (vdd_v - v0) / (v1 - v0) : 0;
  Section out = v1 > v0 ? blend(alongTemperature(v0), alongTemperature(v1), w_v) : alongTemperature(v0);
  out.conditions.temp_c = temp_c;
  out.conditions.vdd_v = vdd_v;
  return out;
}

}  // namespace gaincell::model
