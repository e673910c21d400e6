#include "plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "gaincell/model/model.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::flows::comparison {

using report::Panel;
using report::Plot;
using report::Style;

namespace {

constexpr int kPaperColor = 7;  ///< grey, as the ideal lines of the report

/// A curve of a panel; a label that is empty stays out of the key.
struct Curve {
  std::string label;
  std::vector<double> x, y;
  int color = 0;
  Style style = Style::Line;
};

void addCurve(Panel& panel, const Curve& curve) {
  const std::size_t n = panel.series.size() + 1;
  const std::string x = fmt::format("x_{}", n), y = fmt::format("y_{}", n);
  const std::size_t rows = std::max(panel.data.rows.size(), curve.x.size());
  panel.data.rows.resize(rows,
                         std::vector<double>(panel.data.columns.size(), std::numeric_limits<double>::quiet_NaN()));
  panel.data.columns.insert(panel.data.columns.end(), {x, y});
  for (std::size_t i = 0; i < rows; ++i) {
    panel.data.rows[i].push_back(i < curve.x.size() ? curve.x[i] : std::numeric_limits<double>::quiet_NaN());
    panel.data.rows[i].push_back(i < curve.y.size() ? curve.y[i] : std::numeric_limits<double>::quiet_NaN());
  }
  panel.series.push_back({curve.label, x, y, "", curve.style, curve.color});
}

/// Long labels push each other out of the key.
std::string keyLabel(const Run& run) {
  constexpr std::size_t kMost = 24;
  return run.label.size() <= kMost ? run.label : "..." + run.label.substr(run.label.size() - kMost + 3);
}

int colorOf(std::size_t run) {
  return static_cast<int>(run % kPaperColor);
}

std::string allLabels(const std::vector<Run>& runs) {
  std::string out;
  for (const Run& run : runs) out += (out.empty() ? "" : ", ") + run.label;
  return out;
}

class Overlay {
 public:
  Overlay(const std::vector<Run>& runs, bool paper) : runs_(runs), paper_(paper) {}

  void current() {
    Plot plot =
        named("cell-current", "Bit-line current against stored voltage", "Positive current flows into the bit line.");
    Panel panel = axes("stored voltage (V)", 1, "bit-line current (µA)", 1e6);
    if (paper_) addCurve(panel, paperCurrent());
    forEach("gain-cell_iv_iv.csv", [&](std::size_t k, const support::Table& t) {
      addCurve(panel, {keyLabel(runs_[k]), t.values("v_storage_V"), t.values("i_bl_A"), colorOf(k)});
    });
    keep(plot, {panel}, 380);
  }

  void decay() {
    Plot plot = named("decay", "Decay of the stored voltage", "From the lowest and from the highest stored level.");
    Panel panel = axes("time (ms)", 1e3, "stored voltage (V)", 1);
    forEach("gain-cell_retention_decay.csv", [&](std::size_t k, const support::Table& t) { addDecay(panel, t, k); });
    if (paper_ && longest_ > 0) paperDecay(panel);
    keep(plot, {panel}, 380);
  }

  void transfer(const std::string& kind, const std::string& title, bool is_signed) {
    Plot plot = named(
        kind, title,
        "Above: width of the pulse, negative where the sign is. Below: distance from the run's own ideal line, in "
        "LSB of the pulse.");
    Panel top = axes("charge (pC)", 1e12, "pulse width (ns)", 1e9), low = axes("charge (pC)", 1e12, "error (LSB)", 1);
    top.share = 1.6;
    if (paper_) addCurve(top, paperTransfer(is_signed));
    forEach(kind + "_transfer_transfer.csv", [&](std::size_t k, const support::Table& t) {
      std::vector<double> width = t.values("width_s");
      const auto sign = t.values("sign");
      for (std::size_t i = 0; i < width.size() && is_signed; ++i) width[i] *= sign[i];
      addCurve(top, {keyLabel(runs_[k]), t.values("charge_C"), width, colorOf(k), Style::LinePoints});
      addCurve(low, {"", t.values("charge_C"), t.values("error_LSB"), colorOf(k), Style::LinePoints});
    });
    if (low.series.empty()) return;
    keep(plot, {top, low}, 560);
  }

  void add(const Plot& plot) { out_.plots.push_back(plot); }
  KeyPlots take() { return std::move(out_); }

 private:
  Plot named(const std::string& id, const std::string& title, const std::string& caption) const {
    Plot plot;
    plot.id = id;
    plot.title = title;
    plot.caption = caption;
    plot.alt = fmt::format("{} of {}{}", title, allLabels(runs_), paper_ ? " and of the paper" : "");
    return plot;
  }

  static Panel axes(const std::string& x, double x_scale, const std::string& y, double y_scale) {
    Panel panel;
    panel.x_label = x;
    panel.y_label = y;
    panel.x_scale = x_scale;
    panel.y_scale = y_scale;
    return panel;
  }

  void forEach(const std::string& name, const std::function<void(std::size_t, const support::Table&)>& add) {
    for (std::size_t k = 0; k < runs_.size(); ++k) {
      const auto file = runs_[k].dir / "data" / name;
      std::error_code ec;
      if (std::filesystem::exists(file, ec))
        add(k, support::readCsv(file));
      else
        out_.missing.push_back(file.string());
    }
  }

  void keep(Plot& plot, std::vector<Panel> panels, int height) {
    if (panels.front().series.empty()) return;
    plot.panels = std::move(panels);
    plot.height = height;
    out_.plots.push_back(plot);
  }

  void addDecay(Panel& panel, const support::Table& t, std::size_t k) {
    const auto start = t.values("v_start_V"), time = t.values("t_s"), v = t.values("v_storage_V");
    if (start.empty()) return;
    const auto [least, most] = std::minmax_element(start.begin(), start.end());
    for (const double from : {*least, *most}) {
      Curve curve{from == *least ? keyLabel(runs_[k]) : "", {}, {}, colorOf(k)};
      for (std::size_t i = 0; i < start.size(); ++i) {
        if (start[i] != from) continue;
        curve.x.push_back(time[i]);
        curve.y.push_back(v[i]);
        longest_ = std::max(longest_, time[i]);
      }
      addCurve(panel, curve);
    }
  }

  /// The authors count current out of the bit line.
  static Curve paperCurrent() {
    const auto& c = model::paperModel().cell.coefficients_uA;
    Curve curve{"paper, cubic", {}, {}, kPaperColor, Style::Dashed};
    for (int i = 0; i <= 90; ++i) {
      const double y = i * 0.01 - 0.45;
      curve.x.push_back(i * 0.01);
      curve.y.push_back(-1e-6 * (c[0] + y * (c[1] + y * (c[2] + y * c[3]))));
    }
    return curve;
  }

  void paperDecay(Panel& panel) const {
    const double tau = model::paperModel().retention->tau_s.low;
    for (const double sign : {-1.0, 1.0}) {
      Curve curve{sign < 0 ? "paper, 5 ms" : "", {}, {}, kPaperColor, Style::Dashed};
      for (int i = 0; i <= 100; ++i) {
        curve.x.push_back(i * 0.01 * longest_);
        curve.y.push_back(0.45 + sign * 0.45 * std::exp(-curve.x.back() / tau));
      }
      addCurve(panel, curve);
    }
  }

  static Curve paperTransfer(bool is_signed) {
    const model::Model paper = model::paperModel();
    const double slope =
        is_signed ? paper.signed_converter->positive.slope_fC_per_ns : paper.relu_converter->slope_fC_per_ns;
    const double full = 15e-9 * slope * 1e-6;  // fC/ns is 1e-6 C/s
    const double low = is_signed ? -1.5 * full : -0.5 * full, least = is_signed ? -15e-9 : 0;
    return {"paper",
            {low, is_signed ? -full : 0, full, 1.5 * full},
            {least, least, 15e-9, 15e-9},
            kPaperColor,
            Style::Dashed};
  }

  const std::vector<Run>& runs_;
  bool paper_;
  double longest_ = 0;  ///< s, of the decays drawn
  KeyPlots out_;
};

/// The least margin of a row over the runs; infinite when no run has one.
double tightest(const LimitRow& row) {
  double least = INFINITY;
  for (const auto& limit : row.runs)
    if (limit)
      if (const auto margin = marginOf(*limit)) least = std::min(least, *margin);
  return least;
}

/// How much of each limit is used up, the tightest first.
std::optional<Plot> marginPlot(const Comparison& c) {
  constexpr std::size_t kBars = 30, kFewest = 5;
  const std::size_t most = std::max(kFewest, kBars / c.runs.size());
  std::vector<const LimitRow*> rows;
  for (const LimitRow& row : c.limits)
    if (std::isfinite(tightest(row))) rows.push_back(&row);
  if (rows.empty()) return std::nullopt;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const LimitRow* a, const LimitRow* b) { return tightest(*a) < tightest(*b); });
  rows.resize(std::min(rows.size(), most));
  Panel panel;
  panel.x_label = "used of the limit (%)";
  panel.markers = {{100, true, ""}};
  Plot plot;
  for (const LimitRow* row : rows) {
    std::string label = row->measure;
    for (std::size_t k = 0; k < c.runs.size(); ++k) {
      const auto margin = row->runs[k] ? marginOf(*row->runs[k]) : std::nullopt;
      if (!margin) continue;
      const double used = 100 * (1 - *margin);
      const std::string text = used > 200 ? "> 200 %" : fmt::format("{:.3g} %", used);
      panel.bars.push_back({label, std::clamp(used, 0.0, 200.0), colorOf(k), text + " " + keyLabel(c.runs[k])});
      plot.alt +=
          fmt::format("{}{} of {}: {:.3g} %", plot.alt.empty() ? "" : "; ", row->measure, c.runs[k].label, used);
      label.clear();
    }
  }
  plot.id = "margins";
  plot.title = "The tightest limits";
  plot.caption = "Beyond the line at 100 % a limit is missed; bars end at 200 %.";
  plot.height = 90 + 26 * static_cast<int>(panel.bars.size());
  plot.panels = {panel};
  return plot;
}

/// Ratios that have a figure on both sides; those of settings that are equal anyway would only fill the plot.
std::optional<Plot> ratioPlot(const PaperComparison& c) {
  Panel panel;
  panel.x_label = "run over paper";
  panel.log_x = true;
  panel.markers = {{1, true, ""}};
  Plot plot;
  for (const PaperSection& s : c.sections)
    for (const PaperRow& row : s.rows) {
      const bool shown = std::any_of(row.cells.begin(), row.cells.end(), [](const PaperCell& cell) {
        return cell.ratio && *cell.ratio > 0 && std::fabs(*cell.ratio - 1) > 1e-3;
      });
      std::string label = row.published->id;
      for (std::size_t k = 0; k < c.runs.size() && shown; ++k) {
        const auto& ratio = row.cells[k].ratio;
        if (!ratio || *ratio <= 0) continue;
        panel.bars.push_back({label, *ratio, colorOf(k), fmt::format("{:.3g} {}", *ratio, keyLabel(c.runs[k]))});
        plot.alt += fmt::format("{}{} {:.3g}", plot.alt.empty() ? "" : "; ", row.published->what, *ratio);
        label.clear();
      }
    }
  if (panel.bars.empty()) return std::nullopt;
  plot.id = "ratios";
  plot.title = "The runs' figures over the paper's";
  plot.caption = "The axis is logarithmic; at the line both are equal. Figures that are equal are left out.";
  plot.height = 90 + 26 * static_cast<int>(panel.bars.size());
  plot.panels = {panel};
  return plot;
}

void curves(Overlay& overlay) {
  overlay.current();
  overlay.decay();
  overlay.transfer("relu-converter", "ReLU converter: pulse width against charge", false);
  overlay.transfer("signed-converter", "Signed converter: pulse width against charge", true);
}

}  // namespace

KeyPlots keyPlots(const Comparison& comparison) {
  Overlay overlay(comparison.runs, false);
  if (const auto plot = marginPlot(comparison)) overlay.add(*plot);
  curves(overlay);
  return overlay.take();
}

KeyPlots keyPlots(const PaperComparison& comparison) {
  Overlay overlay(comparison.runs, true);
  curves(overlay);
  if (const auto plot = ratioPlot(comparison)) overlay.add(*plot);
  return overlay.take();
}

}  // namespace gaincell::flows::comparison
