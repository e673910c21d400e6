#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "faults.hpp"
#include "gaincell/fit/cell.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;

namespace {

/// Orders of the four polynomials; -1: the term is absent.
struct Form {
  int current = 3, edge = -1, conductance = -1, slope = -1;
  std::size_t size() const { return static_cast<std::size_t>(current + edge + conductance + slope + 4); }
};

void addRow(std::vector<double>& x, const Pulse& p, const Form& form, double v_zero, double reference) {
  const double y = p.v_storage - v_zero;
  const auto powers = [&](int order, double factor) {
    for (int k = 0; k <= order; ++k, factor *= y) x.push_back(factor);
  };
  powers(form.current, p.width);
  powers(form.edge, 1);
  const double d = p.v_bit_line - reference;
  powers(form.conductance, -d * p.width);
  powers(form.slope, -d * d * p.width);
}

/// Fold of each pulse: neighbours in voltage go to different folds, the end voltages to none (-1). Voltages closer than
/// a hundredth of the range are one (a written level differs a little from pulse to pulse).
std::vector<int> folds(const std::vector<Pulse>& data, int count) {
  std::vector<double> sorted;
  for (const Pulse& p : data) sorted.push_back(p.v_storage);
  std::sort(sorted.begin(), sorted.end());
  const double gap = 0.01 * (sorted.back() - sorted.front());
  std::map<double, int> index;
  int level = -1;
  double last = -HUGE_VAL;
  for (const double v : sorted) {
    if (v - last > gap) ++level;
    index[v] = level;
    last = v;
  }
  std::vector<int> out;
  for (const Pulse& p : data) {
    const int n = index[p.v_storage];
    out.push_back(n == 0 || n == level ? -1 : n % count);
  }
  return out;
}

/// rms error on charges the fit has not seen, over the largest |charge|; infinity when a fold does not determine the
/// form.
double crossValidated(const std::vector<Pulse>& data, const std::vector<int>& fold, int count, const Form& form,
                      double v_zero, double reference, double most) {
  double sum = 0;
  std::size_t n = 0;
  for (int f = 0; f < count; ++f) {
    Design train{form.size(), {}};
    std::vector<double> y;
    for (std::size_t i = 0; i < data.size(); ++i)
      if (fold[i] != f) {
        addRow(train.x, data[i], form, v_zero, reference);
        y.push_back(data[i].charge);
      }
    if (y.size() == data.size()) continue;
    try {
      const auto beta = leastSquares(train, y, "extended form", Robust::No).coefficients;
      for (std::size_t i = 0; i < data.size(); ++i) {
        if (fold[i] != f) continue;
        std::vector<double> row;
        addRow(row, data[i], form, v_zero, reference);
        double q = 0;
        for (std::size_t k = 0; k < row.size(); ++k) q += row[k] * beta[k];
        sum += (q - data[i].charge) * (q - data[i].charge);
        ++n;
      }
    } catch (const Error&) {
      return HUGE_VAL;  // too few data for this form
    }
  }
  return n ? std::sqrt(sum / static_cast<double>(n)) / most : HUGE_VAL;
}

bool varies(const std::vector<Pulse>& data, double Pulse::*member) {
  const auto [low, high] = std::minmax_element(data.begin(), data.end(),
                                               [&](const Pulse& a, const Pulse& b) { return a.*member < b.*member; });
  return (*high).*member - (*low).*member > 1e-9 * std::fabs((*high).*member);
}

/// The cross-validated error of a form on some data.
using Judge = std::function<double(const Form&)>;

Form with(Form f, int Form::*order, int to) {
  f.*order = to;
  return f;
}

/// Greedy: of all one-step enlargements takes the one that helps most, until none helps enough.
Form grownForm(const Judge& judge, bool bit_line, const ExtendedOptions& options) {
  const Form most{options.max_order, options.max_edge_order, options.max_conductance_order, options.max_slope_order};
  std::vector<int Form::*> terms = {&Form::current, &Form::edge};
  if (bit_line) terms.insert(terms.end(), {&Form::conductance, &Form::slope});
  Form best;
  double error = judge(best);
  for (bool grew = true; grew && error > 1e-12;) {
    Form next = best;
    double next_error = error;
    const auto consider = [&](int Form::*order, int to) {
      if (to > most.*order) return;
      const Form f = with(best, order, to);
      const double e = judge(f);
      if (e < next_error) next = f, next_error = e;
    };
    // Steps of one and of two orders, as an odd function gains nothing from the next even order alone.
    for (const int step : {1, 2})
      for (int Form::*order : terms) consider(order, best.*order + step);
    // A conductance that is large at both rails and small between gains nothing below its second order, one that
    // changes at the rails only may gain nothing below its third.
    if (bit_line && best.conductance < 0) consider(&Form::conductance, 2);
    if (bit_line && best.slope < 1) consider(&Form::slope, 3);
    grew = next_error < error * (1 - options.min_benefit);
    if (grew) best = next, error = next_error;
  }
  return best;
}

Form formOf(const model::ExtendedCell& cell, bool bit_line) {
  const auto order = [](const std::vector<double>& c) { return static_cast<int>(c.size()) - 1; };
  Form f{order(cell.current_uA), order(cell.edge_charge_fC), -1, -1};
  if (!bit_line) return f;
  f.conductance = order(cell.conductance_uS);
  if (cell.conductance_slope) f.slope = order(cell.conductance_slope->slope_uS_per_V);
  return f;
}

/// What each term is worth: the error without it and with it.
std::vector<model::ExtendedTerm> worth(const Form& best, double error, const Judge& judge, bool bit_line) {
  std::vector<model::ExtendedTerm> out;
  // The share range of the file ends at 10; a form the data cannot determine shows as that.
  const auto judged = [&](const Form& f) { return std::min(judge(f), 10.0); };
  const auto offer = [&](const char* name, int Form::*order, int without, int offered) {
    if (best.*order > without)
      out.push_back({name, judged(with(best, order, without)), std::min(error, 10.0), true});
    else
      out.push_back({name, std::min(error, 10.0), judged(with(best, order, offered)), false});
  };
  offer("order", &Form::current, 3, 5);
  offer("edge_charge", &Form::edge, -1, 1);
  if (!bit_line) return out;
  offer("bit_line_conductance", &Form::conductance, -1, 2);
  offer("conductance_slope", &Form::slope, -1, 1);
  return out;
}

}  // namespace

model::ExtendedCell fitExtended(const std::vector<Pulse>& data, double v_zero, double reference,
                                const ExtendedOptions& options) {
  if (data.empty() || !varies(data, &Pulse::width))
    throw Error(kOneWidth, "all pulses have the same width: the charge per pulse edge cannot be told from the current",
                "", "give charges for at least two pulse widths");
  double most = 0;
  for (const Pulse& p : data) most = std::max(most, std::fabs(p.charge));
  const bool bit_line = varies(data, &Pulse::v_bit_line);
  const std::vector<int> fold = folds(data, options.folds);
  const Judge judge = [&](const Form& f) {
    return crossValidated(data, fold, options.folds, f, v_zero, reference, most);
  };
  const Form best = options.like ? formOf(*options.like, bit_line) : grownForm(judge, bit_line, options);
  const double error = judge(best);
  if (!std::isfinite(error))
    throw Error(kTooFewData, "too few voltages and widths for the extended form", "",
                "give at least 6 stored voltages at 2 widths");

  Design design{best.size(), {}};
  std::vector<double> charge;
  for (const Pulse& p : data) {
    addRow(design.x, p, best, v_zero, reference);
    charge.push_back(p.charge);
  }
  const Regression fit = leastSquares(design, charge, "extended form", Robust::Auto);
  model::ExtendedCell out;
  auto next = fit.coefficients.begin();
  const auto take = [&](std::vector<double>& to, int order, double unit) {
    for (int k = 0; k <= order; ++k) to.push_back(*next++ * unit);
  };
  take(out.current_uA, best.current, 1e6);
  take(out.edge_charge_fC, best.edge, 1e15);
  take(out.conductance_uS, best.conductance, 1e6);
  if (best.slope >= 0) take(out.conductance_slope.emplace().slope_uS_per_V, best.slope, 1e6);
  out.bit_line_reference_V = reference;
  out.nrmse = error;
  out.nrmse_fit = fit.rms() / most;
  out.terms = worth(best, error, judge, bit_line);
  return out;
}

}  // namespace gaincell::fit
