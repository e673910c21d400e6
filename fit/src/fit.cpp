#include "gaincell/fit/fit.hpp"

#include <type_traits>

#include "gaincell/fit/energy.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/model/token_energy.hpp"
#include "run.hpp"

namespace gaincell::fit {

namespace {

/// What the design says instead of what the options assume.
Options resolved(Options o, const Inputs& in) {
  if (in.design) {
    const auto take = [&](const char* path, auto& to) {
      if (const auto x = in.design->number(path)) to = static_cast<std::remove_reference_t<decltype(to)>>(*x);
    };
    take("array.rows", o.rows);
    take("array.cols", o.columns);
    take("levels.stored", o.levels);
    take("timing.lsb", o.pulse_lsb);
    if (const auto pulses = in.design->number("timing.levels")) o.pulse_max = (*pulses - 1) * o.pulse_lsb;
  }
  if (in.timing) o.pulse_max = in.timing->pulse_max;
  return o;
}

}  // namespace

Run::Run(const Inputs& inputs, const Options& options) : in_(inputs), options_(resolved(options, inputs)) {}

FitResult Run::result() {
  model_.conditions = in_.conditions;
  model_.provenance = in_.provenance;
  model_.design = in_.design;
  model_.conventions = in_.conventions;
  model_.timing_s = in_.timing.value_or(model::Timing{});
  model_.timing_s.pulse_max = options_.pulse_max;
  model_.validity.temp_c = {in_.conditions.temp_c, in_.conditions.temp_c};
  model_.validity.vdd_V = {in_.conditions.vdd_v, in_.conditions.vdd_v};
  out_.report.files = in_.files;
  cell();
  variability();
  if (in_.decay) retention();
  converters();
  energy();
  if (in_.write) write();
  model_.validity.notes = out_.report.warnings;
  model::check(model_);
  out_.model = std::move(model_);
  return std::move(out_);
}

void Run::energy() {
  model_.energy_J = fitEnergy(in_, options_);
  if (!model_.energy_J) return;
  model::HeadSize arrays;
  arrays.rows = options_.rows;
  arrays.columns = options_.columns;
  const model::HeadSize head = model::headFor(arrays, options_.window);
  model::countToken(model_, head);
  if (!model_.energy_J->token) return;
  for (const auto& part : model::energyOf(*model_.energy_J->token).parts())
    parameter("energy of a token: " + part.title, "pJ", part.energy * 1e12);
  for (const auto& note : model::energyOf(model_, head, model::fullToken(head)).notes)
    warn("energy of a token: " + note);
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
