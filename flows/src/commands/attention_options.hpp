#pragma once
// Options that `attend` and `adapt` share: the model, the settings of the simulator, the effects.

#include <string>
#include <vector>

#include "gaincell/attention/model_input.hpp"
#include "gaincell/flows/command.hpp"

namespace gaincell::flows {

void addAttentionOptions(po::options_description_easy_init add);

/// Model, settings and effects as asked for.
struct AttentionChoice {
  std::string model_name;
  model::Model model;
  attention::Settings settings;  ///< physics set when any effect is on
  attention::Settings plain;     ///< the same without effects
  std::vector<std::string> warnings;
};
AttentionChoice attentionChoice(const CommandContext& context);

/// A required option's value. @throws Error (FLW-0401) naming it
std::string requiredOption(const CommandContext& context, const char* name, const char* example);

}  // namespace gaincell::flows
