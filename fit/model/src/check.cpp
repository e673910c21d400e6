#include <fmt/format.h>

#include <Eigen/Dense>
#include <cmath>

#include "describe.hpp"
#include "faults.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::model {

using support::Error;

namespace {

/// A visitor that looks at the values of a model built in memory, with the rules the reader applies to a file.
class ValueCheck {
 public:
  ValueCheck(std::string path, const std::string& where) : path_(std::move(path)), where_(where) {}

  void number(const char* key, double& x, detail::Range range, const char*) { inRange(key, x, range); }
  void nullableNumber(const char* key, std::optional<double>& x, detail::Range range, const char*) {
    if (x) inRange(key, *x, range);
  }
  void optionalNumber(const char* key, std::optional<double>& x, detail::Range range, const char*) {
    if (x) inRange(key, *x, range);
  }
  void optionalUnsigned(const char*, std::optional<std::uint64_t>&, const char*) {}
  void integer(const char* key, int& x, const char*) { inRange(key, x, detail::kCount); }
  void flag(const char*, bool&, const char*) {}
  void text(const char* key, std::string& x, const std::vector<std::string>& allowed, const char*) {
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), x) == allowed.end())
      throw Error(kOutOfRange, fmt::format("'{}' is not an allowed value", x), place(key));
  }
  void optionalText(const char*, std::string&, const char*) {}
  void textMap(const char*, std::map<std::string, std::string>&, const char*) {}
  void perRail(const char* key, PerRail& x, detail::Range range, const char*) {
    inRange(key, x.low, range);
    inRange(key, x.high, range);
  }
  void numbers(const char* key, std::vector<double>& xs, detail::Range range, const char*) {
    for (std::size_t i = 0; i < xs.size(); ++i) inRange(fmt::format("{}[{}]", key, i), xs[i], range);
  }
  template <std::size_t N>
  void fixed(const char* key, std::array<double, N>& xs, detail::Range range, const char*) {
    for (std::size_t i = 0; i < N; ++i) inRange(fmt::format("{}[{}]", key, i), xs[i], range);
  }
  void matrix(const char* key, std::vector<std::vector<double>>& xs, const char*) {
    for (std::size_t i = 0; i < xs.size(); ++i) numbers(fmt::format("{}[{}]", key, i).c_str(), xs[i], detail::kAny, "");
  }
  void texts(const char*, std::vector<std::string>&, const char*) {}
  template <class T>
  void object(const char* key, T& x, const char*) {
    ValueCheck inner(path_ + "." + key, where_);
    detail::describe(inner, x);
    inner.rules(x);
  }
  template <class T>
  void nullable(const char* key, std::optional<T>& x, const char*) {
    if (x) object(key, *x, "");
  }
  template <class T>
  void later(const char* key, std::optional<T>& x, const char* doc) {
    nullable(key, x, doc);
  }
  template <class T>
  void list(const char* key, std::vector<T>& xs, const char*) {
    for (std::size_t i = 0; i < xs.size(); ++i) object(fmt::format("{}[{}]", key, i).c_str(), xs[i], "");
  }
  template <class T>
  void laterList(const char* key, std::vector<T>& xs, const char* doc) {
    list(key, xs, doc);
  }
  void retired(const char*) {}
  template <class T>
  void merge(T& x) {
    detail::describe(*this, x);
    rules(x);
  }

 private:
  std::string place(const std::string& key) const { return fmt::format("{} {}.{}", where_, path_, key); }

  void inRange(const std::string& key, double x, detail::Range range) const {
    if (!std::isfinite(x) || x < range.min || x > range.max)
      throw Error(kOutOfRange, fmt::format("{} is outside {} .. {} {}", x, range.min, range.max, range.unit),
                  place(key), "check the value and its unit");
  }
  void ordered(const char* key, const std::array<double, 2>& x) const {
    if (x[0] > x[1])
      throw Error(kWrongList, fmt::format("the low end {} is above the high end {}", x[0], x[1]), place(key));
  }
  void increasing(const char* key, const std::vector<double>& x) const {
    for (std::size_t i = 1; i < x.size(); ++i)
      if (x[i] <= x[i - 1]) throw Error(kWrongList, "values must increase", place(fmt::format("{}[{}]", key, i)));
  }
  void sameLength(const char* key, std::size_t n, const char* other, std::size_t m) const {
    if (n != m) throw Error(kWrongList, fmt::format("{} values, but {} in '{}'", n, m, other), place(key));
  }

  /// Symmetric and positive semi-definite, judged on the correlation matrix so that units do not matter.
  void covariance(const char* key, const std::vector<std::vector<double>>& c, std::size_t n) const {
    const auto fail = [&](const std::string& why, const std::string& at) {
      throw Error(kBrokenCovariance, "broken covariance: " + why, place(at), "fit the model again");
    };
    if (c.size() != n) fail(fmt::format("{} rows for {} variables", c.size(), n), key);
    Eigen::MatrixXd m(n, n);
    for (std::size_t i = 0; i < n; ++i) {
      if (c[i].size() != n)
        fail(fmt::format("{} columns for {} variables", c[i].size(), n), fmt::format("{}[{}]", key, i));
      if (c[i][i] < 0) fail("a variance is negative", fmt::format("{}[{}][{}]", key, i, i));
      for (std::size_t j = 0; j < n; ++j) m(static_cast<long>(i), static_cast<long>(j)) = c[i][j];
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const double scale = std::sqrt(c[i][i] * c[j][j]);
        if (std::fabs(c[i][j] - c[j][i]) > 1e-9 * scale) fail("not symmetric", fmt::format("{}[{}][{}]", key, i, j));
        m(static_cast<long>(i), static_cast<long>(j)) = scale > 0 ? c[i][j] / scale : c[i][j];
      }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(m, Eigen::EigenvaluesOnly);
    if (n > 0 && eigen.eigenvalues()(0) < -1e-8)
      fail(fmt::format("not positive semi-definite (eigenvalue {:.3g} of the correlation matrix)",
                       eigen.eigenvalues()(0)),
           key);
  }

  template <class T>
  void rules(const T&) const {}
  void rules(const JointDistribution& d) const {
    sameLength("transforms", d.transforms.size(), "names", d.names.size());
    sameLength("mean", d.mean.size(), "names", d.names.size());
    sameLength("normality_p", d.normality_p.size(), "names", d.names.size());
    covariance("covariance", d.covariance, d.names.size());
  }
  /// Every row of a matrix has `n` values.
  void rectangular(const char* key, const std::vector<std::vector<double>>& m, std::size_t n, const char* other) const {
    for (std::size_t i = 0; i < m.size(); ++i) sameLength(fmt::format("{}[{}]", key, i).c_str(), m[i].size(), other, n);
  }
  void rules(const CurveVariation& c) const {
    sameLength("components_uA", c.components_uA.size(), "scores.names", c.scores.names.size());
    sameLength("explained", c.explained.size(), "scores.names", c.scores.names.size());
    if (c.components_uA.empty() || c.components_uA.front().empty())
      throw Error(kWrongList, "a variation needs at least one component", place("components_uA"));
    rectangular("components_uA", c.components_uA, c.components_uA.front().size(), "components_uA[0]");
  }
  void rules(const ReadEnergy& e) const {
    increasing("v_storage_V", e.v_storage_V);
    increasing("width_s", e.width_s);
    sameLength("energy_J", e.energy_J.size(), "v_storage_V", e.v_storage_V.size());
    rectangular("energy_J", e.energy_J, e.width_s.size(), "width_s");
  }
  void rules(const WriteEnergy& e) const {
    increasing("level_V", e.level_V);
    sameLength("energy_J", e.energy_J.size(), "level_V", e.level_V.size());
    rectangular("energy_J", e.energy_J, e.level_V.size(), "level_V");
  }
  void rules(const RestPower& r) const {
    increasing("v_storage_V", r.v_storage_V);
    sameLength("power_W", r.power_W.size(), "v_storage_V", r.v_storage_V.size());
  }
  void rules(const DesignRecord& d) const {
    if (d.name.empty() || d.hash.size() < 8 || d.hash.find_first_not_of("0123456789abcdef") != std::string::npos)
      throw Error(kOutOfRange, "a design has a name and a hash of at least 8 hexadecimal digits", place("hash"));
  }
  void rules(const Model& m) const {
    if (m.design && !m.provenance.design_hash.empty() && m.provenance.design_hash != m.design->hash)
      throw Error(kContradiction,
                  fmt::format("design '{}' ({}) is not the one of the provenance, '{}' ({:.8})", m.design->name,
                              m.design->shortHash(), m.provenance.design, m.provenance.design_hash),
                  place("design.hash"));
    if (!m.provenance.pdk.empty() && m.provenance.pdk != m.conditions.pdk)
      throw Error(
          kContradiction,
          fmt::format("conditions are of process '{}', the provenance is of '{}'", m.conditions.pdk, m.provenance.pdk),
          place("conditions.pdk"));
  }
  void rules(const Conventions& c) const {
    if (!(c.weights[0] < c.weights[1])) throw Error(kWrongList, "weights go from low to high", place("weights"));
    if (!(c.levels_of_supply[0] < c.levels_of_supply[1]))
      throw Error(kWrongList, "levels go from low to high", place("levels_of_supply"),
                  "`mirrored` says which end stores the least weight");
    for (const auto& [key, n] : {std::pair("stored_levels", c.stored_levels), std::pair("input_levels", c.input_levels),
                                 std::pair("output_levels", c.output_levels)})
      if (n < 2) throw Error(kOutOfRange, "at least two levels are needed", place(key));
  }
  void rules(const BitLines& b) const {
    if (b.cells < 1) throw Error(kOutOfRange, "a bit line has at least one cell", place("cells"));
  }
  void rules(const Transform& t) const {
    if (t.kind == "johnson-su" && (t.delta <= 0 || t.lambda <= 0))
      throw Error(kOutOfRange, "delta and lambda of a johnson-su transform must be positive", place("delta"));
  }
  void rules(const Cell& c) const {
    ordered("domain_V", c.domain_V);
    covariance("covariance", c.covariance, 4);
    for (const auto* d : {&c.mismatch, &c.process})
      if (*d)
        sameLength(d == &c.mismatch ? "mismatch.names" : "process.names", (*d)->names.size(), "coefficients_uA", 4);
    const double low = c.coefficients_uA[1];
    if ((c.sign_convention == SignConvention::IntoBitLine) == (low > 0) && low != 0)
      throw Error(kContradiction, fmt::format("a slope of {} uA/V contradicts the sign convention", low),
                  place("coefficients_uA[1]"),
                  "current into the bit line falls with the stored voltage; current out of it rises");
  }
  void rules(const ExtendedCell& e) const {
    if (e.current_uA.empty()) throw Error(kWrongList, "the extended form has no coefficients", place("current_uA"));
    if (!e.standard_errors) return;
    const ExtendedErrors& s = *e.standard_errors;
    sameLength("standard_errors.current_uA", s.current_uA.size(), "current_uA", e.current_uA.size());
    sameLength("standard_errors.edge_charge_fC", s.edge_charge_fC.size(), "edge_charge_fC", e.edge_charge_fC.size());
    sameLength("standard_errors.conductance_uS", s.conductance_uS.size(), "conductance_uS", e.conductance_uS.size());
    sameLength("standard_errors.slope_uS_per_V", s.slope_uS_per_V.size(), "conductance_slope",
               e.conductance_slope ? e.conductance_slope->slope_uS_per_V.size() : 0);
  }
  void rules(const LeakageCurve& c) const {
    sameLength("current_A", c.current_A.size(), "voltage_V", c.voltage_V.size());
    if (c.voltage_V.size() < 2) throw Error(kWrongList, "a curve needs at least two points", place("voltage_V"));
    increasing("voltage_V", c.voltage_V);
  }
  void curveWhereNeeded(bool exponential, const std::optional<LeakageCurve>& curve) const {
    if (!exponential && !curve)
      throw Error(kContradiction, "decay is not exponential and there is no leakage curve", place("exponential"));
  }
  void rules(const RetentionAtTemperature& t) const { curveWhereNeeded(t.exponential, t.leakage_curve); }
  void rules(const Retention& r) const {
    ordered("fit_window_low_s", r.fit_window_low_s);
    ordered("fit_window_high_s", r.fit_window_high_s);
    curveWhereNeeded(r.exponential, r.leakage_curve);
    for (std::size_t i = 1; i < r.temperatures.size(); ++i)
      if (r.temperatures[i].temp_c <= r.temperatures[i - 1].temp_c)
        throw Error(kWrongList, "values must increase", place(fmt::format("temperatures[{}].temp_c", i)));
  }
  void rules(const InlTable& t) const {
    sameLength("error_ns", t.error_ns.size(), "charge_fC", t.charge_fC.size());
    increasing("charge_fC", t.charge_fC);
  }
  void rules(const Converter& c) const {
    sameLength("energy_J", c.energy_J.size(), "energy_charge_fC", c.energy_charge_fC.size());
    increasing("energy_charge_fC", c.energy_charge_fC);
    if (!c.mismatch) return;
    const auto& names = c.mismatch->names;
    if (names.size() < 2 || names[0] != "gain" || names[1] != "offset_ns")
      throw Error(kWrongList, "the first variables of a converter's mismatch are gain and offset_ns",
                  place("mismatch.names"));
  }
  void rules(const FigureSpread& f) const {
    for (const auto& [key, list] : {std::pair("mean", &f.mean), std::pair("sigma", &f.sigma),
                                    std::pair("smallest", &f.smallest), std::pair("largest", &f.largest)})
      sameLength(key, list->size(), "names", f.names.size());
  }
  void rules(const Write& w) const {
    increasing("level_V", w.level_V);
    sameLength("stored_V", w.stored_V.size(), "level_V", w.level_V.size());
    rectangular("stored_V", w.stored_V, w.level_V.size(), "level_V");
    if (!w.transitions) return;
    for (const auto* m : {&w.transitions->settle_s, &w.transitions->feedthrough_V}) {
      const char* key = m == &w.transitions->settle_s ? "transitions.settle_s" : "transitions.feedthrough_V";
      sameLength(key, m->size(), "level_V", w.level_V.size());
      rectangular(key, *m, w.level_V.size(), "level_V");
    }
  }
  void rules(const Validity& l) const {
    ordered("v_storage_V", l.v_storage_V);
    ordered("pulse_width_s", l.pulse_width_s);
    ordered("temp_c", l.temp_c);
    ordered("vdd_V", l.vdd_V);
    ordered("hold_s", l.hold_s);
  }

  std::string path_;
  const std::string& where_;
};

}  // namespace

void check(const Model& model, const std::string& where) {
  Model copy = model;
  ValueCheck v("$", where);
  v.merge(copy);
}

}  // namespace gaincell::model
