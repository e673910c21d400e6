#include "report_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/report/plots.hpp"
#include "gaincell/report/schematic.hpp"
#include "gaincell/support/units.hpp"
#include "measures.hpp"

namespace gaincell::flows {

using nlohmann::json;
using report::Figure;
using report::Section;

support::Table ReportSource::table(const std::string& file) const {
  return support::readCsv(context.dir() / "data" / file);
}

Section namedSection(const std::string& id, const std::string& title) {
  Section section;
  section.id = id;
  section.title = title;
  return section;
}

namespace {

double numberOf(const json& figure) {
  return figure.is_object() && figure["value"].is_number() ? figure["value"].get<double>()
                                                           : std::numeric_limits<double>::quiet_NaN();
}

std::string measureName(const std::string& stage, const std::string& group, const std::string& name) {
  for (const auto& m : measures())
    if (m.stage == stage && m.group == group && m.figure == name) return m.measure;
  return fmt::format("{}.{}", group, name);
}

/// Rows of a table with one value in a column, as x and y.
report::Trace trace(const support::Table& t, const std::string& key, double value, const std::string& x,
                    const std::string& y) {
  const std::size_t k = t.column(key), cx = t.column(x), cy = t.column(y);
  report::Trace out;
  for (const auto& row : t.rows) {
    if (row[k] != value) continue;
    out.x.push_back(row[cx]);
    out.y.push_back(row[cy]);
  }
  return out;
}

std::vector<double> distinct(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::string dutCommand(const ReportSource& s, const std::string& kind, const std::string& analysis) {
  return s.command(fmt::format("gaincell simulate {} --analysis {}", kind, analysis));
}

// --- the cell ----------------------------------------------------------------------------------------------------

/// Mean and 3 sigma of the Monte-Carlo current at each stored level.
void addSpread(const ReportSource& s, report::CurrentVoltage& data) {
  if (!s.has("monte-carlo")) return;
  const support::Table samples = support::readCsv(s.context.dir() / "mc" / "iv" / "samples.csv");
  std::vector<std::vector<double>> levels;
  for (const auto& name : samples.columns)
    if (name.rfind("i_level_", 0) == 0) levels.push_back(samples.values(name));
  for (std::size_t k = 0; k < levels.size(); ++k) {
    std::vector<double> good;
    std::copy_if(levels[k].begin(), levels[k].end(), std::back_inserter(good),
                 [](double x) { return std::isfinite(x); });
    const double mean = fit::mean(good), sigma = fit::standardDeviation(good);
    data.spread_v.push_back(s.context.conditions().vdd * static_cast<double>(k) /
                            static_cast<double>(levels.size() - 1));
    data.low.push_back(mean - 3 * sigma);
    data.mean.push_back(mean);
    data.high.push_back(mean + 3 * sigma);
  }
  data.spread_label = fmt::format("mean +- 3 sigma of {} samples", samples.rows.size());
}

report::Plot currentVoltage(const ReportSource& s) {
  const support::Table iv = s.table("gain-cell_iv_iv.csv");
  report::CurrentVoltage data;
  data.v = iv.values("v_storage_V");
  data.i = iv.values("i_bl_A");
  addSpread(s, data);
  if (s.model) {
    for (double c : s.model->cell.coefficients_uA) data.coefficients.push_back(1e-6 * c);
    data.v_zero = s.model->cell.v_zero_V;
  }
  report::Plot plot = report::currentVoltagePlot(data);
  plot.command = dutCommand(s, "gain-cell", "iv");
  plot.files = {{"I(V)", "data/gain-cell_iv_iv.csv"}};
  if (s.has("monte-carlo")) plot.files.push_back({"samples", "mc/iv/samples.csv"});
  return plot;
}

std::string sizeText(const pdk::Role& device) {
  return fmt::format("{:.4g}/{:.4g}", device.w * 1e6, device.l * 1e6);
}

report::Drawing circuit(const ReportSource& s) {
  const cells::GainCellDesign cell = cells::resolveGainCell(s.context.design());
  report::CellSizes sizes;
  sizes.write_n = sizeText(cell.write_n);
  if (cell.write_p) sizes.write_p = sizeText(*cell.write_p);
  sizes.pair_n = sizeText(cell.pair_n);
  sizes.pair_p = sizeText(cell.pair_p);
  sizes.read_n = sizeText(cell.read_n);
  sizes.read_p = sizeText(cell.read_p);
  sizes.capacitor = support::formatSi(cell.c_storage, "F");
  sizes.supply = support::formatSi(s.context.conditions().vdd, "V");
  return {"cell-circuit",
          "The 6T gain cell",
          "Width/length in micrometres beside each transistor.",
          "Circuit: write transmission gate from the write bit line to the storage capacitor, push-pull pair with both "
          "gates on the "
          "storage node, read transmission gate from the pair's drains to the bit line.",
          s.command("gaincell netlist gain-cell"),
          report::cellSchematic(sizes),
          {{"netlist with testbench", "netlists/gain-cell.cir"}}};
}

Section cellSection(const ReportSource& s) {
  Section section = namedSection("cell", "The cell");
  section.text = {
      "Current is positive when the cell pushes charge into the bit line; a stored voltage above half the supply pulls "
      "charge out."};
  section.drawings = {circuit(s)};
  section.figures = s.figures("characterize", "gain-cell_iv");
  section.plots = {currentVoltage(s)};
  section.command = dutCommand(s, "gain-cell", "iv");
  return section;
}

Section storageSection(const ReportSource& s) {
  Section section = namedSection("storage", "Storage: decay, write, disturb");
  const support::Table decay = s.table("gain-cell_retention_decay.csv");
  const auto starts = distinct(decay.values("v_start_V"));
  std::vector<report::Decay> decays;
  for (const bool high : {false, true}) {
    report::Decay d{trace(decay, "v_start_V", high ? starts.back() : starts.front(), "t_s", "v_storage_V"), {}, {}, {}};
    d.trace.label = high ? "from the supply" : "from 0 V";
    if (s.model && s.model->retention) {
      const model::Retention& r = *s.model->retention;
      d.tau = high ? r.tau_s.high : r.tau_s.low;
      d.v_end = high ? r.end_V.high : r.end_V.low;
      d.v_start = d.trace.y.front();
    }
    decays.push_back(std::move(d));
  }
  report::Plot plot = report::storageDecayPlot(decays);
  plot.command = dutCommand(s, "gain-cell", "retention");
  plot.files = {{"decay", "data/gain-cell_retention_decay.csv"}, {"leakage", "data/gain-cell_retention_leakage.csv"}};
  section.plots.push_back(std::move(plot));

  std::error_code ec;
  if (std::filesystem::exists(s.context.dir() / "data" / "gain-cell_write_waves.csv", ec)) {
    const support::Table waves = s.table("gain-cell_write_waves.csv");
    std::vector<report::Trace> traces;
    const auto targets = distinct(waves.values("v_target_V"));
    for (double v : targets) {
      traces.push_back(trace(waves, "v_target_V", v, "t_s", "v_storage_V"));
      traces.back().label = fmt::format("{:.3f} V", v);
    }
    const double half = 0.5 * s.context.conditions().vdd / static_cast<double>(targets.size() - 1);
    report::Plot write = report::writeSettlingPlot(traces, half);
    write.command = dutCommand(s, "gain-cell", "write");
    write.files = {{"waveforms", "data/gain-cell_write_waves.csv"},
                   {"settling by level", "data/gain-cell_write_write.csv"}};
    section.plots.push_back(std::move(write));
  }
  for (const char* group : {"gain-cell_retention", "gain-cell_write", "gain-cell_disturb"})
    for (auto& f : s.figures("characterize", group)) section.figures.push_back(std::move(f));
  return section;
}

Section energySection(const ReportSource& s) {
  Section section = namedSection("energy", "Energy of the cell");
  section.figures = s.figures("characterize", "gain-cell_energy");
  section.command = dutCommand(s, "gain-cell", "energy");
  section.files = {{"by level and width", "data/gain-cell_energy_read.csv"},
                   {"by transition", "data/gain-cell_energy_write.csv"}};
  return section;
}

// --- converters --------------------------------------------------------------------------------------------------

report::Plot converterPlot(const ReportSource& s, const std::string& kind, const std::string& title, double limit_lsb) {
  const std::string file = fmt::format("{}_transfer_transfer.csv", kind);
  support::Table t = s.table(file);
  const std::size_t q = t.column("charge_C"), w = t.column("width_s"), e = t.column("error_LSB"), g = t.column("sign");
  std::sort(t.rows.begin(), t.rows.end(), [q](const auto& a, const auto& b) { return a[q] < b[q]; });
  report::Transfer data;
  data.id = kind + "-transfer";
  data.title = title;
  data.lsb = design::pulseLsb(s.context.design());
  for (const auto& row : t.rows) {
    data.charge.push_back(row[q]);
    data.width.push_back(row[g] * row[w]);
    data.ideal.push_back(row[g] * (row[w] - row[e] * data.lsb));
  }
  data.residual = t.values("fit_residual_LSB");
  data.limit_lsb = limit_lsb;
  report::Plot plot = report::transferPlot(data);
  plot.command = dutCommand(s, kind, "transfer");
  plot.files = {{"transfer", "data/" + file}, {"netlist", "netlists/" + kind + ".cir"}};
  return plot;
}

Section converterSection(const ReportSource& s, const std::string& kind, const std::string& title, double limit_lsb) {
  Section section = namedSection(kind, title);
  section.text = {
      fmt::format("One LSB is {} of pulse width; full scale is {} LSB. Every figure is taken on a later one of "
                  "back-to-back operations.",
                  support::formatSi(design::pulseLsb(s.context.design()), "s"), design::topPulse(s.context.design()))};
  section.plots = {converterPlot(s, kind, "Pulse width by charge", limit_lsb)};
  section.figures = s.figures("converters", kind + "_transfer");
  return section;
}

}  // namespace

namespace {

/// The largest value the design allows; NaN when it states none.
double limitOf(const ReportSource& s, const std::string& measure) {
  for (const auto& limit : s.context.design().limits)
    if (limit.measure == measure && limit.max) return *limit.max;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double ReportSource::value(const std::string& stage, const std::string& group, const std::string& name) const {
  return numberOf(findFigure(results, stage, group, name));
}

std::string ReportSource::command(const std::string& text) const {
  const auto& c = context.conditions();
  const auto& common = context.command().common;
  std::string out = text;
  if (!common.pdk_manifest.empty())
    out += " --pdk-manifest " + common.pdk_manifest;
  else if (!common.pdk_name.empty())
    out += " --pdk " + common.pdk_name;
  if (!common.design.empty()) out += " --design " + common.design;
  for (const auto& set : common.sets) out += " --set " + set;
  if (c.corner != "tt") out += " --corner " + c.corner;
  if (c.temp_c != context.pdk().temp_nom_c) out += fmt::format(" --temp {}", c.temp_c);
  if (c.vdd != context.pdk().vdd) out += fmt::format(" --vdd {}", c.vdd);
  if (common.seed != 1) out += fmt::format(" --seed {}", common.seed);
  return out;
}

std::vector<Figure> ReportSource::figures(const std::string& stage, const std::string& group,
                                          const std::string& of_what) const {
  std::vector<Figure> out;
  if (!results.contains(stage)) return out;
  const json of_group = results[stage].value("figures", json::object()).value(group, json::object());
  for (const auto& [name, figure] : of_group.items()) {
    Figure f;
    f.measure = measureName(stage, group, name);
    const std::string description = figure.value("description", "");
    f.label = of_what + (description.empty() ? name : description);
    f.value = numberOf(figure);
    f.unit = figure.value("unit", "");
    f.note = name;
    out.push_back(std::move(f));
  }
  return out;
}

namespace {

/// The design's name, and what the command line changed in it: "lean with cell.pair_n.w = 150n".
std::string nameWithChanges(const design::Design& design) {
  constexpr std::string_view kOption = "--set ";
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> changes;
  for (const design::Leaf& leaf : design.schema().leaves())
    if (const std::string& path = leaf.parameter.name; design.isActive(leaf) && design.isGiven(path))
      if (const std::string& origin = design.origin(path); origin.rfind(kOption, 0) == 0)
        changes.push_back(origin.substr(kOption.size()));
  if (changes.empty()) return design.name;
  if (changes.size() > kMostNamed) return fmt::format("{} with {} values changed", design.name, changes.size());
  return fmt::format("{} with {}", design.name, fmt::join(changes, ", "));
}

}  // namespace

report::ReportData reportFrame(const ReportSource& s) {
  report::ReportData data;
  const auto& c = s.context.conditions();
  data.title = fmt::format("Design {} on {}", nameWithChanges(s.context.design()), s.context.pdk().name);
  data.what = {
      fmt::format("A gain cell stores an analog weight as a voltage on a capacitor and multiplies it with the width of "
                  "a read pulse: while the "
                  "word line is high it pushes or pulls a current that depends on the stored voltage, and the currents "
                  "of a bit line add. "
                  "Design {} (values {:.8}) on {} at corner {}, {} C, {} V, simulated with {}.",
                  nameWithChanges(s.context.design()), s.context.design().hash(), s.context.pdk().title, c.corner,
                  c.temp_c, c.vdd, s.context.provenance().simulator),
  };
  data.provenance = s.context.provenance();
  data.verdicts = s.verdicts;
  if (s.has("fit")) {
    const double refit = s.value("fit", "fit", "refit_deviation");
    data.checks.push_back({"Fitted figures come back when refitted from the saved files", refit <= 1e-6,
                           fmt::format("largest relative change {:.2g}", refit)});
  }
  if (s.has("characterize")) {
    const double cross = s.value("characterize", "gain-cell_retention", "crosscheck_max");
    if (std::isfinite(cross))
      data.checks.push_back({"Decay by integrating the leakage agrees with a transient simulation",
                             cross <= 0.01 * c.vdd,
                             fmt::format("largest difference {}", support::formatSi(cross, "V"))});
  }
  data.files = {{"model.json", "model.json"}, {"summary.json", "summary.json"}, {"identity.json", "identity.json"}};
  return data;
}

std::vector<Section> reportSections(const ReportSource& s) {
  std::vector<Section> sections;
  if (s.has("characterize")) {
    sections.push_back(cellSection(s));
    sections.push_back(storageSection(s));
    sections.push_back(energySection(s));
  }
  if (s.has("converters")) {
    sections.push_back(
        converterSection(s, "relu-converter", "ReLU charge-to-pulse converter", limitOf(s, "relu.transfer.error_max")));
    sections.push_back(converterSection(s, "signed-converter", "Signed charge-to-pulse converter",
                                        limitOf(s, "signed.transfer.error_max")));
  }
  if (s.has("chain")) sections.push_back(chainSection(s));
  if (s.has("monte-carlo")) sections.push_back(monteCarloSection(s));
  if (s.has("fit")) sections.push_back(fitSection(s));
  if (s.has("macro")) sections.push_back(macroSection(s));
  if (s.has("check")) sections.push_back(checkSection(s));
  if (s.has("attention")) sections.push_back(attentionSection(s));
  if (s.has("floorplan")) sections.push_back(floorplanSection(s));
  return sections;
}

}  // namespace gaincell::flows
