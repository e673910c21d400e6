// The report's sections that judge the model: Monte-Carlo of the cell, attention on real data, model against
// transistors.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../check/check_section.hpp"
#include "gaincell/report/plots.hpp"
#include "report_sections.hpp"

namespace gaincell::flows {

using nlohmann::json;

namespace {

report::Section named(const char* id, const char* title) {
  report::Section section;
  section.id = id;
  section.title = title;
  return section;
}

}  // namespace

report::Section monteCarloSection(const ReportSource& s) {
  report::Section section = named("monte-carlo", "Monte-Carlo of the cell");
  section.text = {
      "Local mismatch of every transistor (Pelgrom) with the figures of the PDK; each draw is a function of seed, "
      "sample, instance and parameter."};
  const support::Table samples = support::readCsv(s.context.dir() / "mc" / "iv" / "samples.csv");
  std::vector<std::string> levels;
  for (const auto& name : samples.columns)
    if (name.rfind("i_level_", 0) == 0) levels.push_back(name);
  if (!levels.empty()) {
    report::Distribution data;
    data.id = "mc-i-low";
    data.title = "Bit-line current of a stored 0 V";
    data.name = "current";
    data.unit = "uA";
    data.scale = 1e6;
    for (double x : samples.values(levels.front()))
      if (std::isfinite(x)) data.samples.push_back(x);
    report::Plot plot = report::distributionPlot(data);
    plot.command = fmt::format("gaincell mc gain-cell --analysis iv --samples {} --run mc", samples.rows.size());
    plot.files = {{"samples", "mc/iv/samples.csv"}, {"statistics", "mc/iv/statistics.json"}};
    section.plots = {plot};
  }
  section.figures = s.figures("monte-carlo", "mc_iv");
  return section;
}

report::Section attentionSection(const ReportSource& s) {
  report::Section section = named("attention", "Behavioral attention on real data");
  section.text = {
      "Queries, keys and values of a trained transformer. The published model must reproduce its stored outputs; the "
      "fitted array is run without adapting "
      "the scalers to it, so its correlation shows what adaptation has to make up for."};
  section.figures = s.figures("attention", "attention");
  section.command = "gaincell attend --model paper --decay 1.6e-4 --window 256 --input lm_layer0.npz --output out.npz";
  section.files = {{"outputs", "data/attention_outputs.csv"}};
  return section;
}

report::Section checkSection(const ReportSource& s) {
  const json& result = s.results["check"];
  const json& size = result["size"];
  std::map<std::string, support::Table> tables;
  for (const char* name : {"s", "phi", "output", "chain", "columns_s", "columns_output", "rows_s"})
    tables[name] = s.table(fmt::format("check_{}.csv", name));
  const std::string command = fmt::format("gaincell check --model model_array.json --rows {} --cols {} --samples {}",
                                          size["rows"].get<int>(), size["cols"].get<int>(), size["samples"].get<int>());
  report::Section section = comparisonSection(result["comparison"], tables, command, "data");
  section.text = {
      fmt::format("{} x {} cells, {} random quer{}: every bit line simulated with its wire and converter, array 2 "
                  "driven by the pulses array 1 "
                  "gave. The array cell is the PDK's {} variant.",
                  result["size"]["rows"].get<int>(), result["size"]["cols"].get<int>(),
                  result["size"]["samples"].get<int>(), result["size"]["samples"].get<int>() == 1 ? "y" : "ies",
                  s.has("array-model") ? s.results["array-model"].value("variant", "") : "")};
  section.figures = s.figures("check", "check");
  section.figures.erase(
      std::remove_if(section.figures.begin(), section.figures.end(), [](const auto& f) { return f.label.empty(); }),
      section.figures.end());
  return section;
}

}  // namespace gaincell::flows
