// gaincell attend: behavioral attention from numpy file to numpy file.

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "attention_options.hpp"
#include "commands.hpp"
#include "effect_budget.hpp"
#include "gaincell/attention/language_model.hpp"
#include "gaincell/attention/run_file.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::json;
using support::Error;
using support::ExitCode;
namespace att = attention;

namespace {

json utilisation(const att::Activity& a, const att::Settings& s, std::size_t tokens) {
  const auto window = static_cast<double>(att::windowOf(s, tokens));
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0.0; };
  return {{"window_filled", share(a.pairs, a.tokens * window)}, {"phi_nonzero", share(a.phi_nonzero, a.pairs)},
          {"phi_saturated", share(a.phi_saturated, a.pairs)},   {"phi_mean", share(a.phi_sum, a.pairs)},
          {"tiles_idle", share(a.tiles_idle, a.tiles)},         {"tiles_saturated", share(a.tiles_saturated, a.tiles)}};
}

json energyJson(const att::EnergyReport& e, double tokens) {
  json r = {{"per_token_J", tokens > 0 ? e.total() / tokens : 0.0}, {"total_J", e.total()}};
  for (const auto& part : e.parts()) r[part.key + "_J"] = part.energy;
  return r;
}

json report(const AttentionChoice& choice, const att::Shape& shape, const std::vector<att::Activity>& heads) {
  const model::HeadSize head = att::headOf(choice.settings, shape);
  att::Activity all;
  json per_head = json::array();
  for (const auto& a : heads) {
    all += a;
    json h = utilisation(a, choice.settings, shape.tokens);
    h["energy"] = energyJson(att::energyOf(choice.model, a, head), a.tokens);
    per_head.push_back(std::move(h));
  }
  const auto energy = att::energyOf(choice.model, all, head);
  json r = {{"utilisation", utilisation(all, choice.settings, shape.tokens)},
            {"energy", energyJson(energy, all.tokens)},
            {"energy_notes", energy.notes},
            {"heads", per_head}};
  // Heads work side by side, tokens one after the other.
  const auto token = choice.model.timing_s.token;  // of measured data it is unknown
  r["latency"] = {{"token_s", token ? json(*token) : json()},
                  {"sequence_s", token ? json(*token * static_cast<double>(shape.tokens)) : json()}};
  return r;
}

json statistics(const std::vector<double>& x) {
  double mean = 0, squares = 0, low = x.front(), high = x.front();
  for (double v : x) {
    mean += v / static_cast<double>(x.size());
    low = std::min(low, v);
    high = std::max(high, v);
  }
  for (double v : x) squares += (v - mean) * (v - mean);
  json r = {{"mean", mean}, {"min", low}, {"max", high}, {"samples", x.size()}};
  r["sigma"] = x.size() > 1 ? json(std::sqrt(squares / static_cast<double>(x.size() - 1))) : json(nullptr);
  return r;
}

/// A language model and the text it is judged by.
struct Task {
  att::LanguageModel network;
  att::LanguageModel::Tokens tokens;
  std::string set;
  std::vector<att::Scalers> scalers;
};

std::optional<Task> loadTask(const CommandContext& context) {
  if (!context.values.count("task")) return std::nullopt;
  const std::filesystem::path folder = requiredOption(context, "task", "DIR");
  const std::string set =
      context.values.count("task-scalers") ? context.values["task-scalers"].as<std::string>() : "adapted";
  const std::size_t rows = countOption(context, "task-rows", std::numeric_limits<std::size_t>::max(), 1);
  auto network = att::LanguageModel::load(folder);
  auto tokens = att::LanguageModel::readTokens(folder / "val_tokens.npy");
  tokens.rows = std::min(tokens.rows, rows);
  auto scalers = network.scalers(set);
  return Task{std::move(network), std::move(tokens), set, std::move(scalers)};
}

/// Perplexity without effects and per chip.
json taskMetric(const CommandContext& context, const AttentionChoice& choice, const Task& task, int chips,
                support::Table& table) {
  json r = {{"metric", "perplexity"}, {"scalers", task.set}, {"rows", task.tokens.rows}};
  r["plain"] = task.network.perplexity(task.tokens, choice.plain, task.scalers, context.common.jobs);
  std::vector<double> all;
  for (int chip = 0; chip < chips; ++chip) {
    att::Settings s = choice.settings;
    auto physics = std::make_shared<att::Physics>(*s.physics);
    physics->chip = static_cast<std::uint64_t>(chip);
    s.physics = physics;
    all.push_back(task.network.perplexity(task.tokens, s, task.scalers, context.common.jobs));
    table.rows[static_cast<std::size_t>(chip)].back() = all.back();
  }
  if (!all.empty()) r["chips"] = statistics(all);
  return r;
}

json chipReport(const CommandContext& context, const AttentionChoice& choice, const att::ArrayFile& input, int chips,
                const std::optional<Task>& task) {
  support::Table table{{"chip", "relative_rmse", "largest_error", "correlation", "perplexity"}, {}};
  json r;
  if (chips > 0) {
    std::vector<double> rmse, largest, correlation;
    for (const auto& e : att::chipStudy(choice.settings, choice.plain, att::readInput(input), chips)) {
      rmse.push_back(e.relative_rmse);
      largest.push_back(e.largest);
      correlation.push_back(e.correlation);
      table.addRow({static_cast<double>(e.chip), e.relative_rmse, e.largest, e.correlation, std::nan("")});
    }
    r = {{"relative_rmse", statistics(rmse)},
         {"largest_error", statistics(largest)},
         {"correlation", statistics(correlation)}};
  }
  if (task) r["task"] = taskMetric(context, choice, *task, chips, table);
  if (context.values.count("chips-csv"))
    support::writeCsv(context.values["chips-csv"].as<std::string>(), table, context.overwrite(),
                      {support::toJson(context.provenance()).dump()});
  return r;
}

std::string chipText(const json& chips) {
  std::string s;
  const auto line = [&s](const std::string& name, const json& x) {
    s += fmt::format("  {:<18} {:>10.4g}       over {} chips; sigma {:.3g}, {:.4g} to {:.4g}\n", name,
                     x["mean"].get<double>(), x["samples"].get<std::size_t>(),
                     x["sigma"].is_null() ? 0.0 : x["sigma"].get<double>(), x["min"].get<double>(),
                     x["max"].get<double>());
  };
  if (chips.contains("relative_rmse")) {
    line("relative rmse", chips["relative_rmse"]);
    line("largest error", chips["largest_error"]);
    line("correlation", chips["correlation"]);
  }
  if (!chips.contains("task")) return s;
  const json& task = chips["task"];
  s += fmt::format("  {:<18} {:>10.4g}       without effects\n", task["metric"].get<std::string>(),
                   task["plain"].get<double>());
  if (task.contains("chips")) line(task["metric"].get<std::string>(), task["chips"]);
  return s;
}

std::string text(const json& r, const std::string& output) {
  const auto& u = r["utilisation"];
  std::string s = fmt::format(
      "wrote {}: [{}], {} path, {} kernel\n"
      "  phi > 0            {:>10.2f} %     of the pairs in the window; mean {:.4f}, saturated {:.2f} %\n"
      "  tiles saturated    {:>10.2f} %     idle {:.2f} %\n"
      "  energy per token   {:>14}   and head, after the data\n"
      "  latency per token  {:>14}\n",
      output, fmt::join(r["shape"].get<std::vector<std::size_t>>(), ", "), r["path"].get<std::string>(),
      r["kernel"].get<std::string>(), 100 * u["phi_nonzero"].get<double>(), u["phi_mean"].get<double>(),
      100 * u["phi_saturated"].get<double>(), 100 * u["tiles_saturated"].get<double>(),
      100 * u["tiles_idle"].get<double>(), support::formatSi(r["energy"]["per_token_J"].get<double>(), "J"),
      r["latency"]["token_s"].is_number() ? support::formatSi(r["latency"]["token_s"].get<double>(), "s")
                                          : "not in the model");
  for (const auto& n : r["energy_notes"]) s += "  energy: " + n.get<std::string>() + "\n";
  if (r.contains("chips")) s += chipText(r["chips"]);
  if (r.contains("budget")) s += effectBudgetText(r["budget"]);
  for (const auto& w : r["warnings"]) s += "  warning: " + w.get<std::string>() + "\n";
  return s;
}

ExitCode run(const CommandContext& context) {
  AttentionChoice choice = attentionChoice(context);
  const std::string input_name = requiredOption(context, "input", "X.npz");
  const std::string output = requiredOption(context, "output", "Y.npz");
  const auto input = att::ArrayFile::open(input_name);
  const att::InputHeader header = att::readHeader(*input);
  judgeHold(choice, header.shape.tokens);
  att::FileRunOptions options;
  options.streaming = context.values.count("streaming") > 0;
  options.intermediates = context.values.count("intermediates") > 0;
  if (options.streaming && options.intermediates)
    throw Error("FLW-0407", "--intermediates are of whole sequences", "--streaming", "leave one of the two out");
  if (context.values.count("compress")) options.compression = att::Compression::Deflate;
  options.overwrite = context.overwrite();
  options.provenance = support::toJson(context.provenance()).dump();
  const auto chips = static_cast<int>(countOption(context, "chips", 0, 1, 1'000'000));
  for (const auto& [name, needs] : {std::pair{"chips-csv", "chips"}, {"task-rows", "task"}, {"task-scalers", "task"}})
    if (context.values.count(name) && !context.values.count(needs))
      throw Error("FLW-0408", "the option does nothing here", fmt::format("--{}", name),
                  fmt::format("add --{}", needs));
  if (chips > 0 && !choice.settings.physics)
    throw Error("FLW-0406", "--chips without an effect that differs from chip to chip", "--chips",
                "add --mismatch, --converter-mismatch or another effect");
  const std::optional<Task> task = loadTask(context);
  const att::Engine engine(choice.settings, header.scalers, header.shape.heads, header.shape.dimension);

  const auto activity = att::runFile(choice.settings, *input, output, options);

  json r = report(choice, header.shape, activity);
  r["shape"] = {header.shape.batch, header.shape.heads, header.shape.tokens, header.shape.dimension};
  r["model"] = choice.model_name;
  r["output"] = output;
  r["path"] = engine.path();
  r["kernel"] = att::kernelName(engine.kernel());
  r["decay_per_token"] = choice.settings.decay;
  r["warnings"] = choice.warnings;
  if (chips > 0 || task) r["chips"] = chipReport(context, choice, *input, chips, task);
  if (context.values.count("budget")) {
    TaskFigure figure;
    if (task)
      figure = [&](const att::Settings& s) {
        return task->network.perplexity(task->tokens, s, task->scalers, context.common.jobs);
      };
    r["budget"] = effectBudget(choice, att::readInput(*input), figure);
  }
  r["provenance"] = support::toJson(context.provenance());
  context.print(r, text(r, output));
  return ExitCode::Done;
}

}  // namespace

Command attendCommand() {
  return {"attend",
          "behavioral attention of whole layers from a model file",
          "gaincell attend --model FILE|paper --input X.npz --output Y.npz [options]",
          "  gaincell attend --model paper --input examples/data/lm_layer0.npz --output out.npz --decay 1.6e-4\n"
          "  gaincell attend --model model.json --input x.npz --output y.npz --window 1024 --streaming\n"
          "  gaincell attend --model model.json --input x.npz --output y.npz --mismatch --leakage --chips 20\n",
          kCircuits | kSeed | kJobs | kForce,
          [](po::options_description_easy_init add) {
            addAttentionOptions(add);
            const auto value = [](const char* name) { return po::value<std::string>()->value_name(name); };
            add("output", value("Y.npz"), "out [B,H,T,D] float32 (.npz, or .npy)");
            add("streaming", "token by token through the ring buffer; the same result");
            add("intermediates", "adds q_q k_q v_q S phi_S tile_analog tile_q tile_sum");
            add("compress", "deflate the members of the .npz");
            add("chips", value("N"), "statistics of the output error over N chips");
            add("budget",
                "what every effect of the model does to the output, alone and left out of all; with --task to the "
                "perplexity");
            add("chips-csv", value("FILE"), "one line per chip");
            add("task", value("DIR"), "perplexity of the language model in DIR, plain and per chip");
            add("task-scalers", value("SET"), "scaler set of the language model (default adapted)");
            add("task-rows", value("N"), "only the first N rows of text");
          },
          run};
}

}  // namespace gaincell::flows
