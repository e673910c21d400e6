#include <algorithm>
#include <utility>

#include "formats.hpp"

namespace gaincell::exports {

using support::formatNumber;

namespace {

std::string deviationParameters(const CellTerms& t) {
  std::string s;
  for (std::size_t k = 0; k < t.deviations.size(); ++k) s += fmt::format(" d{}=0", k);
  return s;
}

/// "+(((d2)*y+d1)*y+d0)"
std::string deviationSum(const CellTerms& t) {
  if (t.deviations.empty()) return "";
  std::string s = fmt::format("d{}", t.deviations.size() - 1);
  for (std::size_t k = t.deviations.size() - 1; k-- > 0;) s = fmt::format("({}*y+d{})", s, k);
  return "+" + s;
}

/// Sources of cells in an array are linear, which is what makes them fast: what is not linear in a cell is a product of
/// something of its word line or its bit line with a number of the cell, so it is computed once per line.
std::string linesComment(const BlockNames& n) {
  return fmt::format("* In an array: one {} per word line,\n* one {} per bit line, and {}\n", n.word_line, n.bit_line,
                     n.array_cell) +
         "* where they cross. tedge: word-line edges, 0 to 100 %. The word line is to stay between 0 and vdd: beyond, "
         "the\n"
         "* current goes on growing with it.\n";
}

/// Node voltages are kept near 1 V, where the simulator's tolerances are meant for them: e in 1e10/s, g in uS, h in
/// uS/V.
std::string lineSubcircuits(const BlockNames& n, const CellTerms& t, double vdd) {
  // Over two linear edges the integral of on(1-on) is tedge/3, whatever the width between them.
  std::string s = fmt::format(
      ".subckt {0} wl e vdd={1} tedge={2}\nBe e 0 V={{3e-10/(tedge*vdd*vdd)}}*V(wl)*({{vdd}}-V(wl))\n"
      ".ends {0}\n\n",
      n.word_line, formatNumber(vdd), formatNumber(kEdge));
  s += ".subckt " + n.bit_line + " bl g h\nRg g 0 1meg\nRh h 0 1meg\n";
  if (!t.conductance.empty() || !t.conductance_slope.empty()) {
    const std::string d = fmt::format("(V(bl)-({}))", formatNumber(t.bit_line_reference));
    s += t.conductance_slope.empty() ? fmt::format("Bline bl 0 I=1u*V(g)*{}\n", d)
                                     : fmt::format("Bline bl 0 I=1u*(V(g)+V(h)*{})*{}\n", d, d);
  }
  return s + ".ends " + n.bit_line + "\n\n";
}

/// A linear source of the polynomial `c` in y, plus `more`, from `control` into `node`.
std::string linearSource(const char* name, const char* node, const char* control, const std::vector<double>& c,
                         const std::string& more, const char* per) {
  if (c.empty()) return "";
  return fmt::format("{} 0 {} {} 0 {{({}{}){}}}\n", name, node, control, hornerText(c, "y"), more, per);
}

std::string cellSubcircuits(const model::Model& m, const BlockNames& n) {
  const CellTerms t = cellTerms(m);
  const double vdd = m.conditions.vdd_v;
  std::string s = linesComment(n) + lineSubcircuits(n, t, vdd);
  s += "* vs: stored voltage, held inside the valid range.\n";
  if (!t.deviations.empty())
    s += "* d0, d1, ...: deviation of this device, A/V^k, as `gaincell model sample` draws it.\n";
  s += fmt::format(".subckt {} bl g h wl e vs={} vdd={}{}\n", n.array_cell, formatNumber(m.cell.v_zero_V),
                   formatNumber(vdd), deviationParameters(t));
  s += fmt::format(".param y={{min(max(vs,{}),{})-({})}}\n", formatNumber(m.validity.v_storage_V[0]),
                   formatNumber(m.validity.v_storage_V[1]), formatNumber(m.cell.v_zero_V));
  s += linearSource("Gi", "bl", "wl", t.current, deviationSum(t), "/vdd");
  s += linearSource("Ge", "bl", "e", t.edge, "", "*1e10");
  s += linearSource("Gg", "g", "wl", t.conductance, "", "/vdd");
  s += linearSource("Gh", "h", "wl", t.conductance_slope, "", "/vdd");
  s += ".ends " + n.array_cell + "\n\n* A single cell: bit line, word line.\n";
  std::string given;
  for (std::size_t k = 0; k < t.deviations.size(); ++k) given += fmt::format(" d{0}={{d{0}}}", k);
  s += fmt::format(".subckt {} bl wl vs={} vdd={} tedge={}{}\n", n.cell, formatNumber(m.cell.v_zero_V),
                   formatNumber(vdd), formatNumber(kEdge), deviationParameters(t));
  s += fmt::format("Xw wl e {} vdd={{vdd}} tedge={{tedge}}\nXb bl g h {}\n", n.word_line, n.bit_line);
  s += fmt::format("Xc bl g h wl e {} vs={{vs}} vdd={{vdd}}{}\n.ends {}\n\n", n.array_cell, given, n.cell);
  return s;
}

/// Sharpness of the decision, of full scale. The discharge fades out over it; half of it is added to the threshold,
/// which makes up for the time that takes.
constexpr double kDecision = 2e-3;

std::string decision(const std::string& threshold) {
  return fmt::format("(0.5+0.5*tanh((V(bl)-({}))/{{vdec}}))", threshold);
}

std::string logic(const char* node) {
  return fmt::format("min(max(V({})/{{vdd}},0),1)", node);
}

/// Voltage of the bit line for a charge in the direction `sign`.
std::string voltageOf(double charge, double sign) {
  return fmt::format("vmid+({})/cint", formatNumber(sign * charge));
}

/// The discharge current as a function of the integrated charge in fC. The points are literals, and the scaling is in
/// the argument: ngspice takes no expression as a point, and crashes on one unless pwl() is the first term of its
/// source.
std::string dischargeCurrent(const Discharge& d, double sign) {
  if (d.charge.size() == 1) return formatNumber(d.current.front());
  constexpr double kBeyond = 1e6;  // fC, out of reach of any bit line
  // Beyond its last points the function goes on as it ends, so both ends are made flat.
  std::vector<std::pair<double, double>> points = {{-sign * kBeyond, d.current.front()}};
  for (std::size_t i = 0; i < d.charge.size(); ++i) points.emplace_back(sign * d.charge[i] * 1e15, d.current[i]);
  points.emplace_back(sign * kBeyond, d.current.back());
  if (sign < 0) std::reverse(points.begin(), points.end());
  std::string s = "pwl((V(bl)-{vmid})*{cint*1e15}";
  for (const auto& [q, i] : points) s += fmt::format(",{},{}", formatNumber(q), formatNumber(i));
  return s + ")";
}

std::string frontEnd(const model::Model& m, const model::Converter& c, const std::string& name, const char* ports) {
  std::string s = fmt::format(".subckt {} {} vdd={} vmid={} cint={}\n", name, ports, formatNumber(m.conditions.vdd_v),
                              formatNumber(m.conditions.vdd_v / 2), formatNumber(integrationCapacitance(c)));
  s += fmt::format(".param vdec={{{}/cint}}\n",
                   formatNumber(kDecision * (c.saturation_ns - c.offset_ns) * c.slope_fC_per_ns * 1e-15));
  s += "Cint bl 0 {cint}\n";
  // 10 ohm: 12 pF are back at vmid within a nanosecond, so that operations can follow each other.
  return s + fmt::format("Brst bl 0 I=0.1*(V(bl)-{{vmid}})*{}\n", logic("rst"));
}

/// Where a pulse of the direction `sign` ends, as a parameter.
std::string thresholdParameter(const char* name, const Discharge& d, double sign) {
  return fmt::format(".param {}={{{}{}vdec/2}}\n", name, voltageOf(d.threshold, sign), sign > 0 ? "+" : "-");
}

std::string reluSubcircuit(const model::Model& m, const BlockNames& n) {
  const model::Converter& c = *m.relu_converter;
  const Discharge d = discharge(c, c.slope_fC_per_ns * 1e-6, c.offset_ns * 1e-9, 1);
  std::string s = fmt::format(
      "* ReLU converter: width = {} ns + charge/({} fC/ns) and the INL table, at most the length of win ({} ns).\n"
      "* rst holds the bit line at vmid; dis, from the end of the input on, takes the charge back; win opens with dis "
      "and gates out.\n"
      "* cint: all capacitance that integrates.\n",
      formatNumber(c.offset_ns), formatNumber(c.slope_fC_per_ns), formatNumber(c.saturation_ns));
  s += frontEnd(m, c, n.relu_converter, "bl out rst dis win");
  s += thresholdParameter("vth", d, 1);
  s += fmt::format("Bdis bl 0 I={}*{}*{}\n", dischargeCurrent(d, 1), logic("dis"), decision("{vth}"));
  s += fmt::format("Bout out 0 V={{vdd}}*{}*{}\n", logic("win"), decision("{vth}"));
  return s + ".ends " + n.relu_converter + "\n\n";
}

std::string signedSubcircuit(const model::Model& m, const BlockNames& n) {
  const model::SignedConverter& c = *m.signed_converter;
  const model::Converter& p = c.positive;
  const Discharge plus = discharge(p, p.slope_fC_per_ns * 1e-6, p.offset_ns * 1e-9, 1),
                  minus = discharge(p, c.negative_slope_fC_per_ns * 1e-6, c.negative_offset_ns * 1e-9, -1);
  std::string s = fmt::format(
      "* Signed converter: width = {} ns + charge/({} fC/ns), or {} ns - charge/({} fC/ns), and the INL table; sign "
      "flips at {} fC.\n"
      "* The sign follows the bit line while dis is low and is held while it is high; sign = vdd: charge into the bit "
      "line.\n",
      formatNumber(p.offset_ns), formatNumber(p.slope_fC_per_ns), formatNumber(c.negative_offset_ns),
      formatNumber(c.negative_slope_fC_per_ns), formatNumber(c.sign_threshold_fC));
  s += frontEnd(m, p, n.signed_converter, "bl out sign rst dis win");
  s += thresholdParameter("vthp", plus, 1) + thresholdParameter("vthn", minus, -1);
  s += fmt::format(".param vsgn={{{}}}\n", voltageOf(c.sign_threshold_fC * 1e-15, 1));
  s += "Csign s 0 1f\nRsign s 0 1e15\n";
  s += fmt::format("Bsign s 0 I=100u*(V(s)-{})*(1-{})\n", decision("{vsgn}"), logic("dis"));
  const std::string up = "min(max(10*V(s)-4.5,0),1)";  // the held sign, made firm
  const std::string positive = fmt::format("{}*{}", up, decision("{vthp}"));
  const std::string negative = fmt::format("(1-{})*(1-{})", up, decision("{vthn}"));
  s += fmt::format("Bdis bl 0 I={}*({}*{}-{}*{})\n", logic("dis"), dischargeCurrent(plus, 1), positive,
                   dischargeCurrent(minus, -1), negative);
  s += fmt::format("Bout out 0 V={{vdd}}*{}*({}+{})\n", logic("win"), positive, negative);
  s += fmt::format("Bsgn sign 0 V={{vdd}}*{}\n", up);
  return s + ".ends " + n.signed_converter + "\n";
}

std::string write(const model::Model& m) {
  const BlockNames n = blockNames(m);
  std::string text;
  for (const auto& line : statement(m)) text += fmt::format("* {}\n", line);
  text += "* Include this file in a deck; behavioral sources only, no device models needed.\n\n";
  text += cellSubcircuits(m, n);
  text += m.relu_converter ? reluSubcircuit(m, n) : "* no ReLU converter: the model does not characterise it\n";
  text += m.signed_converter ? signedSubcircuit(m, n) : "* no signed converter: the model does not characterise it\n";
  return text;
}

}  // namespace

Format ngspice() {
  return {"ngspice", ".sub", "subcircuits of behavioral sources for ngspice", write};
}

}  // namespace gaincell::exports
