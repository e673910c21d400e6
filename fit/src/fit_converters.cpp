// Both converters: model and report.

#include <fmt/format.h>

#include <functional>

#include "gaincell/fit/converter.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/model/evaluate.hpp"
#include "run.hpp"

namespace gaincell::fit {

using support::Table;

void Run::converters() {
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

void Run::reportBranch(const std::string& name, const BranchFit& b, std::optional<double> s_sat, double paper) {
  parameter(name + ": slope", "fC/ns", b.slope * 1e6, 1.96 * b.slope_sigma * 1e6, paper);
  parameter(name + ": offset", "ns", b.offset * 1e9, 1.96 * b.offset_sigma * 1e9, 0.0);
  if (s_sat) parameter(name + ": S_sat", "uA", *s_sat, std::nullopt, paper);
  parameter(name + ": largest residual", "ns", b.max * 1e9);
}

}  // namespace gaincell::fit
