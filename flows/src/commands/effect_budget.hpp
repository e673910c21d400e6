#pragma once
// What each effect of a model does to the outputs of an input, and to a task.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "attention_options.hpp"
#include "gaincell/attention/run_file.hpp"

namespace gaincell::flows {

/// A figure of a task (a perplexity) for given settings.
using TaskFigure = std::function<double(const attention::Settings&)>;

/// Every effect that the model describes of nominal devices, alone against the plain model and left out against all of
/// them: {"plain", "all": figures, "effects": [{"effect", "alone": rmse, "without": rmse, and the task's figures}]}.
/// @param task empty: none
nlohmann::json effectBudget(const AttentionChoice& choice, const attention::InputData& input, const TaskFigure& task);
std::string effectBudgetText(const nlohmann::json& budget);

}  // namespace gaincell::flows
