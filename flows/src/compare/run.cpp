#include "run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/hash.hpp"
#include "gaincell/support/json.hpp"

namespace gaincell::flows::comparison {

using nlohmann::json;
using support::Error;
namespace fs = std::filesystem;

namespace {

constexpr const char* kSchema = "gaincell-summary/1";

std::optional<double> number(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number()) return std::nullopt;
  return at->get<double>();
}

std::vector<RunFigure> figuresOf(const json& stages) {
  std::vector<RunFigure> out;
  for (const auto& [stage, groups] : stages.items())
    for (const auto& [group, figures] : groups.items())
      for (const auto& [name, figure] : figures.items())
        out.push_back(
            {stage, group, name, figure.value("description", ""), figure.value("unit", ""), number(figure, "value")});
  return out;
}

std::vector<RunLimit> limitsOf(const json& verdicts) {
  std::vector<RunLimit> out;
  for (const auto& v : verdicts)
    out.push_back({v.at("measure").get<std::string>(), v.value("description", ""), v.value("unit", ""),
                   v.value("condition", ""), number(v, "min"), number(v, "typ"), number(v, "max"), number(v, "value"),
                   v.at("outcome").get<std::string>(), v.value("reason", "")});
  return out;
}

/// A user may name the summary instead of its folder.
fs::path folderOf(const fs::path& given) {
  std::error_code ec;
  if (fs::is_directory(given, ec)) return given;
  if (fs::exists(given, ec) && given.filename() == "summary.json")
    return given.has_parent_path() ? given.parent_path() : fs::path(".");
  throw Error("CMP-0001", fs::exists(given, ec) ? "this is no folder of a run" : "there is no such folder",
              given.string(), "give the --out folder of a finished 'gaincell flow'");
}

/// A flow that is being run anew may still have the summary of the run before.
void requireFinished(const fs::path& dir) {
  std::error_code ec;
  const fs::path stages = dir / "stages", summary = dir / "summary.json";
  const bool started = fs::is_directory(stages, ec);
  if (started && (!fs::exists(stages / "report.json", ec) || !fs::exists(summary, ec)))
    throw Error(
        "CMP-0002", "the flow in this folder has not finished",
        (fs::exists(summary, ec) ? stages / "report.json" : summary).string() + " is missing",
        fmt::format("finish it with its own command and --resume (gaincell flow ... --out {} --resume)", dir.string()));
  if (!fs::exists(summary, ec))
    throw Error("CMP-0002", "this folder holds no run of 'gaincell flow'", summary.string() + " is missing",
                fmt::format("make one: gaincell flow --quick --out {}", dir.string()));
}

Run fromSummary(const json& summary) {
  Run run;
  run.size = summary.value("size", "unknown");
  run.provenance = support::provenanceFromJson(summary.at("provenance"));
  if (summary.contains("identity")) run.identity = design::identityFromJson(summary["identity"]);
  run.figures = figuresOf(summary.at("figures"));
  run.limits = limitsOf(summary.at("verdict").at("measures"));
  run.met = summary["verdict"].value("met", false);
  return run;
}

std::string withoutEnd(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() ? normal.string() : normal.parent_path().string();
}

/// The name of the folder where that is enough, else the path as given.
void nameRuns(std::vector<Run>& runs, const std::vector<std::string>& given) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string name = fs::canonical(runs[i].dir).filename().string();
    const auto same = [&](const Run& other) { return fs::canonical(other.dir).filename().string() == name; };
    const bool alone = std::count_if(runs.begin(), runs.end(), same) == 1;
    runs[i].label = alone && !name.empty() ? name : withoutEnd(given[i]);
  }
}

}  // namespace

std::string Run::design() const {
  if (identity && !identity->design.empty()) return identity->design;
  return provenance.design.empty() ? "unknown" : provenance.design;
}

Run readRun(const fs::path& given) {
  const fs::path dir = folderOf(given), file = dir / "summary.json";
  requireFinished(dir);
  const std::string text = support::readFile(file);
  const json summary = json(support::parseJson(text, file.string()));
  const std::string schema = summary.is_object() && summary.contains("schema") && summary["schema"].is_string()
                                 ? summary["schema"].get<std::string>()
                                 : "none";
  if (schema != kSchema)
    throw Error("CMP-0003", fmt::format("the schema of the summary is '{}', not '{}'", schema, kSchema), file.string(),
                "run the flow again with this version of gaincell");
  try {
    Run run = fromSummary(summary);
    run.dir = dir;
    run.hash = support::sha256(text);
    return run;
  } catch (const json::exception& e) {
    throw Error("CMP-0003", fmt::format("the summary of the run cannot be understood: {}", e.what()), file.string(),
                "write it again: gaincell flow with the options of the run, --resume and --stage report");
  }
}

std::vector<Run> readRuns(const std::vector<std::string>& dirs) {
  std::vector<Run> runs;
  for (const auto& dir : dirs) {
    runs.push_back(readRun(dir));
    for (std::size_t i = 0; i + 1 < runs.size(); ++i)
      if (fs::canonical(runs[i].dir) == fs::canonical(runs.back().dir))
        throw Error("CMP-0004", fmt::format("the run is given twice, as '{}' and as '{}'", dirs[i], dir),
                    fs::canonical(runs[i].dir).string(), "give each run once");
  }
  nameRuns(runs, dirs);
  return runs;
}

json runsToJson(const std::vector<Run>& runs) {
  json out = json::array();
  for (const Run& run : runs)
    out.push_back({{"label", run.label},
                   {"folder", run.dir.string()},
                   {"size", run.size},
                   {"design", run.design()},
                   {"specification_met", run.met},
                   {"identity", run.identity ? design::toJson(*run.identity) : json("unknown")},
                   {"provenance", support::toJson(run.provenance)}});
  return out;
}

}  // namespace gaincell::flows::comparison
