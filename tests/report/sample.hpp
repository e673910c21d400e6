#pragma once
// A report with every kind of plot and text that could go wrong: long names, characters that mean something to HTML and
// to gnuplot. The curves are closed forms.

#include <cmath>

#include "gaincell/report/plots.hpp"
#include "gaincell/report/report.hpp"
#include "gaincell/report/schematic.hpp"
#include "gaincell/support/random.hpp"

namespace sample {

using namespace gaincell;

inline std::vector<double> steps(double from, double to, int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) out.push_back(from + (to - from) * i / (count - 1));
  return out;
}

inline report::Plot currentVoltage() {
  report::CurrentVoltage d;
  d.v = d.spread_v = steps(0, 0.9, 91);
  d.coefficients = {0.55e-6, -22.6e-6, -1.4e-6, -0.4e-6};
  for (const double v : d.v) {
    const double x = v - 0.45, i = 0.55e-6 - 22.6e-6 * x - 1.4e-6 * x * x - 0.4e-6 * x * x * x;
    d.i.push_back(i + 3e-8 * std::sin(20 * x));
    d.mean.push_back(i);
    d.low.push_back(i - 9e-7);
    d.high.push_back(i + 9e-7);
  }
  d.spread_label = "mean ± 3 sigma of 300 samples";
  return report::currentVoltagePlot(d);
}

inline report::Plot decay() {
  std::vector<report::Decay> decays;
  for (const double start : {0.0, 0.9}) {
    report::Decay d{{start > 0 ? "from 0.9 V" : "from 0 V", steps(0, 10e-3, 101), {}}, 5e-3, 0.45, start};
    for (const double t : d.trace.x) d.trace.y.push_back(0.45 + (start - 0.45) * std::exp(-t / 5e-3));
    decays.push_back(d);
  }
  return report::storageDecayPlot(decays);
}

inline report::Plot write() {
  std::vector<report::Trace> traces;
  for (int level = 0; level < 8; ++level) {
    report::Trace t{"level " + std::to_string(level), steps(0, 10e-9, 101), {}};
    for (const double x : t.x) t.y.push_back(0.9 * level / 7 * (1 - std::exp(-x / 1e-9)));
    traces.push_back(t);
  }
  return report::writeSettlingPlot(traces, 0.9 / 14);
}

inline report::Plot transfer() {
  report::Transfer d{"relu-transfer",
                     "ReLU converter: pulse width against charge",
                     steps(-0.45e-12, 0.45e-12, 61),
                     {},
                     {},
                     1e-9,
                     {},
                     0.15};
  for (const double q : d.charge) {
    d.ideal.push_back(std::min(15e-9, std::max(0.0, q / 20e-15 * 1e-9)));
    d.width.push_back(d.ideal.back() + (d.ideal.back() > 0 ? 2e-11 * std::sin(q * 4e13) : 0));
  }
  return report::transferPlot(d);
}

inline report::Plot scatter() {
  report::Scatter d{"scatter-s", "S: transistors against the behavioral model",
                    "S",         "fC",
                    "model",     "SPICE",
                    {},          {},
                    1e15,        "NRMSE 0.4 % of full scale"};
  for (std::uint64_t i = 0; i < 4096; ++i) {
    d.x.push_back(6e-13 * support::normalDraw({1, i, 1, 1}) / 3);
    d.y.push_back(d.x.back() + 4e-15 * support::normalDraw({1, i, 2, 1}));
  }
  return report::scatterPlot(d);
}

inline report::Plot distribution() {
  report::Distribution d{"mc-current", "Spread of the current of a stored 0 V", "current", "µA", {}, 1e6, 9e-6, 11e-6};
  for (std::uint64_t i = 0; i < 300; ++i) d.samples.push_back(9.93e-6 + 0.43e-6 * support::normalDraw({2, i, 1, 1}));
  return report::distributionPlot(d);
}

inline report::Plot waveforms() {
  report::WaveformGroup voltage{"bit line (mV)", 1e3, {{"column <0> & 'others'", steps(0, 40e-9, 5001), {}}}};
  for (const double t : voltage.traces[0].x)
    voltage.traces[0].y.push_back(0.1 * std::exp(-std::pow((t - 20e-9) / 8e-9, 2)));
  report::WaveformGroup pulse{"pulse (V)", 1, {{"phi", steps(0, 40e-9, 401), {}}}};
  for (const double t : pulse.traces[0].x) pulse.traces[0].y.push_back(t > 20e-9 && t < 32e-9 ? 0.9 : 0);
  return report::waveformPlot("chain", "One column of the chain", {voltage, pulse}, 1e9, "ns");
}

inline report::ReportData data() {
  report::ReportData d;
  d.title = "6T gain cell on gc28";
  d.what = {
      "A 6T gain cell keeps an analog weight as the charge of a capacitor and turns it into a current of either sign "
      "while its word line is high.",
      "Text with <tags>, \"quotes\" & ampersands stays text."};
  d.provenance.command = "gaincell flow --quick --out 'out/a & b'";
  d.provenance.pdk = "gc28";
  d.provenance.pdk_hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  d.provenance.simulator = "ngspice 39.3";
  d.provenance.seed = 1;
  d.provenance.corner = "tt";
  d.provenance.temp_c = 27;
  d.provenance.vdd_v = 0.9;
  d.provenance.date = "2026-01-31T12:00:00Z";
  const auto limit = [](const char* measure, const char* description, const char* unit, std::optional<double> min,
                        std::optional<double> max, std::optional<double> paper) {
    spec::Limit l;
    l.measure = measure;
    l.description = description;
    l.unit = unit;
    l.min = min;
    l.max = max;
    l.paper = paper;
    l.condition = "tt, 27 C, 0.9 V";
    l.source = "project target";
    return l;
  };
  d.verdicts =
      spec::evaluate({limit("cell.iv.i_low", "Bit-line current, 0 V stored", "A", 9e-6, 1.1e-5, 1e-5),
                      limit("cell.iv.i_high", "Bit-line current, supply voltage stored", "A", -1.1e-5, -9e-6, -1e-5),
                      limit("cell.iv.i_mid", "Bit-line current, zero-weight voltage stored", "A", -4e-7, 4e-7, {}),
                      limit("cell.write.settle_max", "Slowest write of all levels to half a level", "s", {}, 5e-9, {}),
                      limit("cell.retention.tau_low", "Storage time constant from 0 V", "s", 4e-3, 6e-3, 5e-3),
                      limit("cell.retention.tau_high", "Storage time constant from the supply", "s", 4e-3, 6e-3, 5e-3),
                      limit("fit.cubic.nrmse", "Cubic fit of I(V): NRMSE, of full scale", "", {}, 0.03, {})},
                     {{"cell.iv.i_low", 9.93e-6, "A"},
                      {"cell.iv.i_high", -9.8e-6, "A"},
                      {"cell.iv.i_mid", 5.5e-7, "A"},
                      {"cell.write.settle_max", 2.6e-9, "s"},
                      {"cell.retention.tau_low", 4.1e-3, "s"}},
                     {{"fit.cubic.nrmse", "not part of this run"}});
  d.checks = {{"The kept deck gives the same figures in ngspice -b", true, "largest relative difference 0"},
              {"Refitting the saved CSV gives the same coefficients", false, "largest relative difference 2e-3"}};
  report::Section circuit{.id = "circuit",
                          .title = "The circuit",
                          .text = {},
                          .figures = {},
                          .plots = {},
                          .drawings = {},
                          .tables = {},
                          .files = {},
                          .command = ""};
  circuit.drawings.push_back(
      {"schematic",
       "6T gain cell",
       "Sizes are width/length in micrometres.",
       "Write gate, storage capacitor, push-pull pair and read gate",
       "gaincell netlist gain-cell -o cell.sp",
       report::cellSchematic({"n_hvt 0.15/0.04", "p_hvt 0.15/0.04", "n_svt 0.10/0.20", "p_svt 0.31/0.20",
                              "n_svt 0.10/0.03", "p_svt 0.10/0.03", "8 fF", "0.9 V"}),
       {{"deck", "netlists/gain-cell.sp"}}});
  report::Section curves{.id = "curves",
                         .title = "Curves",
                         .text = {"All of them."},
                         .figures = {},
                         .plots = {},
                         .drawings = {},
                         .tables = {},
                         .files = {},
                         .command = "gaincell simulate gain-cell --analysis iv"};
  curves.figures = {{"cell.iv.i_low", "Current of a stored 0 V", 9.93e-6, "A", {}, "transient"},
                    {"cell.iv.unknown", "A figure without a limit", 2.04e-12, "m^2", 1e-12, ""},
                    {"cell.retention.tau_high", "Time constant from the supply", NAN, "s", {}, "did not converge"}};
  curves.plots = {currentVoltage(), decay(), write(), transfer(), scatter(), distribution(), waveforms(),
                  report::barPlot("area", "Area of a head", "area (mm²)",
                                  {{"ReLU converters", 0.759, 2, "0.759 mm², 46 %"},
                                   {"signed converters", 0.503, 3, ""},
                                   {"gain cells", 0.267, 0, ""},
                                   {"everything else", 0.05, 7, ""}}),
                  report::barPlot("latency", "Latency of a token", "seconds",
                                  {{"this chip", 65e-9, 0, "65 ns"},
                                   {"Nvidia RTX 4090", 22.37e-6, 1, "22.4 µs"},
                                   {"Nvidia Jetson Nano", 488.9e-6, 1, "489 µs"}},
                                  true),
                  // Long numbers along the axis.
                  report::waveformPlot("narrow", "Differences",
                                       {{"points", 1, {{"count", {-0.0085, 0.0, 0.0085}, {1, 4, 2}}}}}, 1, "pC"),
                  report::piePlot("energy", "Energy of a token", "energy (nJ)",
                                  {{"array 1, ReLU", 1.1, 0, "1.10 nJ, 18 %"},
                                   {"array 2, signed", 0.7, 1, "0.70 nJ, 12 %"},
                                   {"control, routing", 4, 7, ""}})};
  for (report::Plot& p : curves.plots) p.command = "gaincell simulate gain-cell --analysis " + p.id;
  curves.tables = {{"A table of text", {"what", "value"}, {{"a", "1"}, {"b < c", "2"}}}};
  d.sections = {circuit, curves};
  d.files = {{"model.json", "model.json"}, {"data", "data/"}};
  return d;
}

}  // namespace sample
