#include "attention_options.hpp"

#include <fmt/format.h>

#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
namespace att = attention;

void addAttentionOptions(po::options_description_easy_init add) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  add("model", text("FILE"), "model file, or `paper` for the published model");
  add("input", text("X.npz"),
      "q k v [B,H,T,D] float32, and a_q b_q .. a_o b_o [H] if present (.npz, or a folder of .npy)");
  add("levels-q", text("N"), "levels of q (default 16; 0: not quantized)");
  add("levels-kv", text("N"), "levels of k and v (default 8; 0: not quantized)");
  add("levels-out", text("N"), "levels of a tile's output (default 32; 0: not quantized)");
  add("decay", text("L"), "lambda per token (default: token time / retention time constant of the model)");
  add("decay-mode", text("MODE"), "exact (default), bf16-qk or all-orders-once");
  add("window", text("W"), "tokens that are remembered (default: all; 1024 with --streaming)");
  add("tile-columns", text("L"), "columns that share an output conversion (default 64)");
  add("tiles", text("ORDER"), "absolute (default: token index) or slot (physical column of the ring buffer)");
  add("output-grid", text("GRID"), "paper-code (default) or counter");
  add("linear", "the linear intermediate model, 19.3 (V - 0.45)");
  add("sign", text("S"), "1 (default) or -1: which current direction counts as positive");
  add("threads", text("N"), "threads (default: -j)");
  add("kernel", text("NAME"), "auto (default), generic, avx2 or avx512");
  add("mismatch", "effect: every cell draws its coefficients (--seed)");
  add("leakage", "effect: decay of both rails towards the fitted end voltage (at --temp)");
  add("write-error", "effect: the voltages that the write path really stores");
  add("write-sigma", text("V"), "effect: random error of every write, rms");
  add("extended", "effect: extended cell (higher order, edge charge)");
  add("storage-coupling", text("K"), "effect: stored deviation grows by this share while read");
  add("conductance", "effect: output conductance of the cells on the moving bit line (needs --bit-line-swing)");
  add("bit-line-swing", text("V"), "bit-line excursion at full scale of the first multiply");
  add("wire-ohm", text("R"), "effect: bit-line wire per array element, through the conductance");
  add("converters", "effect: gain, offset, INL, saturation and smallest pulse of both converters");
  add("converter-mismatch", "effect: every converter draws gain and offset (--seed)");
  add("noise", text("UA"), "effect: thermal noise of a column current, uA rms");
  add("jitter", text("S"), "effect: width error of a phi pulse, s rms");
}

std::string requiredOption(const CommandContext& context, const char* name, const char* example) {
  if (!context.values.count(name))
    throw Error("FLW-0401", fmt::format("--{} is missing", name), "", fmt::format("add --{} {}", name, example));
  return context.values[name].as<std::string>();
}

namespace {

std::optional<double> number(const CommandContext& c, const char* name) {
  if (!c.values.count(name)) return std::nullopt;
  try {
    return support::parseSpiceNumber(c.values[name].as<std::string>());
  } catch (const Error& e) {
    throw Error("FLW-0402", e.problem(), fmt::format("--{}", name), "give a number");
  }
}

std::size_t count(const CommandContext& c, const char* name, std::size_t standard) {
  const auto x = number(c, name);
  if (!x) return standard;
  if (*x < 0 || *x > 1e9 || *x != static_cast<double>(static_cast<std::size_t>(*x)))
    throw Error("FLW-0403", fmt::format("{} is not a count", *x), fmt::format("--{}", name), "give a whole number");
  return static_cast<std::size_t>(*x);
}

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
  s.levels_q = static_cast<int>(count(c, "levels-q", 16));
  s.levels_kv = static_cast<int>(count(c, "levels-kv", 8));
  s.levels_out = static_cast<int>(count(c, "levels-out", 32));
  if (const auto decay = number(c, "decay")) s.decay = *decay;
  s.decay_mode = choice<att::DecayMode>(c, "decay-mode",
                                        {{"exact", att::DecayMode::Exact},
                                         {"bf16-qk", att::DecayMode::Bf16Qk},
                                         {"all-orders-once", att::DecayMode::AllOrdersOnce}},
                                        att::DecayMode::Exact);
  s.window = count(c, "window", c.values.count("streaming") ? 1024 : 0);
  s.tile_columns = count(c, "tile-columns", 64);
  s.tiles = choice<att::TileOrder>(c, "tiles", {{"absolute", att::TileOrder::Absolute}, {"slot", att::TileOrder::Slot}},
                                   att::TileOrder::Absolute);
  s.output_grid = choice<att::OutputGrid>(
      c, "output-grid", {{"paper-code", att::OutputGrid::PaperCode}, {"counter", att::OutputGrid::Counter}},
      att::OutputGrid::PaperCode);
  if (c.values.count("linear")) s.useLinearCell();
  if (const auto sign = number(c, "sign")) s.sign = *sign;
  s.threads = static_cast<int>(count(c, "threads", static_cast<std::size_t>(c.common.jobs)));
  if (c.values.count("kernel")) s.kernel = att::kernelFromName(c.values["kernel"].as<std::string>());
}

att::EffectSwitches effectsOf(const CommandContext& c) {
  att::EffectSwitches e;
  e.mismatch = c.values.count("mismatch") > 0;
  e.leakage = c.values.count("leakage") > 0;
  e.write = c.values.count("write-error") > 0;
  e.extended = c.values.count("extended") > 0;
  e.conductance = c.values.count("conductance") > 0;
  e.converters = c.values.count("converters") > 0;
  e.converter_mismatch = c.values.count("converter-mismatch") > 0;
  e.write_sigma = number(c, "write-sigma").value_or(0);
  e.storage_coupling = number(c, "storage-coupling").value_or(0);
  e.bit_line_swing = number(c, "bit-line-swing").value_or(0);
  e.wire_ohm = number(c, "wire-ohm").value_or(0);
  e.noise = number(c, "noise").value_or(0);
  e.jitter = number(c, "jitter").value_or(0);
  for (const auto& [name, value] : {std::pair<const char*, double>{"write-sigma", e.write_sigma},
                                    {"bit-line-swing", e.bit_line_swing},
                                    {"wire-ohm", e.wire_ohm},
                                    {"noise", e.noise},
                                    {"jitter", e.jitter}})
    if (value < 0) throw Error("FLW-0405", "the value is negative", fmt::format("--{}", name), "give 0 or more");
  if (c.values.count("temp")) e.temp_c = c.common.temp_c;
  return e;
}

}  // namespace

AttentionChoice attentionChoice(const CommandContext& c) {
  AttentionChoice a;
  a.model_name = requiredOption(c, "model", "paper");
  a.model = a.model_name == "paper" ? model::paperModel() : model::readModel(a.model_name);
  a.settings = att::settingsFromModel(a.model, a.warnings);
  applySettings(c, a.settings);
  att::check(a.settings);
  a.plain = a.settings;
  if (const auto physics = att::physicsFromModel(a.model, effectsOf(c), a.settings)) {
    physics->seed = c.common.seed;
    a.settings.physics = physics;
  }
  return a;
}

}  // namespace gaincell::flows
