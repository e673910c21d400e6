// The report's sections that judge the model: Monte-Carlo of the cell, attention on real data, model against
// transistors.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../check_section.hpp"
#include "gaincell/check/check.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/report/plots.hpp"
#include "report_sections.hpp"

namespace gaincell::flows {

using nlohmann::json;

namespace {

/// Finite values of a column.
std::vector<double> finite(const support::Table& samples, const std::string& column) {
  std::vector<double> out = samples.values(column);
  out.erase(std::remove_if(out.begin(), out.end(), [](double x) { return !std::isfinite(x); }), out.end());
  return out;
}

struct Statistics {
  std::size_t n = 0;
  double mean = NAN, sigma = NAN, smallest = NAN, largest = NAN;
};

Statistics statisticsOf(const std::vector<double>& samples) {
  Statistics s;
  s.n = samples.size();
  if (s.n < 2) return s;
  s.mean = fit::mean(samples);
  s.sigma = fit::standardDeviation(samples);
  s.smallest = *std::min_element(samples.begin(), samples.end());
  s.largest = *std::max_element(samples.begin(), samples.end());
  return s;
}

/// Mean, spread and extremes of the current at every stored level.
report::TextTable levelStatistics(const support::Table& samples, const std::vector<std::string>& levels, double vdd) {
  report::TextTable t{"Bit-line current by stored level over the samples",
                      {"stored voltage", "samples", "mean", "sigma", "sigma / full scale", "smallest", "largest"},
                      {}};
  double full_scale = 0;
  std::vector<Statistics> rows;
  for (const auto& name : levels) {
    rows.push_back(statisticsOf(finite(samples, name)));
    full_scale = std::max(full_scale, std::fabs(rows.back().mean));
  }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const Statistics& r = rows[k];
    t.rows.push_back({fmt::format("{:.3f} V", vdd * static_cast<double>(k) / static_cast<double>(rows.size() - 1)),
                      fmt::format("{}", r.n), fmt::format("{:.3f} µA", r.mean * 1e6),
                      fmt::format("{:.3f} µA", r.sigma * 1e6), fmt::format("{:.2f} %", 100 * r.sigma / full_scale),
                      fmt::format("{:.3f} µA", r.smallest * 1e6), fmt::format("{:.3f} µA", r.largest * 1e6)});
  }
  return t;
}

report::Plot distribution(const support::Table& samples, const std::string& column, const report::Distribution& named,
                          const std::string& folder, const std::string& command) {
  report::Distribution data = named;
  data.samples = finite(samples, column);
  report::Plot plot = report::distributionPlot(data);
  plot.command = command;
  plot.files = {{"samples", fmt::format("mc/{}/samples.csv", folder)},
                {"statistics", fmt::format("mc/{}/statistics.json", folder)}};
  return plot;
}

/// What varies from converter to converter.
struct ConverterSpreadOf {
  const char *kind, *title, *points;
  std::vector<std::pair<const char*, const char*>> columns;  ///< suffix of gain and offset, and what it is called
};

void addConverterSpread(const ReportSource& s, report::Section& section) {
  report::TextTable t{
      "Gain and offset of the converters over the samples",
      {"converter", "samples", "gain, sigma", "gain, extremes", "offset, mean", "offset, sigma", "offset, extremes"},
      {}};
  const std::vector<ConverterSpreadOf> all = {
      {"relu-converter", "ReLU converter", "9", {{"", "ReLU"}}},
      {"signed-converter", "Signed converter", "17", {{"_plus", "signed, positive"}, {"_minus", "signed, negative"}}}};
  for (const auto& c : all) {
    const support::Table samples = support::readCsv(s.context.dir() / "mc" / c.kind / "samples.csv");
    for (const auto& [suffix, name] : c.columns) {
      const Statistics gain = statisticsOf(finite(samples, std::string("gain") + suffix)),
                       offset = statisticsOf(finite(samples, fmt::format("offset{}_s", suffix)));
      t.rows.push_back({name, fmt::format("{}", gain.n), fmt::format("{:.2f} %", 100 * gain.sigma / gain.mean),
                        fmt::format("{:.3f} to {:.3f}", gain.smallest, gain.largest),
                        fmt::format("{:.1f} ps", 1e12 * offset.mean), fmt::format("{:.1f} ps", 1e12 * offset.sigma),
                        fmt::format("{:.1f} to {:.1f} ps", 1e12 * offset.smallest, 1e12 * offset.largest)});
    }
    const std::string first = c.columns.front().first;
    section.plots.push_back(
        distribution(samples, "offset" + first + "_s",
                     {std::string("mc-") + c.kind,
                      fmt::format("{}: offset of the pulse{}", c.title, first.empty() ? "" : ", positive charge"),
                      "offset",
                      "ps",
                      {},
                      1e12,
                      {},
                      {}},
                     c.kind,
                     s.command(fmt::format("gaincell mc {} --analysis transfer --with points={} --samples {} --run mc",
                                           c.kind, c.points, samples.rows.size()))));
  }
  section.tables.push_back(std::move(t));
}

}  // namespace

report::Section monteCarloSection(const ReportSource& s) {
  const bool converters = s.has("converter-spread");
  report::Section section =
      namedSection("monte-carlo", converters ? "Monte-Carlo of cell and converters" : "Monte-Carlo of the cell");
  section.text = {
      "Local mismatch of every transistor (Pelgrom) with the figures of the PDK; each draw is a function of seed, "
      "sample, instance and parameter."};
  const support::Table samples = support::readCsv(s.context.dir() / "mc" / "iv" / "samples.csv");
  std::vector<std::string> levels;
  for (const auto& name : samples.columns)
    if (name.rfind("i_level_", 0) == 0) levels.push_back(name);
  if (!levels.empty()) {
    section.plots = {distribution(
        samples, levels.front(), {"mc-i-low", "Bit-line current of a stored 0 V", "current", "µA", {}, 1e6, {}, {}},
        "iv",
        s.command(fmt::format("gaincell mc gain-cell --analysis iv --samples {} --run mc", samples.rows.size())))};
    section.tables = {levelStatistics(samples, levels, s.context.conditions().vdd)};
  }
  section.figures = s.figures("monte-carlo", "mc_iv", "I(V) of the cell: ");
  if (!converters) return section;
  for (const auto& [kind, of_what] :
       {std::pair{"relu-converter", "ReLU converter: "}, {"signed-converter", "signed converter: "}})
    for (const std::string& group : {std::string("mc_") + kind, std::string(kind) + "_mc"})
      for (auto& f : s.figures("converter-spread", group, of_what)) section.figures.push_back(std::move(f));
  addConverterSpread(s, section);
  return section;
}

report::Section attentionSection(const ReportSource& s) {
  report::Section section = namedSection("attention", "Behavioral attention on real data");
  section.text = {
      "Queries, keys and values of a trained transformer. The published model must reproduce its stored outputs; the "
      "fitted model is run without adapting "
      "the scalers to it, so its correlation shows what adaptation has to make up for."};
  section.figures = s.figures("attention", "attention");
  section.command = fmt::format("gaincell attend --model paper --decay 1.6e-4 --window 256 --input {} --output out.npz",
                                check::exampleData().string());
  section.files = {{"outputs", "data/attention_outputs.csv"}};
  const support::Table outputs = s.table("attention_outputs.csv");
  report::Scatter data{"attention-outputs",
                       "Outputs of the fitted model against the published model",
                       "output",
                       "",
                       "published model",
                       "fitted model",
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
  for (const char* name : {"s", "phi", "output", "chain", "code", "columns_s", "columns_output", "rows_s"})
    tables[name] = s.table(fmt::format("check_{}.csv", name));
  const std::string command =
      s.command(fmt::format("gaincell check --model model.json --rows {} --cols {} --samples {}",
                            size["rows"].get<int>(), size["cols"].get<int>(), size["samples"].get<int>()));
  report::Section section = comparisonSection(result["comparison"], tables, command, "data");
  section.text = {
      fmt::format("{} x {} cells, {} random quer{}: every bit line simulated with its wire and converter, array 2 "
                  "driven by the pulses array 1 "
                  "gave.",
                  result["size"]["rows"].get<int>(), result["size"]["cols"].get<int>(),
                  result["size"]["samples"].get<int>(), result["size"]["samples"].get<int>() == 1 ? "y" : "ies")};
  section.figures = s.figures("check", "check");
  section.figures.erase(
      std::remove_if(section.figures.begin(), section.figures.end(), [](const auto& f) { return f.label.empty(); }),
      section.figures.end());
  return section;
}

}  // namespace gaincell::flows
