#include "gaincell/flows/settings_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gaincell/support/error.hpp"
#include "gaincell/support/json.hpp"
#include "gaincell/support/suggest.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::ordered_json;
using support::Error;

namespace {

/// Depth of the objects of each section: analyses.KIND.NAME.name, commands.NAME.option.
int depthOf(const std::string& section) {
  return section == "commands" ? 2 : section == "analyses" ? 3 : 0;
}

std::string scalarText(const ordered_json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return support::formatNumber(value.get<double>());
  throw Error("CFG-0003", "a number, a word or true/false is expected here", where,
              "see 'gaincell config' for an example");
}

using Values = std::vector<std::pair<std::string, std::string>>;

void flatten(const ordered_json& node, const std::string& path, int levels, const std::string& file, Values& out,
             std::vector<std::string>& sections) {
  if (levels == 0) {
    out.emplace_back(path, scalarText(node, file + ": " + path));
    return;
  }
  if (!node.is_object())
    throw Error("CFG-0004", "an object { ... } is expected here", file + ": " + path,
                "see 'gaincell config --full' for a complete example");
  sections.push_back(path);
  for (const auto& [key, value] : node.items()) flatten(value, path + "." + key, levels - 1, file, out, sections);
}

/// What people may still give as --config: the older form of it, or a design.
void refuseOtherFiles(const ordered_json& document, const std::string& file) {
  if (document.contains("circuits"))
    throw Error("CFG-0008", "'circuits' is the form of older files", file,
                "put sizes into a design: { \"design\": { \"schema\": \"gaincell-design/1\", \"extends\": \"lean\", "
                "\"cell\": { \"pair_n\": { \"w\": \"150n\" } } } }; 'gaincell design show' prints every name");
  if (document.contains("schema") || document.contains("extends") || document.contains("cell"))
    throw Error(
        "CFG-0009", "this is a design, not the settings of a run", file,
        fmt::format("give it by --design {}, or write {{ \"design\": \"{}\" }} into a settings file", file, file));
}

}  // namespace

SettingsFile::SettingsFile(std::filesystem::path path) : path_(std::move(path)) {
  const std::string file = path_.string();
  const ordered_json document = support::readJson(path_);
  if (!document.is_object()) throw Error("CFG-0005", "the file must hold one JSON object", file, "start with '{'");
  refuseOtherFiles(document, file);
  static constexpr std::array kTop = {"design", "pdk",  "pdk-manifest", "corner",  "temp",     "vdd",
                                      "seed",   "jobs", "out",          "$schema", "analyses", "commands"};
  for (const auto& [key, value] : document.items()) {
    if (std::find(kTop.begin(), kTop.end(), key) == kTop.end())
      throw Error(
          "CFG-0006", fmt::format("there is no setting '{}'", key), file,
          support::didYouMean(key, {kTop.begin(), kTop.end()}, fmt::format("settings are: {}", fmt::join(kTop, ", "))));
    if (key == "design" && value.is_object())
      design_ = value.dump();
    else if (key != "$schema")
      flatten(value, key, depthOf(key), file, values_, sections_);
  }
}

Values SettingsFile::section(const std::string& section_path) const {
  Values out;
  for (const auto& [key, value] : values_) {
    const std::size_t dot = key.rfind('.');
    const std::string parent = dot == std::string::npos ? "" : key.substr(0, dot);
    if (parent == section_path) out.emplace_back(dot == std::string::npos ? key : key.substr(dot + 1), value);
  }
  return out;
}

std::vector<std::string> SettingsFile::sections(const std::string& section_path) const {
  std::vector<std::string> out;
  const std::string prefix = section_path + ".";
  for (const auto& section : sections_)
    if (section.rfind(prefix, 0) == 0 && section.find('.', prefix.size()) == std::string::npos)
      out.push_back(section.substr(prefix.size()));
  return out;
}

std::string SettingsFile::where(const std::string& section_path, const std::string& key) const {
  return path_.string() + ": " + (section_path.empty() ? key : section_path + "." + key);
}

void SettingsFile::apply(const std::string& section_path, netlist::ParameterSet& set) const {
  for (const auto& [key, value] : section(section_path)) set.set(key, value, where(section_path, key));
}

void refuseSeed(const netlist::ParameterSet& settings, const std::string& key, const std::string& where) {
  if ((key == "seed" || key == "draw") && !settings.has(key))
    throw Error("FLW-0025", fmt::format("'{}' is no setting of an analysis", key), where,
                "one seed serves every random draw: give --seed N, or \"seed\": N at the top of the settings file");
}

}  // namespace gaincell::flows
