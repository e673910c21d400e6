#pragma once
// One run of all fits over one set of inputs: fills the model and the report side by side.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/fit/cell.hpp"
#include "gaincell/fit/converter.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/fit/retention.hpp"

namespace gaincell::fit {

class Run {
 public:
  Run(const Inputs& inputs, const Options& options);
  FitResult result();

 private:
  void warn(const std::string& text) { out_.report.warnings.push_back(text); }
  void parameter(std::string name, std::string unit, double value, std::optional<double> half_width = std::nullopt,
                 std::optional<double> paper = std::nullopt);

  void cell();
  void extended(const std::vector<Pulse>& transient, const std::vector<Pulse>& fixed);
  void reportCell(const CellFit& fit, const std::vector<Pulse>& data);
  /// What each term of Q = a(V) + b(V) t - (g(V) d + h(V) d^2) t is worth.
  void reportTerms(const model::ExtendedCell& e);

  void variability();
  void spread(const std::optional<support::Table>& samples, std::optional<model::JointDistribution>& cubic,
              std::optional<model::CurveVariation>& curve, const std::string& name);

  void retention();
  StaticCurves staticCurves() const;
  /// Decays integrated from static currents against transient simulations of the floating node.
  /// @param half_level V, whose loss takes the time that is compared too
  void checkAgainstTransient(const model::Retention& retention, double half_level);

  void converters();
  void converterSpread(const std::string& name, const support::Table& samples, model::Converter& converter);
  void reportSaturation(const std::string& name, const Plateau& p);
  void reportBranch(const std::string& name, const BranchFit& b, std::optional<double> s_sat, double paper);

  /// Energies of events, and what a token takes of them.
  void energy();

  void write();
  /// Settling and feedthrough of every write; nothing when a pair of levels was not simulated or did not settle.
  void writeTransitions(model::Write& w);
  /// Previous levels that were not simulated are taken from the nearest one that was.
  void fillWriteGaps(model::Write& w);

  const Inputs& in_;
  const Options options_;
  model::Model model_;
  std::optional<ExtendedFit> extended_;
  double storage_coupling_sigma_ = 0;
  FitResult out_;
};

}  // namespace gaincell::fit
