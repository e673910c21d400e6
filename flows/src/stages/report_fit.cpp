// The report's section on the fitted model: what is left over, how the spread comes back, what each term is worth,
// parameters with intervals beside the published ones.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gaincell/model/evaluate.hpp"
#include "gaincell/report/plots.hpp"
#include "report_sections.hpp"

namespace gaincell::flows {

using nlohmann::json;

namespace {

std::string number(const json& value) {
  return value.is_number() ? fmt::format("{:.5g}", value.get<double>()) : "";
}

/// Residuals of the charge by stored voltage, in % of full scale: the cubic's, and below it the extended form's.
report::Plot cellResiduals(const ReportSource& s) {
  const support::Table fit = s.table("fit_cell.csv");
  const std::size_t v = fit.column("v_storage_V"), cubic = fit.column("cubic_residual_share"),
                    extended = fit.column("extended_residual_share"), bl = fit.column("v_bl_V");
  report::Panel top, bottom;
  top.title = "cubic";
  bottom.title = "extended form";
  top.data.columns = {"v", "residual"};
  bottom.data.columns = {"v", "middle", "elsewhere"};
  const double middle = s.context.conditions().vdd / 2;
  for (const auto& row : fit.rows) {
    const bool at_middle = std::fabs(row[bl] - middle) < 1e-6;
    if (at_middle) top.data.addRow({row[v], 100 * row[cubic]});
    bottom.data.addRow(
        {row[v], at_middle ? 100 * row[extended] : std::nan(""), at_middle ? std::nan("") : 100 * row[extended]});
  }
  top.series = {{"", "v", "residual", "", report::Style::Points, 0}};
  bottom.series = {{"bit line at half the supply", "v", "middle", "", report::Style::Points, 0},
                   {"bit line elsewhere", "v", "elsewhere", "", report::Style::Points, 1}};
  for (auto* p : {&top, &bottom}) {
    p->x_label = "stored voltage (V)";
    p->y_label = "residual (% of full scale)";
  }
  top.share = bottom.share = 0.5;
  report::Plot plot;
  plot.id = "fit-cell-residuals";
  plot.title = "What the fits of the cell leave over";
  plot.caption =
      "Charge of a read pulse in a transient minus that of the model, every level and width. Structure in the upper "
      "panel is what a cubic cannot follow.";
  plot.alt = "Residuals of the cubic and of the extended form against the stored voltage.";
  plot.command = "gaincell fit --run . -o refit.json --out fit-report";
  plot.panels = {top, bottom};
  plot.files = {{"data, model, residual", "data/fit_cell.csv"}};
  plot.height = 620;
  return plot;
}

/// Spread of the current by level: samples, whole-curve model, cubic model.
report::Plot spreadPlot(const ReportSource& s) {
  report::Panel panel;
  panel.data = s.table("fit_mismatch.csv");
  panel.x_label = "stored voltage (V)";
  panel.y_label = "sigma of the current (uA)";
  panel.y_scale = 1e6;
  panel.series = {{"simulated samples", "v_storage_V", "sigma_samples_A", "", report::Style::Points, 0},
                  {"drawn from the whole-curve model", "v_storage_V", "sigma_model_A", "", report::Style::Line, 1},
                  {"drawn from the cubic's covariance", "v_storage_V", "sigma_cubic_A", "", report::Style::Dashed, 2}};
  report::Plot plot;
  plot.id = "fit-spread";
  plot.title = "Spread of the current at the stored levels";
  plot.caption = "20,000 cells drawn from the model against the Monte-Carlo samples it was fitted to.";
  plot.alt = "Standard deviation of the bit-line current by stored level: samples and both models.";
  plot.command = "gaincell model sample model.json --samples 20000 -o cells.csv";
  plot.panels = {panel};
  plot.files = {{"sigma by level", "data/fit_mismatch.csv"}, {"samples", "mc/iv/samples.csv"}};
  return plot;
}

/// Largest difference between the model's decay and the one it was fitted to (V).
double retentionResidual(const ReportSource& s) {
  double largest = 0;
  for (const double r : s.table("fit_retention.csv").values("residual_V")) largest = std::max(largest, std::fabs(r));
  return largest;
}

report::Plot retentionResiduals(const ReportSource& s) {
  const support::Table fit = s.table("fit_retention.csv");
  const std::size_t start = fit.column("v_start_V"), t = fit.column("t_s"), r = fit.column("residual_V");
  report::Panel panel;
  panel.x_label = "time (ms)";
  panel.y_label = "residual (mV)";
  panel.x_scale = 1e3;
  panel.y_scale = 1e3;
  panel.data.columns = {"t_s"};
  std::set<double> starts;
  for (const auto& row : fit.rows) starts.insert(row[start]);
  std::map<double, std::vector<double>> by_time;
  for (const auto& row : fit.rows) {
    auto& line = by_time[row[t]];
    line.resize(starts.size(), std::nan(""));
    line[static_cast<std::size_t>(std::distance(starts.begin(), starts.find(row[start])))] = row[r];
  }
  int color = 0;
  for (const double v : starts) {
    const std::string name = fmt::format("from_{}", color);
    panel.data.columns.push_back(name);
    panel.series.push_back({fmt::format("from {:.2f} V", v), "t_s", name, "", report::Style::Line, color % 8});
    ++color;
  }
  for (const auto& [time, values] : by_time) {
    std::vector<double> row = {time};
    row.insert(row.end(), values.begin(), values.end());
    panel.data.addRow(row);
  }
  report::Plot plot;
  plot.id = "fit-retention-residuals";
  plot.title = "Stored voltage minus the model's prediction";
  plot.caption = fmt::format("2 % of the supply are {:.0f} mV.", 20 * s.context.conditions().vdd);
  plot.alt = "Residual of the retention model against time for every stored level.";
  plot.command = "gaincell fit --run . -o refit.json --out fit-report";
  plot.panels = {panel};
  plot.files = {{"decay, model, residual", "data/fit_retention.csv"}};
  return plot;
}

/// Stored voltage over the longest simulated time from every level: transients and the model.
report::Plot decayPlot(const ReportSource& s, const model::Retention& retention) {
  const support::Table simulated = s.table("gain-cell_retention_transient.csv");
  const std::size_t start = simulated.column("v_start_V"), t = simulated.column("t_s"),
                    v = simulated.column("v_transient_V");
  std::map<double, std::pair<double, double>> first;  // by start: time and voltage it begins with
  for (const auto& row : simulated.rows) first.try_emplace(row[start], row[t], row[v]);
  report::Panel panel;
  panel.x_label = "time (ms)";
  panel.y_label = "stored voltage (V)";
  panel.x_scale = 1e3;
  panel.data.columns = {"t_s"};
  std::map<double, std::size_t> column;
  for (const auto& [from, begin] : first) {
    column[from] = panel.data.columns.size();
    const std::string name = fmt::format("from_{}", column.size());
    const int color = static_cast<int>(column.size() - 1) % 8;
    panel.data.columns.push_back(name);
    panel.data.columns.push_back("model_" + name);
    panel.series.push_back({"", "t_s", "model_" + name, "", report::Style::Line, color});
    panel.series.push_back({fmt::format("from {:.2f} V", from), "t_s", name, "", report::Style::Points, color});
  }
  const auto predicted = [&](const std::vector<double>& row) {
    const auto& [t0, v0] = first.at(row[start]);
    return model::decayed(retention, v0, row[t] - t0);
  };
  double longest = 0, most = -1;
  std::size_t worst = 0;
  for (std::size_t k = 0; k < simulated.rows.size(); ++k) {
    const auto& row = simulated.rows[k];
    longest = std::max(longest, row[t]);
    if (const double off = std::fabs(predicted(row) - row[v]); off > most) most = off, worst = k;
  }
  for (std::size_t k = 0; k < simulated.rows.size(); ++k) {
    if (k % 5 != 0 && k != worst) continue;  // every fifth of the transient's points, and the worst, are enough to see
    const auto& row = simulated.rows[k];
    std::vector<double> out(panel.data.columns.size(), std::nan(""));
    out[0] = row[t];
    out[column.at(row[start])] = row[v];
    out[column.at(row[start]) + 1] = predicted(row);
    panel.data.addRow(out);
  }
  report::Plot plot;
  plot.id = "fit-retention";
  plot.title = fmt::format("Stored voltage over {:.3g} ms from every level", 1e3 * longest);
  plot.caption = fmt::format(
      "Points: transient simulation of the floating node. Lines: the model. The largest distance of the two is {:.2f} "
      "% of the supply, from {:.2f} V after {:.3g} ms.",
      100 * most / s.context.conditions().vdd, simulated.rows[worst][start], 1e3 * simulated.rows[worst][t]);
  plot.alt = "Stored voltage against time from every level: transient simulation and model.";
  plot.command = "gaincell fit --run . -o refit.json --out fit-report";
  plot.panels = {panel};
  plot.files = {{"transients", "data/gain-cell_retention_transient.csv"},
                {"largest error by level", "data/fit_retention_transient.csv"}};
  plot.height = 480;
  return plot;
}

/// Pulse widths of 64-cell columns: macro-models against transistors, both converters.
report::Plot macroWidths(const ReportSource& s) {
  report::Scatter data{"macro-columns",
                       "Pulse widths of 64-cell columns, both converters",
                       "pulse width",
                       "ns",
                       "transistors",
                       "macro-models",
                       {},
                       {},
                       1e9,
                       ""};
  for (const char* file : {"macro_column.csv", "macro_column_signed.csv"}) {
    const support::Table t = s.table(file);
    for (const auto& row : t.rows) {
      data.x.push_back(row[t.column("width_s")]);
      data.y.push_back(row[t.column("width_macro_s")]);
    }
  }
  data.summary = fmt::format(
      "Largest error {:.2f} % of full scale with the ReLU converter, {:.2f} % with the signed one (negative widths: "
      "negative sign); {:.0f} and {:.0f} times less CPU time.",
      100 * s.value("macro", "macro_column", "max_error"), 100 * s.value("macro", "macro_column_signed", "max_error"),
      s.value("macro", "macro_column", "cpu_ratio"), s.value("macro", "macro_column_signed", "cpu_ratio"));
  report::Plot plot = report::scatterPlot(data);
  plot.command = s.command(
      "gaincell simulate value-column --analysis mac --with columns=4 --with operations=2 --fidelity compare --model "
      "model.json");
  plot.files = {{"ReLU converter", "data/macro_column.csv"}, {"signed converter", "data/macro_column_signed.csv"}};
  return plot;
}

report::TextTable parameterTable(const json& fitted) {
  report::TextTable table{
      "Fitted parameters, with 95 % confidence intervals", {"parameter", "unit", "value", "low", "high", "paper"}, {}};
  for (const auto& p : fitted.value("parameters", json::array())) {
    const json interval = p.value("confidence_95", json::array({nullptr, nullptr}));
    table.rows.push_back({p.value("name", ""), p.value("unit", ""), number(p.value("value", json())),
                          number(interval[0]), number(interval[1]), number(p.value("paper", json()))});
  }
  return table;
}

/// Terms of Q = a(V) + b(V) t - g(V) (v_bl - v_ref) t and what each is worth.
report::TextTable termTable(const model::ExtendedCell& e) {
  report::TextTable table{
      "Terms of the extended form, Q = a(V) + b(V) t - g(V) (v_bl - v_ref) t: cross-validated NRMSE, % of full scale",
      {"term", "without", "with", "in the model"},
      {}};
  for (const auto& t : e.terms)
    table.rows.push_back({t.name, fmt::format("{:.4f}", 100 * t.nrmse_without),
                          fmt::format("{:.4f}", 100 * t.nrmse_with), t.kept ? "yes" : "no"});
  return table;
}

/// Half-level times of both rails at every temperature: the model's beside the simulated ones.
report::TextTable holdOverTemperature(const ReportSource& s) {
  const support::Table fit = s.table("fit_retention_transient.csv");
  report::TextTable table{"Time until a level has lost half a level, by temperature",
                          {"temperature (C)", "level (V)", "transient (ms)", "model (ms)"},
                          {}};
  for (const auto& row : fit.rows) {
    const double simulated = row[fit.column("half_level_s")];
    if (!std::isfinite(simulated)) continue;
    table.rows.push_back({fmt::format("{:g}", row[fit.column("temp_c")]),
                          fmt::format("{:.3f}", row[fit.column("v_start_V")]), fmt::format("{:.4f}", 1e3 * simulated),
                          fmt::format("{:.4f}", 1e3 * row[fit.column("half_level_model_s")])});
  }
  return table;
}

report::TextTable holdTable(const model::Retention& r) {
  report::TextTable table{"Time until a level has lost half a level", {"level (V)", "time (ms)"}, {}};
  for (const auto& l : r.levels)
    table.rows.push_back({fmt::format("{:.3f}", l.level_V), l.half_level_s
                                                                ? fmt::format("{:.3f}", 1e3 * *l.half_level_s)
                                                                : fmt::format("more than {:.1f}", 1e3 * l.window_s)});
  return table;
}

}  // namespace

report::Section fitSection(const ReportSource& s) {
  report::Section section = namedSection("model", "The fitted model");
  const json& fitted = s.results["fit"]["report"];
  const model::Model& m = *s.model;
  section.text = {
      "Everything is fitted from the tables of this folder. The cubic is the published form; the extended form is what "
      "arrays and exports use.",
      "Two time constants are shown, and they differ where the decay is no pure exponential: both are of an "
      "exponential "
      "by least squares over the window, the simulation's towards half the supply, the fit's towards the voltage at "
      "which the leakage currents balance. The times after which those distances have really fallen to 1/e stand "
      "beside "
      "them."};
  section.plots.push_back(cellResiduals(s));
  if (m.cell.mismatch_curve) section.plots.push_back(spreadPlot(s));
  if (m.retention && s.results["fit"]["figures"]["fit"].contains("retention_transient"))
    section.plots.push_back(decayPlot(s, *m.retention));
  if (m.retention && retentionResidual(s) > 1e-6)
    section.plots.push_back(retentionResiduals(s));
  else if (m.retention)
    section.text.push_back(
        "The decay is predicted from the measured leakage curve, so it leaves nothing over on the data it comes from; "
        "the figure that judges it is the one against transient simulations.");
  section.tables = {parameterTable(fitted)};
  if (m.cell.extended) section.tables.push_back(termTable(*m.cell.extended));
  if (m.retention) section.tables.push_back(holdTable(*m.retention));
  if (m.retention && s.results["fit"]["figures"]["fit"].contains("retention_transient"))
    section.tables.push_back(holdOverTemperature(s));
  section.figures = s.figures("fit", "fit");
  for (auto& f : s.figures("grid", "grid", "model_grid.json: ")) section.figures.push_back(std::move(f));
  for (const auto& w : fitted.value("warnings", json::array()))
    section.text.push_back("Warning: " + w.get<std::string>());
  section.files = {{"model.json", "model.json"}};
  section.command = "gaincell fit --run . --mc mc/iv --mc mc/iv-process -o refit.json";
  return section;
}

report::Section macroSection(const ReportSource& s) {
  report::Section section = namedSection("macro", "Macro-models against transistors");
  section.text = {
      "The subcircuits that gaincell model export --format ngspice writes, simulated in place of the transistors of "
      "whole bit lines on the same operands: into an ideal integrator, and in a full flow with the ReLU converter "
      "and "
      "with the signed one. Times are the simulator's CPU time within this run."};
  for (const char* group : {"macro_array", "macro_column", "macro_column_signed"})
    for (auto& f : s.figures("macro", group)) section.figures.push_back(std::move(f));
  section.command = s.command(
      "gaincell simulate array --analysis mac --set array.cols=2 --fidelity compare --model model.json --anyway");
  section.files = {{"charges", "data/macro_array.csv"}};
  if (s.figures("macro", "macro_column").empty()) return section;
  section.plots.push_back(macroWidths(s));
  section.files.push_back({"pulse widths, ReLU converter", "data/macro_column.csv"});
  section.files.push_back({"pulse widths, signed converter", "data/macro_column_signed.csv"});
  return section;
}

}  // namespace gaincell::flows
