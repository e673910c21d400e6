#pragma once
// What follows from settings, scalers and window before any data are seen: steps, tables by age, the list of planes.
#include <memory>
#include <vector>

#include "aligned.hpp"
#include "chip.hpp"
#include "counts.hpp"
#include "gaincell/attention/engine.hpp"
#include "gaincell/attention/physics.hpp"
#include "kernels.hpp"

namespace gaincell::attention {

/// A factor per age, stored so that consecutive columns (falling age) are consecutive in memory. Zero outside the
/// window, with room for every block that touches the window.
class AgeTable {
 public:
  AgeTable() = default;
  explicit AgeTable(std::size_t window) : base_(window - 1 + 2 * kBlock), values_(base_ + 1 + kBlock, 0.0F) {}
  float& at(std::size_t age) { return values_[base_ - age]; }
  /// Entry of (row i0, column j0).
  const float* at(std::size_t i0, std::size_t j0) const { return values_.data() + (base_ + j0 - i0); }

 private:
  std::size_t base_ = 0;
  std::vector<float> values_;
};

/// Which half of the voltage range a plane belongs to.
enum class Side { Both, Low, High };

/// One term of the cell current that is separable into (cell) x (age): a plane of cell values and a factor by age.
struct Plane {
  enum class Term { Current, Edge, Conductance, Slope };
  Term term = Term::Current;
  int power = 0;  ///< of the decaying deviation; -1: the whole polynomial (no decay by order)
  Side side = Side::Both;
  AgeTable first, second;  ///< factor in the first and in the second multiply
  std::size_t node = 0;    ///< with Physics::held: which of its ages
  bool indicator() const noexcept { return term == Term::Edge; }
};

struct Plan {
  Plan(const Settings& settings, const Scalers& scalers, std::size_t heads, std::size_t dimension, std::size_t window);

  Settings settings;
  Scalers scalers;
  std::size_t heads, dimension, width, quads, window;  ///< width: dimension padded to 16; quads: width/4
  const KernelTable* kernels;
  bool codes = false;     ///< integer levels serve these settings
  bool constant = false;  ///< no decay: currents do not depend on the age
  bool lines = false;     ///< bit lines move: every line is followed through its pulses (lines.cpp)
  float step_q = 0, step_kv = 0;

  AgeTable scores[4];                ///< codes: factors of sum q, g1, g2, g3
  AlignedVector<float> weights;      ///< codes: [age + kBlock][8] currents by level
  std::vector<Plane> planes;         ///< otherwise
  CountGrid counts;                  ///< of activities
  std::shared_ptr<const Chip> chip;  ///< null without physics

  /// Scores from integer levels; without decay one float multiply of currents is cheaper.
  bool integerScores() const noexcept { return codes && !constant; }
  /// With decay only; without, the first eight weights are the currents by level.
  const float* weightTable(std::size_t i0, std::size_t j0) const { return weights.data() + (kBlock + i0 - j0) * 8; }

 private:
  void buildCodes();
  void buildPlanes();
  void addHeldPlanes(Plane::Term term);
};

/// Factor of order p at an age, in the first (true) or second multiply.
double decayFactor(const Settings& settings, std::size_t age, int power, bool first);

/// Rounds to bfloat16, ties to even.
float toBfloat16(float x) noexcept;

}  // namespace gaincell::attention
