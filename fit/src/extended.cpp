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
  std::size_t size() const {
    return static_cast<std::size_t>(current + 1) + static_cast<std::size_t>(edge + 1) +
           static_cast<std::size_t>(conductance + 1) + static_cast<std::size_t>(slope + 1);
  }
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
  sorted.reserve(data.size());
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
  if (data.empty()) return false;
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

/// Greedy: of all one-step enlargements of `terms` takes the one that helps most, until none helps enough.
Form grownForm(Form best, const Judge& judge, const std::vector<int Form::*>& terms, const ExtendedOptions& options) {
  const Form most{options.max_order, options.max_edge_order, options.max_conductance_order, options.max_slope_order};
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
    for (int Form::*order : terms) {
      // Steps of one and of two orders, as an odd function gains nothing from the next even order alone.
      consider(order, best.*order + 1);
      consider(order, best.*order + 2);
      // A conductance that is large at both rails and small between gains nothing below its second order, one that
      // changes at the rails only may gain nothing below its third.
      if (order == &Form::conductance && best.*order < 0) consider(order, 2);
      if (order == &Form::slope && best.*order < 1) consider(order, 3);
    }
    grew = next_error < error * (1 - options.min_benefit);
    if (grew) best = next, error = next_error;
  }
  return best;
}

/// The pulses with the bit line at `reference`, where only current and edge charge count; all when there are none.
std::vector<Pulse> atReference(const std::vector<Pulse>& data, double reference) {
  std::vector<Pulse> out;
  for (const Pulse& p : data)
    if (std::fabs(p.v_bit_line - reference) < 1e-6) out.push_back(p);
  std::set<double> voltages;
  for (const Pulse& p : out) voltages.insert(p.v_storage);
  return voltages.size() >= 6 && varies(out, &Pulse::width) ? out : data;
}

Form formOf(const model::ExtendedCell& cell, bool bit_line) {
  const auto order = [](const std::vector<double>& c) { return static_cast<int>(c.size()) - 1; };
  Form f{order(cell.current_uA), order(cell.edge_charge_fC), -1, -1};
  if (!bit_line) return f;
  f.conductance = order(cell.conductance_uS);
  if (cell.conductance_slope) f.slope = order(cell.conductance_slope->slope_uS_per_V);
  return f;
}

/// What a term is worth: the error without it and with it, by `judge`.
model::ExtendedTerm worth(const char* name, const Judge& judge, const Form& best, int Form::*order, int without,
                          int offered) {
  const bool kept = best.*order > without;
  // The share range of the file ends at 10; a form the data cannot determine shows as that.
  const auto judged = [&](int to) { return std::min(judge(with(best, order, to)), 10.0); };
  return {name, kept ? judged(without) : judged(best.*order), kept ? judged(best.*order) : judged(offered), kept};
}

}  // namespace

ExtendedFit fitExtended(const std::vector<Pulse>& data, double v_zero, double reference,
                        const ExtendedOptions& options) {
  if (data.empty() || !varies(data, &Pulse::width))
    throw Error(kOneWidth, "all pulses have the same width: the charge per pulse edge cannot be told from the current",
                "", "give charges for at least two pulse widths");
  double most = 0;
  for (const Pulse& p : data) most = std::max(most, std::fabs(p.charge));
  const bool bit_line = varies(data, &Pulse::v_bit_line);
  const auto judgeOn = [&](const std::vector<Pulse>& pulses) -> Judge {
    return [&pulses, fold = folds(pulses, options.folds), &options, v_zero, reference, most](const Form& f) {
      return crossValidated(pulses, fold, options.folds, f, v_zero, reference, most);
    };
  };
  // Current and edge charge are chosen where they alone count: among pulses at other bit lines, whose errors are
  // larger, a charge per edge of half an LSB per column would not be seen.
  const std::vector<Pulse> middle = atReference(data, reference);
  const Judge judge = judgeOn(data), judge_middle = judgeOn(middle);
  Form best = options.like ? formOf(*options.like, bit_line)
                           : grownForm({}, judge_middle, {&Form::current, &Form::edge}, options);
  const Form plain{best.current, best.edge, -1, -1};
  if (bit_line && !options.like) best = grownForm(best, judge, {&Form::conductance, &Form::slope}, options);
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
  ExtendedFit result{{}, leastSquares(design, charge, "extended form", Robust::Auto)};
  const Regression& fit = result.regression;
  model::ExtendedCell& out = result.cell;
  model::ExtendedErrors& errors = out.standard_errors.emplace();
  std::size_t next = 0;
  const auto take = [&](std::vector<double>& to, std::vector<double>& sigma, int order, double unit) {
    for (int k = 0; k <= order; ++k, ++next) {
      to.push_back(fit.coefficients[next] * unit);
      sigma.push_back(std::sqrt(fit.covariance[next][next]) * unit);
    }
  };
  take(out.current_uA, errors.current_uA, best.current, 1e6);
  take(out.edge_charge_fC, errors.edge_charge_fC, best.edge, 1e15);
  take(out.conductance_uS, errors.conductance_uS, best.conductance, 1e6);
  if (best.slope >= 0) take(out.conductance_slope.emplace().slope_uS_per_V, errors.slope_uS_per_V, best.slope, 1e6);
  out.bit_line_reference_V = reference;
  out.nrmse = error;
  out.nrmse_fit = fit.rms() / most;
  out.terms = {worth("order", judge_middle, plain, &Form::current, 3, 5),
               worth("edge_charge", judge_middle, plain, &Form::edge, -1, 1)};
  if (bit_line) {
    out.terms.push_back(worth("bit_line_conductance", judge, best, &Form::conductance, -1, 2));
    out.terms.push_back(worth("conductance_slope", judge, best, &Form::slope, -1, 1));
  }
  return result;
}

}  // namespace gaincell::fit
