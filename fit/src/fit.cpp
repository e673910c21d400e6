#include "gaincell/fit/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "events.hpp"
#include "faults.hpp"
#include "gaincell/fit/cell.hpp"
#include "gaincell/fit/converter.hpp"
#include "gaincell/fit/energy.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/fit/retention.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;
using support::Table;

namespace {

/// One run of all fits: fills the model and the report side by side.
class Run {
 public:
  Run(const Inputs& inputs, const Options& options) : in_(inputs), options_(options) {}

  FitResult result() {
    model_.conditions = in_.conditions;
    model_.provenance = in_.provenance;
    model_.timing_s.pulse_max = options_.pulse_max;
    model_.validity.temp_c = {in_.conditions.temp_c, in_.conditions.temp_c};
    model_.validity.vdd_V = {in_.conditions.vdd_v, in_.conditions.vdd_v};
    out_.report.files = in_.files;
    cell();
    variability();
    if (in_.decay) retention();
    converters();
    model_.energy_J = fitEnergy(in_, options_);
    if (model_.energy_J && model_.energy_J->per_token)
      warn(
          "energy per token includes the published 4 nJ of digital control and 330 pJ of DACs, which are not "
          "simulated");
    if (in_.write) write();
    model_.validity.notes = out_.report.warnings;
    model::check(model_);
    out_.model = std::move(model_);
    return std::move(out_);
  }

 private:
  void warn(const std::string& text) { out_.report.warnings.push_back(text); }
  void parameter(std::string name, std::string unit, double value, std::optional<double> half_width,
                 std::optional<double> paper) {
    Parameter p{std::move(name), std::move(unit), value, std::nullopt, std::nullopt, paper};
    if (half_width) p.low = value - *half_width, p.high = value + *half_width;
    out_.report.parameters.push_back(std::move(p));
  }

  void cell() {
    std::vector<Pulse> data, fixed;
    if (in_.charge) data = pulses(*in_.charge, options_.bit_line_reference);
    if (in_.iv) fixed = staticPulses(*in_.iv, options_.bit_line_reference, options_.pulse_max);
    if (data.empty() && fixed.empty())
      throw Error(kNoCellData, "there is neither a charge nor an iv table of the gain cell", "",
                  "run `gaincell simulate gain-cell --analysis iv --out DIR`");
    const bool transient = !data.empty();
    if (!transient)
      warn("the cell current is fitted from static data: charge of the pulse edges and node coupling are not in it");
    const std::vector<Pulse>& measured = transient ? data : fixed;
    CellFit fit =
        fitCubic(options_.cubic_at_levels ? atStoredLevels(measured, options_.levels, in_.conditions.vdd_v) : measured,
                 options_.v_zero, options_.bit_line_reference);
    model_.cell = fit.cell;
    if (!fit.regression.outliers.empty())
      warn(fmt::format("{} of {} points of the cell current are outliers; Huber's weights were used",
                       fit.regression.outliers.size(), fit.regression.points));
    if (transient) extended(data, fixed);
    reportCell(fit, transient ? data : fixed);
    model_.validity.v_storage_V = fit.cell.domain_V;
    double widest = 0;
    for (const Pulse& p : data) widest = std::max(widest, p.width);
    model_.validity.pulse_width_s = {0, widest > 0 ? widest : options_.pulse_max};
    if (fit.cell.nrmse > 0.03)
      warn(fmt::format("the cubic misses the cell current by {:.1f} % of full scale (rms); use the extended form",
                       100 * fit.cell.nrmse));
  }

  void extended(const std::vector<Pulse>& transient, const std::vector<Pulse>& fixed) {
    try {
      ExtendedOptions form;
      form.like = options_.extended_like;
      model_.cell.extended = fitExtended(transient, options_.v_zero, options_.bit_line_reference, form);
    } catch (const Error& e) {
      if (e.id() != kOneWidth && e.id() != kTooFewData) throw;
      warn("no extended form of the cell: " + e.problem());
      return;
    }
    auto& e = *model_.cell.extended;
    std::vector<Pulse> at_reference;
    bool other_bit_lines = false;
    for (const Pulse& p : fixed) {
      if (std::fabs(p.v_bit_line - options_.bit_line_reference) < 1e-6)
        at_reference.push_back(p);
      else
        other_bit_lines = true;
    }
    if (e.conductance_uS.empty() && other_bit_lines) e.conductance_uS = staticConductance(fixed);
    std::vector<double> current = e.current_uA;
    for (double& c : current) c *= 1e-6;
    model_.cell.storage_coupling = storageCoupling(at_reference, current, options_.v_zero);
  }

  /// Conductance from static currents at several bit-line voltages, where the pulses were taken at one only.
  std::vector<double> staticConductance(const std::vector<Pulse>& fixed) const {
    constexpr int kCurrent = 8, kConductance = 4;
    Design design{kCurrent + kConductance + 2, {}};
    std::vector<double> current;
    for (const Pulse& p : fixed) {
      const double y = p.v_storage - options_.v_zero, d = p.v_bit_line - options_.bit_line_reference;
      double basis = 1;
      for (int k = 0; k <= kCurrent; ++k, basis *= y) design.x.push_back(basis);
      basis = -d;
      for (int k = 0; k <= kConductance; ++k, basis *= y) design.x.push_back(basis);
      current.push_back(p.charge / p.width);
    }
    const auto beta = leastSquares(design, current, "bit-line conductance", Robust::No).coefficients;
    std::vector<double> out;
    for (std::size_t k = kCurrent + 1; k < beta.size(); ++k) out.push_back(beta[k] * 1e6);
    return out;
  }

  void reportCell(const CellFit& fit, const std::vector<Pulse>& data) {
    const auto paper = model::coefficients(model::paperModel().cell, model::SignConvention::IntoBitLine);
    const char* units[] = {"uA", "uA/V", "uA/V^2", "uA/V^3"};
    for (std::size_t k = 0; k < 4; ++k)
      parameter(fmt::format("c{}", k), units[k], fit.cell.coefficients_uA[k],
                confidenceHalfWidth(fit.regression, k) * 1e6, paper[k] * 1e6);
    parameter("full scale current", "uA", fit.cell.full_scale_uA, std::nullopt, model::paperModel().cell.full_scale_uA);
    parameter("cubic NRMSE (of full scale)", "%", 100 * fit.cell.nrmse, std::nullopt, std::nullopt);
    parameter("cubic R2", "", fit.cell.r2, std::nullopt, std::nullopt);
    Table t;
    t.columns = {"v_storage_V", "width_s",
                 "v_bl_V",      "charge_C",
                 "cubic_C",     "cubic_residual_share",
                 "extended_C",  "extended_residual_share"};
    double most = 0;
    for (const Pulse& p : fit.data) most = std::max(most, std::fabs(p.charge));
    double worst = 0, sum = 0;
    for (const Pulse& p : data) {
      const double cubic = model::current(fit.cell, p.v_storage) * p.width;
      const double ext =
          model_.cell.extended ? model::charge(model_.cell, p.v_storage, p.width, p.v_bit_line) : std::nan("");
      // The cubic says nothing about other bit-line voltages.
      const bool elsewhere = std::fabs(p.v_bit_line - options_.bit_line_reference) > 1e-6;
      t.addRow({p.v_storage, p.width, p.v_bit_line, p.charge, cubic,
                elsewhere ? std::nan("") : (p.charge - cubic) / most, ext, (p.charge - ext) / most});
      worst = std::max(worst, std::fabs(p.charge - ext) / most);
      sum += (p.charge - ext) * (p.charge - ext) / (most * most);
    }
    out_.report.residuals["cell"] = std::move(t);
    if (!model_.cell.extended) return;
    parameter("extended NRMSE (of full scale)", "%", 100 * std::sqrt(sum / static_cast<double>(data.size())),
              std::nullopt, std::nullopt);
    parameter("extended NRMSE, cross-validated", "%", 100 * model_.cell.extended->nrmse, std::nullopt, std::nullopt);
    parameter("extended, largest error", "%", 100 * worst, std::nullopt, std::nullopt);
    reportTerms(*model_.cell.extended);
    if (model_.cell.storage_coupling)
      parameter("node coupling gain", "%", 100 * *model_.cell.storage_coupling, std::nullopt, std::nullopt);
  }

  /// What each term of Q = a(V) + b(V) t - (g(V) d + h(V) d^2) t is worth.
  void reportTerms(const model::ExtendedCell& e) {
    parameter("extended: order of the current", "", static_cast<double>(e.current_uA.size()) - 1, std::nullopt, 3.0);
    if (!e.edge_charge_fC.empty())
      parameter("extended: charge per pulse edge at the zero voltage", "fC", e.edge_charge_fC[0], std::nullopt,
                std::nullopt);
    if (!e.conductance_uS.empty())
      parameter("extended: bit-line conductance at the zero voltage", "uS", e.conductance_uS[0], std::nullopt,
                std::nullopt);
    if (e.conductance_slope)
      parameter("extended: its change with the bit line, by stored voltage", "uS/V^2",
                e.conductance_slope->slope_uS_per_V.size() > 1 ? e.conductance_slope->slope_uS_per_V[1] : 0.0,
                std::nullopt, std::nullopt);
    for (const auto& term : e.terms) {
      parameter(fmt::format("cross-validated NRMSE without {}{}", term.name, term.kept ? "" : " (left out)"), "%",
                100 * term.nrmse_without, std::nullopt, std::nullopt);
      parameter(fmt::format("cross-validated NRMSE with {}{}", term.name, term.kept ? "" : " (left out)"), "%",
                100 * term.nrmse_with, std::nullopt, std::nullopt);
    }
  }

  void variability() {
    spread(in_.cell_mismatch, model_.cell.mismatch, model_.cell.mismatch_curve, "mismatch");
    spread(in_.cell_process, model_.cell.process, model_.cell.process_curve, "process");
  }

  void spread(const std::optional<Table>& samples, std::optional<model::JointDistribution>& cubic,
              std::optional<model::CurveVariation>& curve, const std::string& name) {
    if (!samples) return;
    const CellVariability v = fitCellVariability(*samples, model_.cell, in_.conditions.vdd_v);
    cubic = v.distribution;
    curve = v.curve;
    Table t;
    t.columns = {"v_storage_V", "sigma_samples_A", "sigma_model_A", "sigma_ratio", "sigma_cubic_A"};
    const Reproduction& r = v.curve_reproduction;
    for (std::size_t i = 0; i < r.level_V.size(); ++i)
      t.addRow({r.level_V[i], r.sigma_samples_A[i], r.sigma_model_A[i], r.sigma_model_A[i] / r.sigma_samples_A[i],
                v.reproduction.sigma_model_A[i]});
    out_.report.residuals[name] = std::move(t);
    const auto judged = [&](const char* what, const Reproduction& of) {
      parameter(fmt::format("{}, {}: worst sigma of a level, model over samples", name, what), "", of.worst_sigma_ratio,
                std::nullopt, std::nullopt);
      parameter(fmt::format("{}, {}: worst error of a correlation", name, what), "", of.worst_correlation_error,
                std::nullopt, std::nullopt);
    };
    parameter(fmt::format("{}: components of the whole curve", name), "", static_cast<double>(v.curve.explained.size()),
              std::nullopt, std::nullopt);
    parameter(fmt::format("{}: variance they explain", name), "%", 100 * v.curve.explained.back(), std::nullopt,
              std::nullopt);
    judged("whole curve", r);
    judged("cubic", v.reproduction);
    if (std::fabs(r.worst_sigma_ratio - 1) > 0.05 || r.worst_correlation_error > 0.05)
      warn(
          fmt::format("{}: drawing from the model misses the spread of the samples (sigma ratio {:.3f}, correlation "
                      "{:.3f})",
                      name, r.worst_sigma_ratio, r.worst_correlation_error));
    for (std::size_t k = 0; k < v.curve.scores.normality_p.size(); ++k)
      if (v.curve.scores.normality_p[k] < 0.01)
        warn(fmt::format("{}: the distribution of component {} is not normal (p = {:.2g})", name, k + 1,
                         v.curve.scores.normality_p[k]));
    if (v.left_out) warn(fmt::format("{}: {} samples with missing values were left out", name, v.left_out));
  }

  void retention() {
    RetentionOptions options;
    options.temp_c = in_.conditions.temp_c;
    options.half_level_V = in_.conditions.vdd_v / (2 * (options_.levels - 1));
    for (int l = 0; l < options_.levels; ++l)
      options.levels_V.push_back(in_.conditions.vdd_v * l / (options_.levels - 1));
    const auto all = decays(*in_.decay, in_.conditions.temp_c);
    std::optional<model::LeakageCurve> curve;
    if (in_.leakage) {
      curve.emplace();
      // The file has one capacitance; currents are scaled so that I/C is right at every voltage.
      const auto v = in_.leakage->values("v_storage_V"), i = in_.leakage->values("i_leak_A");
      const auto c = in_.leakage->values("c_storage_F");
      curve->capacitance_F = median(c);
      std::map<double, double> sorted;
      for (std::size_t k = 0; k < v.size(); ++k) sorted[v[k]] = i[k] * curve->capacitance_F / c[k];
      for (const auto& [at, current] : sorted) curve->voltage_V.push_back(at), curve->current_A.push_back(current);
    }
    RetentionFit fit = fitRetention(all, curve, options);
    if (in_.retention_samples) tauSpread(fit.retention);
    for (const auto& w : fit.warnings) warn(w);
    const char* rails[] = {"low", "high"};
    for (std::size_t i = 0; i < 2; ++i) {
      const ExponentialFit& e = fit.exponentials[i];
      parameter(fmt::format("tau from the {} rail", rails[i]), "ms", e.tau * 1e3, 1.96 * e.tau_sigma * 1e3, 5.0);
      parameter(fmt::format("end voltage from the {} rail", rails[i]), "V", e.end, 1.96 * e.end_sigma, 0.45);
      parameter(fmt::format("residual from the {} rail", rails[i]), "%", 100 * e.residual, std::nullopt, std::nullopt);
    }
    parameter("decay prediction, largest error", "%", 100 * fit.prediction_error, std::nullopt, std::nullopt);
    Table t;
    t.columns = {"v_start_V", "t_s", "v_storage_V", "model_V", "residual_V"};
    double longest = 0;
    for (const Decay& d : all) {
      if (std::fabs(d.temp_c - options.temp_c) > 0.01) continue;
      longest = std::max(longest, d.t.back());
      for (std::size_t i = 0; i < d.t.size(); ++i) {
        const double m = model::decayed(fit.retention, d.v.front(), d.t[i] - d.t.front());
        t.addRow({d.v_start, d.t[i], d.v[i], m, d.v[i] - m});
      }
    }
    out_.report.residuals["retention"] = std::move(t);
    model_.validity.hold_s = {0, longest};
    if (in_.transient) checkAgainstTransient(fit.retention);
    model_.retention = std::move(fit.retention);
  }

  void tauSpread(model::Retention& retention) {
    const TauSpread spread = fitTauSpread(*in_.retention_samples);
    retention.log_sigma = spread.log_sigma;
    parameter("spread of tau: sigma of ln(tau)", "", spread.log_sigma, 1.96 * spread.standard_error, std::nullopt);
    parameter("spread of tau: normality of ln(tau), p", "", spread.normality_p, std::nullopt, std::nullopt);
    if (spread.normality_p < 0.01)
      warn(fmt::format("tau is not log-normal over the samples (p = {:.2g}): log_sigma says how wide, not what shape",
                       spread.normality_p));
  }

  /// Decays integrated from static currents against transient simulations of the floating node.
  void checkAgainstTransient(const model::Retention& retention) {
    Table t = *in_.transient;
    t.columns[t.column("v_transient_V")] = "v_storage_V";
    Table by_level;
    by_level.columns = {"v_start_V", "window_s", "largest_error_V", "share_of_supply"};
    double worst = 0;
    for (const Decay& d : decays(t, in_.conditions.temp_c)) {
      double most = 0;
      for (std::size_t i = 0; i < d.t.size(); ++i)
        most = std::max(most, std::fabs(model::decayed(retention, d.v.front(), d.t[i] - d.t.front()) - d.v[i]));
      const double followed = d.t.back() - d.t.front();
      by_level.addRow({d.v_start, followed, most, most / in_.conditions.vdd_v});
      worst = std::max(worst, most);
      model_.validity.hold_s[1] = std::max(model_.validity.hold_s[1], followed);
    }
    out_.report.residuals["retention_transient"] = std::move(by_level);
    const double share = worst / in_.conditions.vdd_v;
    parameter("decay against transient, largest error", "%", 100 * share, std::nullopt, std::nullopt);
    if (share > 0.02)
      warn(fmt::format("the predicted decay misses the transient simulation by {:.1f} % of the supply", 100 * share));
  }

  void converters() {
    const ConverterOptions options{options_.pulse_max, 1e-9};
    const auto table = [](const std::vector<Operation>& data, const std::function<double(double)>& width) {
      Table t;
      t.columns = {"charge_C", "width_s", "model_s", "residual_s"};
      for (const Operation& o : data)
        t.addRow({o.charge, o.width * o.sign, width(o.charge), o.width * o.sign - width(o.charge)});
      return t;
    };
    if (in_.relu_transfer) {
      const auto data = operations(*in_.relu_transfer);
      ReluFit fit = fitRelu(data, options);
      if (in_.relu_energy) addEnergy(fit.converter, *in_.relu_energy);
      if (in_.relu_mismatch) fit.converter.mismatch = fitConverterVariability(*in_.relu_mismatch);
      for (const auto& w : fit.warnings) warn("ReLU converter: " + w);
      model_.relu_converter = fit.converter;
      reportBranch("ReLU converter", fit.branch, fit.converter.s_sat_uA, 80);
      out_.report.residuals["relu"] = table(data, [&](double q) { return model::pulseWidth(fit.converter, q); });
    }
    if (in_.signed_transfer) {
      const auto data = operations(*in_.signed_transfer);
      SignedFit fit = fitSigned(data, options);
      if (in_.signed_energy) addEnergy(fit.converter.positive, *in_.signed_energy);
      if (in_.signed_mismatch) fit.converter.positive.mismatch = fitConverterVariability(*in_.signed_mismatch);
      for (const auto& w : fit.warnings) warn("signed converter: " + w);
      model_.signed_converter = fit.converter;
      reportBranch("signed converter, positive", fit.positive, fit.converter.positive.s_sat_uA, 40);
      reportBranch("signed converter, negative", fit.negative, std::nullopt, 40);
      parameter("sign threshold", "fC", fit.converter.sign_threshold_fC, std::nullopt, 0.0);
      out_.report.residuals["signed"] = table(data, [&](double q) { return model::pulseWidth(fit.converter, q); });
    }
  }

  void reportBranch(const std::string& name, const BranchFit& b, std::optional<double> s_sat, double paper) {
    parameter(name + ": slope", "fC/ns", b.slope * 1e6, 1.96 * b.slope_sigma * 1e6, paper);
    parameter(name + ": offset", "ns", b.offset * 1e9, 1.96 * b.offset_sigma * 1e9, 0.0);
    if (s_sat) parameter(name + ": S_sat", "uA", *s_sat, std::nullopt, paper);
    parameter(name + ": largest residual", "ns", b.max * 1e9, std::nullopt, std::nullopt);
  }

  void write() {
    const Table& t = *in_.write;
    const std::size_t previous = t.column("v_previous_V"), target = t.column("v_target_V"),
                      stored = t.column("v_stored_V");
    const auto settle = std::find(t.columns.begin(), t.columns.end(), "settle_s");
    std::set<double> levels;
    for (const auto& row : t.rows) levels.insert(row[target]);
    model::Write w;
    w.level_V.assign(levels.begin(), levels.end());
    const auto index = [&](double v) {
      return static_cast<std::size_t>(
          std::min_element(w.level_V.begin(), w.level_V.end(),
                           [&](double a, double b) { return std::fabs(a - v) < std::fabs(b - v); }) -
          w.level_V.begin());
    };
    const std::size_t n = w.level_V.size();
    w.stored_V.assign(n, std::vector<double>(n, std::nan("")));
    for (const auto& row : t.rows) {
      w.stored_V[index(row[previous])][index(row[target])] = row[stored];
      if (settle != t.columns.end()) {
        const double s = row[static_cast<std::size_t>(settle - t.columns.begin())];
        if (std::isfinite(s)) w.settle_s = std::max(w.settle_s, s);
      }
    }
    writeTransitions(w);
    fillWriteGaps(w);
    model_.write = std::move(w);
  }

  /// Settling and feedthrough of every write; nothing when a pair of levels was not simulated or did not settle.
  void writeTransitions(model::Write& w) {
    const Table& t = *in_.write;
    if (std::find(t.columns.begin(), t.columns.end(), "v_settled_V") == t.columns.end() ||
        std::find(t.columns.begin(), t.columns.end(), "settle_s") == t.columns.end())
      return;
    const auto settle = byLevel(t, "settle_s", w.level_V), stored = byLevel(t, "v_stored_V", w.level_V),
               settled = byLevel(t, "v_settled_V", w.level_V);
    if (!settle || !stored || !settled) {
      warn("not every write settles, or not every pair of levels was written: no table of settling and feedthrough");
      return;
    }
    w.transitions = model::WriteTransitions{*settle, *stored};
    double worst = 0;
    for (std::size_t p = 0; p < settled->size(); ++p)
      for (std::size_t l = 0; l < settled->size(); ++l) {
        double& step = w.transitions->feedthrough_V[p][l];
        step -= (*settled)[p][l];
        if (std::fabs(step) > std::fabs(worst)) worst = step;
      }
    parameter("write: slowest to within half a level", "ns", w.settle_s * 1e9, std::nullopt, std::nullopt);
    parameter("write: largest feedthrough when the switch closes", "mV", worst * 1e3, std::nullopt, std::nullopt);
  }

  /// Previous levels that were not simulated are taken from the nearest one that was.
  void fillWriteGaps(model::Write& w) {
    const std::size_t n = w.level_V.size();
    bool gaps = false;
    const auto measured = w.stored_V;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t l = 0; l < n; ++l) {
        if (std::isfinite(measured[p][l])) continue;
        gaps = true;
        double best = HUGE_VAL;
        for (std::size_t q = 0; q < n; ++q)
          if (std::isfinite(measured[q][l]) && std::fabs(w.level_V[q] - w.level_V[p]) < best) {
            best = std::fabs(w.level_V[q] - w.level_V[p]);
            w.stored_V[p][l] = measured[q][l];
          }
      }
    if (gaps) warn("not every previous level was written over: the nearest simulated one stands in");
  }

  const Inputs& in_;
  const Options& options_;
  model::Model model_;
  FitResult out_;
};

}  // namespace

FitResult fitModel(const Inputs& inputs, const Options& options) {
  return Run(inputs, options).result();
}

namespace {

/// Arrhenius law of every section, over the temperatures of its corner and supply, about its own temperature.
void addTemperatureLaws(model::Model& m) {
  std::map<std::pair<std::string, double>, std::vector<std::pair<double, double>>> tau;
  std::vector<model::Section*> sections = {&m};
  for (model::Section& s : m.grid) sections.push_back(&s);
  const auto key = [](const model::Section& s) { return std::pair(s.conditions.corner, s.conditions.vdd_v); };
  for (const model::Section* s : sections)
    if (s->retention)
      tau[key(*s)].emplace_back(s->conditions.temp_c, std::sqrt(s->retention->tau_s.low * s->retention->tau_s.high));
  for (model::Section* s : sections)
    if (s->retention && tau[key(*s)].size() >= 2)
      s->retention->temperature = fitArrhenius(tau[key(*s)], s->conditions.temp_c);
}

std::string nameOf(const model::Conditions& c) {
  return fmt::format("{} {} C {} V", c.corner, c.temp_c, c.vdd_v);
}

/// What a designer wants to know of a corner before using it.
void warnPoorCorner(const model::Section& nominal, const model::Section& point, std::vector<std::string>& warnings) {
  if (!nominal.retention || !point.retention) return;
  const auto shortest = [](const model::Retention& r) { return std::min(r.tau_s.low, r.tau_s.high); };
  const double ratio = shortest(*point.retention) / shortest(*nominal.retention);
  if (ratio < 0.2)
    warnings.push_back(fmt::format("{}: poor corner, storage lasts {:.2g} of the nominal time constant",
                                   nameOf(point.conditions), ratio));
}

}  // namespace

FitResult fitGrid(const std::vector<Inputs>& inputs, const Options& options) {
  if (inputs.empty()) throw Error(kNoCellData, "no data to fit", "", "give at least one folder");
  FitResult out = fitModel(inputs.front(), options);
  model::Model& m = out.model;
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const model::Conditions& c = inputs[i].conditions;
    Options there = options;
    there.extended_like = m.cell.extended;
    // Coefficients of all points are about the same share of the supply, as the stored levels are.
    there.v_zero = options.v_zero * c.vdd_v / m.conditions.vdd_v;
    there.bit_line_reference = options.bit_line_reference * c.vdd_v / m.conditions.vdd_v;
    FitResult point = fitModel(inputs[i], there);
    const std::string name = nameOf(c);
    for (const auto& w : point.report.warnings) out.report.warnings.push_back(name + ": " + w);
    warnPoorCorner(m, point.model, out.report.warnings);
    for (const auto& f : point.report.files) out.report.files.push_back(f);
    for (Parameter p : point.report.parameters) {
      p.name = name + ": " + p.name;
      out.report.parameters.push_back(std::move(p));
    }
    m.validity.temp_c = {std::min(m.validity.temp_c[0], c.temp_c), std::max(m.validity.temp_c[1], c.temp_c)};
    m.validity.vdd_V = {std::min(m.validity.vdd_V[0], c.vdd_v), std::max(m.validity.vdd_V[1], c.vdd_v)};
    m.grid.push_back(static_cast<const model::Section&>(point.model));
  }
  addTemperatureLaws(m);
  m.validity.notes = out.report.warnings;
  model::check(m);
  return out;
}

}  // namespace gaincell::fit
