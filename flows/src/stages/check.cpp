// Behavioral model against transistors on one tile: a corner of it in a quick flow, 64 x 64 in a full one.

#include "../check/check.hpp"

#include "../check/check_report.hpp"
#include "gaincell/model/io.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

struct Size {
  int rows, cols, samples;
};
Size sizeOf(const FlowContext& context) {
  return context.quick() ? Size{16, 4, 2} : Size{64, 64, 1};
}

nlohmann::json inputs(const FlowContext& context) {
  const Size size = sizeOf(context);
  return {{"rows", size.rows}, {"cols", size.cols}, {"samples", size.samples}};
}

void addFigures(nlohmann::json& figures, const nlohmann::json& comparison) {
  const auto put = [&](const std::string& name, double value, const std::string& description) {
    figures[name] = {{"value", value}, {"unit", ""}, {"description", description}};
  };
  const auto forms = [&](const char* quantity) { return comparison[quantity]["forms"]; };
  const auto& s = forms("s");
  const auto& out = forms("output");
  const auto& chain = forms("chain");
  put("s_nrmse_cubic", s.front()["nrmse"], "S, cubic model against SPICE: NRMSE of full scale");
  put("s_nrmse_extended", s.back()["nrmse"], "S, extended model against SPICE: NRMSE of full scale");
  put("output_nrmse_cubic", out.front()["nrmse"], "output, cubic model against SPICE: NRMSE of full scale");
  put("output_nrmse_extended", out.back()["nrmse"], "output, extended model against SPICE: NRMSE of full scale");
  put("code_error_rate", out.front()["beyond_lsb"], "outputs more than one LSB off, cubic model");
  put("chain_nrmse_cubic", chain.front()["nrmse"], "output through both arrays, cubic model: NRMSE of full scale");
  put("chain_nrmse_extended", chain.back()["nrmse"], "output through both arrays, extended model: NRMSE of full scale");
  put("speedup", comparison["speed"]["ratio"], "CPU time of one array multiply in SPICE over the plain model");
}

void run(FlowContext& context) {
  const Size size = sizeOf(context);
  const model::Model model = model::readModel(context.dir() / "model_array.json");
  const TileData data = randomTile(context.command().common.seed, size.rows, size.cols, size.cols, size.samples,
                                   context.conditions().vdd);
  const TileComparison result = compareTile(context.pdk(), context.conditions(),
                                            tileCircuits(context.command(), context.pdk(), size.rows, size.cols), model,
                                            data, context.simulator());
  for (const auto& [name, table] : comparisonTables(result)) context.writeTable("data/check_" + name + ".csv", table);
  context.current()["comparison"] = toJson(result);
  context.current()["size"] = {{"rows", size.rows}, {"cols", size.cols}, {"samples", size.samples}};
  addFigures(context.current()["figures"]["check"], context.current()["comparison"]);
  for (const auto& w : result.warnings) context.current()["warnings"].push_back("check: " + w);
}

}  // namespace

Stage checkStage() {
  return {"check", "model against transistors", {"array-model"}, true, inputs, run};
}

}  // namespace gaincell::flows
