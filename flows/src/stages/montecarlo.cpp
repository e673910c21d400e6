// Monte-Carlo: I(V) of the cell under mismatch and under process spread, each in a study of its own; the converters
// under mismatch. The run stores stay in mc/, so an interrupted run resumes.

#include <fmt/format.h>

#include "gaincell/fit/variability.hpp"
#include "gaincell/montecarlo/montecarlo.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

constexpr int kQuickSamples = 300;
constexpr int kFullSamples = 2000;
// A sample of a converter costs a second; 100 give a sigma to 7 %. In a quick flow only when asked for by --stage.
constexpr int kQuickConverter = 24;
constexpr int kFullConverter = 100;

int sampleCount(const FlowContext& context) {
  return requestedSamples(context.command()).value_or(context.quick() ? kQuickSamples : kFullSamples);
}

nlohmann::json inputs(const FlowContext& context) {
  return {{"samples", sampleCount(context)}};
}

/// One study of the flow; its run store is mc/<folder>.
struct FlowStudy {
  std::string folder, kind, analysis, title;
  int samples = 0;
  bool process = false;                         ///< what a chip's devices share, instead of mismatch
  std::map<std::string, std::string> settings;  ///< of the analysis
};

montecarlo::StudyResult study(FlowContext& context, const FlowStudy& what) {
  montecarlo::StudyConfig config;
  config.kind = what.kind;
  config.analysis = what.analysis;
  config.design = context.design();
  config.settings = sim::analysis(what.kind, what.analysis).settings(context.pdk());
  for (const auto& [key, value] : what.settings) config.settings.set(key, value);
  context.command().settings.apply("analyses." + what.kind + "." + what.analysis, config.settings);
  config.pdk = context.pdk();
  config.conditions = {context.conditions()};
  config.variation.local = !what.process;
  config.variation.global = what.process;
  config.seed = context.command().common.seed;
  config.samples = static_cast<std::uint64_t>(what.samples);
  montecarlo::RunOptions options;
  options.dir = context.dir() / "mc" / what.folder;
  std::error_code ec;
  options.resume = std::filesystem::exists(options.dir / "run.sqlite", ec);
  options.engine.jobs = context.command().common.jobs;
  options.engine.title = what.title;
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
  context.addFile("mc/" + what.folder + "/samples.csv");
  context.addFile("mc/" + what.folder + "/statistics.json");
  context.current()["figures"]["mc_" + what.folder] = {
      {"samples", {{"value", result.report.good}, {"unit", ""}, {"description", "samples that succeeded"}}},
      {"failed", {{"value", result.report.failed}, {"unit", ""}, {"description", "samples that failed"}}},
  };
  return result;
}

void run(FlowContext& context) {
  const int samples = sampleCount(context);
  const auto currents = study(context, {"iv", "gain-cell", "iv", "Monte-Carlo of I(V)", samples, false, {}});
  context.current()["statistics"] = nlohmann::json::parse(currents.statistics);
  study(context, {"iv-process", "gain-cell", "iv", "process spread of I(V)", samples, true, {}});
}

/// Sigma of the gain (relative) and the offset over the samples of a converter.
void addSpreadFigures(FlowContext& context, const std::string& kind, const support::Table& samples) {
  const fit::ConverterSpread spread = fit::converterSpread(samples);
  context.current()["figures"][kind + "_mc"] = {
      {"gain_sigma", {{"value", spread.gain_sigma}, {"unit", ""}, {"description", "sigma of the gain"}}},
      {"offset_sigma", {{"value", spread.offset_sigma}, {"unit", "s"}, {"description", "sigma of the offset"}}}};
}

void runConverters(FlowContext& context) {
  const int samples = context.quick() ? kQuickConverter : kFullConverter;
  // A straight line needs no dense sweep: 9 charges of each sign.
  for (const auto& [kind, points] : {std::pair("relu-converter", "9"), std::pair("signed-converter", "17")}) {
    const auto result = study(
        context,
        {kind, kind, "transfer", std::string("Monte-Carlo of the ") + kind, samples, false, {{"points", points}}});
    addSpreadFigures(context, kind, result.samples);
  }
}

}  // namespace

std::optional<int> requestedSamples(const CommandContext& command) {
  if (!command.values.count("samples")) return std::nullopt;
  const int samples = command.values["samples"].as<int>();
  if (samples < 2 || samples > 10'000'000)
    throw support::Error("FLW-0040", fmt::format("{} samples are not possible", samples), "--samples",
                         "give a number from 2 to 10000000");
  return samples;
}

Stage montecarloStage() {
  return {"monte-carlo", "Monte-Carlo of the cell", {}, true, inputs, run};
}

Stage converterSpreadStage() {
  return {"converter-spread", "Monte-Carlo of the converters", {}, false, {}, runConverters};
}

}  // namespace gaincell::flows
