#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "belonging.hpp"
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

}  // namespace

bool Inputs::add(const std::string& kind, Table table) {
  if (kind == "gain-cell") {
    if (has(table, {"v_storage_V", "width_s", "charge_C"})) return put(charge, std::move(table));
    if (has(table, {"v_storage_V", "width_s", "energy_J"})) return put(read_energy, std::move(table));
    if (has(table, {"v_storage_V", "power_W"})) return put(rest_power, std::move(table));
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
    if (figure("i_level_0")) (process ? inputs.cell_process : inputs.cell_mismatch) = std::move(samples);
    return;
  }
  (kind == "relu-converter" ? inputs.relu_mismatch : inputs.signed_mismatch) = std::move(samples);
}

namespace {

namespace fs = std::filesystem;

/// Every table of dir and dir/data by name.
std::vector<fs::path> tablesOf(const fs::path& dir) {
  std::vector<fs::path> files;
  for (const fs::path& folder : {dir, dir / "data"}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What the folder's tables belong to: the first that says it decides, and nothing may say otherwise.
class Folder {
 public:
  Folder(const fs::path& dir, const GivenConditions& given) : given_(belongingOf(given)) {
    inputs.conditions = {"import", "tt", 27, 0.9};
    inputs.source = dir.string();
    for (const fs::path& place : {dir, dir / "data"})
      if (const auto identity = readIdentity(place)) decide(*identity, (place / "identity.json").string());
  }

  /// @param own_temperatures the table's rows say theirs
  void add(const support::Provenance& p, const std::string& file, bool own_temperatures) {
    Belonging says = belongingOf(p);
    if (own_temperatures) says.temp_c.reset();
    decide(says, file);
    if (inputs.provenance.pdk.empty()) inputs.provenance = p;
  }

  /// What nothing in the folder said is the caller's to say.
  Inputs finish() {
    apply(given_, inputs);
    apply(decision_, inputs);
    return std::move(inputs);
  }

  Inputs inputs;

 private:
  void decide(const Belonging& says, const std::string& by) {
    if (const std::string d = firstDifference(says, decision_); !d.empty())
      throw Error(kWrongTable, fmt::format("it does not belong to {}: {}", decided_by_, d), by,
                  "keep the tables of one design, process and condition in one folder");
    requireGiven(given_, says, by);
    if (decided_by_.empty()) decided_by_ = by;
    complete(decision_, says);
  }

  Belonging given_, decision_;
  std::string decided_by_;
};

}  // namespace

void requireGiven(const Belonging& given, const Belonging& says, const std::string& where) {
  const std::string d = firstDifference(given, says);
  if (d.empty()) return;
  throw Error(kWrongConditions, "the conditions given are not those of the data: " + d, where,
              "leave them out, or give the data of those conditions");
}

Inputs readInputs(const fs::path& dir, const GivenConditions& given) {
  Folder folder(dir, given);
  Inputs& inputs = folder.inputs;
  for (const fs::path& file : tablesOf(dir)) {
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
    const bool own_temperatures = has(table, {"temp_c"});
    if (stem.ends_with("_samples")) {
      addSamples(inputs, kind, std::move(table), stem.find("process") != std::string::npos);
    } else if (!inputs.add(kind, std::move(table))) {
      continue;
    }
    inputs.files.push_back(file.string());
    if (const auto p = provenanceOf(text)) folder.add(*p, file.string(), own_temperatures);
  }
  if (inputs.files.empty())
    throw Error(kNoTables, "no table to fit", dir.string(),
                "give a folder with files such as gain-cell_charge_charge.csv; docs/fitting.md lists their columns");
  return folder.finish();
}

}  // namespace gaincell::fit
