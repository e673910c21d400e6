// Several conditions in one model: a section per condition, and a law of temperature over each corner and supply.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "belonging.hpp"
#include "faults.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/fit/retention.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;

namespace {

/// The temperatures of the nominal section are joined by those of the grid at its corner and supply. The other sections
/// need no such list: each holds one temperature, and model::at goes along them.
void addGridTemperatures(model::Model& m) {
  if (!m.retention) return;
  std::vector<model::RetentionAtTemperature> all = {model::asTemperature(*m.retention, m.conditions.temp_c)};
  for (model::Section& s : m.grid) {
    if (!s.retention) continue;
    s.retention->temperatures.clear();
    if (s.conditions.corner == m.conditions.corner && s.conditions.vdd_v == m.conditions.vdd_v)
      all.push_back(model::asTemperature(*s.retention, s.conditions.temp_c));
  }
  joinTemperatures(m.retention->temperatures, all);
}

std::string nameOf(const model::Conditions& c) {
  return fmt::format("{} {} C {} V", c.corner, c.temp_c, c.vdd_v);
}

/// What a designer wants to know of a corner before using it.
void warnPoorCorner(const model::Section& nominal, const model::Section& point, std::vector<std::string>& warnings) {
  if (!nominal.retention || !point.retention) return;
  const auto shortest = [](const model::Retention& r) { return std::min(r.tau_s.low, r.tau_s.high); };
  const double ratio = shortest(*point.retention) / shortest(*nominal.retention);
  if (ratio < 0.2)
    warnings.push_back(fmt::format("{}: poor corner, storage lasts {:.2g} of the nominal time constant",
                                   nameOf(point.conditions), ratio));
}

std::string placeOf(const Inputs& in) {
  return in.source.empty() ? nameOf(in.conditions) : in.source;
}

bool sameConditions(const model::Conditions& a, const model::Conditions& b) {
  return a.corner == b.corner && std::fabs(a.temp_c - b.temp_c) < 0.01 && std::fabs(a.vdd_v - b.vdd_v) < 1e-6;
}

/// One model is of one design on one process, each condition once.
void requireOneDesign(const std::vector<Inputs>& all) {
  const auto refuse = [](const Inputs& a, const Inputs& b, const std::string& why) {
    throw Error(kWrongGrid, fmt::format("{} and {} make no grid: {}", placeOf(a), placeOf(b), why), placeOf(b),
                "one model holds one design on one process, each condition once");
  };
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      Belonging a = belongingOf(all[j]), b = belongingOf(all[i]);
      for (Belonging* of : {&a, &b}) of->corner.reset(), of->temp_c.reset(), of->vdd_v.reset();
      if (const std::string d = firstDifference(a, b); !d.empty()) refuse(all[j], all[i], d);
      if (sameConditions(all[j].conditions, all[i].conditions))
        refuse(all[j], all[i], "both are of " + nameOf(all[i].conditions));
      if (a.design.has_value() != b.design.has_value() || designUnstated(all[i]) || designUnstated(all[j]))
        refuse(all[j], all[i], placeOf(b.design ? all[j] : all[i]) + " does not say of which design it is");
    }
}

}  // namespace

FitResult fitGrid(const std::vector<Inputs>& inputs, const Options& options) {
  if (inputs.empty()) throw Error(kNoCellData, "no data to fit", "", "give at least one folder");
  requireOneDesign(inputs);
  FitResult out = fitModel(inputs.front(), options);
  model::Model& m = out.model;
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const model::Conditions& c = inputs[i].conditions;
    Options there = options;
    there.extended_like = m.cell.extended;
    // Coefficients of all points are about the same share of the supply, as the stored levels are.
    there.v_zero = options.v_zero * c.vdd_v / m.conditions.vdd_v;
    there.bit_line_reference = options.bit_line_reference * c.vdd_v / m.conditions.vdd_v;
    FitResult point = fitModel(inputs[i], there);
    const std::string name = nameOf(c);
    for (const auto& w : point.report.warnings) out.report.warnings.push_back(name + ": " + w);
    warnPoorCorner(m, point.model, out.report.warnings);
    for (const auto& f : point.report.files) out.report.files.push_back(f);
    for (Parameter p : point.report.parameters) {
      p.name = name + ": " + p.name;
      out.report.parameters.push_back(std::move(p));
    }
    m.validity.temp_c = {std::min(m.validity.temp_c[0], c.temp_c), std::max(m.validity.temp_c[1], c.temp_c)};
    m.validity.vdd_V = {std::min(m.validity.vdd_V[0], c.vdd_v), std::max(m.validity.vdd_V[1], c.vdd_v)};
    m.grid.push_back(static_cast<const model::Section&>(point.model));
  }
  addGridTemperatures(m);
  m.validity.notes = out.report.warnings;
  model::check(m);
  return out;
}

}  // namespace gaincell::fit
