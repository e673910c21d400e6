// gaincell model: shows, checks, compares and exports model files.

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "../fit_design.hpp"
#include "../model_identity.hpp"
#include "commands.hpp"
#include "gaincell/attention/npz.hpp"
#include "gaincell/exports/exports.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/inspect.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

model::Model load(const std::string& name) {
  return name == "paper" ? model::paperModel() : model::readModel(name);
}

void writeArrays(const CommandContext& context, const std::string& file, const model::Model& m) {
  attention::NpzWriter npz(file, context.overwrite());
  npz.comment(support::toJson(context.provenance()).dump());
  for (const auto& a : exports::arrays(m)) {
    npz.begin(a.name, attention::ElementType::Float64, a.shape);
    npz.append(a.values.data(), a.values.size() * sizeof(double));
  }
  npz.commit();
}

/// The model is of the design that the command line states, or a warning says that it is not (--anyway).
void checkStated(const CommandContext& context, const model::Model& m) {
  std::vector<std::string> warnings;
  requireStatedDesign(context, m, warnings);
  for (const auto& w : warnings) fmt::print(stderr, "warning: {}\n", w);
}

ExitCode exportModel(const CommandContext& context, const model::Model& m) {
  checkStated(context, m);
  const std::string name = context.values["format"].as<std::string>();
  const bool to_file = context.values.count("output");
  const std::string file = to_file ? context.values["output"].as<std::string>() : "";
  if (name == "npz") {
    if (!to_file) throw Error("FLW-0052", "npz is binary and needs a file", "gaincell model export", "add -o FILE.npz");
    writeArrays(context, file, m);
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

/// Cells drawn from the model: polynomial of the current and what it gives at the stored levels.
support::Table drawCells(const model::Model& m, std::uint64_t seed, int samples, int levels) {
  const model::Cell& cell = m.cell;
  const bool curve = cell.mismatch_curve.has_value();
  if (!curve && !cell.mismatch)
    throw Error("FLW-0055", "the model does not say how cells differ", "$.cell.mismatch",
                "fit it with a Monte-Carlo run: gaincell fit --run DIR --mc RUN");
  const std::size_t size = curve ? cell.mismatch_curve->components_uA.front().size() : 4;
  std::optional<model::CurveSampler> whole;
  std::optional<model::Sampler> cubic;
  curve ? static_cast<void>(whole.emplace(*cell.mismatch_curve)) : static_cast<void>(cubic.emplace(*cell.mismatch));
  support::Table table;
  table.columns = {"sample"};
  for (std::size_t k = 0; k < size; ++k) table.columns.push_back(fmt::format("deviation_{}_uA", k));
  for (int l = 0; l < levels; ++l) table.columns.push_back(fmt::format("i_level_{}_A", l));
  std::vector<double> d(size);
  for (int s = 0; s < samples; ++s) {
    const auto instance = static_cast<std::uint64_t>(s);
    curve ? whole->draw(seed, 0, instance, d.data()) : cubic->draw(seed, 0, instance, d.data());
    std::vector<double> row = {static_cast<double>(s)};
    row.insert(row.end(), d.begin(), d.end());
    for (int l = 0; l < levels; ++l) {
      const double v = m.conditions.vdd_v * l / (levels - 1), y = v - cell.v_zero_V;
      double deviation = 0;
      for (std::size_t k = size; k-- > 0;) deviation = deviation * y + d[k];
      // The current per width: of the extended form where there is one, without the charge of the pulse edges.
      const double nominal = cell.extended ? model::charge(cell, v, 2, cell.extended->bit_line_reference_V) -
                                                 model::charge(cell, v, 1, cell.extended->bit_line_reference_V)
                                           : model::current(cell, v);
      row.push_back(nominal + 1e-6 * deviation);
    }
    table.addRow(row);
  }
  return table;
}

ExitCode sample(const CommandContext& context, const model::Model& m) {
  const int samples = context.values["samples"].as<int>(), levels = context.values["levels"].as<int>();
  if (samples < 1 || samples > 10'000'000 || levels < 2 || levels > 256)
    throw Error("FLW-0056", fmt::format("{} samples of {} levels are not possible", samples, levels),
                "gaincell model sample", "give --samples from 1 to 10000000 and --levels from 2 to 256");
  const support::Table table = drawCells(m, context.common.seed, samples, levels);
  std::vector<std::string> comments;
  for (const auto& line : exports::statement(m)) comments.push_back(line);
  if (!context.values.count("output")) return fmt::print("{}", support::toCsv(table, comments)), ExitCode::Done;
  const std::string file = context.values["output"].as<std::string>();
  support::writeFileAtomically(file, support::toCsv(table, comments), context.overwrite());
  context.print({{"file", file}, {"samples", samples}, {"seed", context.common.seed}},
                fmt::format("{}: {} cells", file, samples));
  return ExitCode::Done;
}

/// Adds what the numbers of a network mean in the circuits of the stated design.
ExitCode addConventions(const CommandContext& context, model::Model m) {
  if (!context.values.count("output"))
    throw Error("FLW-0057", "give -o FILE for the completed model", "gaincell model conventions",
                "gaincell model conventions old.json --design lean -o new.json");
  if (m.design) checkStated(context, m);  // else the design is being stated here
  const std::string file = context.values["output"].as<std::string>();
  const pdk::Pdk pdk = context.loadPdk();
  const design::Design design = context.loadDesign(pdk);
  m.conventions = conventionsOf(pdk, design);
  const double longest_ns = m.timing_s.pulse_max * 1e9;
  if (m.relu_converter) m.relu_converter->s_sat_uA = m.conventions->array1.full_scale_fC / longest_ns;
  if (m.signed_converter) m.signed_converter->positive.s_sat_uA = m.conventions->array2.full_scale_fC / longest_ns;
  model::writeModel(file, m, context.overwrite());
  context.print({{"file", file}, {"design", design.name}, {"design_hash", design.hash()}},
                fmt::format("{}: with the conventions of design {}", file, design.name));
  return ExitCode::Done;
}

ExitCode run(const CommandContext& context) {
  static const std::map<std::string, std::set<std::string>> kUsed = {
      {"show", {}},
      {"check", {"pdk", "pdk-manifest", "design", "set", "anyway"}},
      {"export", {"pdk", "pdk-manifest", "design", "set", "anyway", "format", "output", "force"}},
      {"conventions", {"pdk", "pdk-manifest", "design", "set", "anyway", "output", "force"}},
      {"sample", {"samples", "levels", "seed", "output", "force"}},
      {"diff", {}}};
  const std::string action = context.positional.empty() ? "" : context.positional[0];
  if (const auto used = kUsed.find(action); used != kUsed.end()) context.requireUsed("model " + action, used->second);
  if (action == "diff") return compare(context);
  if (!kUsed.contains(action) || context.positional.size() != 2)
    throw Error("FLW-0054", "give show, check, export, conventions, sample or diff, and a model file", "gaincell model",
                "for example: gaincell model show model.json");
  const model::Model m = load(context.positional[1]);
  if (action == "export") return exportModel(context, m);
  if (action == "conventions") return addConventions(context, m);
  if (action == "sample") return sample(context, m);
  if (action == "check") {
    checkStated(context, m);
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
          "show, check, compare, export or draw from a model file",
          "gaincell model show|check|export|conventions|sample|diff FILE [FILE] [options]",
          "  gaincell model show model.json\n"
          "  gaincell model export model.json --format ngspice -o cell.sub\n"
          "  gaincell model export paper --format json -o paper.json\n"
          "  gaincell model conventions measured.json --design lean -o complete.json\n"
          "  gaincell model sample model.json --samples 1000 --seed 1 -o cells.csv\n"
          "  gaincell model diff old.json new.json\n"
          "\nFormats:\n" +
              names + "  npz        arrays for numpy\n  json       the model file itself\n",
          kPdk | kDesign | kSeed | kForce,
          [](po::options_description_easy_init add) {
            addAnywayOption(add);
            add("format", po::value<std::string>()->default_value("ngspice")->value_name("NAME"),
                "verilog-a, ngspice, npz, csv or json");
            add("samples", po::value<int>()->default_value(1000)->value_name("N"), "sample: cells to draw");
            add("levels", po::value<int>()->default_value(8)->value_name("N"),
                "sample: stored levels between 0 and the supply to give the current at");
            add("output,o", po::value<std::string>()->value_name("FILE"), "file to write (default: standard output)");
          },
          run,
          true};
}

}  // namespace gaincell::flows
