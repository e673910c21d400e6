#include "gaincell/fit/fit.hpp"

#include "gaincell/fit/energy.hpp"
#include "gaincell/model/io.hpp"
#include "run.hpp"

namespace gaincell::fit {

FitResult Run::result() {
  model_.conditions = in_.conditions;
  model_.provenance = in_.provenance;
  model_.timing_s.pulse_max = options_.pulse_max;
  model_.validity.temp_c = {in_.conditions.temp_c, in_.conditions.temp_c};
  model_.validity.vdd_V = {in_.conditions.vdd_v, in_.conditions.vdd_v};
  out_.report.files = in_.files;
  cell();
  variability();
  if (in_.decay) retention();
  converters();
  model_.energy_J = fitEnergy(in_, options_);
  if (model_.energy_J && model_.energy_J->per_token)
    warn(
        "energy per token includes the published 4 nJ of digital control and 330 pJ of DACs, which are not "
        "simulated");
  if (in_.write) write();
  model_.validity.notes = out_.report.warnings;
  model::check(model_);
  out_.model = std::move(model_);
  return std::move(out_);
}

void Run::parameter(std::string name, std::string unit, double value, std::optional<double> half_width,
                    std::optional<double> paper) {
  Parameter p{std::move(name), std::move(unit), value, std::nullopt, std::nullopt, paper};
  if (half_width) p.low = value - *half_width, p.high = value + *half_width;
  out_.report.parameters.push_back(std::move(p));
}

FitResult fitModel(const Inputs& inputs, const Options& options) {
  return Run(inputs, options).result();
}

}  // namespace gaincell::fit
