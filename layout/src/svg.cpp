#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "gaincell/layout/writers.hpp"

namespace gaincell::layout {

namespace {

constexpr double kWidth = 940, kMargin = 20, kGap = 30, kHeading = 24, kScaleBar = 34, kRow = 20;

/// Fill colours by kind: light enough for dark text in them, apart in lightness as well as in hue.
constexpr std::array<const char*, 13> kFill = {"#f7d774", "#f7d774", "#9bd3ae", "#7fb3e6", "#c9a7e8",
                                               "#f2a58e", "#e4e09a", "#8ed4d8", "#d9c0a3", "#b9c0ca",
                                               "#e8ebef", "#e8ebef", "#e8ebef"};
const char* fillOf(Kind kind) {
  // cppcheck-suppress CastIntegerToAddressAtReturn  ; the table holds pointers
  return kFill[static_cast<std::size_t>(kind)];
}

constexpr const char* kStyle =
    "<style>.fp-bg{fill:#fff}.fp-t{fill:#1b1f24;font-family:system-ui,sans-serif}.fp-in{fill:#14171b;font-family:"
    "system-ui,sans-serif}.fp-l{stroke:#1b1f24}.fp-b{stroke:#3a4048;stroke-width:.6}"
    "@media (prefers-color-scheme:dark){.fp-bg{fill:#14171b}.fp-t{fill:#e6e8eb}.fp-l{stroke:#e6e8eb}}"
    "@media print{.fp-bg{fill:#fff}.fp-t{fill:#1b1f24}.fp-l{stroke:#1b1f24}}</style>\n";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

/// Width of a text in the default sans-serif, on the safe side.
double textWidth(const std::string& text, double size) {
  return 0.58 * size * static_cast<double>(text.size());
}

std::string areaText(Nm nm2) {
  const double um2 = static_cast<double>(nm2) / 1e6;
  if (um2 >= 1e5) return fmt::format("{:.3f} mm²", um2 / 1e6);
  return um2 >= 1000 ? fmt::format("{:.0f} µm²", um2) : fmt::format("{:.4g} µm²", um2);
}
std::string sizeText(const Block& block) {
  return fmt::format("{:.6g} × {:.6g} µm", static_cast<double>(block.width) / 1e3,
                     static_cast<double>(block.height) / 1e3);
}

std::string plural(const Placement& p, const Block& child) {
  const int count = p.columns * p.rows;
  return count == 1 ? child.title : fmt::format("{} × {}", count, child.title);
}

class Drawing {
 public:
  explicit Drawing(const Floorplan& plan) : plan_(plan) {}

  std::string finish() {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" "
        "role=\"img\" aria-labelledby=\"fp-title fp-desc\">\n<title id=\"fp-title\">Floorplan of sub-tile, head and "
        "chip"
        "</title>\n<desc id=\"fp-desc\">Sub-tile {2}, head {3}, chip {4}.</desc>\n{5}"
        "<rect class=\"fp-bg\" width=\"{0:.0f}\" height=\"{1:.0f}\"/>\n{6}</svg>\n",
        kWidth, bottom_ + kMargin, areaText(plan_.ofKind(Kind::Tile).area()), areaText(plan_.ofKind(Kind::Head).area()),
        areaText(plan_.ofKind(Kind::Chip).area()), kStyle, body_);
  }

  /// One level drawn to its own scale, with heading and scale bar. Returns its lower end.
  double panel(const Block& block, double x, double y, double max_width, double max_height, int depth, bool labels) {
    scale_ = std::min(max_width / static_cast<double>(block.width), max_height / static_cast<double>(block.height));
    text(x, y + 14, 14, fmt::format("{}: {}, {}", block.title, sizeText(block), areaText(block.area())), "start", true);
    const double top = y + kHeading, height = scale_ * static_cast<double>(block.height);
    outline(x, top, scale_ * static_cast<double>(block.width), height, block.kind);
    children(block, x, top + height, depth, labels);
    bar(x, top + height + 12, static_cast<double>(block.width));
    bottom_ = std::max(bottom_, top + height + kScaleBar);
    return top + height + kScaleBar;
  }

  /// The table of blocks: colour, size, area, number and share in a head.
  void key(double y) {
    const Block& head = plan_.ofKind(Kind::Head);
    const std::vector<Share> shares = breakdown(plan_, head);
    const std::array<double, 6> at = {kMargin + 24, 300, 480, 610, 730, 850};
    const auto row = [&](const std::array<std::string, 6>& cells, bool bold) {
      text(at[0], y + 14, 12.5, cells[0], "start", bold);
      for (std::size_t i = 1; i < cells.size(); ++i) text(at[i] + 60, y + 14, 12.5, cells[i], "end", bold);
      y += kRow;
    };
    row({"Block", "size of one", "area of one", "in a head", "together", "share"}, true);
    for (const Block& block : plan_.blocks) {
      if (block.kind == Kind::Array || !(block.kind < Kind::Tile)) continue;
      for (const Share& s : shares) {
        if (s.name != kindName(block.kind)) continue;
        swatch(y, fillOf(block.kind));
        row({block.title, sizeText(block), areaText(block.area()), fmt::format("{}", s.count), areaText(s.area),
             percent(s.area, head)},
            false);
      }
    }
    Nm unused = 0;
    for (const Share& s : shares) unused += s.unused ? s.area : 0;
    swatch(y, fillOf(Kind::Tile));
    row({"Channels and unused", "", "", "", areaText(unused), percent(unused, head)}, false);
    row({"Head", sizeText(head), areaText(head.area()), "", areaText(head.area()), "100 %"}, true);
    bottom_ = y;
  }

  /// Notes and sources, wrapped.
  void notes(double y) {
    text(kMargin, y + 14, 12.5, "Sources and assumptions", "start", true);
    y += kRow;
    std::vector<std::string> lines = plan_.notes;
    for (const Figure& f : plan_.figures)
      if (f.origin != Origin::Circuit && !f.name.starts_with("NAND2")) lines.push_back(figureText(f));
    lines.push_back(
        "Sizes of devices come from the generated circuits; they and the gate counts of the digital blocks are in "
        "floorplan.json.");
    for (const std::string& line : lines) {
      for (const std::string& part : wrapped(line)) {
        text(kMargin, y + 12, 11.5, part, "start", false);
        y += 16;
      }
      y += 4;
    }
    bottom_ = y;
  }

  double bottom() const { return bottom_; }

 private:
  static std::string percent(Nm area, const Block& whole) {
    return fmt::format("{:.1f} %", 100.0 * static_cast<double>(area) / static_cast<double>(whole.area()));
  }
  static std::string figureText(const Figure& f) {
    if (f.unit == "m")
      return fmt::format("{}: {:.4g} nm ({}; {})", f.name, f.value * 1e9, originName(f.origin), f.source);
    if (f.unit == "m^2")
      return fmt::format("{}: {:.4g} µm² ({}; {})", f.name, f.value * 1e12, originName(f.origin), f.source);
    if (f.unit == "F/m^2")
      return fmt::format("{}: {:.4g} fF/µm² ({}; {})", f.name, f.value * 1e3, originName(f.origin), f.source);
    return fmt::format("{}: {:.4g} {} ({}; {})", f.name, f.value, f.unit, originName(f.origin), f.source);
  }
  static std::vector<std::string> wrapped(const std::string& line) {
    constexpr std::size_t kColumns = 140;
    std::vector<std::string> out;
    std::string rest = line;
    while (rest.size() > kColumns) {
      const std::size_t space = rest.rfind(' ', kColumns);
      out.push_back(rest.substr(0, space));
      rest = rest.substr(space == std::string::npos ? rest.size() : space + 1);
    }
    out.push_back(rest);
    return out;
  }

  void outline(double x, double y, double w, double h, Kind kind) {
    put("<rect class=\"fp-b\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/>\n", x, y, w, h,
        fillOf(kind));
  }
  void swatch(double y, const char* fill) {
    put("<rect class=\"fp-b\" x=\"{}\" y=\"{:.1f}\" width=\"14\" height=\"14\" fill=\"{}\"/>\n", kMargin, y + 3, fill);
  }
  void text(double x, double y, double size, const std::string& content, const char* anchor, bool bold,
            const char* css = "fp-t", const std::string& more = "") {
    if (content.empty()) return;
    put("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" text-anchor=\"{}\"{}{}>{}</text>\n", css, x, y,
        size, anchor, bold ? " font-weight=\"600\"" : "", more, escaped(content));
  }

  /// @param floor_y picture y of the block's lower edge; the layout's y axis points up
  void children(const Block& block, double x, double floor_y, int depth, bool labels) {
    for (const Placement& p : block.children) {
      const Block& child = plan_.block(p.block);
      const bool open = depth > 1 && !child.children.empty() && child.kind != Kind::Array;
      const double w = scale_ * static_cast<double>(child.width), h = scale_ * static_cast<double>(child.height);
      const double px = scale_ * static_cast<double>(p.pitch_x), py = scale_ * static_cast<double>(p.pitch_y);
      const double left = x + scale_ * static_cast<double>(p.x), low = floor_y - scale_ * static_cast<double>(p.y);
      const double grid_w = (p.columns - 1) * px + w, grid_h = (p.rows - 1) * py + h;
      // Members too small to see are drawn as one.
      if (!open && std::min(w, h) < 6) {
        outline(left, low - grid_h, grid_w, grid_h, child.kind);
      } else {
        grid(p, child, left, low, open ? depth - 1 : 0);
      }
      if (labels) label(p, child, left, low - grid_h, grid_w, grid_h);
    }
  }

  /// Every member of a placement: the first drawn, the others referring to it.
  void grid(const Placement& p, const Block& child, double left, double low, int depth) {
    const double w = scale_ * static_cast<double>(child.width), h = scale_ * static_cast<double>(child.height);
    const int id = ++groups_;
    put("<g id=\"fp-{}\">", id);
    outline(left, low - h, w, h, child.kind);
    if (depth > 0) children(child, left, low, depth, false);
    put("</g>\n");
    for (int i = 1; i < p.rows * p.columns; ++i) {
      const int column = i % p.columns, row = i / p.columns;
      put("<use href=\"#fp-{}\" x=\"{:.2f}\" y=\"{:.2f}\"/>\n", id, scale_ * static_cast<double>(column * p.pitch_x),
          -scale_ * static_cast<double>(row * p.pitch_y));
    }
  }

  /// A label on a patch of the block's colour where it fits, upright or turned; else the key has to do.
  void label(const Placement& p, const Block& child, double x, double y, double w, double h) {
    const int count = p.columns * p.rows;
    const std::string name = plural(p, child), area = areaText(child.area() * count);
    constexpr double size = 12;
    const double need = std::max(textWidth(name, size), textWidth(area, size)) + 10;
    const double cx = x + w / 2, cy = y + h / 2;
    const bool flat = need <= w && h >= 36, turned = !flat && need <= h && w >= 36;
    if (!flat && !turned) return;
    const std::string turn = turned ? fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", cx, cy) : "";
    put("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"34\" fill=\"{}\" fill-opacity=\".88\"{}/>\n",
        cx - need / 2, cy - 17, need, fillOf(child.kind), turn);
    text(cx, cy - 3, size, name, "middle", true, "fp-in", turn);
    text(cx, cy + 12, size, area, "middle", false, "fp-in", turn);
  }

  /// A scale bar of a round length, about a quarter of the panel.
  void bar(double x, double y, double width_nm) {
    const double target = width_nm / 4, decade = std::pow(10.0, std::floor(std::log10(target)));
    const double nm = target >= 5 * decade ? 5 * decade : target >= 2 * decade ? 2 * decade : decade;
    const double length = scale_ * nm;
    put("<path class=\"fp-l\" fill=\"none\" stroke-width=\"1.5\" d=\"M{0:.1f} {1:.1f}v8M{0:.1f} {2:.1f}h{3:.1f}m0 "
        "-4v8\"/>\n",
        x, y - 4, y, length);
    text(x + length + 8, y + 4, 12, nm >= 1e6 ? fmt::format("{:g} mm", nm / 1e6) : fmt::format("{:g} µm", nm / 1e3),
         "start", false);
  }

  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(body_), format, std::forward<Args>(args)...);
  }

  const Floorplan& plan_;
  std::string body_;
  double scale_ = 1, bottom_ = 0;
  int groups_ = 0;
};

}  // namespace

std::string toSvg(const Floorplan& floorplan) {
  Drawing drawing(floorplan);
  constexpr double usable = kWidth - 2 * kMargin, half = (usable - kGap) / 2;
  const double tile_end = drawing.panel(floorplan.ofKind(Kind::Tile), kMargin, kMargin, usable, 360, 1, true);
  const double head_y = tile_end + 16;
  const double head_end = drawing.panel(floorplan.ofKind(Kind::Head), kMargin, head_y, half, 420, 2, false);
  const double chip_end =
      drawing.panel(floorplan.ofKind(Kind::Chip), kMargin + half + kGap, head_y, half, 420, 3, false);
  drawing.key(std::max(head_end, chip_end) + 12);
  drawing.notes(drawing.bottom() + 14);
  return drawing.finish();
}

}  // namespace gaincell::layout
