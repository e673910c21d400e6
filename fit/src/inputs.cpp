#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "faults.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/fit/variability.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::fit {

using support::Error;
using support::Table;

namespace {

bool has(const Table& table, std::initializer_list<const char*> names) {
  return std::all_of(names.begin(), names.end(), [&](const char* n) {
    return std::find(table.columns.begin(), table.columns.end(), n) != table.columns.end();
  });
}

/// First one wins; a second table of the same columns adds its rows (the same analysis in pieces).
bool put(std::optional<Table>& to, Table&& table) {
  if (!to)
    to = std::move(table);
  else if (to->columns == table.columns)
    to->rows.insert(to->rows.end(), table.rows.begin(), table.rows.end());
  return true;
}

/// The program writes the provenance of a table as JSON in its first comment line.
std::optional<support::Provenance> provenanceOf(const std::string& text) {
  if (!text.starts_with("# {")) return std::nullopt;
  const auto json = nlohmann::json::parse(text.substr(2, text.find('\n') - 2), nullptr, false);
  if (json.is_discarded() || !json.is_object()) return std::nullopt;
  try {
    return support::provenanceFromJson(json);
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // a comment of another tool
  }
}

void takeConditions(Inputs& inputs, const support::Provenance& p) {
  inputs.provenance = p;
  if (!p.pdk.empty()) inputs.conditions.pdk = p.pdk;
  if (!p.corner.empty()) inputs.conditions.corner = p.corner;
  if (p.temp_c) inputs.conditions.temp_c = *p.temp_c;
  if (p.vdd_v) inputs.conditions.vdd_v = *p.vdd_v;
}

}  // namespace

bool Inputs::add(const std::string& kind, Table table) {
  if (kind == "gain-cell") {
    if (has(table, {"v_storage_V", "width_s", "charge_C"})) return put(charge, std::move(table));
    if (has(table, {"v_storage_V", "width_s", "energy_J"})) return put(read_energy, std::move(table));
    if (has(table, {"v_storage_V", "i_leak_A", "c_storage_F"})) return put(leakage, std::move(table));
    if (has(table, {"v_start_V", "t_s", "v_transient_V"})) return put(transient, std::move(table));
    if (has(table, {"v_start_V", "t_s", "v_storage_V"})) return put(decay, std::move(table));
    if (has(table, {"v_previous_V", "v_target_V", "v_stored_V"})) return put(write, std::move(table));
    if (has(table, {"v_previous_V", "v_target_V", "energy_J"})) return put(write_energy, std::move(table));
    // Slopes of charge over width carry an edge charge: they come from the charge table, which is fitted itself.
    if (has(table, {"v_storage_V", "i_bl_A"}) && !has(table, {"edge_charge_C"})) return put(iv, std::move(table));
  }
  if (kind == "relu-converter" || kind == "signed-converter") {
    const bool relu = kind == "relu-converter";
    if (has(table, {"charge_C", "width_s"})) return put(relu ? relu_transfer : signed_transfer, std::move(table));
    if (has(table, {"charge_C", "total_J"})) return put(relu ? relu_energy : signed_energy, std::move(table));
  }
  return false;
}

void addSamples(Inputs& inputs, const std::string& kind, Table samples, bool process) {
  if (kind == "gain-cell") {
    const auto figure = [&](const char* name) { return figureColumn(samples, name) < samples.columns.size(); };
    if (figure("tau_low") && figure("tau_high")) inputs.retention_samples = samples;
    if (figure("i_level_0")) (process ? inputs.cell_process : inputs.cell_mismatch) = std::move(samples);
    return;
  }
  (kind == "relu-converter" ? inputs.relu_mismatch : inputs.signed_mismatch) = std::move(samples);
}

namespace {
/// study.json of a run folder. @throws Error FIT-0011
nlohmann::json readStudy(const std::filesystem::path& dir) {
  const char* remedy = "give the folder of `gaincell mc ... --run`";
  if (!std::filesystem::exists(dir / "study.json") || !std::filesystem::exists(dir / "samples.csv"))
    throw Error(kNoRun, "not a finished Monte-Carlo run: study.json or samples.csv is missing", dir.string(), remedy);
  auto study = nlohmann::json::parse(support::readFile(dir / "study.json"), nullptr, false);
  if (!study.is_object() || !study.contains("identity") || !study["identity"].is_object())
    throw Error(kBadStudy, "study.json does not describe a Monte-Carlo run", dir.string(), remedy);
  return study;
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
}  // namespace

Inputs readRun(const std::filesystem::path& dir) {
  const auto study = readStudy(dir);
  Inputs inputs;
  try {
    const auto& at = study.at("conditions").at(0);
    inputs.conditions = {study["identity"].at("pdk"), at.at("corner"), at.at("temp_C"), at.at("vdd_V")};
    inputs.provenance = support::provenanceFromJson(study.at("provenance"));
  } catch (const nlohmann::json::exception& e) {
    throw Error(kBadStudy, fmt::format("study.json does not say its conditions ({})", e.what()), dir.string());
  }
  addRun(inputs, dir);
  const auto& samples = inputs.cell_mismatch ? inputs.cell_mismatch : inputs.cell_process;
  if (samples) inputs.iv = meanCurrents(*samples, inputs.conditions.vdd_v);
  return inputs;
}

void addRun(Inputs& inputs, const std::filesystem::path& dir) {
  const auto refuse = [&](const std::string& why, const std::string& remedy) {
    throw Error(kWrongStudy, why, dir.string(), remedy);
  };
  const auto study = readStudy(dir);
  const auto& id = study["identity"];
  const auto flag = [&](const char* key) { return id.contains(key) && id[key].is_boolean() && id[key].get<bool>(); };
  const std::string kind = id.contains("kind") && id["kind"].is_string() ? id["kind"].get<std::string>() : "";
  if (flag("local") == flag("global"))
    refuse("the run varies mismatch and process together, or neither: the model keeps them apart",
           "run two studies, one with local and one with global variation");
  Table samples = support::readCsv(dir / "samples.csv");
  const std::size_t temp = figureColumn(samples, "temp"), vdd = figureColumn(samples, "vdd");
  if (temp < samples.columns.size() && vdd < samples.columns.size())
    std::erase_if(samples.rows, [&](const std::vector<double>& row) {
      return !(std::fabs(row[temp] - inputs.conditions.temp_c) < 0.01 &&
               std::fabs(row[vdd] - inputs.conditions.vdd_v) < 1e-6);
    });
  if (samples.rows.empty())
    refuse(fmt::format("the run has no samples at {} C and {} V", inputs.conditions.temp_c, inputs.conditions.vdd_v),
           "run the study at the conditions of the model");
  addSamples(inputs, kind, std::move(samples), flag("global"));
  inputs.files.push_back((dir / "samples.csv").string());
}

Inputs readInputs(const std::filesystem::path& dir) {
  namespace fs = std::filesystem;
  Inputs inputs;
  inputs.conditions = {"import", "tt", 27, 0.9};
  std::vector<fs::path> files;
  for (const fs::path& folder : {dir, dir / "data"}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  bool described = false;
  for (const fs::path& file : files) {
    const std::string stem = file.stem().string();
    const std::string kind = stem.substr(0, stem.find('_'));
    if (kind != "gain-cell" && kind != "relu-converter" && kind != "signed-converter") continue;
    const std::string text = support::readFile(file);
    Table table;
    try {
      table = support::parseCsv(text, file.string());
    } catch (const Error& e) {
      // Files of text (a list of devices, say) carry the same prefix; only tables of numbers are inputs.
      if (e.id() == "CSV-0003") continue;
      throw;
    }
    if (stem.ends_with("_samples")) {
      addSamples(inputs, kind, std::move(table), stem.find("process") != std::string::npos);
    } else if (!inputs.add(kind, std::move(table))) {
      continue;
    }
    inputs.files.push_back(file.string());
    if (const auto p = described ? std::nullopt : provenanceOf(text)) takeConditions(inputs, *p), described = true;
  }
  if (inputs.files.empty())
    throw Error(kNoTables, "no table to fit", dir.string(),
                "give a folder with files such as gain-cell_charge_charge.csv; docs/fitting.md lists their columns");
  return inputs;
}

}  // namespace gaincell::fit
