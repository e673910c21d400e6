#pragma once
/// @file
/// The design file: one JSON document (comments allowed) that holds whatever can be given on the command line.
///
///     { "pdk": "gc28", "corner": "tt", "temp": 27, "seed": 1,
///       "circuits": { "gain-cell": { "c_storage": "8f" } },
///       "analyses": { "gain-cell": { "iv": { "points": 37 } } },
///       "commands": { "flow": { "samples": 300 } } }
///
/// The command line beats the file, the file beats the defaults.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "gaincell/netlist/parameter.hpp"

namespace gaincell::flows {

/// A flat view of a design file: path of a key ("circuits.gain-cell.c_storage") -> text of its value.
class DesignFile {
 public:
  DesignFile() = default;
  /// @throws Error (CFG-0001) unreadable, (CFG-0002) malformed JSON with line and column, (CFG-0003) unknown section or
  /// wrong type.
  explicit DesignFile(std::filesystem::path path);

  /// Values directly under a section ("circuits.gain-cell"), in file order; "" gives the top-level scalars.
  std::vector<std::pair<std::string, std::string>> section(const std::string& path) const;
  /// Sets every value of a section into `set`; a fault names the file and the path of the key.
  void apply(const std::string& section_path, netlist::ParameterSet& set) const;
  const std::filesystem::path& path() const noexcept { return path_; }
  /// Where a key is, for messages: "design.json: circuits.gain-cell.c_storage".
  std::string where(const std::string& section_path, const std::string& key) const;

 private:
  std::filesystem::path path_;
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace gaincell::flows
