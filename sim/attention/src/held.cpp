#include "held.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gaincell/support/error.hpp"

namespace gaincell::attention {

namespace {

double poly(const std::vector<double>& c, double y) {
  double sum = 0;
  for (std::size_t k = c.size(); k-- > 0;) sum = sum * y + c[k];
  return sum;
}

/// Currents of cells written at several voltages, probed at several ages.
struct Probe {
  Probe(const HeldVoltages::Law& law, const std::vector<double>& c, double v_zero, double low, double high,
        double last) {
    constexpr int kVoltages = 32, kAges = 48;
    for (int n = 0; n <= kVoltages; ++n) voltage.push_back(low + (high - low) * n / kVoltages);
    for (int n = 0; n <= kAges; ++n) age.push_back(last * n / kAges);
    for (const double v : voltage)
      for (const double t : age) {
        current.push_back(poly(c, law(v, t) - v_zero));
        largest = std::max(largest, std::abs(current.back()));
      }
  }
  std::vector<double> voltage, age, current;  ///< current: [voltage][age]
  double largest = 0;
};

/// Largest error of the currents between the nodes, relative to the largest current.
double errorOf(const HeldVoltages& held, const HeldVoltages::Law& law, const std::vector<double>& ages, const Probe& p,
               const std::vector<double>& c, double v_zero) {
  double worst = 0;
  for (std::size_t n = 0; n < p.voltage.size(); ++n) {
    std::vector<double> at_node;
    at_node.reserve(ages.size());
    for (const double a : ages) at_node.push_back(poly(c, law(p.voltage[n], a) - v_zero));
    for (std::size_t t = 0; t < p.age.size(); ++t) {
      double sum = 0;
      for (std::size_t r = 0; r < ages.size(); ++r) sum += held.factor(r, p.age[t]) * at_node[r];
      worst = std::max(worst, std::abs(sum - p.current[n * p.age.size() + t]));
    }
  }
  return p.largest > 0 ? worst / p.largest : 0.0;
}

}  // namespace

HeldVoltages::HeldVoltages(Law law, const std::vector<double>& polynomial, double v_zero, double low, double high,
                           std::size_t window)
    : law_(std::move(law)), v_zero_(v_zero) {
  const Probe probe(law_, polynomial, v_zero, low, high, static_cast<double>(window - 1));
  double error = 0;
  for (std::size_t count = 1; count <= kMostNodes; count += std::max<std::size_t>(1, count / 4)) {
    place(count, window);
    error = errorOf(*this, law_, ages_, probe, polynomial, v_zero);
    if (error <= kError) {
      tabulate(low, high);
      return;
    }
  }
  throw support::Error("ATT-0036",
                       fmt::format("{} ages do not describe the leakage over a window of {} tokens: currents miss by "
                                   "{:.2g} of the largest",
                                   kMostNodes, window, error),
                       "attention settings", "choose a window in which cells lose less of what they store");
}

void HeldVoltages::place(std::size_t count, std::size_t window) {  // Chebyshev's: polynomials through them do not swing
  const double half = static_cast<double>(window - 1) / 2;
  ages_.clear();
  for (std::size_t r = 0; r < count; ++r)
    ages_.push_back(
        half * (1 - std::cos(std::numbers::pi * (2 * static_cast<double>(r) + 1) / (2 * static_cast<double>(count)))));
}

double HeldVoltages::factor(std::size_t node, double age) const {
  double product = 1;
  for (std::size_t r = 0; r < ages_.size(); ++r)
    if (r != node && ages_[r] != ages_[node]) product *= (age - ages_[r]) / (ages_[node] - ages_[r]);
  return product;
}

void HeldVoltages::tabulate(double low, double high) {
  constexpr std::size_t kSteps = 4096;
  const double margin = (high - low) / 16;  // writes miss their level, beyond the rails too
  first_ = low - margin;
  step_ = (high - low + 2 * margin) / static_cast<double>(kSteps);
  for (const double age : ages_) {
    std::vector<double> column;
    column.reserve(kSteps + 1);
    for (std::size_t n = 0; n <= kSteps; ++n) column.push_back(law_(first_ + step_ * static_cast<double>(n), age));
    table_.push_back(std::move(column));
  }
}

double HeldVoltages::deviation(std::size_t node, double y) const {
  const double v = y + v_zero_, place = (v - first_) / step_;
  const std::vector<double>& column = table_[node];
  if (!(place >= 0 && place < static_cast<double>(column.size() - 1))) return law_(v, ages_[node]) - v_zero_;
  const auto n = static_cast<std::size_t>(place);
  return column[n] + (place - static_cast<double>(n)) * (column[n + 1] - column[n]) - v_zero_;
}

}  // namespace gaincell::attention
