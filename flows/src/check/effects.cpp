#include "effects.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gaincell/cells/converter.hpp"
#include "gaincell/model/evaluate.hpp"

namespace gaincell::flows {

namespace {

double polynomial(const std::vector<double>& c, double y) {
  double sum = 0;
  for (auto it = c.rbegin(); it != c.rend(); ++it) sum = sum * y + *it;
  return sum;
}

struct Switch {
  const char* name;
  bool Effects::*on;
  bool there;
};

std::vector<Switch> switches(const model::Model& m, const KnownEffects& known) {
  const auto& e = m.cell.extended;
  return {{"storage coupling", &Effects::storage_coupling, m.cell.storage_coupling.has_value()},
          {"higher order", &Effects::higher_order, e.has_value()},
          {"pulse-edge charge", &Effects::edge_charge, e && !e->edge_charge_fC.empty()},
          {"bit-line conductance", &Effects::conductance, e && !e->conductance_uS.empty()},
          {"wire drop", &Effects::wire_drop, e && !e->conductance_uS.empty()},
          {"leakage", &Effects::leakage, m.retention.has_value()},
          {"write error", &Effects::write_error, known.write_error},
          {"mismatch", &Effects::mismatch, known.mismatch},
          {"converter line", &Effects::converter_line, true},
          {"converter INL", &Effects::converter_inl, true},
          {"quantization", &Effects::quantization, true}};
}

constexpr const char* kPlainName = "cubic";

/// tanh(s x) / s with s^2 given, also where it is negative.
double tanhOver(double s_squared, double x) {
  const double s = std::sqrt(std::fabs(s_squared));
  if (s * x < 1e-6) return x;
  return (s_squared > 0 ? std::tanh(s * x) : std::tan(s * x)) / s;
}

/// Cells that are on together.
struct Sources {
  double current = 0, conductance = 0, slope = 0;  ///< A, S, S/V
};

/// Charge (C) of a line of capacitance c (0: held) through `t` seconds of these cells; `v` is its distance from the
/// reference and moves along. Solves c dv/dt = b - g v - h v^2: w = 2 h v + g has c dw/dt = (s^2 - w^2) / 2 with
/// s^2 = g^2 + 4 h b.
double integrate(const Sources& on, double c, double t, double& v) {
  if (!(c > 0)) return on.current * t;
  const double now = on.current - (on.conductance + on.slope * v) * v, w = 2 * on.slope * v + on.conductance;
  const double root = tanhOver(on.conductance * on.conductance + 4 * on.slope * on.current, t / (2 * c));
  const double dv = 2 * root * now / (1 + w * root);
  v += dv;
  return c * dv;
}

}  // namespace

std::vector<ModelForm> modelForms(const model::Model& m, const KnownEffects& known) {
  std::vector<ModelForm> forms;
  Effects on;
  const auto all = switches(m, known);
  if (m.cell.storage_coupling) forms.push_back({"static cubic", on, false});
  bool plain = !m.cell.storage_coupling.has_value();
  if (plain) forms.push_back({kPlainName, on, false});
  for (const auto& s : all) {
    if (!s.there) continue;
    on.*s.on = true;
    forms.push_back({plain ? s.name : kPlainName, on, false});
    plain = true;
  }
  for (const auto& s : all) {
    if (!s.there) continue;
    Effects without = on;
    without.*s.on = false;
    // The extended polynomial was fitted to pulses and has the coupling in it; INL is about its line.
    if (s.on == &Effects::storage_coupling && m.cell.extended) continue;
    if (s.on == &Effects::converter_line) without.converter_inl = false;
    forms.push_back({s.name, without, true});
  }
  return forms;
}

std::size_t plainForm(const std::vector<ModelForm>& forms) {
  for (std::size_t f = 0; f < forms.size(); ++f)
    if (forms[f].name == kPlainName && !forms[f].leave_out) return f;
  return 0;
}

std::size_t fullForm(const std::vector<ModelForm>& forms) {
  std::size_t full = 0;
  for (std::size_t f = 0; f < forms.size(); ++f)
    if (!forms[f].leave_out) full = f;
  return full;
}

BehavioralTile::CellState BehavioralTile::cell(const Effects& on, const ModelArray& array, std::size_t row,
                                               std::size_t column) const {
  double v = (on.write_error && !array.stored.empty() ? array.stored : array.wanted)[row][column];
  if (on.leakage && model_.retention) v = model::decayed(*model_.retention, v, array.hold);
  const model::Cell& c = model_.cell;
  double y = v - c.v_zero_V;
  CellState state;
  if (on.higher_order) {
    state.current = 1e-6 * polynomial(c.extended->current_uA, y);
  } else {
    // The file's cubic is that of pulses: its static ancestor is read where the coupling has not moved the node.
    if (!on.storage_coupling && c.storage_coupling) y /= 1 + *c.storage_coupling;
    state.current = model::current(c, c.v_zero_V + y);
  }
  if (on.edge_charge) state.edge = 1e-15 * polynomial(c.extended->edge_charge_fC, y);
  if (on.conductance || on.wire_drop) {
    state.conductance = 1e-6 * polynomial(c.extended->conductance_uS, y);
    if (c.extended->conductance_slope)
      state.conductance_slope = 1e-6 * polynomial(c.extended->conductance_slope->slope_uS_per_V, y);
  }
  if (on.mismatch && !array.deviation.empty()) {
    const CellDeviation& d = array.deviation[row][column];
    state.current += polynomial(on.higher_order ? d.extended : d.cubic, y);
  }
  return state;
}

double BehavioralTile::charge(const Effects& on, const ModelArray& array, std::size_t column,
                              const std::vector<double>& widths, BitLine end) const {
  std::vector<std::pair<double, std::size_t>> by_width;
  std::vector<CellState> cells(widths.size());
  double total = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (!(widths[i] > 0)) continue;
    cells[i] = cell(on, array, i, column);
    total += cells[i].edge;
    by_width.emplace_back(widths[i], i);
  }
  std::sort(by_width.begin(), by_width.end());
  const double c = end == BitLine::Integrating && on.conductance ? array.line_capacitance : 0;
  double v = 0, before = 0;
  // All pulses begin together: between two endings the same cells are on.
  for (std::size_t first = 0; first < by_width.size(); ++first) {
    const double dt = by_width[first].first - before;
    before = by_width[first].first;
    if (!(dt > 0)) continue;
    std::vector<char> active(widths.size(), 0);
    Sources sources;
    for (std::size_t k = first; k < by_width.size(); ++k) {
      const std::size_t i = by_width[k].second;
      active[i] = 1;
      sources.current += cells[i].current;
      if (!on.conductance) continue;
      sources.conductance += cells[i].conductance;
      sources.slope += cells[i].conductance_slope;
    }
    if (on.wire_drop) {
      // Row 0 is nearest the end of the line; element i carries the current of all rows from i on.
      double drop = 0, beyond = sources.current;
      for (std::size_t i = 0; i < widths.size(); ++i) {
        drop += array.wire_r * beyond;
        if (!active[i]) continue;
        beyond -= cells[i].current;
        sources.current -= (cells[i].conductance + cells[i].conductance_slope * drop) * drop;
      }
    }
    total += integrate(sources, c, dt, v);
  }
  return total;
}

std::vector<double> BehavioralTile::powers(const ModelArray& array, std::size_t column,
                                           const std::vector<double>& widths) const {
  std::vector<double> sums(4, 0.0);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    double term = widths[i];
    for (double& sum : sums) {
      sum += term;
      term *= array.wanted[i][column] - model_.cell.v_zero_V;
    }
  }
  return sums;
}

double BehavioralTile::cellCharge(const Effects& on, const ModelArray& array, std::size_t row, std::size_t column,
                                  double width) const {
  if (!(width > 0)) return 0;
  const CellState state = cell(on, array, row, column);
  return state.edge + state.current * width;
}

double BehavioralTile::phi(const Effects& on, double charge) const {
  if (!on.converter_line) return top_ * std::clamp(charge / full_relu_, 0.0, 1.0);
  if (on.converter_inl) return model::pulseWidth(*model_.relu_converter, charge);
  model::Converter line = *model_.relu_converter;
  line.inl = {};
  return model::pulseWidth(line, charge);
}

double BehavioralTile::output(const Effects& on, double charge) const {
  if (!on.converter_line) return top_ * std::clamp(charge / full_signed_, -1.0, 1.0);
  if (on.converter_inl) return model::pulseWidth(*model_.signed_converter, charge);
  model::SignedConverter line = *model_.signed_converter;
  line.positive.inl = {};
  return model::pulseWidth(line, charge);
}

}  // namespace gaincell::flows
