// Gathers what the other stages left and writes summary.json and report.html.

#include "gaincell/report/report.hpp"

#include <fmt/format.h>

#include "gaincell/model/io.hpp"
#include "gaincell/report/plots.hpp"
#include "measures.hpp"
#include "report_sections.hpp"
#include "stages.hpp"

namespace gaincell::flows {

using nlohmann::json;

namespace {

/// Results of every stage that has run in this folder.
json allResults(const FlowContext& context) {
  json results = json::object();
  for (const auto& s : stages()) {
    if (s.name == "report") continue;
    std::error_code ec;
    if (std::filesystem::exists(context.dir() / "stages" / (s.name + ".json"), ec))
      results[s.name] = context.result(s.name);
  }
  return results;
}

std::string verdictText(const std::vector<spec::Verdict>& verdicts) {
  std::size_t passed = 0, judged = 0;
  std::string failures;
  for (const auto& v : verdicts) {
    if (v.outcome == spec::Outcome::NotRun) continue;
    ++judged;
    if (v.outcome == spec::Outcome::Pass)
      ++passed;
    else
      failures += fmt::format("\n  {}: {}", v.limit.description, v.reason);
  }
  return fmt::format("{} of {} specifications met{}", passed, judged, failures);
}

json summaryOf(FlowContext& context, const json& results, const std::vector<spec::Verdict>& verdicts) {
  json figures = json::object();
  for (const auto& [stage, result] : results.items())
    if (result.contains("figures")) figures[stage] = result["figures"];
  json warnings = json::array();
  for (const auto& [stage, result] : results.items())
    for (const auto& w : result.value("warnings", json::array())) warnings.push_back(w);
  return {{"schema", "gaincell-summary/1"},
          {"provenance", support::toJson(context.provenance())},
          {"identity", design::toJson(context.identity())},
          {"size", context.quick() ? "quick" : "full"},
          {"figures", figures},
          {"warnings", warnings},
          {"verdict",
           {{"met", spec::met(verdicts)}, {"text", verdictText(verdicts)}, {"measures", spec::toJson(verdicts)}}}};
}

void run(FlowContext& context) {
  const json results = allResults(context);
  const auto verdicts = judge({context.design(), context.pdk(), context.conditions(), results});
  context.writeText("summary.json", summaryOf(context, results, verdicts).dump(2) + "\n");

  ReportSource source{context, results, verdicts, {}};
  if (source.has("fit")) source.model = model::readModel(context.dir() / "model.json");
  report::ReportData data = reportFrame(source);
  for (const auto& section : reportSections(source)) data.sections.push_back(section);
  report::writeReport(data, context.dir(), support::Overwrite::Yes);
  context.addFile("report.html");
}

json inputs(const FlowContext& context) {
  const auto optional = [](const std::optional<double>& v) { return v ? json(*v) : json(); };
  json limits = json::array();
  for (const auto& l : context.design().limits)
    limits.push_back({l.measure, optional(l.min), optional(l.typ), optional(l.max), l.source, l.origin});
  const CommonOptions& common = context.command().common;  // named in the title and in the commands
  return {{"limits", limits},
          {"design", context.design().name},
          {"options", {common.pdk_name, common.pdk_manifest, common.design, common.sets}}};
}

std::vector<std::string> everyOtherStage() {
  return {"generate", "characterize", "monte-carlo", "converters", "converter-spread", "chain", "chain-corners", "fit",
          "grid",     "macro",        "attention",   "check",      "floorplan"};
}

}  // namespace

Stage reportStage() {
  return {"report", "writing the report", everyOtherStage(), true, inputs, run};
}

}  // namespace gaincell::flows
