// Fits the model file from the tables the earlier stages saved.

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fit_inputs.hpp"
#include "gaincell/model/io.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

/// Largest relative difference of two sets of fitted parameters.
double deviation(const fit::FitReport& a, const fit::FitReport& b) {
  if (a.parameters.size() != b.parameters.size()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    const double x = a.parameters[i].value, y = b.parameters[i].value;
    if (x != y) worst = std::max(worst, std::fabs(x - y) / std::max(std::fabs(x), std::fabs(y)));
  }
  return worst;
}

}  // namespace

fit::Inputs flowInputs(FlowContext& context) {
  fit::Inputs inputs = fit::readInputs(context.dir());
  inputs.conditions = {context.pdk().name, context.conditions().corner, context.conditions().temp_c,
                       context.conditions().vdd};
  inputs.provenance = context.provenance();
  addFlowSamples(context, inputs, "iv", "gain-cell", false);
  addFlowSamples(context, inputs, "iv-process", "gain-cell", true);
  addFlowSamples(context, inputs, "retention", "gain-cell", false);
  for (const char* kind : {"relu-converter", "signed-converter"}) addFlowSamples(context, inputs, kind, kind, false);
  return inputs;
}

void addFlowSamples(const FlowContext& context, fit::Inputs& inputs, const std::string& folder, const std::string& kind,
                    bool process) {
  const auto samples = context.dir() / "mc" / folder / "samples.csv";
  if (std::filesystem::exists(samples)) fit::addSamples(inputs, kind, support::readCsv(samples), process);
}

namespace {

void run(FlowContext& context) {
  fit::Options options;
  options.v_zero = options.bit_line_reference = 0.5 * context.conditions().vdd;
  const fit::FitResult result = fit::fitModel(flowInputs(context), options);
  context.writeText("model.json", model::modelText(result.model));
  // The refit starts from the files again: what is on disk must give what is in the model.
  const fit::FitResult again = fit::fitModel(flowInputs(context), options);
  const model::Model stored = model::readModel(context.dir() / "model.json");
  const bool same_text = model::modelText(stored) == model::modelText(result.model);
  const double refit = same_text ? deviation(result.report, again.report) : INFINITY;

  for (const auto& [name, table] : result.report.residuals) context.writeTable("data/fit_" + name + ".csv", table);
  context.current()["report"] = fit::toJson(result.report);
  context.current()["figures"]["fit"] = {
      {"cubic_nrmse",
       {{"value", result.model.cell.nrmse},
        {"unit", ""},
        {"description", "cubic fit, rms residual over the largest charge"}}},
      {"refit_deviation",
       {{"value", refit}, {"unit", ""}, {"description", "largest relative change when refitted from the saved CSV"}}},
  };
  if (result.model.cell.extended)
    context.current()["figures"]["fit"]["extended_nrmse"] = {
        {"value", result.model.cell.extended->nrmse}, {"unit", ""}, {"description", "extended fit, cross-validated"}};
  if (const auto it = result.report.residuals.find("retention_transient"); it != result.report.residuals.end()) {
    const auto share = it->second.values("share_of_supply");
    context.current()["figures"]["fit"]["retention_transient"] = {
        {"value", *std::max_element(share.begin(), share.end())},
        {"unit", ""},
        {"description", "stored voltage predicted by the model against transients from every level, of the supply"}};
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
