#pragma once
/// A model with every section filled, for the tests.

#include "gaincell/model/model.hpp"

inline gaincell::model::Model fullModel() {
  using namespace gaincell::model;
  Model m = paperModel();
  m.provenance.seed = 7;
  m.provenance.temp_c = 27;
  m.design = DesignRecord{
      "lean", "0a1b2c3d4e5f", {{"array.rows", "64"}, {"cell.pair_n.w", "1e-07"}, {"cell.pair_n.flavour", "n_hvt"}}};
  m.conventions->array1 = {64, 1200, 1.2e-12, 2, 37e-9};
  m.conventions->array2 = {64, 600, 1.1e-12, 2, 38e-9};
  m.conventions->edge_s = 50e-12;
  m.conventions->shortest_pulse_s = 100e-12;
  m.cell.covariance = {{1e-4, 0, 0, 0}, {0, 4e-4, 0, 1e-5}, {0, 0, 1e-2, 0}, {0, 1e-5, 0, 1.0 / 3}};
  m.cell.points = 91;
  m.cell.storage_coupling = 0.043;
  ExtendedCell e;
  e.current_uA = {0.5, 13.6, -2.6, 46, 0.1, 3.0 / 7};
  e.edge_charge_fC = {0.1, 0.02};
  e.conductance_uS = {5, 0.1, 60};
  e.conductance_slope = ConductanceSlope{{-2, 30}};
  e.terms = {{"edge_charge", 0.01, 0.002, true}};
  m.cell.extended = e;
  JointDistribution d;
  d.names = {"c0", "c1", "c2", "c3"};
  d.transforms.assign(4, {});
  d.transforms[3] = {"johnson-su", 0.1, 1.5, 0.2, 3};
  d.mean.assign(4, 0.0);
  d.covariance = {{0.04, 0.01, 0, 0}, {0.01, 0.25, 0, 0}, {0, 0, 1, 0.5}, {0, 0, 0.5, 2}};
  d.samples = 1000;
  d.normality_p.assign(4, 0.5);
  m.cell.mismatch = d;
  m.cell.process = d;
  CurveVariation curve;
  curve.components_uA = {{0.2, 0.1, -0.3, 0.5, 1, 2, -3, 40}, {-0.1, 0.3, 0.2, 0.1, 0, 1, 1, 5}};
  curve.explained = {0.8, 0.99};
  curve.scores.names = {"component_1", "component_2"};
  curve.scores.transforms.assign(2, {});
  curve.scores.mean = {0, 0};
  curve.scores.covariance = {{1, 0.1}, {0.1, 1}};
  curve.scores.samples = 1000;
  curve.scores.normality_p = {0.4, 0.6};
  curve.worst_sigma_ratio = 1.01;
  curve.worst_correlation_error = 0.01;
  m.cell.mismatch_curve = curve;
  m.retention->leakage_curve = LeakageCurve{5e-15, {0, 0.45, 0.9}, {1e-12, 0, -1e-12}};
  for (const auto& [t, factor] : {std::pair(0.0, 0.5), std::pair(27.0, 1.0), std::pair(85.0, 4.0)}) {
    const LeakageCurve leak{5e-15, {0, 0.45, 0.9}, {1e-12 * factor, 0, -1e-12 * factor}};
    m.retention->temperatures.push_back(
        {t, {5e-3 / factor, 5e-3 / factor}, {0.45, 0.45}, {0.01, 0.01}, 1e-2, true, leak});
  }
  m.retention->levels = {{0.0, 1e-3, 1e-2}, {0.45, std::nullopt, 1e-2}};
  m.relu_converter->inl = {{0, 600, 1200}, {0, 0.02, -0.01}};
  m.relu_converter->energy_charge_fC = {0, 1200};
  m.relu_converter->energy_J = {3e-13, 4e-13};
  JointDistribution g;
  g.names = {"gain", "offset_ns"};
  g.transforms.assign(2, {});
  g.mean = {0, 0};
  g.covariance = {{4e-4, 0}, {0, 2.5e-3}};
  g.normality_p = {0.2, 0.9};
  m.relu_converter->mismatch = g;
  m.signed_converter->positive.inl = {{-600, 0, 600}, {0.1, 0, -0.1}};
  m.write = Write{{0, 0.9},
                  {{0.001, 0.898}, {0.002, 0.899}},
                  3e-9,
                  WriteTransitions{{{0, 3e-9}, {2e-9, 0}}, {{0.001, -0.002}, {0.002, -0.001}}}};
  m.energy_J->read_by_level = ReadEnergy{{0, 0.9}, {1e-9, 15e-9}, {{1e-14, 1e-13}, {2e-14, 2e-13}}};
  m.energy_J->write_by_level = WriteEnergy{{0, 0.9}, {{1e-16, 7e-15}, {1e-15, 2e-16}}};
  m.energy_J->rest_by_level = RestPower{1e-9, {0, 0.45, 0.9}, {1e-10, 2e-8, 1e-13}};
  for (const double t : {0.0, 85.0}) {
    Section s = m;
    s.conditions.temp_c = t;
    s.cell.coefficients_uA[1] *= 1 - 0.001 * (t - 27);
    s.retention->tau_s = {5e-3 * (t < 27 ? 10 : 0.1), 5e-3};
    m.grid.push_back(s);
  }
  m.validity.notes.push_back("made for tests");
  return m;
}
