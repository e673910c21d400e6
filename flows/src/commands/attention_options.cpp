#include "attention_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../lists.hpp"
#include "../model_identity.hpp"
#include "../quantities.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
namespace att = attention;

void addAttentionOptions(po::options_description_easy_init add) {
  addAnywayOption(add);
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  add("model", text("FILE"), "model file, or `paper` for the published model");
  add("input", text("X.npz"),
      "q k v [B,H,T,D] float32, and a_q b_q .. a_o b_o [H] if present (.npz, or a folder of .npy)");
  add("levels-q", text("N"), "levels of q (default: the model's; 0: not quantized)");
  add("levels-kv", text("N"), "levels of k and v (default: the model's; 0: not quantized)");
  add("levels-out", text("N"), "levels of a tile's output (default: the model's; 0: not quantized)");
  add("decay", text("L"), "lambda per token (default: token time / retention time constant of the model)");
  add("decay-mode", text("MODE"), "exact (default), bf16-qk or all-orders-once");
  add("window", text("W"), "tokens that are remembered (default 0: all; 1024 with --streaming)");
  add("tile-columns", text("L"), "columns that share an output conversion (default: the model's)");
  add("tiles", text("ORDER"), "absolute (default: token index) or slot (physical column of the ring buffer)");
  add("output-grid", text("GRID"), "paper-code or counter (default: as the model's conventions say)");
  add("linear", "the linear network the scalers were trained with: 19.3 (V - 0.45), full scales 80 and 40 uA");
  add("sign", text("S"), "1 (default) or -1: all charge of the cells counts the other way");
  add("threads", text("N"), "threads (default: -j)");
  add("kernel", text("NAME"), "auto (default), generic, avx2 or avx512");
  add("mismatch", "effect: every cell draws its coefficients (--seed)");
  add("leakage", "effect: decay by the fitted law, of both rails or by the leakage curve (at --temp)");
  add("write-error", "effect: the voltages that the write path really stores");
  add("write-sigma", text("V"), "effect: random error of every write, rms, for example 5mV (V without unit)");
  add("extended", "effect: extended cell (higher order, edge charge)");
  add("storage-coupling", text("K"), "effect: stored deviation grows by this share while read");
  add("effects", text("LIST"),
      "all: every effect of nominal devices that the model describes, as `gaincell check` judges it; or names joined "
      "by "
      "commas (higher-order, edge-charge, conductance, wire, leakage, write-error, mismatch, converter-line, "
      "converter-inl, converter-mismatch); the options below add to them");
  add("conductance", "effect: output conductance of the cells while their bit line integrates");
  add("wire", "effect: resistance of the bit line, through the conductance");
  add("wire-ohm", text("R"), "the same with this resistance per array element (ohm)");
  add("converters", "effect: gain, offset, INL, saturation and smallest pulse of both converters");
  add("converter-mismatch", "effect: every converter draws gain and offset (--seed)");
  add("noise", text("A"), "effect: thermal noise of a column current, rms, for example 0.1uA (A without unit)");
  add("jitter", text("S"), "effect: width error of a phi pulse, rms, for example 20ps (s without unit)");
}

std::string requiredOption(const CommandContext& context, const char* name, const char* example) {
  if (!context.values.count(name))
    throw Error("FLW-0401", fmt::format("--{} is missing", name), "", fmt::format("add --{} {}", name, example));
  auto value = context.values[name].as<std::string>();
  if (value.empty())
    throw Error("FLW-0411", "the name is empty", fmt::format("--{}", name), fmt::format("--{} {}", name, example));
  return value;
}

namespace {

constexpr std::size_t kMostThreads = 1024;  // as for -j
constexpr double kLargestNoise_A = 1e-3;

std::optional<double> number(const CommandContext& c, const char* name, const char* unit = "") {
  if (!c.values.count(name)) return std::nullopt;
  return support::parseQuantity(c.values[name].as<std::string>(), unit, fmt::format("--{}", name));
}

}  // namespace

std::size_t countOption(const CommandContext& c, const char* name, std::size_t standard, std::size_t least,
                        std::size_t most) {
  return static_cast<std::size_t>(countOf(c.values, name, standard, least, most));
}

namespace {

template <typename T>
T choice(const CommandContext& c, const char* name, const std::vector<std::pair<std::string, T>>& all, T standard) {
  if (!c.values.count(name)) return standard;
  const auto given = c.values[name].as<std::string>();
  std::string known;
  for (const auto& [word, value] : all) {
    if (word == given) return value;
    known += (known.empty() ? "" : ", ") + word;
  }
  throw Error("FLW-0404", "'" + given + "' is not known", fmt::format("--{}", name), "use one of: " + known);
}

void applySettings(const CommandContext& c, att::Settings& s) {
  if (c.values.count("linear")) s.useLinearNetwork();
  for (const auto& [name, levels] :
       {std::pair{"levels-q", &s.levels_q}, {"levels-kv", &s.levels_kv}, {"levels-out", &s.levels_out}})
    *levels = static_cast<int>(countOption(c, name, static_cast<std::size_t>(*levels), 0, 65536));
  if (const auto decay = number(c, "decay")) s.decay = *decay;
  s.decay_mode = choice<att::DecayMode>(c, "decay-mode",
                                        {{"exact", att::DecayMode::Exact},
                                         {"bf16-qk", att::DecayMode::Bf16Qk},
                                         {"all-orders-once", att::DecayMode::AllOrdersOnce}},
                                        att::DecayMode::Exact);
  s.window = countOption(c, "window", c.values.count("streaming") ? 1024 : 0);
  s.tile_columns = countOption(c, "tile-columns", s.tile_columns, 1);
  s.tiles = choice<att::TileOrder>(c, "tiles", {{"absolute", att::TileOrder::Absolute}, {"slot", att::TileOrder::Slot}},
                                   att::TileOrder::Absolute);
  s.output_grid = choice<att::OutputGrid>(
      c, "output-grid", {{"paper-code", att::OutputGrid::PaperCode}, {"counter", att::OutputGrid::Counter}},
      s.output_grid);
  if (const auto sign = number(c, "sign")) s.sign = *sign;
  s.threads = static_cast<int>(countOption(c, "threads", static_cast<std::size_t>(c.common.jobs), 1, kMostThreads));
  if (c.values.count("kernel")) s.kernel = att::kernelFromName(c.values["kernel"].as<std::string>());
}

/// Switches named by --effects.
att::EffectSwitches namedEffects(const CommandContext& c, const model::Model& m) {
  using On = att::EffectSwitches;
  On e;
  if (!c.values.count("effects")) return e;
  const std::pair<const char*, bool On::*> names[] = {{"higher-order", &On::higher_order},
                                                      {"edge-charge", &On::edge_charge},
                                                      {"conductance", &On::conductance},
                                                      {"wire", &On::wire},
                                                      {"leakage", &On::leakage},
                                                      {"write-error", &On::write},
                                                      {"mismatch", &On::mismatch},
                                                      {"converter-line", &On::converter_line},
                                                      {"converter-inl", &On::converter_inl},
                                                      {"converter-mismatch", &On::converter_mismatch}};
  for (const std::string& word : splitList(c.values["effects"].as<std::string>())) {
    if (word == "all") {
      e = att::allEffects(m);
      continue;
    }
    const auto* found =
        std::find_if(std::begin(names), std::end(names), [&](const auto& n) { return word == n.first; });
    if (found == std::end(names))
      throw Error("FLW-0412", fmt::format("there is no effect '{}'", word), "--effects",
                  "all, or of: higher-order, edge-charge, conductance, wire, leakage, write-error, mismatch, "
                  "converter-line, converter-inl, converter-mismatch");
    e.*found->second = true;
  }
  return e;
}

att::EffectSwitches effectsOf(const CommandContext& c, const model::Model& m) {
  att::EffectSwitches e = namedEffects(c, m);
  // A number without unit once meant uA: one that makes sense only so is refused.
  const auto noise = number(c, "noise", "A");
  if (noise && *noise > kLargestNoise_A)
    throw Error("FLW-0413", fmt::format("{} of noise is more than a column carries", support::formatSi(*noise, "A")),
                "--noise", "give the unit, for example --noise 0.1uA");
  using On = att::EffectSwitches;
  const std::pair<const char*, std::vector<bool On::*>> switches[] = {
      {"mismatch", {&On::mismatch}},
      {"leakage", {&On::leakage}},
      {"write-error", {&On::write}},
      {"extended", {&On::higher_order, &On::edge_charge}},
      {"conductance", {&On::conductance}},
      {"wire", {&On::wire}},
      {"wire-ohm", {&On::wire}},
      {"converters", {&On::converter_line, &On::converter_inl}},
      {"converter-mismatch", {&On::converter_mismatch}}};
  for (const auto& [name, parts] : switches)
    if (c.values.count(name))
      for (const auto on : parts) e.*on = true;
  e.write_sigma = number(c, "write-sigma", "V").value_or(0);
  e.storage_coupling = number(c, "storage-coupling").value_or(0);
  e.wire_ohm = number(c, "wire-ohm", "ohm");
  e.noise = noise.value_or(0) * 1e6;  // the engine counts in uA
  e.jitter = number(c, "jitter", "s").value_or(0);
  for (const auto& [name, value] : {std::pair<const char*, double>{"write-sigma", e.write_sigma},
                                    {"wire-ohm", e.wire_ohm.value_or(0)},
                                    {"noise", e.noise},
                                    {"jitter", e.jitter}})
    if (value < 0) throw Error("FLW-0405", "the value is negative", fmt::format("--{}", name), "give 0 or more");
  return e;
}

/// The model at --corner, --temp and --vdd where any is given: a point of its grid or between them. A temperature
/// beyond the grid moves leakage alone, which may be known at more of them.
void moveToConditions(const CommandContext& c, model::Model& m, att::EffectSwitches& on,
                      std::vector<std::string>& warnings) {
  if (!c.values.count("corner") && !c.values.count("temp") && !c.values.count("vdd")) return;
  const model::Conditions own = m.conditions;
  const std::string corner = c.values.count("corner") ? c.common.corner : own.corner;
  const double temp = c.values.count("temp") ? c.common.temp_c : own.temp_c, vdd = c.common.vdd.value_or(own.vdd_v);
  try {
    static_cast<model::Section&>(m) = model::at(m, corner, temp, vdd);
  } catch (const Error&) {
    if (!on.leakage || !m.retention || corner != own.corner || vdd != own.vdd_v) throw;
    on.temp_c = temp;
    warnings.push_back(fmt::format("leakage is that at {} C, everything else that at {} C", temp, own.temp_c));
  }
}

}  // namespace

AttentionChoice attentionChoice(const CommandContext& c) {
  AttentionChoice a;
  a.model_name = requiredOption(c, "model", "paper");
  a.model = a.model_name == "paper" ? model::paperModel() : model::readModel(a.model_name);
  requireStatedDesign(c, a.model, a.warnings);
  att::EffectSwitches effects = effectsOf(c, a.model);
  moveToConditions(c, a.model, effects, a.warnings);
  a.settings = att::settingsFromModel(a.model, a.warnings);
  applySettings(c, a.settings);
  att::check(a.settings);
  a.plain = a.settings;
  if (c.values.count("linear") && effects.any())
    throw Error("FLW-0414", "the linear network has no devices, and so none of their effects", "--linear",
                "leave the effects out, or --linear");
  if (const auto physics = att::physicsFromModel(a.model, effects, a.settings, &a.warnings)) {
    physics->seed = c.common.seed;
    a.settings.physics = physics;
  }
  return a;
}

void judgeHold(AttentionChoice& a, std::size_t tokens) {
  if (!a.model.retention) return;
  const std::size_t window = att::windowOf(a.settings, tokens);
  if (!a.model.timing_s.token) return;
  const double hold = *a.model.timing_s.token * static_cast<double>(window), followed = a.model.validity.hold_s[1];
  if (followed > 0 && hold > followed)
    a.warnings.push_back(fmt::format("a window of {} tokens lasts {}; retention was followed for {}", window,
                                     support::formatSi(hold, "s"), support::formatSi(followed, "s")));
  const bool leaks = a.settings.physics && a.settings.physics->leaks();
  if (!leaks && !a.model.retention->exponential && a.settings.decay > 0)
    a.warnings.push_back("the decay of this model is not exponential: --leakage follows its law, --decay does not");
}

}  // namespace gaincell::flows
