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

/// Warns where the fit did not see what a sequence of that many tokens needs: storage times, another law of decay.
void judgeHold(AttentionChoice& choice, std::size_t tokens);

/// A whole number. @throws Error (FLW-0001) outside least .. most
std::size_t countOption(const CommandContext& context, const char* name, std::size_t standard, std::size_t least = 0,
                        std::size_t most = 1'000'000'000);

/// A required option's value. @throws Error (FLW-0401) naming it
std::string requiredOption(const CommandContext& context, const char* name, const char* example);

}  // namespace gaincell::flows
