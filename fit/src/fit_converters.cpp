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
  const model::Conventions* hardware = in_.conventions ? &*in_.conventions : nullptr;
  const double pulse_ns = options_.pulse_max * 1e9;  // fC / ns = uA
  const ConverterOptions options{options_.pulse_max, options_.pulse_lsb};
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
    if (in_.relu_mismatch) converterSpread("ReLU converter", *in_.relu_mismatch, fit.converter);
    for (const auto& w : fit.warnings) warn("ReLU converter: " + w);
    if (hardware) fit.converter.s_sat_uA = hardware->array1.full_scale_fC / pulse_ns;
    model_.relu_converter = fit.converter;
    reportSaturation("ReLU converter", fit.saturation);
    reportBranch("ReLU converter", fit.branch, fit.converter.s_sat_uA, 80);
    out_.report.residuals["relu"] = table(data, [&](double q) { return model::pulseWidth(fit.converter, q); });
  }
  if (in_.signed_transfer) {
    const auto data = operations(*in_.signed_transfer);
    SignedFit fit = fitSigned(data, options);
    if (in_.signed_energy) addEnergy(fit.converter.positive, *in_.signed_energy);
    if (in_.signed_mismatch) converterSpread("signed converter", *in_.signed_mismatch, fit.converter.positive);
    for (const auto& w : fit.warnings) warn("signed converter: " + w);
    if (hardware) fit.converter.positive.s_sat_uA = hardware->array2.full_scale_fC / pulse_ns;
    model_.signed_converter = fit.converter;
    reportSaturation("signed converter", fit.saturation);
    reportBranch("signed converter, positive", fit.positive, fit.converter.positive.s_sat_uA, 40);
    reportBranch("signed converter, negative", fit.negative, std::nullopt, 40);
    parameter("sign threshold", "fC", fit.converter.sign_threshold_fC, fit.converter.sign_threshold_uncertainty_fC,
              0.0);
    out_.report.residuals["signed"] = table(data, [&](double q) { return model::pulseWidth(fit.converter, q); });
  }
}

void Run::converterSpread(const std::string& name, const Table& samples, model::Converter& converter) {
  converter.mismatch = fitConverterVariability(samples);
  converter.mismatch_figures = converterFigures(samples, converter.lsb_ns * 1e-9);
  const model::FigureSpread& f = *converter.mismatch_figures;
  for (std::size_t k = 0; k < f.names.size(); ++k) {
    const auto unit = f.names[k].rfind("_fC_per_ns") == std::string::npos ? f.names[k].substr(f.names[k].rfind('_') + 1)
                                                                          : std::string("fC/ns");
    parameter(fmt::format("{}, mismatch: sigma of {}", name, f.names[k]), unit, f.sigma[k],
              sigmaHalfWidth(f.sigma[k], static_cast<std::size_t>(f.samples)));
  }
}

void Run::reportSaturation(const std::string& name, const Plateau& p) {
  parameter(name + ": saturation", "ns", p.width * 1e9,
            p.points > 1 ? std::optional(studentFactor(p.points - 1) * p.sigma * 1e9) : std::nullopt, 15.0);
}

void Run::reportBranch(const std::string& name, const BranchFit& b, std::optional<double> s_sat, double paper) {
  const double t = studentFactor(b.points - 2);
  parameter(name + ": slope", "fC/ns", b.slope * 1e6, t * b.slope_sigma * 1e6, paper);
  parameter(name + ": offset", "ns", b.offset * 1e9, t * b.offset_sigma * 1e9, 0.0);
  if (s_sat) parameter(name + ": S_sat", "uA", *s_sat, std::nullopt, paper);
  parameter(name + ": largest residual", "ns", b.max * 1e9);
}

}  // namespace gaincell::fit
