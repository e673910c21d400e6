#pragma once
/// @file
/// The behavioral attention simulator (Leroux, Manea et al. 2025, eqs 5-9, and the authors' model code):
///
///   x' = max(a, 1e-20) x + b; clamp; quantize                                      for q, k, v
///   S_ij   = sum_d q_id I(y_jd, age)        age = i - j, 0 where age is outside [0, window)
///   phi_ij = clamp(S_ij / s_sat, 0, 1)
///   A_ie   = sum_{j in tile} phi_ij I(w_je, age);   z = grid(clamp(A / out_sat, -1, 1));   out = a_o sum_tiles z + b_o
///
/// with y = K - v_zero, w = V - v_zero and I(y, age) = sum_p c_p delta^(p age) y^p.
///
/// Results do not depend on the number of threads, on the split into calls, or on streaming against whole sequences:
/// every sum runs over the same terms in the same order.

#include <memory>
#include <span>
#include <vector>

#include "gaincell/attention/settings.hpp"

namespace gaincell::attention {

/// Counts of one run, for energy and utilisation. Additive.
struct Activity {
  double tokens = 0;           ///< tokens x sequences
  double pairs = 0;            ///< (query, key) pairs inside the window
  double q_width = 0;          ///< sum over pairs and rows of the query pulse, in full pulses: cell-reads of array 1
  double phi_nonzero = 0;      ///< pairs with phi > 0
  double phi_sum = 0;          ///< sum of phi: times D, the cell-reads of array 2
  double phi_saturated = 0;    ///< pairs with phi = 1
  double tiles = 0;            ///< tile conversions (per output element) of tiles that hold at least one column
  double tiles_idle = 0;       ///< of those, all phi of the tile zero
  double tiles_saturated = 0;  ///< of those, |z| = 1 before the grid

  // The same events by what their energies depend on (empty: not counted). Values between grid points are shared by the
  // two around, so that sums of widths and levels stay; charges go to the nearest.
  static constexpr std::size_t kChargeBins = 385;  ///< of -1.5 to 1.5 full scales
  static constexpr double kBinsPerFullScale = 128;
  std::size_t levels = 0, steps = 0;          ///< of stored voltages; of the longest pulse
  double v_low = 0, v_high = 0, pulse_s = 0;  ///< V of the first and last level; the longest pulse
  double relu_full_scale_fC = 0, output_full_scale_fC = 0;
  /// [level of the stored voltage][step]: cells that hold a token in the window; step 0 had no pulse.
  std::vector<double> reads1, reads2;
  std::vector<double> writes;                        ///< [previous level][level]; fresh cells hold level 0
  std::vector<double> relu_charges, output_charges;  ///< conversions by charge
  /// @throws Error (ATT-0041) for counts of other levels, pulses or full scales
  Activity& operator+=(const Activity& other);
  void settle();  ///< q_width and phi_sum from the counts, where there are some
};

struct RunOptions {
  Intermediates* intermediates = nullptr;     ///< filled when not null
  std::vector<Activity>* activity = nullptr;  ///< one entry per head, added up over the batch
  /// [B,H,T,T]: phi pulses (in longest ones) that array 2 gets instead of its own, for judging it alone. Empty: its
  /// own.
  std::span<const float> phi = {};
};

/// Prepared once for settings and scalers, then run on any number of inputs. Thread-safe after construction.
class Engine {
 public:
  /// @param dimension D
  /// @throws Error (ATT-0001..) for settings out of range, (ATT-0020) when a forced kernel is not available here.
  Engine(Settings settings, Scalers scalers, std::size_t heads, std::size_t dimension);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// q, k, v and out: [B,H,T,D]. @throws Error (ATT-0021) when an input is not finite, naming the element.
  void run(const Shape& shape, std::span<const float> q, std::span<const float> k, std::span<const float> v,
           std::span<float> out, const RunOptions& options = {}) const;
  /// One (batch, head): q, k, v, out [T,D]. Needs memory for T x D, never for T x T.
  void runHead(std::size_t batch, std::size_t head, std::size_t tokens, const float* q, const float* k, const float* v,
               float* out, Activity* activity = nullptr) const;

  const Settings& settings() const noexcept;
  Kernel kernel() const noexcept;  ///< the one in use
  /// "codes" (integer levels), "planes" (float powers), "lines" (each bit line followed through its pulses): which
  /// inner loops serve these settings.
  const char* path() const noexcept;

 private:
  friend class Stream;
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// One head, one token at a time: a ring buffer of columns, the oldest overwritten. Gives what Engine::run gives, bit
/// for bit. A window must be set (Settings::window > 0).
class Stream {
 public:
  /// @param ahead most tokens of one push
  Stream(const Engine& engine, std::size_t head, std::size_t batch = 0, std::size_t ahead = 1);
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  /// Writes column (position mod window) and gives the output of this token. q, k, v, out: [D].
  void push(const float* q, const float* k, const float* v, float* out, Activity* activity = nullptr);
  /// The same for `count` tokens, [count][D] each: they share the work as the rows of a whole sequence do.
  void push(std::size_t count, const float* q, const float* k, const float* v, float* out,
            Activity* activity = nullptr);
  std::size_t position() const noexcept;  ///< tokens seen

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same equations written as plainly as possible, sums in double precision: the oracle of the tests. All settings
/// and effects, no blocking, one thread.
void referenceRun(const Settings& settings, const Scalers& scalers, const Shape& shape, std::span<const float> q,
                  std::span<const float> k, std::span<const float> v, std::span<float> out,
                  Intermediates* intermediates = nullptr);

}  // namespace gaincell::attention
