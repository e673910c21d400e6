#include "gaincell/report/schematic.hpp"

#include <fmt/format.h>

#include <iterator>

#include "html.hpp"

namespace gaincell::report {

namespace {

class Sketch {
 public:
  template <class... Args>
  void path(fmt::format_string<Args...> format, Args&&... args) {
    wires_ += "<path d=\"";
    fmt::format_to(std::back_inserter(wires_), format, std::forward<Args>(args)...);
    wires_ += "\"/>\n";
  }
  void dot(double x, double y) { dots_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"3.2\"/>\n", x, y); }
  void text(double x, double y, const std::string& content, const char* anchor = "middle", bool signal = false) {
    if (content.empty()) return;
    texts_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" {}>{}</text>\n", x, y, anchor,
                          signal ? "font-weight=\"600\" font-size=\"15\"" : "font-size=\"13\"", escapeHtml(content));
  }
  void bubble(double x, double y) { wires_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4\"/>\n", x, y); }

  /// Channel along x, terminals at (x -+ 28, y), gate lead ends 34 above (up = 1) or below (up = -1).
  void lying(double x, double y, int up, bool p_type) {
    path("M{} {}h16v{}M{} {}h-16v{}", x - 28, y, -8 * up, x + 28, y, -8 * up);
    path("M{} {}h32", x - 16, y - 8 * up);
    path("M{} {}h28", x - 14, y - 14 * up);
    const int lead = p_type ? 22 : 14;
    if (p_type) bubble(x, y - 18 * up);
    path("M{} {}v{}", x, y - lead * up, -(34 - lead) * up);
  }

  /// Channel along y, terminals at (x, y -+ 28), gate lead ends 34 to the left.
  void standing(double x, double y, bool p_type) {
    path("M{} {}v16h-8M{} {}v-16h-8", x, y - 28, x, y + 28);
    path("M{} {}v32", x - 8, y - 16);
    path("M{} {}v28", x - 14, y - 14);
    const int lead = p_type ? 22 : 14;
    if (p_type) bubble(x - 18, y);
    path("M{} {}h{}", x - lead, y, -(34 - lead));
  }

  /// n device above, p device below, joined at (x -+ 28, y).
  void transmissionGate(double x, double y, const std::string& gate, const std::string& gate_bar, const std::string& n,
                        const std::string& p, bool single) {
    if (single) {
      lying(x, y, 1, false);
      text(x, y - 42, gate, "middle", true);
      text(x, y - 62, n);
      return;
    }
    lying(x, y - 18, 1, false);
    lying(x, y + 18, -1, true);
    path("M{0} {1}v36M{2} {1}v36", x - 28, y - 18, x + 28);
    dot(x - 28, y);
    dot(x + 28, y);
    text(x, y - 60, gate, "middle", true);
    text(x, y - 80, n);
    text(x, y + 72, gate_bar, "middle", true);
    text(x, y + 92, p);
  }

  void ground(double x, double y) { path("M{} {}h24M{} {}h14M{} {}h5", x - 12, y, x - 7, y + 5, x - 2.5, y + 10); }

  std::string finish() const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 380\" role=\"img\" aria-label=\"Circuit diagram "
        "of the 6T "
        "gain cell\">\n<g fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.7\" "
        "stroke-linecap=\"round\">\n{}</g>\n"
        "<g fill=\"currentColor\">\n{}</g>\n<g fill=\"currentColor\" "
        "font-family=\"system-ui,sans-serif\">\n{}</g>\n</svg>\n",
        wires_, dots_, texts_);
  }

 private:
  std::string wires_, dots_, texts_;
};

}  // namespace

std::string cellSchematic(const CellSizes& sizes) {
  constexpr double y = 190, wbl = 60, write = 150, storage = 262, gates = 386, pair = 420, read = 610, bl = 720;
  Sketch s;
  s.path("M{} 50V330", wbl);
  s.text(wbl, 40, "WBL", "middle", true);
  s.text(wbl, 350, "write bit line");
  s.dot(wbl, y);
  s.path("M{} {}H{}", wbl, y, write - 28);
  s.transmissionGate(write, y, "WE", "WEb", sizes.write_n, sizes.write_p,
                     sizes.write_p.empty() && !sizes.write_n.empty());

  s.path("M{} {}H{}", write + 28, y, gates);
  s.dot(storage, y);
  s.text(storage + 8, y - 12, "V_s", "middle", true);
  s.path("M{0} {1}V240M{2} 240h36M{2} 248h36M{0} 248V285", storage, y, storage - 18);
  s.ground(storage, 285);
  s.text(storage + 26, 249, sizes.capacitor.empty() ? "C_s" : "C_s " + sizes.capacitor, "start");

  s.dot(gates, y);
  s.path("M{} 110V270", gates);
  s.standing(pair, 110, true);
  s.standing(pair, 270, false);
  s.path("M{0} 82V60M{1} 60h28", pair, pair - 14);
  s.text(pair, 50, sizes.supply.empty() ? "VDD" : "VDD " + sizes.supply, "middle", true);
  s.path("M{} 298V320", pair);
  s.ground(pair, 320);
  s.path("M{} 138V242", pair);
  s.dot(pair, y);
  s.text(pair + 12, 101, sizes.pair_p, "start");
  s.text(pair + 12, 294, sizes.pair_n, "start");

  s.path("M{} {}H{}", pair, y, read - 28);
  s.transmissionGate(read, y, "WL", "WLb", sizes.read_n, sizes.read_p, false);
  s.path("M{} {}H{}", read + 28, y, bl);
  s.dot(bl, y);
  s.path("M{} 50V330", bl);
  s.text(bl, 40, "BL", "middle", true);
  s.text(bl, 350, "bit line");
  s.path("M{} {}h26m-7 -5l7 5l-7 5", read + 52, y + 20);
  s.text(read + 65, y + 42, "+I");
  return s.finish();
}

}  // namespace gaincell::report
