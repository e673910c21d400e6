// Fits the model file from the tables the earlier stages saved.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "../fit_design.hpp"
#include "fit_inputs.hpp"
#include "gaincell/model/inspect.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/parallel.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

/// Largest relative difference of any number of two models; infinite when something else differs.
double deviation(const model::Model& a, const model::Model& b) {
  const auto x = model::flatten(a), y = model::flatten(b);
  if (x.size() != y.size()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i].path != y[i].path || x[i].value.has_value() != y[i].value.has_value()) return INFINITY;
    if (!x[i].value && x[i].text != y[i].text) return INFINITY;
    if (!x[i].value || *x[i].value == *y[i].value) continue;
    worst = std::max(worst,
                     std::fabs(*x[i].value - *y[i].value) / std::max(std::fabs(*x[i].value), std::fabs(*y[i].value)));
  }
  return worst;
}

}  // namespace

fit::Inputs flowInputs(FlowContext& context) {
  fit::Inputs inputs = fit::readInputs(context.dir());
  inputs.conditions = {context.pdk().name, context.conditions().corner, context.conditions().temp_c,
                       context.conditions().vdd};
  inputs.provenance = context.provenance();
  describeDesign(inputs, context.pdk(), context.design());
  addFlowSamples(context, inputs, "iv", "gain-cell", false);
  addFlowSamples(context, inputs, "iv-process", "gain-cell", true);
  for (const char* kind : {"relu-converter", "signed-converter"}) addFlowSamples(context, inputs, kind, kind, false);
  return inputs;
}

fit::Options fitOptions(const FlowContext& context) {
  fit::Options options;
  options.v_zero = options.bit_line_reference = 0.5 * context.conditions().vdd;
  options.cubic_at_levels = true;  // attention stores levels, not the voltages between them
  return options;
}

void otherTemperatures(FlowContext& context) {
  // Those of the grid: three tell the leakage that does not depend on temperature from what does.
  constexpr double kTemperatures[] = {0, 27, 85};
  for (const double t : kTemperatures) {
    pdk::Conditions at = context.conditions();
    if (std::fabs(at.temp_c - t) < 1) continue;
    at.temp_c = t;
    const auto result = context.simulate(at, "gain-cell", "retention", {{"window", "0"}, {"cross_check", "yes"}});
    for (const char* table : {"decay", "leakage", "transient"})
      context.writeTable(fmt::format("data/gain-cell_retention_{}_{:g}C.csv", table, t), result.tables.at(table));
  }
}

void addFlowSamples(const FlowContext& context, fit::Inputs& inputs, const std::string& folder, const std::string& kind,
                    bool process) {
  const auto samples = context.dir() / "mc" / folder / "samples.csv";
  if (std::filesystem::exists(samples)) fit::addSamples(inputs, kind, support::readCsv(samples), process);
}

namespace {

void run(FlowContext& context) {
  const fit::FitResult result = fit::fitModel(flowInputs(context), fitOptions(context));
  context.writeText("model.json", model::modelText(result.model));
  // The fit starts from the files: what is on disk has given the model, and reading it must give the same numbers.
  const double refit = deviation(result.model, model::readModel(context.dir() / "model.json"));

  for (const auto& [name, table] : result.report.residuals) context.writeTable("data/fit_" + name + ".csv", table);
  context.current()["report"] = fit::toJson(result.report);
  context.current()["figures"]["fit"] = {
      {"cubic_nrmse",
       {{"value", result.model.cell.nrmse},
        {"unit", ""},
        {"description", "cubic fit, rms residual over the largest charge"}}},
      {"refit_deviation",
       {{"value", refit},
        {"unit", ""},
        {"description", "model.json read again against what was fitted from the saved CSV, largest relative change"}}},
  };
  if (const auto& e = result.model.energy_J)
    for (const auto& [name, joule] :
         {std::pair{"energy_array1", e->array1_multiply}, std::pair{"energy_array2", e->array2_multiply}})
      if (joule)
        context.current()["figures"]["fit"][name] = {
            {"value", *joule},
            {"unit", "J"},
            {"description",
             "one multiply of a full tile with its converters by the rule of the model file, pulses half the longest"}};
  if (result.model.cell.extended)
    context.current()["figures"]["fit"]["extended_nrmse"] = {
        {"value", result.model.cell.extended->nrmse}, {"unit", ""}, {"description", "extended fit, cross-validated"}};
  if (const auto it = result.report.residuals.find("retention_transient"); it != result.report.residuals.end()) {
    const auto share = it->second.values("share_of_supply");
    context.current()["figures"]["fit"]["retention_transient"] = {
        {"value", *std::max_element(share.begin(), share.end())},
        {"unit", ""},
        {"description", "stored voltage predicted by the model against transients from every level, of the supply"}};
    const auto simulated = it->second.values("half_level_s"), predicted = it->second.values("half_level_model_s");
    double worst = std::nan("");
    for (std::size_t k = 0; k < simulated.size(); ++k)
      if (std::isfinite(simulated[k])) worst = std::fmax(worst, std::fabs(predicted[k] / simulated[k] - 1));
    context.current()["figures"]["fit"]["retention_half_level"] = {
        {"value", worst},
        {"unit", ""},
        {"description",
         "time to lose half a level predicted by the model against transients, every level and "
         "temperature, relative error"}};
  }
  if (const auto& v = result.model.cell.mismatch_curve) {
    context.current()["figures"]["fit"]["spread_sigma"] = {
        {"value", std::fabs(v->worst_sigma_ratio - 1)},
        {"unit", ""},
        {"description", "sigma of the current drawn from the model against the Monte-Carlo samples, worst level"}};
    context.current()["figures"]["fit"]["spread_correlation"] = {
        {"value", v->worst_correlation_error},
        {"unit", ""},
        {"description", "correlation of two levels, drawn against the samples, worst pair"}};
  }
  for (const auto& w : result.report.warnings) context.current()["warnings"].push_back("fit: " + w);
}

}  // namespace

Stage fitStage() {
  return {"fit", "fitting the model", {"characterize", "monte-carlo", "converters", "converter-spread"}, true, {}, run};
}

}  // namespace gaincell::flows
