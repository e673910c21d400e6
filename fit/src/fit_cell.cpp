// The cell's current and its spread: model and report.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "faults.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "run.hpp"

namespace gaincell::fit {

using support::Error;
using support::Table;

void Run::cell() {
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

void Run::extended(const std::vector<Pulse>& transient, const std::vector<Pulse>& fixed) {
  try {
    ExtendedOptions form;
    form.like = options_.extended_like;
    extended_ = fitExtended(transient, options_.v_zero, options_.bit_line_reference, form);
    model_.cell.extended = extended_->cell;
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
  if (e.conductance_uS.empty() && other_bit_lines) {
    const StaticConductance g = staticConductance(fixed, options_.v_zero, options_.bit_line_reference);
    e.conductance_uS = g.conductance_uS;
    e.standard_errors->conductance_uS = g.sigma_uS;
  }
  const Regression& r = extended_->regression;
  const std::size_t n = e.current_uA.size();
  auto covariance = r.covariance;
  covariance.resize(n);
  for (auto& row : covariance) row.resize(n);
  const auto coupling =
      storageCoupling(at_reference, {r.coefficients.begin(), r.coefficients.begin() + n}, covariance, options_.v_zero);
  if (!coupling) return;
  model_.cell.storage_coupling = coupling->value;
  storage_coupling_sigma_ = coupling->sigma;
}

void Run::reportCell(const CellFit& fit, const std::vector<Pulse>& data) {
  const auto paper = model::coefficients(model::paperModel().cell, model::SignConvention::IntoBitLine);
  const char* units[] = {"uA", "uA/V", "uA/V^2", "uA/V^3"};
  for (std::size_t k = 0; k < 4; ++k)
    parameter(fmt::format("c{}", k), units[k], fit.cell.coefficients_uA[k],
              confidenceHalfWidth(fit.regression, k) * 1e6, paper[k] * 1e6);
  parameter("full scale current", "uA", fit.cell.full_scale_uA, std::nullopt, model::paperModel().cell.full_scale_uA);
  parameter("cubic NRMSE (of full scale)", "%", 100 * fit.cell.nrmse);
  parameter("cubic R2", "", fit.cell.r2);
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
    t.addRow({p.v_storage, p.width, p.v_bit_line, p.charge, cubic, elsewhere ? std::nan("") : (p.charge - cubic) / most,
              ext, (p.charge - ext) / most});
    worst = std::max(worst, std::fabs(p.charge - ext) / most);
    sum += (p.charge - ext) * (p.charge - ext) / (most * most);
  }
  out_.report.residuals["cell"] = std::move(t);
  if (!model_.cell.extended) return;
  parameter("extended NRMSE (of full scale)", "%", 100 * std::sqrt(sum / static_cast<double>(data.size())));
  parameter("extended NRMSE, cross-validated", "%", 100 * model_.cell.extended->nrmse);
  parameter("extended, largest error", "%", 100 * worst);
  reportTerms(*model_.cell.extended);
  if (model_.cell.storage_coupling)
    parameter("node coupling gain", "%", 100 * *model_.cell.storage_coupling, 196 * storage_coupling_sigma_);
}

/// What each term of Q = a(V) + b(V) t - (g(V) d + h(V) d^2) t is worth.
void Run::reportTerms(const model::ExtendedCell& e) {
  parameter("extended: order of the current", "", static_cast<double>(e.current_uA.size()) - 1, std::nullopt, 3.0);
  const Regression& r = extended_->regression;
  const double t = studentFactor(r.points - r.coefficients.size());
  const model::ExtendedErrors& sigma = *e.standard_errors;
  const auto put = [&](const char* what, const char* unit, const std::vector<double>& value,
                       const std::vector<double>& error) {
    for (std::size_t k = 0; k < value.size(); ++k)
      parameter(fmt::format("extended: {}{}", what, k), k ? fmt::format("{}/V^{}", unit, k) : unit, value[k],
                t * error[k]);
  };
  put("current b", "uA", e.current_uA, sigma.current_uA);
  put("charge per pulse a", "fC", e.edge_charge_fC, sigma.edge_charge_fC);
  put("bit-line conductance g", "uS", e.conductance_uS, sigma.conductance_uS);
  if (e.conductance_slope)
    put("its change with the bit line h", "uS/V", e.conductance_slope->slope_uS_per_V, sigma.slope_uS_per_V);
  for (const auto& term : e.terms) {
    parameter(fmt::format("cross-validated NRMSE without {}{}", term.name, term.kept ? "" : " (left out)"), "%",
              100 * term.nrmse_without);
    parameter(fmt::format("cross-validated NRMSE with {}{}", term.name, term.kept ? "" : " (left out)"), "%",
              100 * term.nrmse_with);
  }
}

void Run::variability() {
  spread(in_.cell_mismatch, model_.cell.mismatch, model_.cell.mismatch_curve, "mismatch");
  spread(in_.cell_process, model_.cell.process, model_.cell.process_curve, "process");
}

void Run::spread(const std::optional<Table>& samples, std::optional<model::JointDistribution>& cubic,
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
    parameter(fmt::format("{}, {}: worst sigma of a level, model over samples", name, what), "", of.worst_sigma_ratio);
    parameter(fmt::format("{}, {}: worst error of a correlation", name, what), "", of.worst_correlation_error);
  };
  const char* units[] = {"uA", "uA/V", "uA/V^2", "uA/V^3"};
  for (std::size_t k = 0; k < 4; ++k)
    parameter(fmt::format("{}: sigma of c{}", name, k), units[k], v.sigma_uA[k],
              sigmaHalfWidth(v.sigma_uA[k], static_cast<std::size_t>(v.distribution.samples)));
  parameter(fmt::format("{}: components of the whole curve", name), "", static_cast<double>(v.curve.explained.size()));
  parameter(fmt::format("{}: variance they explain", name), "%", 100 * v.curve.explained.back());
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

}  // namespace gaincell::fit
