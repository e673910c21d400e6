#pragma once
/// @file
/// Effects beyond the published model. Each is off by default; with all off (or Settings::physics null) the plain path
/// runs untouched. Every random number is a function of (seed, chip, cell or event), so results depend neither on
/// order nor on threads.

#include <cstdint>
#include <functional>
#include <optional>
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
};

/// What the write path stores instead of the level asked for.
struct WriteError {
  std::vector<std::vector<double>> stored;  ///< V, [previous level][level]; empty: exact
  double sigma = 0;                         ///< V, random error of every write
};

/// Response of a charge-to-pulse converter, in units of its full scale.
struct ConverterLaw {
  double gain = 1, offset = 0;                    ///< x -> gain x + offset
  double negative_gain = 1, negative_offset = 0;  ///< signed converter, other polarity
  double sign_threshold = 0;                      ///< signed converter: inputs above it read as positive
  double saturation = 1;                          ///< largest output
  double minimum = 0;                             ///< outputs below it vanish
  std::vector<double> inl_x, inl_y;               ///< error added at input x; linear between, zero outside
  double gain_sigma = 0, offset_sigma = 0;        ///< per converter (bit line), normal
};

struct Physics {
  std::uint64_t seed = 1;
  std::uint64_t chip = 0;  ///< sample number of the chip

  std::optional<model::JointDistribution> mismatch;  ///< of c0..c3, uA/V^k, added to the nominal ones; per cell
  /// The whole curve instead, where the model has it: each cell then has the drawn deviation exactly at the voltage it
  /// stores, and its slope there as the voltage decays.
  std::optional<model::CurveVariation> mismatch_curve;
  double mismatch_sign = 1;     ///< -1 when the deviations are in the other current direction than the coefficients
  std::size_t head_offset = 0;  ///< added to the head in draws: layers of a network have cells of their own
  /// Factor on the whole current of a cell (head, slot, row); for measured or given chips.
  std::function<double(Array, std::size_t, std::size_t, std::size_t)> cell_gain;
  std::optional<Leakage> leakage;  ///< replaces Settings::decay
  /// Any other law instead: voltage (V) that a cell written at v (V) holds after `age` tokens.
  std::function<double(double v, double age)> held;
  std::optional<WriteError> write;
  double storage_coupling = 0;  ///< stored deviation grows by this share while the read gate is open
  std::vector<double>
      edge_charge_uA;  ///< charge per pulse, whatever its width, / longest pulse: polynomial in y, uA/V^k
  std::vector<double> conductance_uS;  ///< output conductance of a cell: polynomial in y, uS/V^k
  double bit_line_V_per_uA = 0;        ///< bit-line excursion at the end of the window per uA of column current
  double wire_ohm_per_cell = 0;        ///< bit-line wire, per array element; acts through the conductance
  std::optional<ConverterLaw> relu, output;
  double noise_uA = 0;  ///< rms, on every column current of both multiplies
  double jitter = 0;    ///< rms width error of a phi pulse, in full scale

  bool leaks() const noexcept { return leakage || held; }
  bool any() const noexcept {
    const bool conducts = !conductance_uS.empty() && (bit_line_V_per_uA > 0 || wire_ohm_per_cell > 0);
    return mismatch || mismatch_curve || cell_gain || leaks() || write || storage_coupling != 0 ||
           !edge_charge_uA.empty() || conducts || relu || output || noise_uA > 0 || jitter > 0;
  }
};

}  // namespace gaincell::attention
