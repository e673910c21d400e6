// gaincell mc: Monte-Carlo studies, on this machine or on a Slurm cluster, and what is done with their run folders.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "../quantities.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/units.hpp"
#include "mc_command.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;
namespace mc = montecarlo;

namespace {

ExitCode onlySample(const CommandContext& c, mc::Study& study) {
  const auto preflight = study.preflight();
  const mc::Task task{static_cast<std::uint32_t>(countOf(c.values, "only-condition", 0, 0, 0xffffffff)),
                      countOf(c.values, "only-sample", 0)};
  if (task.condition >= study.conditions().size())
    throw Error("FLW-0066", fmt::format("there is no condition {}", task.condition), "--only-condition",
                "conditions count from 0");
  const auto record = study.worker()->evaluate(task);
  nlohmann::json json = {
      {"sample", task.sample}, {"condition", task.condition}, {"failure", record.failure}, {"message", record.message}};
  std::string text = fmt::format("sample {} at condition {}{}\n", task.sample, task.condition,
                                 record.ok() ? "" : fmt::format(": {} ({})", record.failure, record.message));
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    const auto& f = preflight.figures[i];
    json["figures"][f.name] = record.values[i];
    text += fmt::format("  {:<24} {:>13}\n", f.name, support::formatSi(record.values[i], f.unit, 6));
  }
  c.print(json, text);
  return record.ok() ? ExitCode::Done : ExitCode::PartialFailure;
}

ExitCode dryRun(const CommandContext& c, mc::Study& study) {
  const auto preflight = study.preflight();
  const std::size_t tasks = mc::tasksOf(study.samples(), study.conditions().size()).size();
  const auto e = mc::estimateRun(preflight, tasks, c.common.jobs, study.conditions().size());
  nlohmann::json json = {{"samples", tasks},
                         {"seconds", e.seconds},
                         {"memory_bytes", e.memory_bytes},
                         {"store_bytes", e.store_bytes},
                         {"draws", nlohmann::json::array()}};
  std::string text =
      mcEstimateText(e, c.common.jobs) + "\nwhat varies (declared sigma, sigma of the first 1000 samples):\n";
  for (const auto& d : study.checkDraws(1000)) {
    json["draws"].push_back(
        {{"instance", d.path}, {"parameter", d.parameter}, {"sigma", d.declared}, {"realised", d.realised}});
    if (json["draws"].size() <= 50)
      text += fmt::format("  {:<32} {:<12} {:>11.4g} {:>11.4g}\n", d.path, d.parameter, d.declared, d.realised);
  }
  if (json["draws"].size() > 50) text += fmt::format("  ... {} in all (--json lists them)\n", json["draws"].size());
  c.print(json, text + "nothing was written\n");
  return ExitCode::Done;
}

ExitCode runStudy(const CommandContext& c) {
  const auto limits = mcLimitsOf(c);  // refused before anything is simulated
  const mc::EngineOptions engine = mcEngineOf(c);
  const std::string where = given<std::string>(c, "engine", "local");
  if (where != "local" && where != "slurm")
    throw Error("FLW-0067", fmt::format("there is no engine '{}'", where), "--engine", "choose local or slurm");
  mc::StudyConfig config = mcConfigOf(c);
  const auto pdk = config.pdk;
  const design::Design design = config.design;
  const auto study = mc::analysisStudy(std::move(config), c.simulatorOptions());
  if (c.values.count("only-sample")) return onlySample(c, *study);
  if (c.values.count("dry-run")) return dryRun(c, *study);
  if (!c.values.count("run")) throw Error("FLW-0068", "no run folder was given", "gaincell mc", "add --run DIR");
  mc::RunOptions run;
  run.dir = c.values["run"].as<std::string>();
  run.resume = c.values.count("resume") > 0;
  run.force = c.common.force;
  run.engine = engine;
  run.engine.title = "samples";
  run.limits = limits;
  run.provenance = support::toJson(c.provenance(&pdk, &design)).dump();
  run.rerun_command = rerunCommand();
  run.before_start = [&](const mc::Preflight& p, const mc::Estimate& e) {
    for (const auto& w : p.warnings) fmt::print(stderr, "warning: {}\n", w);
    if (!c.common.quiet && e.tasks > 0) fmt::print(stderr, "{}\n", mcEstimateText(e, c.common.jobs));
  };
  try {
    if (where == "slurm") return mcOnCluster(c, *study, run);
    const auto result = mc::runStudy(*study, run);
    if (engine.shards == 1) return mcReport(c, result, run.dir);
    c.print({{"good", result.report.good}, {"failed", result.report.failed}},
            fmt::format("shard {}/{}: {} good, {} failed\n", engine.shard, engine.shards, result.report.good,
                        result.report.failed));
    return result.report.failed > 0 ? ExitCode::PartialFailure : ExitCode::Done;
  } catch (const support::Interrupted&) {
    throw support::Interrupted(resumeCommand());
  }
}

ExitCode run(const CommandContext& c) {
  if (c.positional.empty())
    throw Error("FLW-0060", "give a circuit kind, or status, export, plot, merge or salvage", "gaincell mc",
                "see 'gaincell mc --help'");
  const std::string& what = c.positional[0];
  if (what == "status") return mcStatus(c);
  if (what == "export") return mcExport(c, mcFolderOf(c));
  if (what == "merge") return mcMerge(c);
  if (what == "salvage") return mcSalvage(c);
  if (what == "plot") return mcPlot(c);
  if (c.positional.size() != 1)
    throw Error("FLW-0069", fmt::format("'{}' is one word too many", c.positional[1]), "gaincell mc",
                "give one circuit kind");
  return runStudy(c);
}

}  // namespace

Command mcCommand() {
  return {"mc",
          "Monte-Carlo studies that can be interrupted, resumed and spread over a cluster",
          "gaincell mc KIND --analysis NAME --samples N --run DIR [options]\n"
          "       gaincell mc status|export|plot|merge|salvage DIR",
          "  gaincell mc gain-cell --analysis iv --samples 1000 --run runs/iv\n"
          "  gaincell mc gain-cell --analysis iv --samples 1000 --run runs/iv --resume\n"
          "  gaincell mc gain-cell --analysis retention --samples 200 --variation both --corners tt,ss,ff --temps "
          "27,85 \\\n"
          "      --limit tau_high=4m: --run runs/retention\n"
          "  gaincell mc gain-cell --analysis iv --samples 100000 --run /shared/iv --engine slurm --shards 64 "
          "--partition long\n"
          "  gaincell mc merge /shared/iv\n"
          "  gaincell mc plot runs/iv --limit i_zero=-0.3u:0.3u --figure i_zero\n",
          kCircuits | kSeed | kJobs | kOut | kForce,
          addMcOptions,
          run,
          true};
}

}  // namespace gaincell::flows
