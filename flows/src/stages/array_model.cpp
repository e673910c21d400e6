// The model of what arrays are made of: the PDK's default array cell (lean where there is one) with the simulated
// converters. model.json describes the reference cell of the paper; arrays, checks and attention on hardware use
// model_array.json.

#include "fit_inputs.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/model/io.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

void run(FlowContext& context) {
  const std::string variant = cells::arrayCellParameters(context.pdk()).choice("variant");
  fit::Inputs inputs;
  for (const char* analysis : {"iv", "charge", "retention", "write", "energy"}) {
    const std::string stem = std::string("array-cell_") + analysis;
    // The bit line of a column moves while it integrates: the output conductance says what that costs.
    const std::map<std::string, std::string> settings = std::string(analysis) == "charge"
                                                            ? std::map<std::string, std::string>{{"bit_lines", "3"}}
                                                            : std::map<std::string, std::string>{};
    const auto result = context.analyse("gain-cell", analysis, settings, {{"variant", variant}}, stem);
    for (const auto& [name, table] : result.tables) inputs.add("gain-cell", table);
  }
  for (auto& decay : otherTemperatures(context, "array-cell", {{"variant", variant}}))
    inputs.add("gain-cell", std::move(decay));
  for (const char* kind : {"relu-converter", "signed-converter"})
    for (const char* table : {"transfer_transfer", "transfer_energy"})
      inputs.add(kind, support::readCsv(context.dir() / "data" / (std::string(kind) + "_" + table + ".csv")));
  addFlowSamples(context, inputs, "array-iv", "gain-cell", false);
  addFlowSamples(context, inputs, "array-iv-process", "gain-cell", true);
  addFlowSamples(context, inputs, "array-retention", "gain-cell", false);
  for (const char* kind : {"relu-converter", "signed-converter"}) addFlowSamples(context, inputs, kind, kind, false);
  inputs.conditions = {context.pdk().name, context.conditions().corner, context.conditions().temp_c,
                       context.conditions().vdd};
  inputs.provenance = context.provenance();
  fit::Options options;
  options.v_zero = options.bit_line_reference = 0.5 * context.conditions().vdd;
  options.cubic_at_levels = true;
  const fit::FitResult result = fit::fitModel(inputs, options);
  context.writeText("model_array.json", model::modelText(result.model));
  context.current()["variant"] = variant;
  context.current()["report"] = fit::toJson(result.report);
  auto& figures = context.current()["figures"]["array_fit"];
  figures["cubic_nrmse"] = {{"value", result.model.cell.nrmse},
                            {"unit", ""},
                            {"description", "array cell: cubic fit, rms residual over the largest charge"}};
  if (result.model.cell.extended)
    figures["extended_nrmse"] = {{"value", result.model.cell.extended->nrmse},
                                 {"unit", ""},
                                 {"description", "array cell: extended fit, cross-validated"}};
}

}  // namespace

Stage arrayModelStage() {
  return {"array-model",
          "fitting the model of the array cell",
          {"converters", "monte-carlo", "converter-spread"},
          true,
          {},
          run};
}

}  // namespace gaincell::flows
