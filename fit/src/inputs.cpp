#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gaincell/fit/fit.hpp"
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
    if (has(table, {"v_start_V", "t_s", "v_storage_V"})) return put(decay, std::move(table));
    if (has(table, {"v_previous_V", "v_target_V", "v_stored_V"})) return put(write, std::move(table));
    if (has(table, {"v_previous_V", "v_target_V", "energy_J"})) return put(write_energy, std::move(table));
    if (has(table, {"v_storage_V", "i_bl_A"})) return put(iv, std::move(table));
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
    if (has(samples, {"tau_low", "tau_high"})) inputs.retention_samples = samples;
    if (has(samples, {"i_level_0"})) (process ? inputs.cell_process : inputs.cell_mismatch) = std::move(samples);
    return;
  }
  (kind == "relu-converter" ? inputs.relu_mismatch : inputs.signed_mismatch) = std::move(samples);
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
    throw Error("FIT-0009", "no table to fit", dir.string(),
                "give a folder with files such as gain-cell_charge_charge.csv; docs/fitting.md lists their columns");
  return inputs;
}

}  // namespace gaincell::fit
