#include "gaincell/model/inspect.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "describe.hpp"
#include "gaincell/model/conventions.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/token_energy.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::model {

namespace {

/// Lists values with their paths.
class Lister {
 public:
  std::vector<Entry>& out;
  std::string path;

  void number(const char* key, double& x, detail::Range, const char*) { put(at(key), x); }
  void nullableNumber(const char* key, std::optional<double>& x, detail::Range, const char*) {
    if (x)
      put(at(key), *x);
    else
      out.push_back({at(key), std::nullopt, "null"});
  }
  void optionalNumber(const char* key, std::optional<double>& x, detail::Range, const char*) {
    if (x) put(at(key), *x);
  }
  void optionalUnsigned(const char* key, std::optional<std::uint64_t>& x, const char*) {
    if (x) out.push_back({at(key), static_cast<double>(*x), std::to_string(*x)});
  }
  void integer(const char* key, int& x, const char*) { put(at(key), x); }
  void flag(const char* key, bool& x, const char*) { out.push_back({at(key), x ? 1 : 0, x ? "true" : "false"}); }
  void text(const char* key, std::string& x, const std::vector<std::string>&, const char*) {
    out.push_back({at(key), std::nullopt, x});
  }
  void optionalText(const char* key, std::string& x, const char*) {
    if (!x.empty()) out.push_back({at(key), std::nullopt, x});
  }
  void textMap(const char* key, std::map<std::string, std::string>& xs, const char*) {
    for (const auto& [name, x] : xs) out.push_back({fmt::format("{}.{}", at(key), name), std::nullopt, x});
  }
  void perRail(const char* key, PerRail& x, detail::Range, const char*) {
    put(at(key) + ".low", x.low);
    put(at(key) + ".high", x.high);
  }
  void numbers(const char* key, std::vector<double>& xs, detail::Range, const char*) {
    for (std::size_t i = 0; i < xs.size(); ++i) put(fmt::format("{}[{}]", at(key), i), xs[i]);
  }
  template <std::size_t N>
  void fixed(const char* key, std::array<double, N>& xs, detail::Range, const char*) {
    for (std::size_t i = 0; i < N; ++i) put(fmt::format("{}[{}]", at(key), i), xs[i]);
  }
  void matrix(const char* key, std::vector<std::vector<double>>& xs, const char*) {
    for (std::size_t i = 0; i < xs.size(); ++i)
      for (std::size_t j = 0; j < xs[i].size(); ++j) put(fmt::format("{}[{}][{}]", at(key), i, j), xs[i][j]);
  }
  void texts(const char* key, std::vector<std::string>& xs, const char*) {
    for (std::size_t i = 0; i < xs.size(); ++i) out.push_back({fmt::format("{}[{}]", at(key), i), std::nullopt, xs[i]});
  }
  template <class T>
  void object(const char* key, T& x, const char*) {
    Lister inner{out, at(key)};
    detail::describe(inner, x);
  }
  template <class T>
  void nullable(const char* key, std::optional<T>& x, const char*) {
    if (x)
      object(key, *x, "");
    else
      out.push_back({at(key), std::nullopt, "null"});
  }
  template <class T>
  void later(const char* key, std::optional<T>& x, const char* doc) {
    nullable(key, x, doc);
  }
  template <class T>
  void list(const char* key, std::vector<T>& xs, const char*) {
    for (std::size_t i = 0; i < xs.size(); ++i) {
      Lister inner{out, fmt::format("{}[{}]", at(key), i)};
      detail::describe(inner, xs[i]);
    }
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
  std::string at(const char* key) const { return path.empty() ? key : path + "." + key; }
  void put(std::string where, double x) { out.push_back({std::move(where), x, support::formatNumber(x)}); }
};

/// Standard error of the difference of coefficient k, and the spread from cell to cell, where known.
void addSigmas(Difference& d, const Model& a, const Model& b) {
  for (std::size_t k = 0; k < 4; ++k) {
    if (d.path != fmt::format("cell.coefficients_uA[{}]", k)) continue;
    const double change = std::fabs(b.cell.coefficients_uA[k] - a.cell.coefficients_uA[k]);
    const double variance = a.cell.covariance[k][k] + b.cell.covariance[k][k];
    if (variance > 0) d.sigmas = change / std::sqrt(variance);
    for (const Model* m : {&a, &b})
      if (m->cell.mismatch && m->cell.mismatch->transforms[k].kind == "identity" &&
          m->cell.mismatch->covariance[k][k] > 0)
        d.mismatch_sigmas = change / std::sqrt(m->cell.mismatch->covariance[k][k]);
  }
}

std::string percent(double share) {
  return fmt::format("{:.3g} %", 100 * share);
}

void addLine(std::string& text, const std::string& label, const std::string& value) {
  text += fmt::format("  {:<34} {}\n", label, value);
}

std::string conductanceText(const ExtendedCell& e) {
  if (e.conductance_uS.empty()) return "no";
  return fmt::format("{:.3g} uS{}", e.conductance_uS[0], e.conductance_slope ? " that changes with the bit line" : "");
}

void addCell(std::string& text, const Cell& c) {
  text += "cell\n";
  addLine(text, "I(V) about V = " + support::formatSi(c.v_zero_V, "V"),
          fmt::format("{:.5g} + {:.5g} y + {:.5g} y^2 + {:.5g} y^3 uA, y in V", c.coefficients_uA[0],
                      c.coefficients_uA[1], c.coefficients_uA[2], c.coefficients_uA[3]));
  addLine(text, "positive current",
          c.sign_convention == SignConvention::IntoBitLine ? "into the bit line" : "out of the bit line");
  addLine(text, "at the rails",
          fmt::format("{} at {:.3g} V, {} at {:.3g} V", support::formatSi(current(c, c.domain_V[0]), "A"),
                      c.domain_V[0], support::formatSi(current(c, c.domain_V[1]), "A"), c.domain_V[1]));
  addLine(text, "cubic NRMSE, R2",
          fmt::format("{} of {:.4g} uA, {:.5f}, {} points", percent(c.nrmse), c.full_scale_uA, c.r2, c.points));
  if (c.extended)
    addLine(
        text, "extended form",
        fmt::format("order {}, edge charge {}, conductance {}, NRMSE {} (cross-validated)",
                    c.extended->current_uA.size() - 1,
                    c.extended->edge_charge_fC.empty() ? "no" : fmt::format("{:.3g} fC", c.extended->edge_charge_fC[0]),
                    conductanceText(*c.extended), percent(c.extended->nrmse)));
  const auto spread = [&](const char* name, const std::optional<JointDistribution>& d) {
    addLine(text, name,
            d ? fmt::format("from {} samples: sigma of c0 {:.3g} uA, c1 {:.3g} uA/V", d->samples,
                            std::sqrt(d->covariance[0][0]), std::sqrt(d->covariance[1][1]))
              : "not studied");
  };
  spread("mismatch", c.mismatch);
  spread("process", c.process);
  const auto curve = [&](const char* name, const std::optional<CurveVariation>& v) {
    if (v)
      addLine(
          text, name,
          fmt::format("{} components carry {} of the variance; drawn spread within {} of the samples', correlations "
                      "within {:.3f}",
                      v->explained.size(), percent(v->explained.back()), percent(std::fabs(v->worst_sigma_ratio - 1)),
                      v->worst_correlation_error));
  };
  curve("mismatch of the whole curve", c.mismatch_curve);
  curve("process, whole curve", c.process_curve);
}

/// The level that is first to drift by a half, and when.
std::string firstToDrift(const Retention& r) {
  const LevelHold* first = nullptr;
  for (const LevelHold& l : r.levels)
    if (l.half_level_s && (!first || *l.half_level_s < *first->half_level_s)) first = &l;
  return first ? fmt::format("{:.4g} V after {}", first->level_V, support::formatSi(*first->half_level_s, "s"))
               : "none";
}

void addRetention(std::string& text, const Retention& r) {
  text += "retention\n";
  addLine(text, "time constant",
          fmt::format("{} from low, {} from high, by least squares over {}", support::formatSi(r.tau_s.low, "s"),
                      support::formatSi(r.tau_s.high, "s"), support::formatSi(r.fit_window_high_s[1], "s")));
  const PerRail to_e = timeToOneOverE(r);
  addLine(
      text, "time to 1/e",
      fmt::format("{} from low, {} from high", support::formatSi(to_e.low, "s"), support::formatSi(to_e.high, "s")));
  addLine(text, "tends to", fmt::format("{:.4g} V from low, {:.4g} V from high", r.end_V.low, r.end_V.high));
  addLine(text, "shape", r.exponential ? "exponential" : "not exponential: leakage curve");
  std::string times;
  for (const LevelHold& l : r.levels)
    times += fmt::format(
        "{}{:.3g} V: {}", times.empty() ? "" : ", ", l.level_V,
        l.half_level_s ? support::formatSi(*l.half_level_s, "s") : "over " + support::formatSi(l.window_s, "s"));
  if (!times.empty()) addLine(text, "time to lose half a level", times);
  if (!r.levels.empty()) addLine(text, "first level to drift by a half", firstToDrift(r));
  for (const RetentionAtTemperature& t : r.temperatures)
    addLine(text, fmt::format("  at {:g} C", t.temp_c), firstToDrift(retentionAt(r, t.temp_c)));
}

/// "smallest .. largest" of a list of lists.
std::string span(const std::vector<std::vector<double>>& rows, const char* unit) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const auto& row : rows)
    for (const double x : row) low = std::min(low, x), high = std::max(high, x);
  return std::isfinite(low) ? fmt::format("{} .. {}", support::formatSi(low, unit), support::formatSi(high, unit))
                            : "-";
}

void addConverter(std::string& text, const std::string& name, const Converter& c) {
  text += name + "\n";
  addLine(text, "slope, offset", fmt::format("{:.4g} fC/ns, {:.3g} ns", c.slope_fC_per_ns, c.offset_ns));
  addLine(text, "saturation", fmt::format("{:.4g} ns, S_sat {:.4g} uA", c.saturation_ns, c.s_sat_uA));
  addLine(text, "largest residual", fmt::format("{:.3g} ns", c.residual_max_ns));
  if (c.integration_capacitance_F) addLine(text, "integrates on", support::formatSi(*c.integration_capacitance_F, "F"));
  addLine(text, "shortest pulse", fmt::format("{:.3g} ns", c.min_pulse_ns));
  if (c.mismatch)
    addLine(text, "mismatch",
            fmt::format("from {} samples: sigma of gain {}, of offset {:.3g} ns", c.mismatch->samples,
                        percent(std::sqrt(c.mismatch->covariance[0][0])), std::sqrt(c.mismatch->covariance[1][1])));
  else
    addLine(text, "mismatch", "not studied");
  if (c.mismatch_figures) {
    const FigureSpread& f = *c.mismatch_figures;
    for (std::size_t k = 0; k < f.names.size(); ++k)
      addLine(
          text, "  " + f.names[k],
          fmt::format("{:.4g}, sigma {:.3g}, {:.4g} .. {:.4g}", f.mean[k], f.sigma[k], f.smallest[k], f.largest[k]));
  }
  if (c.energy_J.empty())
    addLine(text, "energy by charge", "not characterised");
  else
    addLine(text, "energy by charge",
            fmt::format("{} charges, {:.3g} .. {:.3g} fC: {}", c.energy_J.size(), c.energy_charge_fC.front(),
                        c.energy_charge_fC.back(), span({c.energy_J}, "J")));
}

void addSigned(std::string& text, const SignedConverter& c) {
  addConverter(text, "signed converter", c.positive);
  addLine(text, "negative slope, offset",
          fmt::format("{:.4g} fC/ns, {:.3g} ns", c.negative_slope_fC_per_ns, c.negative_offset_ns));
  addLine(
      text, "sign threshold",
      fmt::format("{:.3g}{} fC", c.sign_threshold_fC,
                  c.sign_threshold_uncertainty_fC ? fmt::format(" +- {:.2g}", *c.sign_threshold_uncertainty_fC) : ""));
}

void addWrite(std::string& text, const Write& w) {
  text += "write\n";
  addLine(text, "levels", fmt::format("{}, stored {}", w.level_V.size(), span(w.stored_V, "V")));
  addLine(text, "slowest to within half a level", support::formatSi(w.settle_s, "s"));
  if (!w.transitions) return addLine(text, "by previous level", "not characterised");
  addLine(text, "settling, by level and previous", span(w.transitions->settle_s, "s"));
  addLine(text, "feedthrough, by level and previous", span(w.transitions->feedthrough_V, "V"));
}

void addToken(std::string& text, const TokenBreakdown& t) {
  addLine(text, "  of",
          fmt::format("{} tiles of {} x {} cells, all full, pulses of {} of the longest on average", t.tiles, t.rows,
                      t.columns, percent(t.pulse_share)));
  for (const HeadEnergy::Part& p : energyOf(t).parts()) addLine(text, "  " + p.title, support::formatSi(p.energy, "J"));
}

void addEnergy(std::string& text, const Energy& e) {
  text += "energy\n";
  const auto energy = [&](const char* name, const std::optional<double>& x) {
    addLine(text, name, x ? support::formatSi(*x, "J") : "not characterised");
  };
  energy("write, one cell", e.write);
  if (e.write_by_level) addLine(text, "  by level and previous", span(e.write_by_level->energy_J, "J"));
  energy("read, one cell", e.read_per_cell);
  if (e.read_by_level)
    addLine(text, "  by level and width",
            fmt::format("{} x {}: {}", e.read_by_level->v_storage_V.size(), e.read_by_level->width_s.size(),
                        span(e.read_by_level->energy_J, "J")));
  energy("ReLU converter, one operation", e.relu_converter_per_column_operation);
  energy("signed converter, one operation", e.signed_converter_per_column_operation);
  if (e.rest_by_level)
    addLine(text, "at rest, one cell",
            fmt::format("{}, {} by level", support::formatSi(e.rest_by_level->mean_W, "W"),
                        span({e.rest_by_level->power_W}, "W")));
  energy("array 1 multiply with converters", e.array1_multiply);
  energy("array 2 multiply with converters", e.array2_multiply);
  energy("array multiply, mean of both", e.per_array_multiply);
  energy("token and head", e.per_token);
  if (e.token) addToken(text, *e.token);
}

}  // namespace

std::vector<Entry> flatten(const Model& model) {
  Model copy = model;
  std::vector<Entry> out = {{"schema", std::nullopt, kSchemaId}};
  Lister lister{out, ""};
  lister.merge(copy);
  return out;
}

std::vector<Difference> diff(const Model& a, const Model& with) {
  // A model in the other sign convention is no other model.
  Model b = with;
  b.cell = turned(b.cell, a.cell.sign_convention);
  for (Section& s : b.grid) s.cell = turned(s.cell, a.cell.sign_convention);
  std::map<std::string, Entry> in_b;
  const auto list_a = flatten(a), list_b = flatten(b);
  for (const Entry& e : list_b) in_b[e.path] = e;
  // Values of a design differ one by one only against those of another.
  const bool designs = a.design && b.design;
  const auto skipped = [&](const std::string& path) {
    return path.starts_with("provenance.") || (!designs && path.starts_with("design.values."));
  };
  std::vector<Difference> out;
  std::map<std::string, bool> in_a;
  for (const Entry& e : list_a) {
    in_a[e.path] = true;
    const auto it = in_b.find(e.path);
    if (skipped(e.path) || (it != in_b.end() && it->second.text == e.text)) continue;
    Difference d{e.path, e.text, it == in_b.end() ? "-" : it->second.text, {}, {}, {}};
    if (it != in_b.end() && e.value && it->second.value && *e.value != 0)
      d.relative = (*it->second.value - *e.value) / std::fabs(*e.value);
    addSigmas(d, a, b);
    out.push_back(std::move(d));
  }
  for (const Entry& e : list_b)
    if (!in_a.contains(e.path) && !skipped(e.path)) out.push_back({e.path, "-", e.text, {}, {}, {}});
  return out;
}

std::string describeForPeople(const Model& m) {
  std::string text = fmt::format("{}: {} {}, {} C, {} V", kSchemaId, m.conditions.pdk, m.conditions.corner,
                                 m.conditions.temp_c, m.conditions.vdd_v);
  text += m.grid.empty() ? "\n" : fmt::format(", and {} other conditions\n", m.grid.size());
  text += m.design ? fmt::format("design {} ({})\n", m.design->name, m.design->shortHash())
                   : std::string("design: not stated\n");
  addCell(text, m.cell);
  if (m.retention)
    addRetention(text, *m.retention);
  else
    text += "retention: not characterised\n";
  if (m.relu_converter)
    addConverter(text, "ReLU converter", *m.relu_converter);
  else
    text += "ReLU converter: not characterised\n";
  if (m.signed_converter)
    addSigned(text, *m.signed_converter);
  else
    text += "signed converter: not characterised\n";
  if (m.write)
    addWrite(text, *m.write);
  else
    text += "write: not characterised\n";
  addEnergy(text, m.energy_J.value_or(Energy{}));
  text += "valid\n";
  addLine(text, "stored voltage, pulse width",
          fmt::format("{:.3g} .. {:.3g} V, {:.3g} .. {:.3g} ns", m.validity.v_storage_V[0], m.validity.v_storage_V[1],
                      m.validity.pulse_width_s[0] * 1e9, m.validity.pulse_width_s[1] * 1e9));
  addLine(text, "storage time", fmt::format("0 .. {}", support::formatSi(m.validity.hold_s[1], "s")));
  addLine(text, "token", m.timing_s.token ? support::formatSi(*m.timing_s.token, "s") : std::string("time not stated"));
  addLine(text, "temperature, supply",
          fmt::format("{} .. {} C, {} .. {} V", m.validity.temp_c[0], m.validity.temp_c[1], m.validity.vdd_V[0],
                      m.validity.vdd_V[1]));
  for (const auto& n : m.validity.notes) text += "  note: " + n + "\n";
  return text;
}

std::string describeForPeople(const std::vector<Difference>& differences) {
  if (differences.empty()) return "the models say the same\n";
  std::string text =
      fmt::format("{:<48} {:>22} {:>22} {:>10} {:>10} {:>14}\n", "field", "a", "b", "change", "sigmas", "cell sigmas");
  for (const Difference& d : differences)
    text += fmt::format("{:<48} {:>22} {:>22} {:>10} {:>10} {:>14}\n", d.path, d.a, d.b,
                        d.relative ? percent(*d.relative) : "", d.sigmas ? fmt::format("{:.3g}", *d.sigmas) : "",
                        d.mismatch_sigmas ? fmt::format("{:.3g}", *d.mismatch_sigmas) : "");
  return text;
}

}  // namespace gaincell::model
