#include "gaincell/flows/design.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::ordered_json;
using support::Error;

namespace {

/// Depth of the objects of each section: circuits.KIND.name, analyses.KIND.NAME.name, commands.NAME.option.
int depthOf(const std::string& section) {
  if (section == "circuits" || section == "commands") return 2;
  if (section == "analyses") return 3;
  return 0;
}

std::string scalarText(const ordered_json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return support::formatNumber(value.get<double>());
  throw Error("CFG-0003", "a number, a word or true/false is expected here", where,
              "see 'gaincell config' for a complete example");
}

using Values = std::vector<std::pair<std::string, std::string>>;

void flatten(const ordered_json& node, const std::string& path, int levels, const std::string& file, Values& out) {
  if (levels == 0) {
    out.emplace_back(path, scalarText(node, file + ": " + path));
    return;
  }
  if (!node.is_object())
    throw Error("CFG-0004", "an object { ... } is expected here", file + ": " + path,
                "see 'gaincell config' for a complete example");
  for (const auto& [key, value] : node.items()) flatten(value, path + "." + key, levels - 1, file, out);
}

ordered_json parse(const std::string& text, const std::string& file) {
  try {
    return ordered_json::parse(text, nullptr, true, /*ignore_comments=*/true);
  } catch (const nlohmann::json::parse_error& e) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(e.byte, text.size()));
    const auto line = 1 + std::count(text.begin(), end, '\n');
    throw Error("CFG-0002", "this is not valid JSON", fmt::format("{}:{}", file, line),
                "check brackets, quotes and commas just before this line");
  }
}

}  // namespace

DesignFile::DesignFile(std::filesystem::path path) : path_(std::move(path)) {
  const std::string file = path_.string();
  const ordered_json document = parse(support::readFile(path_), file);
  if (!document.is_object()) throw Error("CFG-0005", "the file must hold one JSON object", file, "start with '{'");
  static constexpr std::array kTop = {"pdk",  "pdk-manifest", "corner",  "temp",     "vdd",      "seed",
                                      "jobs", "out",          "$schema", "circuits", "analyses", "commands"};
  for (const auto& [key, value] : document.items()) {
    if (std::find(kTop.begin(), kTop.end(), key) == kTop.end())
      throw Error(
          "CFG-0006", fmt::format("there is no design key '{}'", key), file,
          support::didYouMean(key, {kTop.begin(), kTop.end()}, fmt::format("keys are: {}", fmt::join(kTop, ", "))));
    if (key != "$schema") flatten(value, key, depthOf(key), file, values_);
  }
}

Values DesignFile::section(const std::string& section_path) const {
  Values out;
  for (const auto& [key, value] : values_) {
    const std::size_t dot = key.rfind('.');
    const std::string parent = dot == std::string::npos ? "" : key.substr(0, dot);
    if (parent == section_path) out.emplace_back(dot == std::string::npos ? key : key.substr(dot + 1), value);
  }
  return out;
}

std::string DesignFile::where(const std::string& section_path, const std::string& key) const {
  return path_.string() + ": " + (section_path.empty() ? key : section_path + "." + key);
}

void DesignFile::apply(const std::string& section_path, netlist::ParameterSet& set) const {
  for (const auto& [key, value] : section(section_path)) set.set(key, value, where(section_path, key));
}

}  // namespace gaincell::flows
