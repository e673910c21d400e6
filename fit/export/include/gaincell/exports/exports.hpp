#pragma once
/// @file
/// Model files in the languages of other tools. Every export says where it holds.

#include <functional>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"

namespace gaincell::exports {

/// A text format.
struct Format {
  std::string name;       ///< as given to `gaincell model export --format`
  std::string extension;  ///< ".va"
  std::string description;
  std::function<std::string(const model::Model&)> write;
};

/// The register: one file and one line per format.
const std::vector<Format>& formats();
/// @throws Error EXP-0001 naming the formats there are
const Format& format(const std::string& name);

/// A named array of doubles, row-major, for npz files.
struct Array {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

/// The numbers of a model as arrays: coefficients_uA, covariance, mismatch_covariance, process_covariance, current_uA,
/// edge_charge_fC, conductance_uS, conductance_slope_uS_per_V, tau_s, end_V, leakage_voltage_V, leakage_current_A, relu
/// and signed slopes, INL tables, conditions, validity. Sections that are not there leave their arrays out.
std::vector<Array> arrays(const model::Model& model);

/// Names of the exported subcircuits and modules: "gaincell_cell_lean_1a2b3c4d", with the design's name (without design
/// the process's) and 8 digits of a hash over everything the model says, its design and conditions included. Two
/// exports in one deck thus never stand in for each other.
struct BlockNames {
  std::string cell, array_cell, word_line, bit_line, relu_converter, signed_converter;
};
BlockNames blockNames(const model::Model& model);

/// Comment lines that say what the export holds, of which design, where it is valid and where it comes from.
std::vector<std::string> statement(const model::Model& model);

/// Duration of the word-line edges for which the exported edge charge is right; a parameter of the exported modules.
inline constexpr double kEdge = 50e-12;

}  // namespace gaincell::exports
