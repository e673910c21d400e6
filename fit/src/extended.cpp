#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "faults.hpp"
#include "gaincell/fit/cell.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;

namespace {

/// Orders of the three polynomials; -1: the term is absent.
struct Form {
  int current = 3, edge = -1, conductance = -1;
  std::size_t size() const { return static_cast<std::size_t>(current + edge + conductance + 3); }
};

void addRow(std::vector<double>& x, const Pulse& p, const Form& form, double v_zero, double reference) {
  const double y = p.v_storage - v_zero;
  const auto powers = [&](int order, double factor) {
    for (int k = 0; k <= order; ++k, factor *= y) x.push_back(factor);
  };
  powers(form.current, p.width);
  powers(form.edge, 1);
  powers(form.conductance, -(p.v_bit_line - reference) * p.width);
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
  const auto judge = [&](const Form& f) {
    return crossValidated(data, fold, options.folds, f, v_zero, reference, most);
  };

  // Greedy: of all one-step enlargements take the one that helps most, until none helps enough. Steps of one and of two
  // orders, as an odd function gains nothing from the next even order alone.
  Form best;
  if (options.like) {
    const auto order = [](const std::vector<double>& c) { return static_cast<int>(c.size()) - 1; };
    best = {order(options.like->current_uA), order(options.like->edge_charge_fC), order(options.like->conductance_uS)};
    if (!bit_line) best.conductance = -1;
  }
  double error = judge(best);
  for (bool grew = !options.like; grew;) {
    grew = false;
    Form next = best;
    double next_error = error;
    const auto consider = [&](Form f) {
      if (f.current > options.max_order || f.edge > options.max_edge_order ||
          f.conductance > options.max_conductance_order)
        return;
      const double e = judge(f);
      if (e < next_error) next = f, next_error = e;
    };
    for (const int step : {1, 2}) {
      consider({best.current + step, best.edge, best.conductance});
      consider({best.current, best.edge + step, best.conductance});
      if (bit_line) consider({best.current, best.edge, best.conductance + step});
    }
    // A conductance that is large at both rails and small between gains nothing below its second order.
    if (bit_line && best.conductance < 0) consider({best.current, best.edge, 2});
    if (next_error < error * (1 - options.min_benefit) && error > 1e-12) best = next, error = next_error, grew = true;
  }
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
  out.bit_line_reference_V = reference;
  out.nrmse = error;
  out.nrmse_fit = fit.rms() / most;

  const auto benefit = [&](const char* name, bool kept, const Form& without, const Form& with) {
    // The share range of the file ends at 10; a form the data cannot determine shows as that.
    out.terms.push_back(
        {name, std::min(kept ? judge(without) : error, 10.0), std::min(kept ? error : judge(with), 10.0), kept});
  };
  benefit("order", best.current > 3, {3, best.edge, best.conductance}, {5, best.edge, best.conductance});
  benefit("edge_charge", best.edge >= 0, {best.current, -1, best.conductance}, {best.current, 1, best.conductance});
  if (bit_line)
    benefit("bit_line_conductance", best.conductance >= 0, {best.current, best.edge, -1}, {best.current, best.edge, 2});
  return out;
}

}  // namespace gaincell::fit
