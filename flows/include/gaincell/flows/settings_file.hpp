#pragma once
/// @file
/// The settings file of a run: one JSON document (comments allowed) that holds whatever can be given on the command
/// line.
///
///     { "design": "lean", "corner": "tt", "temp": 27, "seed": 1,
///       "analyses": { "gain-cell": { "iv": { "points_per_interval": 9 } } },
///       "commands": { "flow": { "samples": 300 } } }
///
/// `design` is a name, a file, or a design document of its own ({ "schema": "gaincell-design/1", "extends": "lean", ...
/// }). The command line beats the file, the file beats the defaults.

#include <filesystem>
#include <string>
#include <vector>

#include "gaincell/netlist/parameter.hpp"

namespace gaincell::flows {

/// A flat view of a settings file: path of a key ("analyses.gain-cell.iv.points_per_interval") -> text of its value.
class SettingsFile {
 public:
  SettingsFile() = default;
  /// @throws Error (JSN-0001..) malformed JSON with its line, (CFG-0003..) unknown section or wrong type.
  explicit SettingsFile(std::filesystem::path path);

  /// Values directly under a section ("commands.flow"), in file order; "" gives the top-level scalars.
  std::vector<std::pair<std::string, std::string>> section(const std::string& path) const;
  /// Sections below a path ("analyses.gain-cell" -> "iv").
  std::vector<std::string> sections(const std::string& path) const;
  /// Sets every value of a section into `set`; a fault names the file and the path of the key.
  void apply(const std::string& section_path, netlist::ParameterSet& set) const;
  const std::filesystem::path& path() const noexcept { return path_; }
  /// The text of a design document given in the file; empty when there is none.
  const std::string& designDocument() const noexcept { return design_; }
  /// Where a key is, for messages: "settings.json: commands.flow.samples".
  std::string where(const std::string& section_path, const std::string& key) const;

 private:
  std::filesystem::path path_;
  std::vector<std::pair<std::string, std::string>> values_;
  std::vector<std::string> sections_;  // paths of all objects
  std::string design_;
};

/// Refuses a seed as a setting of an analysis: one seed serves every draw. @throws Error (FLW-0025)
void refuseSeed(const netlist::ParameterSet& settings, const std::string& key, const std::string& where);

}  // namespace gaincell::flows
