// gaincell check: behavioral model against transistors, both dot products.

#include "gaincell/check/check.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "../check_section.hpp"
#include "../model_identity.hpp"
#include "../stages/measures.hpp"
#include "commands.hpp"
#include "gaincell/check/ladder.hpp"
#include "gaincell/check/report.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/spec/spec.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::flows {

using namespace gaincell::check;
using support::Error;
using support::ExitCode;

namespace {

constexpr const char* kTitle = "behavioral model against transistors, both dot products";

int integerOption(const CommandContext& context, const char* name, int low, int high) {
  const int value = context.values[name].as<int>();
  if (value < low || value > high)
    throw Error("FLW-0501", fmt::format("{} is not possible", value), fmt::format("--{}", name),
                fmt::format("give a number from {} to {}", low, high));
  return value;
}

/// The design's tile, or a part of it that --rows and --cols choose.
TileSize tileSize(const CommandContext& context, const design::Design& design) {
  const int rows = design.integer("array.rows"), cols = design.integer("array.cols");
  TileSize size{rows, cols, rows, integerOption(context, "samples", 1, 10000)};
  if (context.values.count("rows")) size.rows = size.outputs = integerOption(context, "rows", 1, rows);
  if (context.values.count("cols")) size.tokens = integerOption(context, "cols", 1, cols);
  // As many outputs as tokens are enough to judge array 2 by.
  size.outputs = std::min(size.outputs, std::max(1, size.tokens));
  return size;
}

TileData tileData(const CommandContext& context, const design::Design& design) {
  const TileSize size = tileSize(context, design);
  const std::string pattern = context.values["pattern"].as<std::string>();
  const bool given = context.values.count("input") > 0;
  if (given || pattern == "real") {
    if (given && !context.values["pattern"].defaulted())
      throw Error("FLW-0502", "--input and --pattern exclude each other", "gaincell check", "give one of them");
    const TileSelection selection{static_cast<std::size_t>(integerOption(context, "sequence", 0, 1 << 20)),
                                  static_cast<std::size_t>(integerOption(context, "head", 0, 1 << 20)),
                                  static_cast<std::size_t>(integerOption(context, "tile", 0, 1 << 20))};
    const std::filesystem::path file =
        given ? std::filesystem::path(context.values["input"].as<std::string>()) : exampleData();
    return fileTile(design, file, selection, size);
  }
  return pattern == "random" ? randomTile(design, context.common.seed, size) : structuredTile(design, pattern, size);
}

CompareOptions compareOptions(const CommandContext& context) {
  CompareOptions options;
  const auto choose = [&](const char* name, std::initializer_list<const char*> names) {
    const std::string value = context.values[name].as<std::string>();
    int index = 0;
    std::string all;
    for (const char* n : names) {
      if (value == n) return index;
      all += (index++ ? ", " : "") + std::string(n);
    }
    throw Error("FLW-0503", fmt::format("'{}' is not known", value), fmt::format("--{}", name), "it is one of: " + all);
  };
  options.simulated_write = choose("write", {"ideal", "simulated"}) == 1;
  options.mismatch = static_cast<DrawnDevices>(choose("mismatch", {"none", "cells", "all"}));
  options.whole_columns = choose("columns", {"split", "whole"}) == 1;
  options.seed = context.common.seed;
  return options;
}

/// The model's section at the conditions of the simulation; a model without it is used as it is, with a warning.
void moveTo(model::Model& model, const pdk::Conditions& conditions, std::vector<std::string>& warnings) {
  try {
    static_cast<model::Section&>(model) = model::at(model, conditions.corner, conditions.temp_c, conditions.vdd);
  } catch (const Error& e) {
    warnings.push_back(fmt::format("the model does not know {}, {} C, {} V ({}); its own conditions are compared",
                                   conditions.corner, conditions.temp_c, conditions.vdd, e.problem()));
  }
}

ExitCode run(const CommandContext& context) {
  if (!context.values.count("model"))
    throw Error("FLW-0500", "no model file was given", "gaincell check", "add --model FILE");
  const pdk::Pdk pdk = context.loadPdk();
  const design::Design design = context.loadDesign(pdk);
  const auto conditions = context.conditions(pdk);
  model::Model model = model::readModel(context.values["model"].as<std::string>());
  const bool judged = context.values.count("limits") > 0;
  if (judged) checkLimits(design);
  const CompareOptions options = compareOptions(context);
  std::vector<std::string> warnings;
  moveTo(model, conditions, warnings);
  requireModelOf(context, model, design::identityOf(design, pdk, conditions), Part::Tile, warnings);
  const TileData data = tileData(context, design);
  const std::filesystem::path dir = context.common.out.empty() ? std::filesystem::path() : context.outputFolder();
  sim::Simulator simulator(context.simulatorOptions());
  TileComparison result = compareTile(pdk, conditions, design, model, data, options, simulator);
  result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());

  support::Provenance provenance = context.provenance(&pdk, &design);
  provenance.simulator = simulator.simulatorVersion();
  nlohmann::json json = toJson(result);
  auto tables = comparisonTables(result);
  std::string ladder_text;
  if (context.values.count("ladder")) {
    const Ladder ladder = climb(pdk, conditions, design, model, data, simulator);
    json["ladder"] = toJson(ladder);
    tables["ladder"] = ladderTable(ladder);
    ladder_text = toText(ladder);
  }
  json["provenance"] = support::toJson(provenance);
  json["figures"] = checkFigures(json);
  std::vector<spec::Verdict> verdicts;
  if (judged) {
    const nlohmann::json as_stage = {{"check", {{"figures", {{"check", json["figures"]}}}}}};
    verdicts = judge({design, pdk, conditions, as_stage});
    json["verdict"] = {{"met", spec::met(verdicts)}, {"measures", spec::toJson(verdicts)}};
  }
  if (!dir.empty()) writeCheck(result, json, tables, verdicts, provenance, dir, context.overwrite());
  std::string text = toText(result) + ladder_text;
  for (const auto& v : verdicts)
    if (v.outcome != spec::Outcome::NotRun)
      text += fmt::format("{}: {}{}\n", spec::outcomeName(v.outcome), v.limit.description,
                          v.reason.empty() ? "" : ", " + v.reason);
  context.print(json, text);
  return verdicts.empty() || spec::met(verdicts) ? ExitCode::Done : ExitCode::OutOfSpec;
}

}  // namespace

Command checkCommand() {
  return {
      "check",
      kTitle,
      "gaincell check --model FILE [options]",
      "  gaincell check --model out/quick/model.json --rows 16 --cols 4\n"
      "  gaincell check --model out/full/model.json --rows 64 --cols 64 --samples 2 --out check\n"
      "  gaincell check --model out/quick/model.json --rows 16 --cols 4 --pattern checkerboard\n"
      "  gaincell check --model out/quick/model.json --rows 64 --cols 8 --pattern real --head 1\n"
      "  gaincell check --model out/quick/model.json --rows 16 --cols 4 --samples 4 --ladder\n"
      "  gaincell check --model out/quick/model.json --rows 16 --cols 4 --mismatch cells --write simulated\n",
      kCircuits | kSeed | kJobs | kOut | kForce,
      [](po::options_description_easy_init add) {
        add("model", po::value<std::string>()->value_name("FILE"), "model file to judge");
        add("rows", po::value<int>()->value_name("N"), "query elements (word lines of array 1; default: the design's)");
        add("cols", po::value<int>()->value_name("N"), "tokens, and at most as many outputs (default: the design's)");
        add("samples", po::value<int>()->default_value(1)->value_name("N"), "queries");
        add("pattern", po::value<std::string>()->default_value("random")->value_name("NAME"),
            "random, zero, max, one-hot, checkerboard, near-saturation, or real: the shipped data of a trained "
            "transformer");
        add("input", po::value<std::string>()->value_name("FILE"),
            "queries, keys and values of your own: numpy file as for attend, with values of the network (weights 0 to "
            "0.9, stored upside down)");
        add("sequence", po::value<int>()->default_value(0)->value_name("N"), "of real or given data: which sequence");
        add("head", po::value<int>()->default_value(0)->value_name("N"), "which head");
        add("tile", po::value<int>()->default_value(0)->value_name("N"), "which group of --cols tokens");
        add("write", po::value<std::string>()->default_value("ideal")->value_name("HOW"),
            "ideal: the wanted voltages are stored; simulated: those that a simulated write leaves");
        add("mismatch", po::value<std::string>()->default_value("none")->value_name("WHICH"),
            "none; cells: drawn devices, the same in circuits and model; all: the converters' as well, which the "
            "model does not know");
        add("columns", po::value<std::string>()->default_value("split")->value_name("HOW"),
            "split: cells into the converter's capacitor, then the converter with that charge; whole: both in one "
            "deck per bit line, three times slower");
        add("ladder",
            "every way of computing array 1 against the next finer one: transistors whole, sliced, macro-models, "
            "extended, cubic, linear; --samples is the number of stimuli");
        add("limits", "judge by the design's limits; exit code 2 when one is missed");
        addAnywayOption(add);
        add("time-limit", po::value<double>()->value_name("S"), "seconds per simulation run (default 600)");
        add("keep-decks", po::value<std::string>()->value_name("DIR"),
            "keep the exact standalone deck of every run there");
      },
      run};
}

}  // namespace gaincell::flows
