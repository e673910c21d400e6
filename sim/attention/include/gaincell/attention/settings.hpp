#pragma once
/// @file
/// What the behavioral attention simulator can be told. Currents are in uA (the unit of the published coefficients and
/// of model files): S is the bit-line current of a full-width pulse, so a charge is S times the longest pulse.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gaincell::attention {

/// How the leak enters (delta = exp(-lambda) per token, age in tokens).
enum class DecayMode {
  Exact,          ///< delta^(p age) on order p, float32, in both multiplies (Leroux et al. 2025, eqs 7-9)
  Bf16Qk,         ///< the authors' training code: delta^age and its powers rounded to bfloat16 in the first multiply
  AllOrdersOnce,  ///< delta^age on every order, the constant included
};

/// Which columns share an output conversion.
enum class TileOrder {
  Absolute,  ///< token index div tile columns (the authors' code)
  Slot,      ///< physical column of the ring buffer, (token mod window) div tile columns
};

/// Levels of the signed output converter.
enum class OutputGrid {
  PaperCode,  ///< step 2/(levels - 1), ties to even: 33 codes for 32 levels, saturation reads 32/31 (the authors' code)
  Counter,    ///< pulse counter and sign bit: round(|z| n)/n with n = levels/2 - 1
};

/// Instruction set of the inner loops.
enum class Kernel { Auto, Generic, Avx2, Avx512 };

struct Physics;

inline constexpr std::size_t kMostCoefficients = 12;  ///< of a cell current

struct Settings {
  /// Cell current of a full pulse, uA/V^k about v_zero, lowest order first (2 to kMostCoefficients). The default is the
  /// published cubic: the authors' two-variable fit with 0.9 V put in.
  std::vector<double> coefficients{0.52136361, 13.61226063, -2.62044562, 46.05483778};
  double sign = 1;         ///< of all charge of a cell; -1 when the other current direction shall count as positive
  double v_zero = 0.45;    ///< V, stored; the coefficients are about it
  double value_max = 0.9;  ///< K and V are clamped to [0, value_max]
  double stored_zero = 0, stored_max = 0.9;           ///< V, stored for the value 0 and for value_max; linear between
  double s_sat = 80;                                  ///< uA; full scale of the ReLU converter
  double out_sat = 40;                                ///< uA; full scale of the signed converter
  double pulse_s = 15e-9;                             ///< s, the longest pulse: the charge of S is S times it
  int levels_q = 16, levels_kv = 8, levels_out = 32;  ///< 0: not quantized (clamps stay)
  double decay = 0;                                   ///< lambda per token
  DecayMode decay_mode = DecayMode::Exact;
  std::size_t window = 0;  ///< tokens that are remembered; 0: all
  std::size_t tile_columns = 64;
  TileOrder tiles = TileOrder::Absolute;
  OutputGrid output_grid = OutputGrid::PaperCode;
  Kernel kernel = Kernel::Auto;
  int threads = 1;
  std::shared_ptr<const Physics> physics;  ///< effects beyond the published model; null: none

  /// The linear intermediate model of the authors (19.3 y) with the full scales that network was trained with, whatever
  /// the hardware: what `adapt` brings a network back to.
  void useLinearNetwork();
  /// Deviation from v_zero that a value is stored as.
  double deviation(double value) const noexcept {
    return stored_zero + (stored_max - stored_zero) * value / value_max - v_zero;
  }
  /// Level of the stored voltage of a level of the values: the last one first where values are stored upside down.
  int storedLevel(int level) const noexcept { return stored_zero > stored_max ? levels_kv - 1 - level : level; }
};

/// @throws Error (ATT-0001..) naming the setting that is out of range.
void check(const Settings& settings);

/// Sizes of q, k, v: [batch, heads, tokens, dimension], C order.
struct Shape {
  std::size_t batch = 1, heads = 1, tokens = 1, dimension = 64;
  std::size_t sequences() const noexcept { return batch * heads; }
  std::size_t perSequence() const noexcept { return tokens * dimension; }
};

/// x' = max(a, 1e-20) x + b, one pair per head, for q, k, v and the output. Empty vectors: a = 1, b = 0.
struct Scalers {
  std::vector<float> a_q, b_q, a_k, b_k, a_v, b_v, a_o, b_o;
  static Scalers identity(std::size_t heads);
};

/// Per-element results besides the output; each vector is filled when it was asked for. n = number of tiles.
struct Intermediates {
  std::vector<float> q_q, k_q, v_q;        ///< [B,H,T,D] after scaling, clamping and quantizing
  std::vector<float> s, phi;               ///< [B,H,T,T], 0 where masked
  std::vector<float> tile_analog, tile_q;  ///< [B,H,n,T,D]: current before 1/out_sat; after the output grid
  std::vector<float> tile_sum;             ///< [B,H,T,D]
};

/// ceil(T/L) (absolute), ceil(min(W,T)/L) (slot).
std::size_t tileCount(const Settings& settings, std::size_t tokens) noexcept;
/// The window that is in force for a sequence of that length.
std::size_t windowOf(const Settings& settings, std::size_t tokens) noexcept;

std::string kernelName(Kernel kernel);
/// @throws Error (ATT-0010) for an unknown name; "auto", "generic", "avx2", "avx512".
Kernel kernelFromName(const std::string& name);
/// The kernels this machine can run, best first.
std::vector<Kernel> availableKernels();

}  // namespace gaincell::attention
