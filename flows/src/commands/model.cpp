// gaincell model: shows, checks, compares and exports model files.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "gaincell/attention/npz.hpp"
#include "gaincell/exports/exports.hpp"
#include "gaincell/model/inspect.hpp"
#include "gaincell/model/io.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

model::Model load(const std::string& name) {
  return name == "paper" ? model::paperModel() : model::readModel(name);
}

void writeArrays(const std::string& file, const model::Model& m, support::Overwrite overwrite) {
  attention::NpzWriter npz(file, overwrite);
  for (const auto& a : exports::arrays(m)) {
    npz.begin(a.name, attention::ElementType::Float64, a.shape);
    npz.append(a.values.data(), a.values.size() * sizeof(double));
  }
  npz.commit();
}

ExitCode exportModel(const CommandContext& context, const model::Model& m) {
  const std::string name = context.values["format"].as<std::string>();
  const bool to_file = context.values.count("output");
  const std::string file = to_file ? context.values["output"].as<std::string>() : "";
  if (name == "npz") {
    if (!to_file) throw Error("FLW-0052", "npz is binary and needs a file", "gaincell model export", "add -o FILE.npz");
    writeArrays(file, m, context.overwrite());
  } else if (name == "json") {
    if (!to_file) return fmt::print("{}", model::modelText(m)), ExitCode::Done;
    model::writeModel(file, m, context.overwrite());
  } else {
    const std::string text = exports::format(name).write(m);
    if (!to_file) return fmt::print("{}", text), ExitCode::Done;
    support::writeFileAtomically(file, text, context.overwrite());
  }
  context.print({{"file", file}, {"format", name}, {"statement", exports::statement(m)}},
                fmt::format("{}: {}", file, name));
  return ExitCode::Done;
}

ExitCode compare(const CommandContext& context) {
  if (context.positional.size() != 3)
    throw Error("FLW-0053", "give two model files", "gaincell model diff", "gaincell model diff A.json B.json");
  const auto differences = model::diff(load(context.positional[1]), load(context.positional[2]));
  nlohmann::json list = nlohmann::json::array();
  for (const auto& d : differences) {
    nlohmann::json one = {{"path", d.path}, {"a", d.a}, {"b", d.b}};
    if (d.relative) one["relative"] = *d.relative;
    if (d.sigmas) one["sigmas"] = *d.sigmas;
    if (d.mismatch_sigmas) one["mismatch_sigmas"] = *d.mismatch_sigmas;
    list.push_back(std::move(one));
  }
  context.print({{"differences", list}}, model::describeForPeople(differences));
  return ExitCode::Done;
}

ExitCode run(const CommandContext& context) {
  const std::string action = context.positional.empty() ? "" : context.positional[0];
  if (action == "diff") return compare(context);
  if ((action != "show" && action != "check" && action != "export") || context.positional.size() != 2)
    throw Error("FLW-0054", "give show, check, export or diff, and a model file", "gaincell model",
                "for example: gaincell model show model.json");
  const model::Model m = load(context.positional[1]);
  if (action == "export") return exportModel(context, m);
  if (action == "check") {
    context.print({{"file", context.positional[1]}, {"schema", model::kSchemaId}, {"valid", true}},
                  fmt::format("{}: a valid model file ({})", context.positional[1], model::kSchemaId));
    return ExitCode::Done;
  }
  context.print(model::modelToJson(m), model::describeForPeople(m));
  return ExitCode::Done;
}

}  // namespace

Command modelCommand() {
  std::string names;
  for (const auto& f : exports::formats()) names += fmt::format("  {:<10} {}\n", f.name, f.description);
  return {"model",
          "show, check, compare or export a model file",
          "gaincell model show|check|export|diff FILE [FILE] [options]",
          "  gaincell model show model.json\n"
          "  gaincell model export model.json --format ngspice -o cell.sub\n"
          "  gaincell model export paper --format json -o paper.json\n"
          "  gaincell model diff old.json new.json\n"
          "\nFormats:\n" +
              names + "  npz        arrays for numpy\n  json       the model file itself\n",
          [](po::options_description_easy_init add) {
            add("format", po::value<std::string>()->default_value("ngspice")->value_name("NAME"),
                "verilog-a, ngspice, npz, csv or json");
            add("output,o", po::value<std::string>()->value_name("FILE"), "file to write (default: standard output)");
          },
          run};
}

}  // namespace gaincell::flows
