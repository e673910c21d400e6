#pragma once
/// @file
/// A comparison as a section of a report, and as a folder of its own.

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gaincell/check/check.hpp"
#include "gaincell/report/report.hpp"
#include "gaincell/spec/spec.hpp"
#include "gaincell/support/atomic_file.hpp"

namespace gaincell::flows {

/// Plots and tables of a comparison: scatter and differences of each quantity, budget, codes, maps by column and row.
/// @param comparison toJson() of it
/// @param tables comparisonTables() of it
/// @param command makes the data again
report::Section comparisonSection(const nlohmann::json& comparison, const std::map<std::string, support::Table>& tables,
                                  const std::string& command, const std::string& folder);

/// Writes check.json, data/check_*.csv and report.html with its plots into `dir`.
/// @param tables comparisonTables() of it, and what else belongs to it
void writeCheck(const check::TileComparison& comparison, const nlohmann::json& json,
                const std::map<std::string, support::Table>& tables, const std::vector<spec::Verdict>& verdicts,
                const support::Provenance& provenance, const std::filesystem::path& dir, support::Overwrite overwrite);

}  // namespace gaincell::flows
