#pragma once
/// @file
/// Strict reading and atomic writing of model files.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "gaincell/model/model.hpp"
#include "gaincell/support/atomic_file.hpp"

namespace gaincell::model {

/// Reads model.json. Every error names the JSON path of the field ("$.cell.coefficients_uA[2]").
/// @throws Error MDL-0001 not JSON; MDL-0002 unknown schema version; MDL-0003 missing field; MDL-0004 unknown field
/// (often a
///   wrong unit suffix); MDL-0005 wrong type; MDL-0006 not finite or out of range; MDL-0007 lists of different lengths
///   or not increasing; MDL-0008 covariance not symmetric or not positive semi-definite; MDL-0009 contradictory values.
Model readModel(const std::filesystem::path& path);
/// The same from text. @param where named in errors
Model parseModel(std::string_view text, const std::string& where);
Model modelFromJson(const nlohmann::json& json, const std::string& where);

/// Text of model.json: fields in documentation order, shortest exact numbers; parseModel(modelText(m)) equals m bit for
/// bit.
/// @throws Error as readModel, when `model` breaks the rules of the format
std::string modelText(const Model& model);
void writeModel(const std::filesystem::path& path, const Model& model,
                support::Overwrite overwrite = support::Overwrite::No);
nlohmann::json modelToJson(const Model& model);

/// Checks what a schema cannot express (covariances, lengths, order, consistency). @throws Error MDL-0006..0009.
void check(const Model& model, const std::string& where = "model");

/// The published JSON schema (draft-07), made from the same description of the fields as reader and writer.
std::string schemaText();

}  // namespace gaincell::model
