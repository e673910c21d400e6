#include "formats.hpp"

namespace gaincell::exports {

using support::formatNumber;

namespace {

constexpr double kDecision = 2e-3;  // of full scale, as in the ngspice export

std::string cellModule(const model::Model& m, const std::string& name) {
  const CellTerms t = cellTerms(m);
  std::string s = "// Gain cell: bl bit line, wl word line, vss ground.\n";
  s += "module " + name + "(bl, wl, vss);\n  inout bl, wl, vss;\n  electrical bl, wl, vss;\n";
  s += fmt::format("  parameter real vs = {} from [{}:{}];  // stored voltage, V\n", formatNumber(m.cell.v_zero_V),
                   formatNumber(m.validity.v_storage_V[0]), formatNumber(m.validity.v_storage_V[1]));
  s += fmt::format("  parameter real vdd = {} from (0:inf);  // swing of the word line, V\n",
                   formatNumber(m.conditions.vdd_v));
  s += fmt::format("  parameter real tedge = {} from (0:inf);  // duration of its edges, s\n", formatNumber(kEdge));
  s += "  real y, on, ib, qe, gb, hb, d;\n  analog begin\n";
  s += fmt::format("    y = vs-({});\n", formatNumber(m.cell.v_zero_V));
  s += fmt::format("    ib = {};\n    qe = {};\n    gb = {};\n    hb = {};\n", hornerText(t.current, "y"),
                   hornerText(t.edge, "y"), hornerText(t.conductance, "y"), hornerText(t.conductance_slope, "y"));
  s += "    on = V(wl,vss)/vdd;\n    if (on < 0.0) on = 0.0;\n    if (on > 1.0) on = 1.0;\n";
  s += fmt::format("    d = V(bl,vss)-({});\n", formatNumber(t.bit_line_reference));
  s += "    // Over two linear edges the integral of on(1-on) is tedge/3.\n";
  s += "    I(bl,vss) <+ -(ib-(gb+hb*d)*d+3.0*qe/tedge*(1.0-on))*on;\n";
  return s + "  end\nendmodule\n\n";
}

std::string head(const model::Model& m, const model::Converter& c, const std::string& name, const std::string& ports) {
  std::string s = fmt::format("module {}({});\n  inout {};\n  electrical {};\n", name, ports, ports, ports);
  s += fmt::format("  parameter real vdd = {} from (0:inf);\n", formatNumber(m.conditions.vdd_v));
  s += fmt::format("  parameter real vmid = {} from (0:inf);\n", formatNumber(m.conditions.vdd_v / 2));
  s += fmt::format("  parameter real cint = {} from (0:inf);  // all capacitance that integrates, F\n",
                   formatNumber(integrationCapacitance(c)));
  return s;
}

std::string sharpness(const model::Converter& c) {
  return fmt::format("    vdec = {}/cint;\n",
                     formatNumber(kDecision * (c.saturation_ns - c.offset_ns) * c.slope_fC_per_ns * 1e-15));
}

const char* kLogic =
    "    reset = V(rst,vss)/vdd;\n    if (reset < 0.0) reset = 0.0;\n    if (reset > 1.0) reset = 1.0;\n"
    "    discharge = V(dis,vss)/vdd;\n    if (discharge < 0.0) discharge = 0.0;\n    if (discharge > 1.0) discharge = "
    "1.0;\n"
    "    window = V(win,vss)/vdd;\n    if (window < 0.0) window = 0.0;\n    if (window > 1.0) window = 1.0;\n"
    "    q = 1.0e15*cint*(V(bl,vss)-vmid);\n"
    "    I(bl,vss) <+ ddt(cint*V(bl,vss));\n    I(bl,vss) <+ 0.1*reset*(V(bl,vss)-vmid);\n";

std::string decision(const std::string& threshold) {
  return fmt::format("0.5+0.5*tanh((V(bl,vss)-({}))/vdec)", threshold);
}

/// Where a pulse of the direction `sign` ends: the sharpness of the decision is made up for.
std::string endOfPulse(const Discharge& d, double sign) {
  return decision(fmt::format("vmid+({})/cint{}vdec/2.0", formatNumber(sign * d.threshold), sign > 0 ? "+" : "-"));
}

/// Sets `variable` to the discharge current by the charge q in fC that is still on the line, counted in the direction
/// `sign`: linear between the points, constant outside.
std::string dischargeCurrent(const Discharge& d, double sign, const char* variable) {
  std::string s;
  const char* q = sign > 0 ? "q" : "(-q)";
  for (std::size_t i = 0; i < d.charge.size(); ++i) {
    const double at = d.charge[i] * 1e15;
    if (i == 0) {
      s += fmt::format("    if ({} < ({})) {} = {};\n", q, formatNumber(at), variable, formatNumber(d.current[0]));
      continue;
    }
    const double slope = (d.current[i] - d.current[i - 1]) / (at - d.charge[i - 1] * 1e15);
    if (slope == 0)
      s += fmt::format("    else if ({} < ({})) {} = {};\n", q, formatNumber(at), variable, formatNumber(d.current[i]));
    else
      s += fmt::format("    else if ({} < ({})) {} = {}+({})*({}-({}));\n", q, formatNumber(at), variable,
                       formatNumber(d.current[i - 1]), formatNumber(slope), q, formatNumber(d.charge[i - 1] * 1e15));
  }
  return s + fmt::format("    {}{} = {};\n", s.empty() ? "" : "else ", variable, formatNumber(d.current.back()));
}

std::string reluModule(const model::Model& m, const std::string& name) {
  const model::Converter& c = *m.relu_converter;
  std::string s = fmt::format(
      "// ReLU converter: width = {} ns + charge/({} fC/ns) and the INL table, gated by win ({} ns). Largest residual "
      "{} "
      "ns.\n",
      formatNumber(c.offset_ns), formatNumber(c.slope_fC_per_ns), formatNumber(c.saturation_ns),
      formatNumber(c.residual_max_ns));
  s += head(m, c, name, "bl, out, rst, dis, win, vss");
  s += "  real reset, discharge, window, pos, vdec, q, ip;\n  analog begin\n" + sharpness(c);
  s += kLogic;
  const Discharge d = discharge(c, c.slope_fC_per_ns * 1e-6, c.offset_ns * 1e-9, 1);
  s += fmt::format("    pos = {};\n", endOfPulse(d, 1));
  s += dischargeCurrent(d, 1, "ip") + "    I(bl,vss) <+ ip*discharge*pos;\n";
  s += "    I(out,vss) <+ 1.0e-2*(V(out,vss)-vdd*window*pos);\n";
  return s + "  end\nendmodule\n\n";
}

std::string signedModule(const model::Model& m, const std::string& name) {
  const model::SignedConverter& c = *m.signed_converter;
  const model::Converter& p = c.positive;
  std::string s = fmt::format(
      "// Signed converter: width = {} ns + charge/({} fC/ns), or {} ns - charge/({} fC/ns), and the INL table; sign "
      "flips at {} fC.\n",
      formatNumber(p.offset_ns), formatNumber(p.slope_fC_per_ns), formatNumber(c.negative_offset_ns),
      formatNumber(c.negative_slope_fC_per_ns), formatNumber(c.sign_threshold_fC));
  s += head(m, p, name, "bl, out, sign, rst, dis, win, vss");
  s += "  electrical s;  // holds the sign while dis is high\n";
  s += "  real reset, discharge, window, up, plus, minus, vdec, q, ip, im;\n  analog begin\n" + sharpness(p);
  s += kLogic;
  s += "    I(s,vss) <+ ddt(1.0e-15*V(s,vss));\n";
  s += fmt::format("    I(s,vss) <+ 1.0e-4*(1.0-discharge)*(V(s,vss)-({}));\n",
                   decision(fmt::format("vmid+({})/cint", formatNumber(c.sign_threshold_fC * 1e-15))));
  s += "    up = 10.0*V(s,vss)-4.5;\n    if (up < 0.0) up = 0.0;\n    if (up > 1.0) up = 1.0;\n";
  const Discharge up = discharge(p, p.slope_fC_per_ns * 1e-6, p.offset_ns * 1e-9, 1),
                  down = discharge(p, c.negative_slope_fC_per_ns * 1e-6, c.negative_offset_ns * 1e-9, -1);
  s += fmt::format("    plus = up*({});\n    minus = (1.0-up)*(1.0-({}));\n", endOfPulse(up, 1), endOfPulse(down, -1));
  s += dischargeCurrent(up, 1, "ip") + dischargeCurrent(down, -1, "im");
  s += "    I(bl,vss) <+ discharge*(ip*plus-im*minus);\n";
  s += "    I(out,vss) <+ 1.0e-2*(V(out,vss)-vdd*window*(plus+minus));\n    I(sign,vss) <+ "
       "1.0e-2*(V(sign,vss)-vdd*up);\n";
  return s + "  end\nendmodule\n";
}

std::string write(const model::Model& m) {
  const BlockNames n = blockNames(m);
  std::string text;
  for (const auto& line : statement(m)) text += fmt::format("// {}\n", line);
  text += "`include \"disciplines.vams\"\n\n";
  text += cellModule(m, n.cell);
  text +=
      m.relu_converter ? reluModule(m, n.relu_converter) : "// no ReLU converter: the model does not characterise it\n";
  text += m.signed_converter ? signedModule(m, n.signed_converter)
                             : "// no signed converter: the model does not characterise it\n";
  return text;
}

}  // namespace

Format verilogA() {
  return {"verilog-a", ".va", "Verilog-A modules of cell and converters", write};
}

}  // namespace gaincell::exports
