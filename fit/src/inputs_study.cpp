// Inputs from the folder of a Monte-Carlo run.

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "belonging.hpp"
#include "faults.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;
using support::Table;

namespace {

/// What study.json says of a run.
struct StudyRecord {
  std::string kind;
  bool local = false, global = false;
  support::Provenance provenance;
  std::vector<Belonging> conditions;  ///< one per condition, all of one design and process
};

StudyRecord parseStudy(const nlohmann::json& study) {
  const auto& id = study.at("identity");
  StudyRecord out{
      id.at("kind"), id.at("local"), id.at("global"), support::provenanceFromJson(study.at("provenance")), {}};
  const model::DesignRecord design{id.at("design"), id.at("design_hash"), id.at("design_values")};
  for (const auto& at : study.at("conditions"))
    out.conditions.push_back({id.at("pdk").get<std::string>(), id.at("pdk_hash").get<std::string>(),
                              at.at("corner").get<std::string>(), at.at("temp_C").get<double>(),
                              at.at("vdd_V").get<double>(), design});
  return out;
}

/// @throws Error FIT-0011, FIT-0012
StudyRecord readStudy(const std::filesystem::path& dir) {
  const char* remedy = "give the folder of `gaincell mc ... --run`";
  if (!std::filesystem::exists(dir / "study.json") || !std::filesystem::exists(dir / "samples.csv"))
    throw Error(kNoRun, "not a finished Monte-Carlo run: study.json or samples.csv is missing", dir.string(), remedy);
  const auto study = nlohmann::json::parse(support::readFile(dir / "study.json"), nullptr, false);
  if (!study.is_object() || !study.contains("identity") || !study["identity"].is_object())
    throw Error(kBadStudy, "study.json does not describe a Monte-Carlo run", dir.string(), remedy);
  if (!study["identity"].contains("design_hash"))
    throw Error(kBadStudy, "the study does not say of which design it is", dir.string(),
                "it was made by a version before designs: run it again");
  try {
    StudyRecord record = parseStudy(study);
    if (record.conditions.empty()) throw Error(kBadStudy, "the study has no conditions", dir.string(), remedy);
    return record;
  } catch (const nlohmann::json::exception& e) {
    throw Error(kBadStudy, fmt::format("study.json does not say its design and conditions ({})", e.what()),
                dir.string(), remedy);
  }
}

/// Mean over the samples of each level's current, as a static table.
Table meanCurrents(const Table& samples, double vdd) {
  std::vector<double> level;
  for (std::size_t k = 0;; ++k) {
    const std::size_t c = figureColumn(samples, fmt::format("i_level_{}", k));
    if (c == samples.columns.size()) break;
    double sum = 0, n = 0;
    for (const auto& row : samples.rows)
      if (std::isfinite(row[c])) sum += row[c], n += 1;
    level.push_back(n > 0 ? sum / n : std::nan(""));
  }
  Table t;
  t.columns = {"v_storage_V", "i_bl_A"};
  for (std::size_t k = 0; k < level.size() && level.size() > 1; ++k)
    t.addRow({vdd * static_cast<double>(k) / static_cast<double>(level.size() - 1), level[k]});
  return t;
}

/// A corner in which the process draws itself ("mm") has nominal devices: its samples belong to tt.
Belonging nominal(Belonging b) {
  const std::string& c = *b.corner;
  if (c != "tt" && c != "ss" && c != "ff" && c != "sf" && c != "fs") b.corner = "tt";
  return b;
}

/// The condition of the study that the inputs have. @throws Error FIT-0013 naming the first difference
std::size_t matching(const StudyRecord& study, const Inputs& inputs, const std::string& where) {
  const Belonging mine = belongingOf(inputs);
  const auto refuse = [&](const std::string& why) {
    throw Error(kWrongStudy, why, where, "run the study of the same design at the conditions of the model");
  };
  if (designUnstated(inputs)) refuse("the tables do not say of which design they are: simulate them again");
  std::string first;
  for (std::size_t k = 0; k < study.conditions.size(); ++k) {
    const std::string d = firstDifference(nominal(study.conditions[k]), mine);
    if (d.empty()) return k;
    if (k == 0) first = d;
  }
  refuse(study.conditions.size() == 1
             ? "the study does not belong to the tables: " + first
             : fmt::format("none of the study's {} conditions belongs to the tables; the first one: {}",
                           study.conditions.size(), first));
  return 0;
}

/// The samples of one condition.
Table samplesAt(const std::filesystem::path& dir, std::size_t condition) {
  Table samples = support::readCsv(dir / "samples.csv");
  const std::size_t column = samples.column("condition");
  std::erase_if(samples.rows,
                [&](const std::vector<double>& row) { return row[column] != static_cast<double>(condition); });
  if (samples.rows.empty())
    throw Error(kWrongStudy, "the run has no samples at the conditions of the model", dir.string());
  return samples;
}

}  // namespace

Inputs readRun(const std::filesystem::path& dir, const GivenConditions& given) {
  const StudyRecord study = readStudy(dir);
  requireGiven(belongingOf(given), study.conditions.front(), dir.string());
  Inputs inputs;
  inputs.source = dir.string();
  inputs.provenance = study.provenance;
  apply(nominal(study.conditions.front()), inputs);
  addRun(inputs, dir);
  const auto& samples = inputs.cell_mismatch ? inputs.cell_mismatch : inputs.cell_process;
  if (samples) inputs.iv = meanCurrents(*samples, inputs.conditions.vdd_v);
  return inputs;
}

void addRun(Inputs& inputs, const std::filesystem::path& dir) {
  const StudyRecord study = readStudy(dir);
  if (study.local == study.global)
    throw Error(kWrongStudy, "the run varies mismatch and process together, or neither: the model keeps them apart",
                dir.string(), "run two studies, one with local and one with global variation");
  addSamples(inputs, study.kind, samplesAt(dir, matching(study, inputs, dir.string())), study.global);
  inputs.files.push_back((dir / "samples.csv").string());
}

}  // namespace gaincell::fit
