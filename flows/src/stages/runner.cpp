#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "gaincell/support/hash.hpp"
#include "gaincell/support/parallel.hpp"
#include "stage.hpp"

namespace gaincell::flows {

using nlohmann::json;
using support::Error;
namespace fs = std::filesystem;

namespace {

fs::path recordPath(const fs::path& dir, const std::string& stage) {
  return dir / "stages" / (stage + ".json");
}

/// The record of a finished stage, or null.
json readRecord(const fs::path& dir, const std::string& stage) {
  const fs::path path = recordPath(dir, stage);
  std::error_code ec;
  if (!fs::exists(path, ec)) return nullptr;
  return json::parse(support::readFile(path), nullptr, /*allow_exceptions=*/false);
}

/// Settings of analyses given in the settings file: part of every stage's inputs.
json analysisInputs(const FlowContext& context) {
  json j = json::object();
  for (const auto& a : sim::analyses())
    for (const auto& [key, value] : context.command().settings.section("analyses." + a.kind + "." + a.name))
      j[a.kind][a.name][key] = value;
  return j;
}

}  // namespace

std::string stageHash(const FlowContext& context, const Stage& stage) {
  static const std::string program = support::sha256File("/proc/self/exe");
  json inputs = {{"program", program},
                 {"pdk", context.pdk().content_hash},
                 {"conditions", {context.conditions().corner, context.conditions().temp_c, context.conditions().vdd}},
                 {"seed", context.command().common.seed},
                 {"quick", context.quick()},
                 {"design", context.design().values()},
                 {"analyses", analysisInputs(context)},
                 {"settings", stage.inputs ? stage.inputs(context) : json()}};
  for (const auto& before : stage.after) {
    const json record = readRecord(context.dir(), before);
    inputs["after"][before] = record.is_object() ? record.value("output_hash", "") : "";
  }
  return support::sha256(inputs.dump());
}

namespace {

bool upToDate(const FlowContext& context, const json& record, const std::string& hash) {
  if (!record.is_object() || record.value("hash", "") != hash) return false;
  for (const auto& [file, sha] : record["files"].items()) {
    std::error_code ec;
    if (!fs::is_regular_file(context.dir() / file, ec) || support::sha256File(context.dir() / file) != sha)
      return false;
  }
  return true;
}

/// A stage alone needs what it reads. The report takes what there is.
void requireBefore(const FlowContext& context, const Stage& stage) {
  if (stage.name == "report") return;
  for (const auto& s : stages()) {
    const bool read = std::find(stage.after.begin(), stage.after.end(), s.name) != stage.after.end();
    if (!read || (context.quick() && !s.in_quick) || readRecord(context.dir(), s.name).is_object()) continue;
    throw Error(
        "FLW-0022",
        fmt::format("stage '{}' reads what stage '{}' leaves, which has not run in this folder", stage.name, s.name),
        context.dir().string(), fmt::format("run it first with --stage {}, or the whole flow", s.name));
  }
}

void runOne(FlowContext& context, const Stage& stage, const std::string& hash) {
  const auto start = std::chrono::steady_clock::now();
  context.begin();
  stage.run(context);
  support::throwIfInterrupted();
  json files = json::object();
  for (const auto& file : context.files()) files[file] = support::sha256File(context.dir() / file);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const json record = {
      {"stage", stage.name},         {"hash", hash},
      {"seconds", seconds},          {"files", files},
      {"result", context.current()}, {"output_hash", support::sha256(files.dump() + context.current().dump())}};
  support::writeFileAtomically(recordPath(context.dir(), stage.name), record.dump(2) + "\n", support::Overwrite::Yes);
}

}  // namespace

FlowContext::FlowContext(const CommandContext& command, FlowSize size, fs::path dir)
    : command_(command),
      size_(size),
      dir_(std::move(dir)),
      pdk_(command.loadPdk()),
      design_(command.loadDesign(pdk_)),
      conditions_(command.conditions(pdk_)),
      simulator_([&] {
        sim::SimulatorOptions o = command.simulatorOptions();
        o.keep_decks = dir_ / "decks";
        return o;
      }()) {}

void FlowContext::begin() {
  current_ = json::object();
  files_.clear();
}

support::Provenance FlowContext::provenance() {
  support::Provenance p = command_.provenance(&pdk_, &design_);
  p.simulator = simulator_.simulatorVersion();
  return p;
}

void FlowContext::addFile(const std::string& file) {
  files_.push_back(file);
}

void FlowContext::writeText(const std::string& file, const std::string& text) {
  fs::create_directories((dir_ / file).parent_path());
  support::writeFileAtomically(dir_ / file, text, support::Overwrite::Yes);
  addFile(file);
}

void FlowContext::writeTable(const std::string& file, const support::Table& table) {
  support::Provenance p = provenance();
  p.date = "see summary.json";  // tables of equal content must be equal files
  writeText(file, support::toCsv(table, {support::toJson(p).dump()}));
}

design::Design FlowContext::designWith(const std::map<std::string, std::string>& values) const {
  design::Design design = design_;
  for (const auto& [path, value] : values) design.set(path, value, "the flow");
  return design;
}

sim::AnalysisResult FlowContext::simulate(const pdk::Conditions& at, const std::string& kind, const std::string& name,
                                          const std::map<std::string, std::string>& settings,
                                          const std::map<std::string, std::string>& values) {
  support::throwIfInterrupted();
  const design::Design design = designWith(values);
  netlist::ParameterSet chosen = sim::analysis(kind, name).settings(pdk_);
  for (const auto& [key, value] : settings) chosen.set(key, value);
  command_.settings.apply("analyses." + kind + "." + name, chosen);
  sim::AnalysisContext context{pdk_, at, design, chosen, simulator_};
  context.seed = command_.common.seed;
  return sim::analysis(kind, name).run(context);
}

sim::AnalysisResult FlowContext::analyse(const std::string& kind, const std::string& name,
                                         const std::map<std::string, std::string>& settings,
                                         const std::map<std::string, std::string>& values, const std::string& stem) {
  sim::AnalysisResult result = simulate(conditions_, kind, name, settings, values);
  const std::string base = stem.empty() ? kind + "_" + name : stem;
  for (const auto& [table_name, table] : result.tables)
    writeTable(fmt::format("data/{}_{}.csv", base, table_name), table);
  for (const auto& f : result.figures)
    current_["figures"][base][f.name] = {{"value", f.value}, {"unit", f.unit}, {"description", f.description}};
  for (const auto& w : result.warnings) current_["warnings"].push_back(base + ": " + w);
  return result;
}

json FlowContext::result(const std::string& stage) const {
  const json record = readRecord(dir_, stage);
  if (!record.is_object() || !record.contains("result"))
    throw Error("FLW-0020", fmt::format("stage '{}' has not run in this folder", stage), dir_.string(),
                "run 'gaincell flow' without --stage first");
  return record["result"];
}

std::vector<std::string> runStages(FlowContext& context, const std::string& only) {
  std::vector<const Stage*> chosen;
  std::vector<std::string> names;
  for (const auto& s : stages()) {
    names.push_back(s.name);
    if ((only.empty() && (s.in_quick || !context.quick())) || s.name == only) chosen.push_back(&s);
  }
  if (chosen.empty())
    throw Error("FLW-0021", fmt::format("there is no stage '{}'", only), "--stage",
                fmt::format("stages are: {}", fmt::join(names, ", ")));
  fs::create_directories(context.dir() / "stages");
  support::writeFileAtomically(context.dir() / "identity.json", design::toJson(context.identity()).dump(1) + "\n",
                               support::Overwrite::Yes);
  std::vector<std::string> ran;
  std::size_t number = 0;
  for (const Stage* stage : chosen) {
    const std::string label = fmt::format("[{}/{}] {}", ++number, chosen.size(), stage->title);
    const std::string hash = stageHash(context, *stage);
    if (upToDate(context, readRecord(context.dir(), stage->name), hash)) {
      if (!context.command().common.quiet) fmt::print(stderr, "{}: up to date\n", label);
      continue;
    }
    if (!context.command().common.quiet) fmt::print(stderr, "{}\n", label);
    support::throwIfInterrupted();
    if (!only.empty()) requireBefore(context, *stage);
    runOne(context, *stage, hash);
    ran.push_back(stage->name);
  }
  return ran;
}

}  // namespace gaincell::flows
