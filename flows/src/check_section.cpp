#include "check_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gaincell/check/report.hpp"
#include "gaincell/report/plots.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::json;
using support::Table;

namespace {

constexpr std::size_t kFirstForm = 3;  // columns before the forms: operation, index, transistors
constexpr int kCubicColor = 1, kFullColor = 0;

struct Quantity {
  const char* name;
  const char* title;
  const char* axis;
  const char* unit;
  double scale;
};
constexpr std::array<Quantity, 5> kQuantities = {
    Quantity{"s", "First dot product: charge of array 1", "S", "pC", 1e12},
    Quantity{"phi", "After the ReLU converters: phi pulse", "phi", "ns", 1e9},
    Quantity{"output", "Second dot product: signed output pulse", "output", "ns", 1e9},
    Quantity{"chain", "Through both arrays: signed output pulse", "output", "ns", 1e9},
    Quantity{"code", "What the 32-level counter reads of it", "code", "LSB", 1}};
/// Those that are pulses or charges.
constexpr std::size_t kAnalog = 4;

class SectionMaker {
 public:
  SectionMaker(const json& comparison, const std::map<std::string, Table>& tables, const std::string& command,
               const std::string& folder)
      : comparison_(comparison),
        tables_(tables),
        command_(command),
        folder_(folder),
        plain_(comparison["plain_form"].get<std::size_t>()),
        full_(comparison["full_form"].get<std::size_t>()) {}

  report::Section make() const {
    report::Section section;
    section.id = "check";
    section.title = "Behavioral model against transistors";
    section.command = command_;
    for (std::size_t k = 0; k < kAnalog; ++k) section.plots.push_back(scatter(kQuantities[k]));
    section.plots.push_back(budget("s", "Error budget of S", "of S"));
    section.plots.push_back(budget("output", "Error budget of the output", "of the output"));
    section.plots.push_back(budget("code", "Error budget of the output code", "of the code"));
    section.plots.push_back(maps());
    if (tables_.contains("rows_s")) section.plots.push_back(rows());
    section.tables = {
        agreement(),
        budgetTable("nrmse_after",
                    "Error budget, effect by effect: NRMSE in % of full scale "
                    "when each is added to those above it, and in brackets what that takes from the mean "
                    "square of the static cubic (negative: it adds); no cubic is below the one fitted to "
                    "these very data"),
        budgetTable("nrmse_without", "The full model without one effect: NRMSE in % of full scale"),
        budgetTable("moves_lsb",
                    "What each effect moves in the full model: rms in LSB of the longest pulse (S: of its "
                    "fifteenth part of full scale)"),
        pairs(),
        codes()};
    if (comparison_.contains("ladder")) section.tables.push_back(ladder());
    for (report::Plot& p : section.plots) p.command = command_;
    return section;
  }

 private:
  const json& forms(const char* quantity) const { return comparison_[quantity]["forms"]; }
  const Table& table(const std::string& name) const { return tables_.at(name); }
  std::string file(const std::string& name) const { return folder_ + "/check_" + name + ".csv"; }

  static std::string percent(const json& value, int digits = 3) {
    return value.is_number() ? fmt::format("{:.{}f}", 100 * value.get<double>(), digits) : "–";
  }

  /// Histogram of differences as steps.
  static void addHistogram(report::Panel& panel, const std::string& name, const std::vector<double>& samples,
                           double low, double width, int bins, int color) {
    std::vector<double> edge, count(static_cast<std::size_t>(bins) + 1, 0.0);
    for (int i = 0; i <= bins; ++i) edge.push_back(low + i * width);
    for (double x : samples)
      if (std::isfinite(x))
        ++count[static_cast<std::size_t>(std::clamp(static_cast<int>((x - low) / width), 0, bins - 1))];
    addColumns(panel.data, {{name + "_bin", edge}, {name + "_count", count}});
    panel.series.push_back({name, name + "_bin", name + "_count", "", report::Style::Steps, color});
  }

  /// Puts columns side by side; shorter ones end in NaN.
  static void addColumns(Table& t, const std::vector<std::pair<std::string, std::vector<double>>>& columns) {
    for (const auto& [name, values] : columns) {
      t.columns.push_back(name);
      t.rows.resize(std::max(t.rows.size(), values.size()));
      for (std::size_t r = 0; r < t.rows.size(); ++r) {
        t.rows[r].resize(t.columns.size() - 1, NAN);
        t.rows[r].push_back(r < values.size() ? values[r] : NAN);
      }
    }
    for (auto& row : t.rows) row.resize(t.columns.size(), NAN);
  }

  report::Plot scatter(const Quantity& q) const {
    const Table& t = table(q.name);
    const auto column = [&](std::size_t c) { return t.values(t.columns[c]); };
    const std::vector<double> spice = column(2), cubic = column(kFirstForm + plain_), full = column(kFirstForm + full_);
    std::vector<double> d_cubic, d_full;
    double low = INFINITY, high = -INFINITY, reach = 0;
    for (std::size_t i = 0; i < spice.size(); ++i) {
      d_cubic.push_back(cubic[i] - spice[i]);
      d_full.push_back(full[i] - spice[i]);
      low = std::min({low, spice[i], cubic[i]});
      high = std::max({high, spice[i], cubic[i]});
      reach = std::max({reach, std::fabs(d_cubic.back()), std::fabs(d_full.back())});
    }
    const std::string unit = fmt::format(" ({})", q.unit);
    report::Panel top, middle, bottom;
    top.x_label = middle.x_label = fmt::format("{}, transistors{}", q.axis, unit);
    top.y_label = fmt::format("{}, model{}", q.axis, unit);
    middle.y_label = "difference" + unit;
    bottom.x_label = fmt::format("difference, model - transistors{}", unit);
    bottom.y_label = "points";
    top.x_scale = top.y_scale = middle.x_scale = middle.y_scale = bottom.x_scale = q.scale;
    top.share = 1.5;
    addColumns(top.data, {{"spice", spice}, {"cubic", cubic}, {"full", full}, {"equal", {low, high}}});
    top.series = {{"equal", "equal", "equal", "", report::Style::Dashed, 7},
                  {"cubic", "spice", "cubic", "", report::Style::Points, kCubicColor},
                  {"full model", "spice", "full", "", report::Style::Points, kFullColor}};
    addColumns(middle.data, {{"spice", spice}, {"cubic_difference", d_cubic}, {"full_difference", d_full}});
    middle.series = {{"", "spice", "cubic_difference", "", report::Style::Points, kCubicColor},
                     {"", "spice", "full_difference", "", report::Style::Points, kFullColor}};
    const int bins = std::clamp(static_cast<int>(2 * std::sqrt(static_cast<double>(spice.size()))), 9, 41);
    if (!(reach > 0)) reach = 1e-3 * comparison_[q.name]["full_scale"].get<double>();
    const double width = 2.02 * reach / bins;
    addHistogram(bottom, "cubic", d_cubic, -1.01 * reach, width, bins, kCubicColor);
    addHistogram(bottom, "full model", d_full, -1.01 * reach, width, bins, kFullColor);

    report::Plot plot;
    plot.id = std::string("check-") + q.name;
    plot.title = q.title;
    plot.caption = fmt::format(
        "NRMSE of full scale ({:.4g} {}): cubic {} %, full model {} %. Middle: differences. Below: their histogram.",
        comparison_[q.name]["full_scale"].get<double>() * q.scale, q.unit, percent(forms(q.name)[plain_]["nrmse"], 2),
        percent(forms(q.name)[full_]["nrmse"], 2));
    plot.alt = fmt::format("{} of the model against the transistors, {} points around the line of equality. {}",
                           q.title, spice.size(), plot.caption);
    plot.panels = {top, middle, bottom};
    plot.files = {{"points", file(q.name)}};
    plot.height = 780;
    return plot;
  }

  report::Plot budget(const char* quantity, const char* title, const char* of_what) const {
    std::vector<report::Bar> bars;
    const json &all = forms(quantity), &effects = comparison_[quantity]["budget"];
    const std::size_t last = effects.size();
    for (std::size_t f = 0; f <= last; ++f) {
      const double nrmse = 100 * all[f]["nrmse"].get<double>();
      // The plain form is the static cubic with the storage coupling.
      const std::string name =
          f == 0 ? all[f]["form"].get<std::string>() : "+ " + effects[f - 1]["effect"].get<std::string>();
      bars.push_back({f == last ? name + " (remainder)" : name, nrmse,
                      f == plain_ ? kCubicColor
                      : f == last ? 2
                                  : kFullColor,
                      fmt::format("{:.3f} %", nrmse)});
    }
    report::Plot plot = report::barPlot(std::string("budget-") + quantity, title,
                                        fmt::format("NRMSE {} (% of full scale)", of_what), bars);
    plot.caption =
        "Each bar adds one effect to the model above it. The plain cubic of the model file has its own colour; the "
        "last "
        "bar is what no effect explains.";
    plot.files = {{"points of every form", file(quantity)}};
    return plot;
  }

  report::Plot maps() const {
    report::Plot plot;
    plot.id = "check-columns";
    plot.title = "Difference by bit line";
    plot.caption =
        "Mean over the operations. A trend over the index would be the wire; one line off would be a bad column.";
    plot.alt = "Mean difference of model and transistors by bit line, for S above and the output below";
    for (const char* quantity : {"s", "output"}) {
      report::Panel panel;
      panel.title = quantity == std::string("s") ? "S" : "output";
      panel.x_label = quantity == std::string("s") ? "token (bit line of array 1)" : "output (bit line of array 2)";
      panel.y_label = "mean (% of full scale)";
      panel.y_scale = 100;
      panel.data = table(std::string("columns_") + quantity);
      panel.series = {{"cubic", "column", "cubic_bias", "", report::Style::LinePoints, kCubicColor},
                      {"full model", "column", "full_bias", "", report::Style::LinePoints, kFullColor}};
      plot.panels.push_back(std::move(panel));
      plot.files.push_back({std::string("by column, ") + quantity, file(std::string("columns_") + quantity)});
    }
    plot.height = 720;
    return plot;
  }

  report::Plot rows() const {
    report::Plot plot;
    plot.id = "check-rows";
    plot.title = "Error of S by row of array 1";
    plot.caption =
        "The part of the error that follows the charge of each row: slope of the difference over that charge, times "
        "its rms. With no more points than rows it is noise around zero.";
    plot.alt = "Part of the error of S that follows each row's charge, cubic and full model";
    report::Panel panel;
    panel.x_label = "row (0 is nearest the converter)";
    panel.y_label = "% of full scale";
    panel.y_scale = 100;
    panel.data = table("rows_s");
    panel.series = {{"cubic", "row", "cubic_share", "", report::Style::LinePoints, kCubicColor},
                    {"full model", "row", "full_share", "", report::Style::LinePoints, kFullColor}};
    plot.panels = {panel};
    plot.files = {{"by row", file("rows_s")}};
    plot.height = 300;
    return plot;
  }

  report::TextTable agreement() const {
    report::TextTable t{
        "Agreement: cubic and full model against the transistors; errors in % of full scale, codes of the 32-level "
        "counter",
        {"quantity", "model", "points", "NRMSE", "largest", "bias", "R²", "codes that differ", "by more than 1"},
        {}};
    for (std::size_t k = 0; k < kAnalog; ++k)
      for (const std::size_t f : {plain_, full_}) {
        const Quantity& q = kQuantities[k];
        const json& a = forms(q.name)[f];
        t.rows.push_back({fmt::format("{}{}", q.axis, q.name == std::string("chain") ? ", both arrays" : ""),
                          f == plain_ ? "cubic" : "full", fmt::format("{}", comparison_[q.name]["points"].get<int>()),
                          percent(a["nrmse"]), percent(a["max"]), percent(a["bias"]),
                          a["r2"].is_number() ? fmt::format("{:.5f}", a["r2"].get<double>()) : "–",
                          percent(a["code_error"], 2) + " %", percent(a["beyond_lsb"], 2) + " %"});
      }
    return t;
  }

  report::TextTable budgetTable(const char* field, const char* caption) const {
    report::TextTable t{caption, {"effect", "S", "phi", "output", "through both arrays", "output code"}, {}};
    const bool added = field == std::string("nrmse_after");
    const auto row = [&](const std::string& name, const auto& text) {
      std::vector<std::string> cells = {name};
      for (const Quantity& q : kQuantities) cells.push_back(text(q.name));
      t.rows.push_back(cells);
    };
    const bool moves = field == std::string("moves_lsb");
    if (!moves)
      row(added ? "static cubic" : "full model",
          [&](const char* q) { return percent(forms(q)[added ? 0 : full_]["nrmse"]); });
    const json& effects = comparison_["code"]["budget"];  // the longest: the counter is its last
    for (std::size_t k = 0; k < effects.size(); ++k) {
      if (!added && effects[k][field].is_null()) continue;
      row((added   ? "+ "
           : moves ? ""
                   : "without ") +
              effects[k]["effect"].get<std::string>(),
          [&](const char* q) -> std::string {
            const json& own = comparison_[q]["budget"];
            if (k >= own.size()) return "–";
            if (moves)
              return own[k][field].is_number() ? fmt::format("{:.4f}", own[k][field].get<double>()) : std::string("–");
            const std::string nrmse = percent(own[k][field]);
            return added ? fmt::format("{} ({:.1f})", nrmse, 100 * own[k]["share"].get<double>()) : nrmse;
          });
    }
    if (!added) return t;
    row("remainder", [&](const char* q) { return percent(forms(q)[full_]["nrmse"]); });
    row("cubic fitted to these very data", [&](const char* q) -> std::string {
      const json& best = comparison_[q]["best_cubic"];
      return best.is_object() ? percent(best["nrmse"]) : "–";
    });
    return t;
  }

  /// The pairs that matter.
  report::TextTable pairs() const {
    constexpr double kLeast_lsb = 1e-4;
    report::TextTable t{
        fmt::format("Effects that depend on each other: what two move together less what each moves alone, rms in LSB; "
                    "pairs below {} LSB of the output are left out",
                    kLeast_lsb),
        {"effect", "with", "S, LSB", "output, LSB"},
        {}};
    for (const json& p : comparison_["pairs"])
      if (p["chain_lsb"].get<double>() >= kLeast_lsb)
        t.rows.push_back({p["a"].get<std::string>(), p["b"].get<std::string>(),
                          fmt::format("{:.4f}", p["s_lsb"].get<double>()),
                          fmt::format("{:.4f}", p["chain_lsb"].get<double>())});
    return t;
  }

  report::TextTable codes() const {
    report::TextTable t{"Output codes: share of points in % by difference, model minus transistors",
                        {"quantity", "model", "-3 or less", "-2", "-1", "0", "+1", "+2", "+3 or more"},
                        {}};
    for (std::size_t k = 1; k < kAnalog; ++k) {
      const Quantity& q = kQuantities[k];
      for (const char* form : {"cubic", "full"}) {
        std::vector<std::string> cells = {
            fmt::format("{}{}", q.axis, q.name == std::string("chain") ? ", both arrays" : ""), form};
        for (const json& n : comparison_[q.name]["code_differences"][form])
          cells.push_back(fmt::format("{:.1f}", 100.0 * n.get<double>() / comparison_[q.name]["points"].get<double>()));
        t.rows.push_back(cells);
      }
    }
    return t;
  }

  /// Mean and 95 % interval over stimuli.
  static std::string interval(const json& i, double scale, int digits) {
    if (!i.is_object()) return "–";
    const std::string mean = fmt::format("{:.{}f}", scale * i["mean"].get<double>(), digits);
    return i["half_width"].is_number()
               ? fmt::format("{} ± {:.{}f}", mean, scale * i["half_width"].get<double>(), digits)
               : mean;
  }

  report::TextTable ladder() const {
    const json& l = comparison_["ladder"];
    report::TextTable t{
        fmt::format("Ladder of fidelity: array 1 with its converters, {}, {} stimuli; each way of computing it against "
                    "the one above, mean and 95 % interval over the stimuli (energy against the next finer one that "
                    "gives it); CPU time of one operation",
                    l["data"].get<std::string>(), l["operations"].get<std::size_t>()),
        {"computed by", "S, % of full scale", "phi, % of full scale", "latency, ps", "energy, %", "CPU", "speed-up"},
        {}};
    for (const json& rung : l["rungs"]) {
      const std::string cpu = support::formatSi(rung["cpu_s"].get<double>(), "s");
      if (!rung.contains("against")) {
        t.rows.push_back({rung["name"].get<std::string>(), "–", "–", "–", "–", cpu, "–"});
        continue;
      }
      const json& a = rung["against"];
      t.rows.push_back({rung["name"].get<std::string>(), interval(a["s_nrmse"], 100, 3),
                        interval(a["phi_nrmse"], 100, 3), interval(a["latency_s"], 1e12, 0),
                        interval(a["energy"], 100, 2), cpu, fmt::format("{:.3g}", a["speed_up"].get<double>())});
    }
    return t;
  }

  const json& comparison_;
  const std::map<std::string, Table>& tables_;
  std::string command_, folder_;
  std::size_t plain_, full_;
};

}  // namespace

report::Section comparisonSection(const json& comparison, const std::map<std::string, Table>& tables,
                                  const std::string& command, const std::string& folder) {
  return SectionMaker(comparison, tables, command, folder).make();
}

void writeCheck(const check::TileComparison& comparison, const json& result,
                const std::map<std::string, support::Table>& tables, const std::vector<spec::Verdict>& verdicts,
                const support::Provenance& provenance, const std::filesystem::path& dir, support::Overwrite overwrite) {
  std::filesystem::create_directories(dir / "data");
  for (const auto& [name, table] : tables)
    support::writeCsv(dir / "data" / ("check_" + name + ".csv"), table, overwrite,
                      {support::toJson(provenance).dump()});
  support::writeFileAtomically(dir / "check.json", result.dump(2) + "\n", overwrite);
  report::ReportData data;
  data.title = "Behavioral model against transistors";
  data.what_title = "What is compared?";
  data.what = {fmt::format(
      "Both dot products of one tile on {}: every bit line simulated at transistor level with its wire and converter, "
      "array 2 driven by the pulses that array 1 gave, against the behavioral model on the same data.",
      comparison.data)};
  for (const auto& w : comparison.warnings) data.what.push_back("Warning: " + w);
  data.provenance = provenance;
  data.verdicts = verdicts;
  report::Section section = comparisonSection(result, tables, provenance.command, "data");
  for (const auto& [name, figure] : result["figures"].items()) {
    report::Figure f;
    f.measure = "check." + name;
    f.label = figure["description"].get<std::string>();
    f.value = figure["value"].is_number() ? figure["value"].get<double>() : NAN;
    section.figures.push_back(std::move(f));
  }
  data.sections = {std::move(section)};
  data.files = {{"check.json", "check.json"}};
  report::writeReport(data, dir, overwrite);
}

}  // namespace gaincell::flows
