// Monte-Carlo of the cell under local mismatch: I(V), and the retention. The run stores stay in mc/iv and
// mc/retention, so an interrupted run resumes.

#include <fmt/format.h>

#include "gaincell/montecarlo/montecarlo.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

constexpr int kQuickSamples = 300;
constexpr int kFullSamples = 2000;
// A sample of the retention costs fifty times one of I(V). 60 give sigma(ln tau) to 9 %.
constexpr int kQuickRetention = 60;
constexpr int kFullRetention = 1000;

int sampleCount(const FlowContext& context) {
  const auto& values = context.command().values;
  const int samples = values.count("samples") ? values["samples"].as<int>()
                      : context.quick()       ? kQuickSamples
                                              : kFullSamples;
  if (samples < 2 || samples > 10'000'000)
    throw support::Error("FLW-0040", fmt::format("{} samples are not possible", samples), "--samples",
                         "give a number from 2 to 10000000");
  return samples;
}

nlohmann::json inputs(const FlowContext& context) {
  return {{"samples", sampleCount(context)}};
}

montecarlo::StudyResult study(FlowContext& context, const std::string& analysis, int samples,
                              const std::string& title) {
  montecarlo::StudyConfig config;
  config.kind = "gain-cell";
  config.analysis = analysis;
  config.circuit = context.command().circuitParameters(context.pdk(), "gain-cell");
  config.settings = context.command().analysisSettings(context.pdk(), "gain-cell", analysis);
  config.pdk = context.pdk();
  config.conditions = {context.conditions()};
  config.seed = context.command().common.seed;
  config.samples = static_cast<std::uint64_t>(samples);
  montecarlo::RunOptions options;
  options.dir = context.dir() / "mc" / analysis;
  std::error_code ec;
  options.resume = std::filesystem::exists(options.dir / "run.sqlite", ec);
  options.engine.jobs = context.command().common.jobs;
  options.engine.title = title;
  options.provenance = support::toJson(context.provenance()).dump();
  std::filesystem::create_directories(options.dir.parent_path());
  montecarlo::StudyResult result;
  try {
    result = montecarlo::runStudy(config, context.command().simulatorOptions(), options);
  } catch (const support::Error& e) {
    if (!options.resume || e.id() != "MCS-0035") throw;
    options.resume = false;  // a run of other inputs lies there; this stage owns the folder
    options.force = true;
    result = montecarlo::runStudy(config, context.command().simulatorOptions(), options);
  }
  context.addFile("mc/" + analysis + "/samples.csv");
  context.addFile("mc/" + analysis + "/statistics.json");
  context.current()["figures"]["mc_" + analysis] = {
      {"samples", {{"value", result.report.good}, {"unit", ""}, {"description", "samples that succeeded"}}},
      {"failed", {{"value", result.report.failed}, {"unit", ""}, {"description", "samples that failed"}}},
  };
  return result;
}

void run(FlowContext& context) {
  const auto currents = study(context, "iv", sampleCount(context), "Monte-Carlo of I(V)");
  context.current()["statistics"] = nlohmann::json::parse(currents.statistics);
  study(context, "retention", context.quick() ? kQuickRetention : kFullRetention, "Monte-Carlo of the retention");
}

}  // namespace

Stage montecarloStage() {
  return {"monte-carlo", "Monte-Carlo of the cell", {}, true, inputs, run};
}

}  // namespace gaincell::flows
