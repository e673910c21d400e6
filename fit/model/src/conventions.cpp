#include "gaincell/model/conventions.hpp"

#include "faults.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::model {

using support::Error;

namespace {

template <class Values>
void turn(Values& values) {
  for (double& x : values) x = x == 0 ? x : -x;  // no minus zero: it would show as a difference
}

/// The distribution of -x. asinh is odd: johnson-su only mirrors its place and its skew; a logarithm has no mirror
/// image, but deviations about zero never have one.
void turnDistribution(JointDistribution& d) {
  std::vector<double> sign(d.names.size(), -1.0);
  for (std::size_t i = 0; i < d.names.size(); ++i) {
    Transform& t = d.transforms[i];
    if (t.kind == "log") {
      sign[i] = 1;
      continue;
    }
    t.xi = t.xi == 0 ? t.xi : -t.xi;
    t.gamma = t.gamma == 0 ? t.gamma : -t.gamma;
    d.mean[i] = d.mean[i] == 0 ? d.mean[i] : -d.mean[i];
  }
  for (std::size_t i = 0; i < d.names.size(); ++i)
    for (std::size_t j = 0; j < d.names.size(); ++j)
      if (sign[i] != sign[j] && d.covariance[i][j] != 0) d.covariance[i][j] = -d.covariance[i][j];
}

}  // namespace

const Conventions& requireConventions(const Model& model) {
  if (model.conventions) return *model.conventions;
  throw Error(
      kNoConventions,
      "the model does not state the conventions of its hardware: what a value is stored as, which charge counts "
      "positive, full scales and pulses",
      "$.conventions",
      "fit it again from tables of a design (gaincell fit --run DIR), or add those of a design: gaincell model "
      "conventions FILE --design NAME -o NEW");
}

double storedVoltage(const Conventions& c, double vdd, double weight) {
  const double share = (weight - c.weights[0]) / (c.weights[1] - c.weights[0]);
  const auto& [low, high] = c.levels_of_supply;
  return vdd * (low + (high - low) * (c.mirrored ? 1 - share : share));
}

Cell turned(const Cell& cell, SignConvention to) {
  Cell out = cell;
  if (cell.sign_convention == to) return out;
  out.sign_convention = to;
  turn(out.coefficients_uA);
  if (out.extended) {
    turn(out.extended->current_uA);
    turn(out.extended->edge_charge_fC);
    if (out.extended->conductance_slope) turn(out.extended->conductance_slope->slope_uS_per_V);
  }
  for (auto* d : {&out.mismatch, &out.process})
    if (*d) turnDistribution(**d);
  for (auto* curve : {&out.mismatch_curve, &out.process_curve})
    if (*curve)
      for (auto& component : (*curve)->components_uA) turn(component);
  return out;
}

Cell countedCell(const Model& model) {
  return turned(model.cell, requireConventions(model).positive_charge);
}

}  // namespace gaincell::model
