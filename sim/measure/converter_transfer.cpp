// Analyses `transfer` and `energy` of the two converters.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "converter_runs.hpp"
#include "gaincell/design/conventions.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using cells::ConverterKind;
using netlist::Parameter;
using netlist::ParameterSet;

constexpr double kNearZero = 0.1;  // of the full scale: several sigma of the sign's threshold on gc28

/// Units of a transfer.
struct Scale {
  double charge = 0;  ///< C, one LSB
  double width = 0;   ///< s, one LSB
  int top = 0;        ///< LSB, full scale
  double full() const { return charge * top; }
};

Scale scaleOf(ConverterKind kind, const design::Design& design) {
  return {cells::lsbCharge(kind, design), design::pulseLsb(design), design::topPulse(design)};
}

struct Line {
  double slope = 0, offset = 0;  ///< LSB per LSB, LSB
  double inl = 0;                ///< LSB, largest residual
};

/// Least-squares line through (|charge|, width) in LSB.
Line fitLine(const std::vector<std::pair<double, double>>& points) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const auto& [x, y] : points) n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
  Line line;
  line.slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  line.offset = (sy - line.slope * sx) / n;
  for (const auto& [x, y] : points) line.inl = std::max(line.inl, std::fabs(y - line.offset - line.slope * x));
  return line;
}

struct Branch {
  Line line;
  double max_error = 0;                           ///< LSB against the ideal line, 0.05 .. 0.95 of full scale
  double saturated_min = 1e9, saturated_max = 0;  ///< s, above 1.03 of full scale
};

Branch branchOf(const std::vector<Operation>& operations, const Scale& scale, int sign) {
  Branch branch;
  std::vector<std::pair<double, double>> linear;
  for (const auto& op : operations) {
    const double x = sign * op.charge / scale.charge, y = op.pulse.width / scale.width, fraction = x / scale.top;
    if (fraction > 0.0499 && fraction < 0.9501) {
      linear.emplace_back(x, y);
      branch.max_error = std::max(branch.max_error, std::fabs(y - x));
    }
    if (fraction > 1.03) {
      branch.saturated_min = std::min(branch.saturated_min, op.pulse.width);
      branch.saturated_max = std::max(branch.saturated_max, op.pulse.width);
    }
  }
  branch.line = fitLine(linear);
  return branch;
}

void addBranchFigures(AnalysisResult& r, const Branch& b, const Scale& scale, const std::string& suffix,
                      const std::string& of) {
  const double slope = b.line.slope * scale.width / scale.charge;
  r.figures.push_back({"slope" + suffix, slope, "s/C", "width per charge, 0.05 to 0.95 of full scale" + of});
  r.figures.push_back({"gain" + suffix, b.line.slope, "", "slope over the ideal one" + of});
  r.figures.push_back(
      {"offset" + suffix, b.line.offset * scale.width, "s", "width of the fitted line at zero charge" + of});
  r.figures.push_back({"max_error_lsb" + suffix, b.max_error, "LSB",
                       "largest error against the ideal line, 0.05 to 0.95 of full scale" + of});
  r.figures.push_back({"inl_lsb" + suffix, b.line.inl, "LSB", "largest distance from the fitted line" + of});
  if (b.saturated_max <= 0) return;
  r.figures.push_back({"saturated_min" + suffix, b.saturated_min, "s", "smallest width above 1.03 of full scale" + of});
  r.figures.push_back({"saturated_max" + suffix, b.saturated_max, "s", "largest width above 1.03 of full scale" + of});
}

void addReluFigures(AnalysisResult& r, const std::vector<Operation>& operations, const Scale& scale) {
  addBranchFigures(r, branchOf(operations, scale, 1), scale, "", "");
  double pulses = 0, peak = 0;
  for (const auto& op : operations) {
    if (op.charge > 0) continue;
    pulses += op.pulse.count;
    peak = std::max(peak, op.pulse.peak);
  }
  r.figures.push_back({"negative_pulses", pulses, "", "pulses for zero and negative charges, all together"});
  r.figures.push_back({"negative_peak", peak, "V", "largest output voltage for zero and negative charges"});
}

void addSignedFigures(AnalysisResult& r, const std::vector<Operation>& operations, const Scale& scale) {
  const Branch plus = branchOf(operations, scale, 1), minus = branchOf(operations, scale, -1);
  addBranchFigures(r, plus, scale, "_plus", ", positive charge");
  addBranchFigures(r, minus, scale, "_minus", ", negative charge");
  const double full = scale.full();
  double zero = 0, wrong = 0, negative = -std::numeric_limits<double>::infinity(), positive = -negative;
  for (const auto& op : operations) {
    if (std::fabs(op.charge) < 1e-6 * full) zero = std::max(zero, op.pulse.width);
    if (std::fabs(op.charge) > 0.0199 * full && op.positive != (op.charge > 0)) wrong += 1;
    if (op.positive)
      positive = std::min(positive, op.charge);
    else
      negative = std::max(negative, op.charge);
  }
  r.figures.push_back({"max_error_lsb", std::max(plus.max_error, minus.max_error), "LSB",
                       "largest error against the ideal line, both signs"});
  r.figures.push_back({"slope_mismatch", plus.line.slope / minus.line.slope - 1, "",
                       "slope of positive over negative charge, minus 1"});
  r.figures.push_back({"zero_width", zero, "s", "width at zero charge"});
  r.figures.push_back({"wrong_signs", wrong, "", "wrong sign bits from 0.02 of full scale"});
  r.figures.push_back(
      {"sign_threshold_lsb", 0.5 * (positive + negative) / scale.charge, "LSB (charge)",
       "charge at which the sign bit turns: middle between the smallest charge read as positive and the "
       "largest read as negative (their distance: setting near_zero)"});
}

support::Table transferTable(const std::vector<Operation>& operations, ConverterKind kind, const Scale& scale) {
  support::Table t;
  t.columns = {"charge_C", "width_s", "error_LSB", "fit_residual_LSB", "pulses", "peak_V", "sign", "bit_line_V"};
  const Branch plus = branchOf(operations, scale, 1);
  const Branch minus = kind == ConverterKind::Signed ? branchOf(operations, scale, -1) : plus;
  for (const auto& op : operations) {
    const double x = op.charge / scale.charge, y = op.pulse.width / scale.width;
    const double magnitude = kind == ConverterKind::Signed ? std::fabs(x) : std::max(0.0, x);
    const double ideal = std::min(magnitude, static_cast<double>(scale.top));
    const Line& line = x < 0 ? minus.line : plus.line;
    const bool linear = magnitude > 0.0499 * scale.top && magnitude < 0.9501 * scale.top;
    const double sign = kind == ConverterKind::Relu ? 1 : (op.positive ? 1 : -1);
    t.addRow({op.charge, op.pulse.width, y - ideal, linear ? y - line.offset - line.slope * magnitude : std::nan(""),
              static_cast<double>(op.pulse.count), op.pulse.peak, sign, op.bit_line});
  }
  return t;
}

support::Table energyTable(const std::vector<Operation>& operations) {
  support::Table t;
  t.columns = {"charge_C", "total_J",       "supply_J",      "bias_J",        "reset_rail_J",
               "clocks_J", "reset_phase_J", "input_phase_J", "output_phase_J"};
  for (const auto& op : operations)
    t.addRow({op.charge, op.energy.total(), op.energy.supply, op.energy.bias, op.energy.rail, op.energy.clocks,
              op.phases[0], op.phases[1], op.phases[2]});
  return t;
}

/// The regular charges within the full scale: the marks of a sweep crowd at small charges and would weigh too much.
std::vector<Operation> regularOperations(const std::vector<Operation>& operations, double full, double limit,
                                         int points) {
  std::vector<Operation> out;
  for (int i = 0; i < points; ++i) {
    const double x = limit * (2.0 * i / (points - 1) - 1.0);
    if (std::fabs(x) > 1 + 1e-9) continue;
    const auto it = std::find_if(operations.begin(), operations.end(),
                                 [&](const Operation& op) { return std::fabs(op.charge - x * full) < 1e-9 * full; });
    if (it != operations.end()) out.push_back(*it);
  }
  return out;
}

void addEnergyFigures(AnalysisResult& r, const std::vector<Operation>& operations) {
  const double n = static_cast<double>(operations.size());
  const auto mean = [&](const std::function<double(const Operation&)>& value) {
    double sum = 0;
    for (const auto& op : operations) sum += value(op);
    return sum / n;
  };
  double largest = 0;
  for (const auto& op : operations) largest = std::max(largest, op.energy.total());
  r.figures.push_back({"energy_mean", mean([](const auto& op) { return op.energy.total(); }), "J",
                       "energy of one operation, mean over regular charges from -1 to 1 of full scale"});
  r.figures.push_back({"energy_max", largest, "J", "energy of one operation, the largest"});
  r.figures.push_back(
      {"energy_supply", mean([](const auto& op) { return op.energy.supply; }), "J", "energy from the supply, mean"});
  r.figures.push_back({"energy_bias", mean([](const auto& op) { return op.energy.bias; }), "J",
                       "energy of the reference current, mean"});
  r.figures.push_back({"energy_rail", mean([](const auto& op) { return op.energy.rail; }), "J",
                       "energy of the reset rail, mean: the charge it delivers times the supply"});
  r.figures.push_back({"energy_clocks", mean([](const auto& op) { return op.energy.clocks; }), "J",
                       "energy of the clocks, mean: the charge their drivers deliver times the supply"});
  const char* phases[] = {"reset", "input", "output"};
  for (std::size_t k = 0; k < 3; ++k)
    r.figures.push_back({fmt::format("energy_{}_phase", phases[k]), mean([k](const auto& op) { return op.phases[k]; }),
                         "J", fmt::format("energy in the {} phase, mean", phases[k])});
}

/// How far tighter tolerances move the pulses, LSB: the largest of a few charges. Nominal devices.
double numericalUncertainty(const AnalysisContext& context, ConverterKind kind, const Scale& scale,
                            const std::vector<Operation>& operations) {
  std::vector<double> charges;
  // Ends of the range that errors are judged in: tight runs take long.
  if (kind == ConverterKind::Signed)
    charges = {-0.95 * scale.full(), 0.95 * scale.full()};
  else
    charges = {0.05 * scale.full(), 0.95 * scale.full()};
  double worst = 0;
  for (const Operation& tight : runOperations(context, kind, charges, 12, true))
    for (const Operation& op : operations)
      if (std::fabs(op.charge - tight.charge) < 1e-9 * scale.full())
        worst = std::max(worst, std::fabs(op.pulse.width - tight.pulse.width) / scale.width);
  return worst;
}

AnalysisResult runTransfer(const AnalysisContext& context, ConverterKind kind) {
  const Scale scale = scaleOf(kind, context.design);
  std::vector<double> charges = sweepOfFullScale(context.settings.real("limit"), context.settings.integer("points"));
  const int fine = context.settings.integer("near_zero");
  for (int i = 0; i < fine; ++i) charges.push_back(kNearZero * ((2.0 * i + 1.0) / fine - 1.0));
  std::sort(charges.begin(), charges.end());
  for (double& q : charges) q *= scale.full();
  const auto operations = runOperations(context, kind, charges, context.settings.integer("per_run"));
  AnalysisResult r;
  if (kind == ConverterKind::Relu)
    addReluFigures(r, operations, scale);
  else
    addSignedFigures(r, operations, scale);
  if (context.settings.isChoice("uncertainty", "yes"))
    r.figures.push_back({"numerical_uncertainty_lsb", numericalUncertainty(context, kind, scale, operations), "LSB",
                         "largest change of a width at the ends of that range with reltol 1e-6 and steps of 20 ps"});
  const auto regular =
      regularOperations(operations, scale.full(), context.settings.real("limit"), context.settings.integer("points"));
  addEnergyFigures(r, regular);
  r.tables["transfer"] = transferTable(operations, kind, scale);
  r.tables["energy"] = energyTable(operations);
  return r;
}

AnalysisResult runEnergy(const AnalysisContext& context, ConverterKind kind) {
  const double full = scaleOf(kind, context.design).full(), limit = context.settings.real("limit");
  const int points = context.settings.integer("points");
  std::vector<double> charges;
  charges.reserve(static_cast<std::size_t>(points));
  for (int i = 0; i < points; ++i) charges.push_back(full * limit * (2.0 * i / (points - 1) - 1.0));
  const auto operations = runOperations(context, kind, charges, context.settings.integer("per_run"));
  AnalysisResult r;
  addEnergyFigures(r, operations);
  r.tables["energy"] = energyTable(operations);
  return r;
}

ParameterSet sweepSettings(double limit, int points) {
  return ParameterSet(
      {Parameter::real("limit", "", limit, 0.96, 10, "largest charge of the sweep in units of the full scale"),
       Parameter::integer("points", points, 3, 1001,
                          "charges from -limit to +limit; the transfer adds marks of its own"),
       Parameter::integer("per_run", 12, 1, 1000, "operations in one transient run")});
}

ParameterSet transferSettings() {
  ParameterSet set = sweepSettings(1.5, 25);
  set.declare({Parameter::oneOf("uncertainty", "no", {"yes", "no"},
                                "repeats a few charges with tight tolerances: the numerical uncertainty of widths")});
  set.declare({Parameter::integer("near_zero", 0, 0, 1000,
                                  "further charges within 0.1 of the full scale: resolves where the sign turns")});
  return set;
}

Analysis transferOf(ConverterKind kind, const char* name) {
  return {name, "transfer", "pulse width against charge, linearity, glitches and sign, with energies",
          [](const pdk::Pdk&) { return transferSettings(); },
          [kind](const AnalysisContext& context) { return runTransfer(context, kind); }};
}

Analysis energyOf(ConverterKind kind, const char* name) {
  return {name, "energy", "energy of one operation by source and phase",
          [](const pdk::Pdk&) { return sweepSettings(1.0, 9); },
          [kind](const AnalysisContext& context) { return runEnergy(context, kind); }};
}

}  // namespace

Analysis reluConverterTransfer() {
  return transferOf(ConverterKind::Relu, "relu-converter");
}
Analysis reluConverterEnergy() {
  return energyOf(ConverterKind::Relu, "relu-converter");
}
Analysis signedConverterTransfer() {
  return transferOf(ConverterKind::Signed, "signed-converter");
}
Analysis signedConverterEnergy() {
  return energyOf(ConverterKind::Signed, "signed-converter");
}

}  // namespace gaincell::sim
