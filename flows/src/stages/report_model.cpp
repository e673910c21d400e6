// The report's sections that judge the model: Monte-Carlo of the cell, attention on real data, model against
// transistors.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "../check/check_section.hpp"
#include "gaincell/report/plots.hpp"
#include "report_sections.hpp"

namespace gaincell::flows {

using nlohmann::json;

namespace {

/// Mean, spread and extremes of the current at every stored level.
report::TextTable levelStatistics(const support::Table& samples, const std::vector<std::string>& levels, double vdd) {
  report::TextTable t{"Bit-line current by stored level over the samples",
                      {"stored voltage", "samples", "mean", "sigma", "sigma / full scale", "smallest", "largest"},
                      {}};
  double full_scale = 0;
  std::vector<std::array<double, 5>> rows;  // n, mean, sigma, smallest, largest
  for (const auto& name : levels) {
    double n = 0, sum = 0, squares = 0, low = INFINITY, high = -INFINITY;
    for (double x : samples.values(name)) {
      if (!std::isfinite(x)) continue;
      n += 1, sum += x, squares += x * x;
      low = std::min(low, x), high = std::max(high, x);
    }
    const double mean = sum / n;
    rows.push_back({n, mean, std::sqrt(std::max(0.0, (squares - n * mean * mean) / (n - 1))), low, high});
    full_scale = std::max(full_scale, std::fabs(mean));
  }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto& [n, mean, sigma, low, high] = rows[k];
    t.rows.push_back({fmt::format("{:.3f} V", vdd * static_cast<double>(k) / static_cast<double>(rows.size() - 1)),
                      fmt::format("{:.0f}", n), fmt::format("{:.3f} µA", mean * 1e6),
                      fmt::format("{:.3f} µA", sigma * 1e6), fmt::format("{:.2f} %", 100 * sigma / full_scale),
                      fmt::format("{:.3f} µA", low * 1e6), fmt::format("{:.3f} µA", high * 1e6)});
  }
  return t;
}

}  // namespace

report::Section monteCarloSection(const ReportSource& s) {
  report::Section section = namedSection("monte-carlo", "Monte-Carlo of the cell");
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
    data.unit = "µA";
    data.scale = 1e6;
    for (double x : samples.values(levels.front()))
      if (std::isfinite(x)) data.samples.push_back(x);
    report::Plot plot = report::distributionPlot(data);
    plot.command = fmt::format("gaincell mc gain-cell --analysis iv --samples {} --run mc", samples.rows.size());
    plot.files = {{"samples", "mc/iv/samples.csv"}, {"statistics", "mc/iv/statistics.json"}};
    section.plots = {plot};
    section.tables = {levelStatistics(samples, levels, s.context.conditions().vdd)};
  }
  section.figures = s.figures("monte-carlo", "mc_iv");
  return section;
}

report::Section attentionSection(const ReportSource& s) {
  report::Section section = namedSection("attention", "Behavioral attention on real data");
  section.text = {
      "Queries, keys and values of a trained transformer. The published model must reproduce its stored outputs; the "
      "fitted array is run without adapting "
      "the scalers to it, so its correlation shows what adaptation has to make up for."};
  section.figures = s.figures("attention", "attention");
  section.command = "gaincell attend --model paper --decay 1.6e-4 --window 256 --input lm_layer0.npz --output out.npz";
  section.files = {{"outputs", "data/attention_outputs.csv"}};
  const support::Table outputs = s.table("attention_outputs.csv");
  report::Scatter data{"attention-outputs",
                       "Outputs of the fitted array against the published model",
                       "output",
                       "",
                       "published model",
                       "fitted array",
                       {},
                       {},
                       1,
                       ""};
  for (std::size_t k = 0; k < outputs.rows.size(); k += 4) {
    data.x.push_back(outputs.rows[k][outputs.column("published")]);
    data.y.push_back(outputs.rows[k][outputs.column("fitted")]);
  }
  data.summary = fmt::format("Correlation {:.3f}; every fourth of the stored outputs is drawn.",
                             s.value("attention", "attention", "correlation_with_published"));
  section.plots = {report::scatterPlot(data)};
  section.plots[0].command = section.command;
  section.plots[0].files = section.files;
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
