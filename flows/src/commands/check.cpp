// gaincell check: behavioral model against transistors, both dot products.

#include "../check/check.hpp"

#include <fmt/format.h>

#include "../check/check_report.hpp"
#include "commands.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

int integerOption(const CommandContext& context, const char* name, int low, int high) {
  const int value = context.values[name].as<int>();
  if (value < low || value > high)
    throw Error("FLW-0501", fmt::format("{} is not possible", value), fmt::format("--{}", name),
                fmt::format("give a number from {} to {}", low, high));
  return value;
}

ExitCode run(const CommandContext& context) {
  if (!context.values.count("model"))
    throw Error("FLW-0500", "no model file was given", "gaincell check", "add --model FILE");
  const pdk::Pdk pdk = context.loadPdk();
  const auto conditions = context.conditions(pdk);
  const model::Model model = model::readModel(context.values["model"].as<std::string>());
  const int rows = integerOption(context, "rows", 1, 1024), cols = integerOption(context, "cols", 1, 1024);
  const int samples = integerOption(context, "samples", 1, 10000);
  const std::string pattern = context.values["pattern"].as<std::string>();
  const TileData data = pattern == "random" ? randomTile(context.common.seed, rows, cols, cols, samples, conditions.vdd)
                                            : structuredTile(pattern, rows, cols, cols, conditions.vdd);
  const std::filesystem::path dir = context.common.out.empty() ? std::filesystem::path() : context.outputFolder();
  sim::Simulator simulator(context.simulatorOptions());
  const TileComparison result =
      compareTile(pdk, conditions, tileCircuits(context, pdk, rows, cols), model, data, simulator);
  nlohmann::json json = toJson(result);
  json["provenance"] = support::toJson(context.provenance(&pdk));
  if (!dir.empty())
    for (const auto& [name, table] : comparisonTables(result))
      support::writeCsv(dir / ("check_" + name + ".csv"), table, context.overwrite());
  context.print(json, toText(result));
  return ExitCode::Done;
}

}  // namespace

Command checkCommand() {
  return {"check",
          "behavioral model against transistors, both dot products",
          "gaincell check --model FILE [options]",
          "  gaincell check --model out/quick/model_array.json --rows 16 --cols 4\n"
          "  gaincell check --model out/full/model_array.json --rows 64 --cols 64 --samples 2 --out check\n"
          "  gaincell check --model out/quick/model_array.json --pattern checkerboard\n",
          [](po::options_description_easy_init add) {
            add("model", po::value<std::string>()->value_name("FILE"), "model file to judge");
            add("rows", po::value<int>()->default_value(64)->value_name("N"), "query elements (word lines of array 1)");
            add("cols", po::value<int>()->default_value(64)->value_name("N"), "tokens, and outputs");
            add("samples", po::value<int>()->default_value(1)->value_name("N"), "random queries");
            add("pattern", po::value<std::string>()->default_value("random")->value_name("NAME"),
                "random, zero, max, one-hot, checkerboard, near-saturation");
            add("set", po::value<std::vector<std::string>>()->value_name("KIND/NAME=VALUE"),
                "a parameter of array or column (repeatable)");
            add("time-limit", po::value<double>()->value_name("S"), "seconds per simulation run (default 600)");
            add("keep-decks", po::value<std::string>()->value_name("DIR"),
                "keep the exact standalone deck of every run there");
          },
          run};
}

}  // namespace gaincell::flows
