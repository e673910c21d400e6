// The exported macro-models in place of the transistors of a 64-cell column: error and CPU time of both in one run.

#include <map>

#include "gaincell/macro/macro.hpp"
#include "gaincell/model/io.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

void compare(FlowContext& context, const model::Model& m, const std::string& name, const std::string& kind,
             const std::map<std::string, std::string>& size, const std::map<std::string, std::string>& chosen) {
  const design::Design design = context.designWith(size);
  netlist::ParameterSet settings = context.command().analysisSettings(context.pdk(), kind, "mac");
  for (const auto& [key, value] : chosen) settings.set(key, value);
  sim::AnalysisContext analysed{context.pdk(), context.conditions(), design, settings, context.simulator()};
  analysed.seed = context.command().common.seed;
  const sim::AnalysisResult result = macro::macroAnalysis(analysed, kind, "mac", m, macro::Fidelity::Compare);
  context.writeTable("data/macro_" + name + ".csv", result.tables.at("macro"));
  for (const auto& f : result.figures)
    context.current()["figures"]["macro_" + name][f.name] = {
        {"value", f.value}, {"unit", f.unit}, {"description", name + ": " + f.description}};
  for (const auto& w : result.warnings) context.current()["warnings"].push_back("macro-models: " + w);
}

void run(FlowContext& context) {
  const model::Model m = model::readModel(context.dir() / "model.json");
  // A few bit lines tell as much as all of them.
  compare(context, m, "array", "array", {{"array.cols", context.quick() ? "2" : "8"}}, {{"references", "no"}});
  if (context.quick()) return;  // a column of transistors with its converter takes longer than the rest of a quick flow
  const std::map<std::string, std::string> operations = {{"columns", "4"}, {"operations", "2"}};
  compare(context, m, "column", "column", {}, operations);
  compare(context, m, "column_signed", "value-column", {}, operations);
}

}  // namespace

Stage macroStage() {
  return {"macro", "macro-models against transistors", {"fit"}, true, {}, run};
}

}  // namespace gaincell::flows
