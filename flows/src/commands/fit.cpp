// gaincell fit: tables of simulated or measured data become a model file.

#include "gaincell/fit/fit.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "../fit_design.hpp"
#include "commands.hpp"
#include "gaincell/model/io.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

std::vector<std::string> list(const CommandContext& context, const char* name) {
  return context.values.count(name) ? context.values[name].as<std::vector<std::string>>() : std::vector<std::string>();
}

/// Conditions that were typed: for data that do not say theirs, and refused where they say others.
fit::GivenConditions givenConditions(const CommandContext& context) {
  fit::GivenConditions given;
  if (!context.common.pdk_manifest.empty() || !context.common.pdk_name.empty()) given.pdk = context.loadPdk().name;
  if (context.values.count("corner")) given.corner = context.common.corner;
  if (context.values.count("temp")) given.temp_c = context.common.temp_c;
  given.vdd_v = context.common.vdd;
  return given;
}

std::vector<fit::Inputs> readAll(const CommandContext& context) {
  std::vector<fit::Inputs> inputs;
  const fit::GivenConditions given = givenConditions(context);
  for (const std::string& dir : list(context, "run")) {
    const bool study = std::filesystem::exists(std::filesystem::path(dir) / "study.json");
    inputs.push_back(study ? fit::readRun(dir, given) : fit::readInputs(dir, given));
    describeRecordedDesign(inputs.back());
  }
  if (inputs.empty())
    throw Error("FLW-0050", "nothing to fit", "gaincell fit",
                "give --run DIR, a folder of tables (docs/fitting.md) or a Monte-Carlo run");
  // Every study belongs to the condition it was run at; those of another condition are refused by name.
  for (const std::string& dir : list(context, "mc")) fit::addRun(inputs.front(), dir);
  for (fit::Inputs& in : inputs) {
    in.provenance.command = context.command_line;
    in.provenance.program_version = support::version();
    in.provenance.date = support::utcNow();
  }
  return inputs;
}

ExitCode run(const CommandContext& context) {
  if (!context.values.count("output"))
    throw Error("FLW-0051", "give -o FILE for the model", "gaincell fit", "for example -o model.json");
  const std::string file = context.values["output"].as<std::string>();
  const std::filesystem::path dir = context.common.out.empty() ? std::filesystem::path() : context.outputFolder();
  const auto inputs = readAll(context);
  fit::Options options;
  options.v_zero = options.bit_line_reference = inputs.front().conditions.vdd_v / 2;
  // As the flow fits: attention stores levels, not the voltages between them. Measured data may have no levels.
  options.cubic_at_levels = inputs.front().design.has_value();
  if (context.values.count("v-zero")) options.v_zero = context.values["v-zero"].as<double>();
  const fit::FitResult result = fit::fitGrid(inputs, options);
  model::writeModel(file, result.model, context.overwrite());
  nlohmann::json report = fit::toJson(result.report);
  report["model"] = file;
  report["provenance"] = support::toJson(result.model.provenance);
  if (!dir.empty()) {
    for (const auto& [name, table] : result.report.residuals)
      support::writeCsv(dir / fmt::format("fit_{}.csv", name), table, context.overwrite());
    support::writeFileAtomically(dir / "fit_report.json", report.dump(1) + "\n", context.overwrite());
  }
  context.print(report, fmt::format("{}: {} {}, {} C, {} V\n{}", file, result.model.conditions.pdk,
                                    result.model.conditions.corner, result.model.conditions.temp_c,
                                    result.model.conditions.vdd_v, fit::toText(result.report)));
  return ExitCode::Done;
}

}  // namespace

Command fitCommand() {
  return {"fit",
          "fit a model file to simulated or measured tables",
          "gaincell fit --run DIR -o model.json [options]",
          "  gaincell simulate gain-cell --analysis charge --out data && gaincell fit --run data -o model.json\n"
          "  gaincell fit --run data --mc mismatch-run -o model.json --out fit-report\n"
          "  gaincell fit --run tt27 --run tt85 --run ss27 -o model.json   (the first is nominal)\n",
          kConditions | kPdk | kOut | kForce,
          [](po::options_description_easy_init add) {
            add("run", po::value<std::vector<std::string>>()->value_name("DIR"),
                "folder of tables, or a Monte-Carlo run; repeat it for more conditions, the first is nominal");
            add("mc", po::value<std::vector<std::string>>()->value_name("DIR"),
                "Monte-Carlo run at the nominal conditions (repeatable: mismatch, process, converters)");
            add("output,o", po::value<std::string>()->value_name("FILE"), "model file to write");
            add("v-zero", po::value<double>()->value_name("V"),
                "stored voltage the polynomial is about (default: half the supply)");
          },
          run};
}

}  // namespace gaincell::flows
