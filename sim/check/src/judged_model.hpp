#pragma once
/// @file
/// The model that is judged: the engine of `gaincell attend` on the data of a tile.

#include <vector>

#include "devices.hpp"
#include "gaincell/attention/engine.hpp"
#include "gaincell/check/check.hpp"

namespace gaincell::check {

/// What the model is told of a run besides the data.
struct JudgedRun {
  /// Values that the slots held before, where writes leave errors: [row][token], [token][output]; empty: none.
  Grid previous_keys, previous_values;
  std::vector<std::vector<CellDeviation>> keys, values;  ///< of drawn devices, [row][token], [token][output]; or empty
};

class JudgedModel {
 public:
  /// @param model its conventions are those of the tile's arrays
  JudgedModel(const model::Model& model, const TileData& data, JudgedRun run);

  struct Result {
    std::vector<double> s, phi;  ///< C, s; by token
    std::vector<double> out;     ///< s, signed; by output
  };
  /// One query through a form of the model, all tokens in view. @param phi s, pulses that array 2 gets; empty: its own
  Result run(const ModelForm& form, const std::vector<int>& query, const std::vector<double>& phi = {}) const;

 private:
  attention::Settings settings(const ModelForm& form) const;

  const model::Model& model_;
  JudgedRun run_;
  attention::Shape shape_;
  std::size_t tokens_, outputs_;  ///< of the tile; shape_ holds what was written before as well
  std::vector<float> k_, v_;
};

}  // namespace gaincell::check
