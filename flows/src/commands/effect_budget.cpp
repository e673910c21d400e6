#include "effect_budget.hpp"

#include <fmt/format.h>

namespace gaincell::flows {

using nlohmann::json;
namespace att = attention;

namespace {

using On = att::EffectSwitches;

/// The plain settings with these effects.
att::Settings with(const AttentionChoice& choice, const On& on) {
  att::Settings s = choice.plain;
  s.physics = att::physicsFromModel(choice.model, on, s);
  if (on.leakage) s.decay = 0;  // the law instead of the plain decay
  return s;
}

/// rms difference of the outputs of two settings over the rms of the second's.
double difference(const att::Settings& a, const att::Settings& b, const att::InputData& input) {
  return att::chipStudy(a, b, input, 1).front().relative_rmse;
}

}  // namespace

json effectBudget(const AttentionChoice& choice, const att::InputData& input, const TaskFigure& task) {
  const On all_on = att::allEffects(choice.model);
  const att::Settings all = with(choice, all_on);
  json r = {{"all", {{"rmse", difference(all, choice.plain, input)}}}, {"effects", json::array()}};
  if (task) r["plain"]["task"] = task(choice.plain), r["all"]["task"] = task(all);
  for (const att::Effect& e : att::effects()) {
    if (!(all_on.*e.on)) continue;
    On one, without = all_on;
    one.*e.on = true;
    without.*e.on = false;
    // The INL is the error of the converters' own line, and goes with it.
    if (e.on == &On::converter_inl) one.converter_line = true;
    if (e.on == &On::converter_line) without.converter_inl = false;
    const att::Settings alone = with(choice, one), rest = with(choice, without);
    json entry = {{"effect", e.name},
                  {"alone", difference(alone, choice.plain, input)},
                  {"without", difference(rest, all, input)}};
    if (task) entry["task_alone"] = task(alone), entry["task_without"] = task(rest);
    r["effects"].push_back(std::move(entry));
  }
  return r;
}

std::string effectBudgetText(const json& budget) {
  const bool task = budget.contains("plain");
  std::string s = fmt::format("  budget: rms of the output, relative\n  {:<24}{:>14}{:>22}{}\n", "effect", "alone",
                              "left out of all", task ? "     perplexity alone   left out" : "");
  for (const json& e : budget["effects"]) {
    s += fmt::format("  {:<24}{:>13.3f}%{:>21.3f}%", e["effect"].get<std::string>(), 100 * e["alone"].get<double>(),
                     100 * e["without"].get<double>());
    if (task) s += fmt::format("{:>21.4f}{:>11.4f}", e["task_alone"].get<double>(), e["task_without"].get<double>());
    s += "\n";
  }
  s += fmt::format("  {:<24}{:>13.3f}%", "all of them", 100 * budget["all"]["rmse"].get<double>());
  if (task)
    s += fmt::format("{:>43.4f}   (none: {:.4f})", budget["all"]["task"].get<double>(),
                     budget["plain"]["task"].get<double>());
  return s + "\n";
}

}  // namespace gaincell::flows
