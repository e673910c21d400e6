#pragma once
/// @file
/// A comparison as JSON, text and tables.

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "gaincell/check/check.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::check {

/// {"s", "phi", "output", "chain", "code"}: per form nrmse, max, bias, r2, code_error, beyond_lsb; the budget; codes;
/// speed.
nlohmann::json toJson(const TileComparison& comparison);
std::string toText(const TileComparison& comparison);
/// "s", "phi", "output", "chain", "code": operation, index, transistors, and one column per form of the model (of those
/// without one effect: "without_EFFECT"); "columns_s" ...: the map by column; "rows_s": by row of array 1.
std::map<std::string, support::Table> comparisonTables(const TileComparison& comparison);
/// The figures that the specification and the report judge: name -> {value, unit, description}.
nlohmann::json checkFigures(const nlohmann::json& comparison);

}  // namespace gaincell::check
