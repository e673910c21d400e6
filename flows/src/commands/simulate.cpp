// gaincell simulate: one named analysis of a generated circuit.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "../model_identity.hpp"
#include "commands.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/macro/macro.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

std::string analysisList(const std::string& kind) {
  std::string text;
  for (const auto& a : sim::analyses())
    if (kind.empty() || a.kind == kind) text += fmt::format("  {:<18} {:<12} {}\n", a.kind, a.name, a.description);
  return text;
}

nlohmann::json toJson(const sim::AnalysisResult& result) {
  nlohmann::json figures = nlohmann::json::array();
  for (const auto& f : result.figures)
    figures.push_back({{"name", f.name}, {"value", f.value}, {"unit", f.unit}, {"description", f.description}});
  return {{"figures", figures}, {"warnings", result.warnings}};
}

std::string toTextTable(const sim::AnalysisResult& result) {
  std::string text;
  for (const auto& f : result.figures)
    text += fmt::format("  {:<28} {:>14}  {}\n", f.name,
                        f.unit.empty() ? fmt::format("{:.5g}", f.value) : support::formatSi(f.value, f.unit, 4),
                        f.description);
  for (const auto& w : result.warnings) text += "  warning: " + w + "\n";
  return text;
}

void writeTables(const CommandContext& context, const std::filesystem::path& dir, const std::string& stem,
                 const sim::AnalysisResult& result, nlohmann::json& summary) {
  const std::string origin = support::toJson(support::provenanceFromJson(summary["provenance"])).dump();
  for (const auto& [name, table] : result.tables) {
    const auto file = dir / fmt::format("{}_{}.csv", stem, name);
    support::writeCsv(file, table, context.overwrite(), {origin});
    summary["files"].push_back(file.string());
  }
  support::writeFileAtomically(dir / (stem + ".json"), summary.dump(2) + "\n", context.overwrite());
}

/// What the word before the name of given data says of its numbers.
sim::DataForm dataForm(const std::string& word, const std::string& where) {
  if (word.empty() || word == "levels") return sim::DataForm::StoredLevels;
  if (word == "weights") return sim::DataForm::WeightLevels;
  if (word == "values") return sim::DataForm::Values;
  throw Error("FLW-0023", fmt::format("data have no form '{}'", word), where,
              "write [FORM:]NAME=FILE.csv; forms are: levels (of the stored voltage), weights (levels of the network's "
              "values), values (of the network)");
}

/// Tables of `--data [FORM:]NAME=FILE`, read before anything is simulated.
std::map<std::string, sim::GivenData> givenData(const CommandContext& context, const sim::Analysis& analysis) {
  std::map<std::string, sim::GivenData> data;
  if (!context.values.count("data")) return data;
  for (const auto& text : context.values["data"].as<std::vector<std::string>>()) {
    const std::string where = fmt::format("--data {}", text);
    const std::size_t equals = text.find('='), colon = text.substr(0, equals).find(':');
    const std::string form = colon == std::string::npos ? "" : text.substr(0, colon);
    const std::size_t first = colon == std::string::npos ? 0 : colon + 1;
    const std::string name = text.substr(first, equals == std::string::npos ? equals : equals - first);
    if (equals == std::string::npos ||
        std::find(analysis.data.begin(), analysis.data.end(), name) == analysis.data.end())
      throw Error("FLW-0015", fmt::format("{} {} takes no data '{}'", analysis.kind, analysis.name, name), where,
                  analysis.data.empty()
                      ? "leave the option away"
                      : fmt::format("write [FORM:]NAME=FILE.csv; names are {}", fmt::join(analysis.data, ", ")));
    const std::string file = text.substr(equals + 1);
    if (!data.emplace(name, sim::GivenData{support::readCsv(file), dataForm(form, where), file}).second)
      throw Error("FLW-0024", fmt::format("data '{}' are given twice", name), where, "keep one of them");
  }
  return data;
}

/// The model file of macro-models.
model::Model modelOf(const CommandContext& context) {
  if (!context.values.count("model"))
    throw Error("MAC-0005", "macro-models need a model file", "--fidelity",
                "give --model FILE, for example the model.json of a flow");
  return model::readModel(context.values["model"].as<std::string>());
}

sim::AnalysisResult byMacroModels(const CommandContext& context, const sim::AnalysisContext& analysed,
                                  const sim::Analysis& analysis, const design::Identity& identity,
                                  macro::Fidelity fidelity) {
  const model::Model model = modelOf(context);
  std::vector<std::string> warnings;
  const bool whole = analysis.kind.find("column") != std::string::npos;
  requireModelOf(context, model, identity, whole ? Part::Tile : Part::Cell, warnings);
  sim::AnalysisResult result = macro::macroAnalysis(analysed, analysis.kind, analysis.name, model, fidelity);
  result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());
  return result;
}

/// Tables of one folder are of one thing: the first run says of what, later ones must agree.
void claimFolder(const std::filesystem::path& dir, const design::Identity& identity, support::Overwrite overwrite) {
  const auto file = dir / "identity.json";
  std::error_code none;
  if (std::filesystem::exists(file, none) && overwrite == support::Overwrite::Yes) {
    const auto there = design::identityFromJson(nlohmann::json::parse(support::readFile(file)));
    design::requireSame(there, "what lies in " + dir.string(), identity, "this run");
    return;
  }
  support::writeFileAtomically(file, design::toJson(identity).dump(1) + "\n", overwrite);
}

ExitCode run(const CommandContext& context) {
  if (context.positional.size() != 1 || !context.values.count("analysis"))
    throw Error("FLW-0014", "give one circuit kind and --analysis NAME", "gaincell simulate",
                "analyses are:\n" + analysisList(""));
  const pdk::Pdk pdk = context.loadPdk();
  const std::string kind = context.positional[0];
  cells::generator(kind);
  const sim::Analysis& analysis = sim::analysis(kind, context.values["analysis"].as<std::string>());
  const design::Design design = context.loadDesign(pdk, kind);
  const netlist::ParameterSet settings = context.analysisSettings(pdk, kind, analysis.name);
  const auto data = givenData(context, analysis);
  const auto conditions = context.conditions(pdk);
  // The folder is checked before hours of simulation, not after.
  const std::filesystem::path dir = context.common.out.empty() ? std::filesystem::path() : context.outputFolder();

  sim::Simulator simulator(context.simulatorOptions());
  sim::AnalysisContext analysed{pdk, conditions, design, settings, simulator};
  analysed.data = &data;
  analysed.seed = context.common.seed;
  const macro::Fidelity fidelity = macro::fidelityOf(context.values["fidelity"].as<std::string>());
  for (const char* option : {"model", "anyway"})
    if (fidelity == macro::Fidelity::Spice && context.typed.count(option))
      throw Error("MAC-0008", fmt::format("--{} belongs to macro-models", option), "gaincell simulate",
                  "add --fidelity macro or compare, or leave it away");
  const design::Identity identity = design::identityOf(design, pdk, conditions);
  if (!dir.empty()) claimFolder(dir, identity, context.overwrite());
  const sim::AnalysisResult result = fidelity == macro::Fidelity::Spice
                                         ? analysis.run(analysed)
                                         : byMacroModels(context, analysed, analysis, identity, fidelity);

  support::Provenance provenance = context.provenance(&pdk, &design);
  provenance.simulator = simulator.simulatorVersion();
  nlohmann::json summary = toJson(result);
  summary["kind"] = kind;
  summary["analysis"] = analysis.name;
  summary["fidelity"] = context.values["fidelity"].as<std::string>();
  summary["provenance"] = support::toJson(provenance);
  summary["identity"] = design::toJson(identity);
  summary["files"] = nlohmann::json::array();
  if (!dir.empty()) writeTables(context, dir, fmt::format("{}_{}", kind, analysis.name), result, summary);
  context.print(summary, fmt::format("{} {} at {}, {} C, {} V:\n{}", kind, analysis.name, conditions.corner,
                                     conditions.temp_c, conditions.vdd, toTextTable(result)));
  return ExitCode::Done;
}

}  // namespace

Command simulateCommand() {
  return {"simulate",
          "run one named analysis of a generated circuit",
          "gaincell simulate KIND --analysis NAME [options]",
          "  gaincell simulate gain-cell --analysis iv\n"
          "  gaincell simulate gain-cell --analysis retention --temp 85 --corner ff --out hot\n"
          "  gaincell simulate gain-cell --analysis write --set cell.c_storage=10f --json\n"
          "  gaincell simulate array --analysis mac --set array.rows=8 --set array.cols=8 --data stored=levels.csv "
          "--data inputs=pulses.csv\n"
          "  gaincell simulate tile --analysis chain --set array.rows=8 --set array.cols=8 --data weights:keys=k.csv "
          "--data weights:values=v.csv --seed 7\n"
          "\nAnalyses:\n" +
              analysisList(""),
          kCircuits | kSeed | kJobs | kOut | kForce,
          [](po::options_description_easy_init add) {
            add("analysis", po::value<std::string>()->value_name("NAME"), "which analysis");
            add("with", po::value<std::vector<std::string>>()->value_name("NAME=VALUE"),
                "a setting of the analysis (repeatable)");
            add("data", po::value<std::vector<std::string>>()->value_name("[FORM:]NAME=FILE"),
                "numbers from a CSV file with a header line instead of random ones: stored and inputs of mac, keys, "
                "values and queries of chain (repeatable). FORM says what a number is. levels (default): level of the "
                "stored voltage, 0 the lowest. weights: level of the network's weight, 0 the least, which is stored as "
                "the highest voltage. values: value of the network itself, 0 to 0.9 (weight w is stored as VDD (1 - "
                "w/0.9)), of inputs and queries 0 to 1. Pulses of inputs and queries are LSB otherwise");
            add("fidelity", po::value<std::string>()->default_value("spice")->value_name("NAME"),
                "spice: transistors; macro: the macro-models of --model (mac of arrays and columns); compare: both");
            add("model", po::value<std::string>()->value_name("FILE"), "model file of the macro-models");
            addAnywayOption(add);
            add("time-limit", po::value<double>()->value_name("S"), "seconds per simulation run (default 600)");
            add("keep-decks", po::value<std::string>()->value_name("DIR"),
                "keep the exact standalone deck of every run there");
          },
          run,
          true};
}

}  // namespace gaincell::flows
