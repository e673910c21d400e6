#pragma once
/// @file
/// Model files for people: every value with its path, the differences of two models, a page of text.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"

namespace gaincell::model {

/// One value of a model file.
struct Entry {
  std::string path;             ///< "cell.coefficients_uA[1]"
  std::optional<double> value;  ///< numbers; flags as 0 and 1
  std::string text;             ///< the value as text; "null" for a section that is not there
};

/// Every value in the order of the file.
std::vector<Entry> flatten(const Model& model);

/// One value that differs.
struct Difference {
  std::string path;
  std::string a, b;                ///< "-" when one model does not have it
  std::optional<double> relative;  ///< (b - a) / |a|
  /// |b - a| over the standard error of the difference, where both models state one (cell coefficients), or over the
  /// cell-to-cell standard deviation `mismatch_sigmas`.
  std::optional<double> sigmas, mismatch_sigmas;
};

/// What changed from a to b, provenance left out, in the order of the file. Currents are compared in a's sign
/// convention.
std::vector<Difference> diff(const Model& a, const Model& b);

/// A readable summary: conditions, cell, retention, converters, energies, validity, notes.
std::string describeForPeople(const Model& model);
std::string describeForPeople(const std::vector<Difference>& differences);

}  // namespace gaincell::model
