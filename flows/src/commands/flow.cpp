// gaincell flow: the main job, from generators to the report.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "../stages/measures.hpp"
#include "../stages/stage.hpp"
#include "commands.hpp"
#include "gaincell/support/parallel.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;
namespace fs = std::filesystem;

namespace {

/// A folder that already holds a flow is continued only on request.
fs::path flowFolder(const CommandContext& context) {
  if (context.common.out.empty())
    throw Error("FLW-0030", "no output folder was given", "gaincell flow", "add --out DIR");
  fs::path dir = context.common.out;
  std::error_code ec;
  const bool is_flow = fs::exists(dir / "stages", ec);
  if (is_flow && (context.values.count("resume") || context.values.count("stage"))) return dir;
  if (context.values.count("resume") && !fs::exists(dir, ec))
    throw Error("FLW-0115", "there is no flow to resume", dir.string(),
                "check the name of --out, or leave --resume away");
  if (is_flow && !context.common.force)
    throw Error("FLW-0031", "the folder holds the results of a flow", dir.string(),
                "continue it with --resume, run it anew with --force, or give another folder to --out");
  fs::path checked = context.outputFolder();
  // Anew means anew: samples of an older program would be taken up again.
  for (const char* part : {"stages", "mc", "identity.json"})
    if (is_flow) fs::remove_all(dir / part, ec);
  return checked;
}

ExitCode run(const CommandContext& context) {
  if (context.values.count("quick") && context.values.count("full"))
    throw Error("FLW-0032", "--quick and --full exclude each other", "gaincell flow", "give one of them");
  const FlowSize size = context.values.count("full") ? FlowSize::Full : FlowSize::Quick;
  // Everything that can be wrong with the input is found before the folder is touched.
  const pdk::Pdk pdk = context.loadPdk();
  context.conditions(pdk);
  checkLimits(context.loadDesign(pdk));
  requestedSamples(context);
  const fs::path dir = flowFolder(context);
  const std::string only = context.values.count("stage") ? context.values["stage"].as<std::string>() : "";
  std::vector<std::string> ran;
  FlowContext flow(context, size, dir);
  try {
    ran = runStages(flow, only);
  } catch (const support::Interrupted&) {
    throw support::Interrupted(context.values.count("resume") ? context.command_line
                                                              : context.command_line + " --resume");
  } catch (const Error&) {
    // A simulation that the interrupt cut short reports a failure of its own.
    if (!support::interruptRequested()) throw;
    throw support::Interrupted(context.values.count("resume") ? context.command_line
                                                              : context.command_line + " --resume");
  }
  nlohmann::json summary = {{"out", dir.string()}, {"stages_run", ran}};
  const fs::path file = dir / "summary.json";
  // One stage alone is not judged: the summary that lies there is older than it.
  if (!only.empty() && only != "report") {
    context.print(summary, fmt::format("{}: {}", only, ran.empty() ? "up to date" : "done"));
    return ExitCode::Done;
  }
  const nlohmann::json written = nlohmann::json::parse(support::readFile(file));
  const bool met = written["verdict"]["met"].get<bool>();
  summary["verdict"] = written["verdict"];
  context.print(summary,
                fmt::format("{}\n{}", written["verdict"]["text"].get<std::string>(), (dir / "report.html").string()));
  return met ? ExitCode::Done : ExitCode::OutOfSpec;
}

}  // namespace

Command flowCommand() {
  return {"flow",
          "the main job: generate, simulate, Monte-Carlo, fit, check, floorplan, report",
          "gaincell flow [--quick|--full] --out DIR [options]",
          "  gaincell flow --quick --out out/quick\n"
          "  gaincell flow --full --out out/full -j 2\n"
          "  gaincell flow --full --out out/full --resume\n"
          "  gaincell flow --quick --design reference --out out/reference\n"
          "  gaincell flow --quick --set cell.pair_n.w=150n --out out/wide\n"
          "  gaincell flow --out out/quick --stage fit\n",
          kCircuits | kSeed | kJobs | kOut | kForce,
          [](po::options_description_easy_init add) {
            add("quick", "one cell and small circuits, about a minute (default)");
            add("full", "64 x 64 arrays with Monte-Carlo");
            add("samples", po::value<int>()->value_name("N"),
                "Monte-Carlo samples of the cell (default 300 quick, 2000 full)");
            add("grid-corners", po::value<std::string>()->value_name("LIST"),
                "corners of model_grid.json (stage grid, full flow; default tt,ss,ff,sf,fs)");
            add("grid-temps", po::value<std::string>()->value_name("LIST"), "temperatures of it, C (default 0,27,85)");
            add("grid-vdds", po::value<std::string>()->value_name("LIST"),
                "supplies of it, V (default nominal and a little over 5 % off)");
            add("stage", po::value<std::string>()->value_name("NAME"), "only this stage of an existing folder");
            add("resume", "continue an interrupted flow; finished stages are kept");
            add("time-limit", po::value<double>()->value_name("S"), "seconds per simulation run (default 600)");
          },
          run};
}

}  // namespace gaincell::flows
