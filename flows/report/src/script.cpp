// Writes gnuplot scripts. Texts go in as single-quoted strings with enhanced mode off, so no text can become a command.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "gaincell/support/units.hpp"
#include "palette.hpp"
#include "plotting.hpp"

namespace gaincell::report {

namespace {

constexpr int kWidth = 620;
constexpr std::size_t kMostPoints = 1500;

/// Line ends would end a comment or a command.
std::string oneLine(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

std::string quoted(const std::string& text) {
  std::string out(1, '\'');
  for (const char c : oneLine(text)) out.append(c == '\'' ? 2 : 1, c);  // doubling is gnuplot's escape in single quotes
  out.push_back('\'');
  return out;
}

std::string color(int index) {
  const PaletteColor& c = kPalette[static_cast<std::size_t>(index) % kPalette.size()];
  return fmt::format("rgb '#{:02x}{:02x}{:02x}'", c.r, c.g, c.b);
}

std::string color(const PaletteColor& c) {
  return fmt::format("rgb '#{:02x}{:02x}{:02x}'", c.r, c.g, c.b);
}

std::string range(const std::optional<std::pair<double, double>>& r) {
  return r ? fmt::format("[{}:{}]", support::formatNumber(r->first), support::formatNumber(r->second)) : "[*:*]";
}

/// A column as gnuplot expression; empty CSV fields become NaN, which breaks the curve.
std::string column(const Panel& panel, const std::string& name, double scale) {
  const std::size_t index = panel.data.column(name) + 1;
  return fmt::format("(valid({0})?column({0})*{1}:NaN)", index, support::formatNumber(scale));
}

std::string withStyle(const Series& s) {
  const std::string c = color(s.color);
  switch (s.style) {
    case Style::Line:
      return fmt::format("lines lw 2 lc {}", c);
    case Style::Dashed:
      return fmt::format("lines lw 2 dt (9,6) lc {}", c);
    case Style::Points:
      return fmt::format("points pt 7 ps 0.4 lc {}", c);
    case Style::LinePoints:
      return fmt::format("linespoints lw 1.5 pt 7 ps 0.5 lc {}", c);
    case Style::Band:
      return fmt::format("filledcurves fs transparent solid 0.22 noborder lc {}", c);
    case Style::Steps:
      return fmt::format("fillsteps fs transparent solid 0.4 noborder lc {}", c);
  }
  return "lines";
}

std::string seriesCommand(const Plot& plot, std::size_t index) {
  const Panel& panel = plot.panels[index];
  const std::size_t every = thinning(panel);
  std::vector<std::string> parts;
  for (const Series& s : panel.series) {
    std::string use = fmt::format("{}:{}", column(panel, s.x, panel.x_scale), column(panel, s.y, panel.y_scale));
    if (s.style == Style::Band) use.append(":").append(column(panel, s.y2, panel.y_scale));
    parts.push_back(fmt::format("{} using {} every {} with {} {}", quoted(dataName(plot, index)), use, every,
                                withStyle(s),
                                s.label.empty() ? std::string("notitle") : fmt::format("title {}", quoted(s.label))));
  }
  std::string out = "plot ";
  for (std::size_t i = 0; i < parts.size(); ++i) out.append(i ? ", \\\n  " : "").append(parts[i]);
  return out.append("\n");
}

std::string endText(const Bar& bar) {
  return bar.text.empty() ? fmt::format("{:.3g}", bar.value) : bar.text;
}

/// The least of 1, 2, 5 times a power of ten that is not below `least`.
double roundStep(double least) {
  const double decade = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * decade >= least * (1 - 1e-9)) return factor * decade;
  return 10 * decade;
}

/// Distance of the ticks of a linear x axis, so that their numbers do not run into each other; 0: let gnuplot choose.
double acrossStep(const Panel& panel) {
  double low = INFINITY, high = -INFINITY;
  for (const Series& s : panel.series) {
    for (const double value : panel.data.values(s.x)) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value * panel.x_scale);
      high = std::max(high, value * panel.x_scale);
    }
  }
  if (panel.x_range) std::tie(low, high) = *panel.x_range;
  if (!(high > low)) return 0;
  // About 440 pixels of axis, which gnuplot lengthens to whole ticks; a digit takes 10, and a gap of two belongs to
  // each.
  for (double step = roundStep((high - low) / 12);; step = roundStep(1.01 * step)) {
    const double first = std::floor(low / step) * step, last = std::ceil(high / step) * step;
    std::size_t longest = 0;
    for (const double at : {first, first + step, last - step, last})
      longest = std::max(longest, fmt::format("{:.6g}", at).size());
    const double width = 440 * step / (last - first);
    if (width >= 10.0 * static_cast<double>(longest + 1) || step >= high - low) return step;
  }
}

/// Distance of the ticks of a linear y axis, so that their numbers do not touch in a low panel; 0: let gnuplot choose.
double tickStep(const Panel& panel, double height) {
  double low = INFINITY, high = -INFINITY;
  for (const Series& s : panel.series) {
    for (const std::string& name : {s.y, s.style == Style::Band ? s.y2 : s.y}) {
      for (const double value : panel.data.values(name)) {
        if (!std::isfinite(value)) continue;
        low = std::min(low, value * panel.y_scale);
        high = std::max(high, value * panel.y_scale);
      }
    }
  }
  if (panel.y_range) std::tie(low, high) = *panel.y_range;
  if (!(high > low)) return 0;
  // About 100 pixels go to labels and key; a number needs 28.
  const double least = (high - low) / std::clamp((height - 100) / 28, 2.0, 10.0);
  return roundStep(least);
}

/// Horizontal bars from the second column of the data, one colour each.
std::string barCommand(const Plot& plot, std::size_t index) {
  const Panel& panel = plot.panels[index];
  double least = INFINITY, most = 0;
  for (const Bar& bar : panel.bars) {
    most = std::max(most, bar.value);
    if (bar.value > 0) least = std::min(least, bar.value);
  }
  if (!(most > 0)) least = most = 1;
  std::size_t longest = 0;
  for (const Bar& bar : panel.bars) longest = std::max(longest, endText(bar).size());
  // Room at the right for the text at the end of the longest bar: about 3 % of the axis for each letter.
  const double room = 0.033 * static_cast<double>(std::max<std::size_t>(longest, 6));
  const double low = panel.log_x ? std::pow(10.0, std::floor(std::log10(least)) - 1) : 0;
  const double high = panel.log_x ? most * std::pow(most / low, 1.2 * room) : most * (1 + room);
  std::string tics, out;
  auto to = std::back_inserter(out);
  for (std::size_t i = 0; i < panel.bars.size(); ++i) {
    const Bar& bar = panel.bars[i];
    tics += fmt::format("{}{} {}", i ? ", " : "", quoted(bar.label), i + 1);
    fmt::format_to(to, "set label {} {} at {},{} left offset 0.6,0 noenhanced\n", i + 1, quoted(endText(bar)),
                   support::formatNumber(std::max(bar.value, low)), i + 1);
  }
  // Few ticks: long names leave a short axis.
  if (!panel.log_x) fmt::format_to(to, "set xtics {}\n", support::formatNumber(roundStep(high / 5)));
  fmt::format_to(to, "set ytics ({}) scale 0 noenhanced\nset grid noytics xtics\nset yrange [{}.5:0.5]\n", tics,
                 panel.bars.size());
  fmt::format_to(to, "set xrange [{}:{}]\nset key off\nplot ", support::formatNumber(low), support::formatNumber(high));
  for (std::size_t i = 0; i < panel.bars.size(); ++i) {
    fmt::format_to(
        to, "{}{} using ({}):($1=={}?$1:NaN):({}):2:($1-0.34):($1+0.34) with boxxyerror fs solid 0.9 noborder lc {}",
        i ? ", \\\n  " : "", quoted(dataName(plot, index)), support::formatNumber(low), i + 1,
        support::formatNumber(low), color(panel.bars[i].color));
  }
  return out + "\n";
}

/// Sectors of the unit circle about the origin, and at its right a key: swatch, name, and below it the text.
std::string pieCommand(const Plot& plot, std::size_t index) {
  const Panel& panel = plot.panels[index];
  double total = 0;
  for (const Bar& part : panel.bars) total += std::max(part.value, 0.0);
  if (!(total > 0)) total = 1;
  std::string sectors;
  std::string out =
      "unset border\nunset tics\nunset xlabel\nunset ylabel\nset key off\nset lmargin 1\nset size ratio -1\n";
  out += "set xrange [-1.1:3.3]\nset yrange [-1.1:1.1]\n";
  auto to = std::back_inserter(out);
  const double row = std::min(0.42, 2.1 / static_cast<double>(panel.bars.size()));
  double y = 0.5 * row * static_cast<double>(panel.bars.size() - 1), angle = 90;
  for (std::size_t i = 0; i < panel.bars.size(); ++i, y -= row) {
    const Bar& part = panel.bars[i];
    const double next = angle - 360 * std::max(part.value, 0.0) / total;
    fmt::format_to(to, "set object {} rectangle from 1.3,{:.4f} to 1.42,{:.4f} fs solid noborder fc {}\n", i + 1,
                   y - 0.06, y + 0.06, color(part.color));
    fmt::format_to(to, "set label {} {} at 1.5,{:.4f} left noenhanced\n", 2 * i + 1, quoted(part.label),
                   y + 0.24 * row);
    fmt::format_to(to, "set label {} {} at 1.5,{:.4f} left noenhanced\n", 2 * i + 2, quoted(endText(part)),
                   y - 0.24 * row);
    if (part.value > 0)
      sectors += fmt::format(
          "{}{} using (0):($1=={}?0:NaN):(1):({:.3f}):({:.3f}) with circles lc {} fs solid 1.0 noborder",
          sectors.empty() ? "" : ", \\\n  ", quoted(dataName(plot, index)), i + 1, next, angle, color(part.color));
    angle = next;
  }
  return out + "plot " + sectors + "\n";
}

void markers(const Panel& panel, std::string& out) {
  auto to = std::back_inserter(out);
  int number = 100;
  for (const Marker& m : panel.markers) {
    const std::string at = support::formatNumber(m.at), dash = "nohead dt (4,4) lw 1.2 lc " + color(kAxisColor);
    if (m.vertical) {
      fmt::format_to(to, "set arrow from first {0},graph 0 to first {0},graph 1 {1}\n", at, dash);
      fmt::format_to(to, "set label {} {} at first {},graph 0.97 left offset 0.4,0 noenhanced\n", number++,
                     quoted(m.label), at);
    } else {
      fmt::format_to(to, "set arrow from graph 0,first {0} to graph 1,first {0} {1}\n", at, dash);
      fmt::format_to(to, "set label {} {} at graph 0.99,first {} right offset 0,0.5 noenhanced\n", number++,
                     quoted(m.label), at);
    }
  }
}

void panelCommands(const Plot& plot, std::size_t index, double low, double share, std::string& out) {
  const Panel& panel = plot.panels[index];
  auto to = std::back_inserter(out);
  fmt::format_to(to, "\nreset\nset datafile separator ','\nset datafile columnheaders\n");
  fmt::format_to(to, "set encoding utf8\nset border 3 lc {}\nset tics out nomirror scale 0.6 textcolor rgb 'black'\n",
                 color(kAxisColor));
  fmt::format_to(to, "set grid lt 1 lw 0.5 lc {}\n", color(kGridColor));
  fmt::format_to(to,
                 "set key outside above center horizontal Left reverse noenhanced samplen 2.2\nset style "
                 "line 1 lw 2\n");
  fmt::format_to(to, "set origin 0,{:.4f}\nset size 1,{:.4f}\n", low, share);
  if (!panel.title.empty()) fmt::format_to(to, "set title {} noenhanced\n", quoted(panel.title));
  fmt::format_to(to, "set xlabel {} noenhanced\nset ylabel {} noenhanced\n", quoted(panel.x_label),
                 quoted(panel.y_label));
  fmt::format_to(to, "set xrange {}\nset yrange {}\n", range(panel.x_range), range(panel.y_range));
  for (const char axis : {'x', 'y'}) {
    if (axis == 'x' ? panel.log_x : panel.log_y) {
      fmt::format_to(to, "set logscale {0}\nset format {0} '1e%T'\nunset m{0}tics\n", axis);
    } else {
      fmt::format_to(to, "set format {} '%g'\n", axis);
    }
  }
  if (panel.bars.empty() && !panel.log_y) {
    const double step = tickStep(panel, share * plot.height);
    if (step > 0) fmt::format_to(to, "set ytics {}\n", support::formatNumber(step));
  }
  if (panel.bars.empty() && !panel.log_x) {
    const double step = acrossStep(panel);
    if (step > 0) fmt::format_to(to, "set xtics {}\n", support::formatNumber(step));
  }
  if (panel.bars.empty()) fmt::format_to(to, "set lmargin 11\n");  // equal, so that panels above each other line up
  markers(panel, out);
  if (panel.bars.empty())
    out += seriesCommand(plot, index);
  else
    out += panel.pie ? pieCommand(plot, index) : barCommand(plot, index);
}

}  // namespace

std::string scriptName(const Plot& plot) {
  return plot.id + ".gp";
}
std::string pictureName(const Plot& plot) {
  return plot.id + ".svg";
}
std::size_t thinning(const Panel& panel) {
  return std::max<std::size_t>(1, (panel.data.rows.size() + kMostPoints - 1) / kMostPoints);
}
std::string dataName(const Plot& plot, std::size_t panel) {
  return panel == 0 ? plot.id + ".csv" : fmt::format("{}_{}.csv", plot.id, panel + 1);
}

std::string panelData(const Panel& panel) {
  if (panel.bars.empty()) return support::toCsv(panel.data);
  support::Table table{{"bar", "value"}, {}};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < panel.bars.size(); ++i) {
    table.addRow({static_cast<double>(i + 1), panel.bars[i].value});
    names.push_back(fmt::format("{}: {}", i + 1, panel.bars[i].label));
  }
  names.push_back("value: " + panel.x_label);
  return support::toCsv(table, names);
}

std::string gnuplotScript(const Plot& plot) {
  std::string out = fmt::format(
      "# {}\n# Draw with: gnuplot {}\nif (!exists('out')) out = {}\n"
      "set terminal svg size {},{} dynamic noenhanced font 'sans-serif,16' background '#ffffff'\nset output out\n"
      "set multiplot\n",
      oneLine(plot.title), scriptName(plot), quoted(pictureName(plot)), kWidth, plot.height);
  double sum = 0;
  for (const Panel& panel : plot.panels) sum += panel.share;
  double top = 1;
  for (std::size_t i = 0; i < plot.panels.size(); ++i) {
    const double share = plot.panels[i].share / sum;
    top -= share;
    panelCommands(plot, i, std::max(top, 0.0), share, out);
  }
  return out + "\nunset multiplot\n";
}

}  // namespace gaincell::report
