#pragma once
/// @file
/// Effects beyond the published model. Each is off by default; with all off (or Settings::physics null) the plain path
/// runs untouched. Every random number is a function of (seed, chip, cell or event), so results depend neither on
/// order nor on threads.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gaincell/model/model.hpp"

namespace gaincell::attention {

/// The two arrays of a head.
enum class Array : std::uint8_t { Key = 0, Value = 1 };

/// Exponential leak towards an end voltage, by the half of the range the stored voltage starts in.
struct Leakage {
  double lambda_low = 0, lambda_high = 0;  ///< token time / tau, start below / above v_zero
  double end_low = 0.45, end_high = 0.45;  ///< V
  double delay = 0;                        ///< tokens, from the write to the first read
};

/// What the write path stores instead of the level asked for.
struct WriteError {
  std::vector<std::vector<double>> stored;  ///< V, [previous stored level][stored level]; empty: exact
  double sigma = 0;                         ///< V, random error of every write
};

/// A bit line that moves while its cells are on (model/bit_line.hpp).
struct Line {
  double capacitance_F = 0;      ///< that integrates; 0: held
  double wire_ohm_per_cell = 0;  ///< its resistance; the first column or row is nearest the converter
  bool any() const noexcept { return capacitance_F > 0 || wire_ohm_per_cell > 0; }
};

struct Physics {
  std::uint64_t seed = 1;
  std::uint64_t chip = 0;  ///< sample number of the chip

  std::optional<model::JointDistribution> mismatch;  ///< of c0..c3, uA/V^k, added to the nominal ones; per cell
  /// The whole curve instead, where the model has it: each cell then has the drawn deviation exactly at the voltage it
  /// stores, and its slope there as the voltage decays.
  std::optional<model::CurveVariation> mismatch_curve;
  std::size_t head_offset = 0;  ///< added to the head in draws: layers of a network have cells of their own
  /// Changes the current polynomial (uA/V^k) of a cell (head, slot, row); for measured or given chips.
  std::function<void(Array, std::size_t, std::size_t, std::size_t, std::span<double>)> given_cell;
  std::optional<Leakage> leakage;  ///< replaces Settings::decay
  /// Any other law instead: voltage (V) that a cell written at v (V) holds after `age` tokens.
  std::function<double(double v, double age)> held;
  std::optional<WriteError> write;
  double storage_coupling = 0;                   ///< stored deviation grows by this share while the read gate is open
  std::vector<double> edge_charge_uA;            ///< charge per pulse, whatever its width, / longest pulse: uA/V^k in y
  std::vector<double> conductance_uS;            ///< output conductance of a cell, uS/V^k in y; acts through `line`
  std::vector<double> slope_uS_per_V;            ///< its change with the bit line's voltage
  std::array<Line, 2> line;                      ///< of the keys, of the values
  double shortest_pulse = 0;                     ///< a phi pulse that is shorter (in longest pulses) is not played
  std::optional<model::Converter> relu;          ///< response instead of the ideal line
  std::optional<model::SignedConverter> output;  ///< the same
  /// Deviations of each converter, names as in the model file.
  std::optional<model::JointDistribution> relu_mismatch, output_mismatch;
  double noise_uA = 0;  ///< rms, on every column current of both multiplies
  double jitter = 0;    ///< rms width error of a phi pulse, in longest pulses

  bool leaks() const noexcept { return leakage || held; }
  /// Charges depend on all pulses of a line together.
  bool moves() const noexcept { return !conductance_uS.empty() && (line[0].any() || line[1].any()); }
  bool any() const noexcept {
    return mismatch || mismatch_curve || given_cell || leaks() || write || storage_coupling != 0 ||
           !edge_charge_uA.empty() || moves() || relu || output || noise_uA > 0 || jitter > 0 || shortest_pulse > 0;
  }
};

}  // namespace gaincell::attention
