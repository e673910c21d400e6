#pragma once
/// @file
/// Where a result came from. Every result file carries one.

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gaincell::support {

/// Version of this program, "major.minor.patch".
std::string version();

struct Provenance {
  std::string program_version = version();
  std::string command;      ///< the command line
  std::string pdk;          ///< PDK name, empty when none was used
  std::string pdk_hash;     ///< content hash of manifest and cards
  std::string design;       ///< name of the design, empty when none was used
  std::string design_hash;  ///< content hash of its values
  std::string simulator;    ///< simulator and version, empty when none was used
  std::optional<std::uint64_t> seed;
  std::string corner;
  std::optional<double> temp_c;
  std::optional<double> vdd_v;
  std::string date;  ///< UTC, ISO 8601; honours SOURCE_DATE_EPOCH
};

/// Now, UTC, "2026-01-31T12:00:00Z"; SOURCE_DATE_EPOCH overrides it (reproducible-builds.org).
std::string utcNow();

nlohmann::json toJson(const Provenance& provenance);
Provenance provenanceFromJson(const nlohmann::json& json);

}  // namespace gaincell::support
