#pragma once
// Finished runs of `gaincell flow`, as their folders hold them: what `gaincell compare` puts side by side.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/design/identity.hpp"
#include "gaincell/support/provenance.hpp"

namespace gaincell::flows::comparison {

struct RunFigure {
  std::string stage, group, name, description, unit;
  std::optional<double> value;  ///< none: could not be measured
};

/// A limit of the run's design, what was measured and how it was judged.
struct RunLimit {
  std::string measure, description, unit, condition;
  std::optional<double> min, typ, max, value;
  std::string outcome, reason;  ///< outcome as spec::outcomeName
};

struct Run {
  std::filesystem::path dir;
  std::string label;  ///< short, unlike those of the other runs
  std::string size;   ///< "quick" or "full"
  bool met = false;   ///< its specification
  support::Provenance provenance;
  std::optional<design::Identity> identity;  ///< none: written before runs stated their design
  std::vector<RunFigure> figures;
  std::vector<RunLimit> limits;
  std::string hash;  ///< of summary.json

  std::string design() const;  ///< "lean", or "unknown"
};

/// @throws Error (CMP-0001) no folder, (CMP-0002) no finished run, (CMP-0003) a summary.json that cannot be understood
Run readRun(const std::filesystem::path& dir);

/// Several, with labels that tell them apart. @throws also Error (CMP-0004) for a folder given twice
std::vector<Run> readRuns(const std::vector<std::string>& dirs);

/// Where they come from.
nlohmann::json runsToJson(const std::vector<Run>& runs);

}  // namespace gaincell::flows::comparison
