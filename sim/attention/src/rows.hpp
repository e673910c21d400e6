#pragma once
// One head at work: packed columns of K and V, and the rows of outputs computed from them.
#include <memory>
#include <utility>
#include <vector>

#include "aligned.hpp"
#include "counts.hpp"
#include "line_work.hpp"
#include "plan.hpp"

namespace gaincell::attention {

/// Packed keys and values of one head. Column j lies in block (j / kBlock) mod blocks, so the same code serves a whole
/// sequence (as many blocks as it needs) and a ring buffer (enough blocks for the window).
class Columns {
 public:
  /// @param counted keeps what activities count
  Columns(const Plan& plan, std::size_t batch, std::size_t head, std::size_t blocks, bool counted);
  void restart(std::size_t batch, std::size_t head);  ///< forgets; keeps the memory for another head
  /// Writes columns [first, first + count) from k and v [count][dimension]; in increasing order of `first`.
  void write(std::size_t first, std::size_t count, const float* k, const float* v);

  const StoredLevels& levels() const { return *counted_; }  ///< of counted columns
  const std::int8_t* keyCodes(std::size_t block) const { return key_codes_.data() + index(block) * key_block_; }
  /// With decay: [kBlock][width].
  const std::uint8_t* valueCodes(std::size_t block) const { return value_codes_.data() + index(block) * value_block_; }
  /// Key currents when they do not depend on the age: [dimension][kBlock].
  const float* keyCurrents(std::size_t block) const { return key_planes_.data() + index(block) * key_block_; }
  /// Currents by level, when they do not depend on the age: [kBlock][width].
  const float* valueCurrents(std::size_t block) const { return value_planes_.data() + index(block) * value_block_; }
  const float* keyPlane(std::size_t block, std::size_t plane) const {
    return key_planes_.data() + (index(block) * plan_.planes.size() + plane) * key_block_;
  }
  const float* valuePlane(std::size_t block, std::size_t plane) const {
    return value_planes_.data() + (index(block) * plan_.planes.size() + plane) * value_block_;
  }

 private:
  std::size_t index(std::size_t block) const { return block % blocks_; }
  void writeCodes(std::size_t column, const float* k, const float* v);
  void writeKeyLevels(std::size_t block, std::size_t c);  ///< of levels_
  /// Columns [column, column + count), all in one block.
  void writeCurrents(std::size_t column, std::size_t count, const float* k, const float* v);
  void writePlanes(std::size_t column, const float* k, const float* v);
  /// Deviation from v_zero that a cell really stores, with a write error.
  double deviation(Array array, std::size_t column, std::size_t row, float value);

  const Plan& plan_;
  std::size_t batch_, head_, blocks_, key_block_, value_block_;
  AlignedVector<std::int8_t> key_codes_;
  AlignedVector<std::uint8_t> value_codes_;
  AlignedVector<float> key_planes_, value_planes_;
  std::vector<std::int8_t> held_;  ///< write error: level held by [array][slot][row], -1 fresh
  std::vector<float> scratch_;
  std::vector<double> cells_;  ///< of one column: stored deviations, their powers, current polynomials
  std::vector<std::uint8_t> levels_;
  std::unique_ptr<StoredLevels> counted_;
};

/// Where intermediate results of one head go; null pointers are skipped. Rows are absolute tokens.
struct HeadSinks {
  std::size_t tokens = 0;
  float *q_q = nullptr, *k_q = nullptr, *v_q = nullptr, *s = nullptr, *phi = nullptr;
  float *tile_analog = nullptr, *tile_q = nullptr, *tile_sum = nullptr;
  const float* given_phi = nullptr;  ///< [T,T]: pulses that array 2 gets instead of the engine's own
};

/// The part of the intermediates (already allocated) that belongs to one sequence.
HeadSinks sinksOf(Intermediates& all, const Shape& shape, std::size_t sequence, std::size_t tiles);
void allocate(Intermediates& all, const Shape& shape, std::size_t tiles);

/// One value per head everywhere, finite, factors at least 1e-20. @throws Error ATT-0022, ATT-0023
Scalers completeScalers(Scalers scalers, std::size_t heads);

/// Whether a tile holds a column that is written and in the window of a token; the others do not convert.
bool tileUsed(const Settings& settings, std::size_t window, std::size_t tile, std::size_t token);

/// Scratch of one thread.
class RowWorker {
 public:
  explicit RowWorker(const Plan& plan);
  /// Outputs of rows [i0, i0 + rows), rows <= kBlock, not crossing a multiple of kBlock. q: [rows][dimension]; out:
  /// same.
  void run(const Columns& columns, std::size_t batch, std::size_t head, std::size_t i0, std::size_t rows,
           const float* q, float* out, const HeadSinks* sinks, Activity* activity);

 private:
  /// What a run passes around.
  struct Frame {
    const Columns& columns;
    std::size_t batch, head, i0, rows;
    const HeadSinks* sinks;
    Activity* activity;
  };
  void quantizeQueries(const Frame& f, const float* q);
  void scoreCodes(const Frame& f, std::size_t block);
  /// The terms of both multiplies on currents are planes, or one when nothing decays.
  void scoreCurrents(const Frame& f, std::size_t block);
  void clearOutside(const Frame& f, std::size_t block);
  bool physical() const { return plan_.chip && !plan_.chip->plainConversion(); }
  /// A factor of one throughout the window.
  bool ageless(const Plane& plane) const { return plan_.constant || plane.power == 0; }
  /// The first plane is one current for all cells and needs no multiply.
  bool evenFirst() const { return !plan_.chip && plan_.planes.size() > 1 && plan_.planes[0].power == 0; }
  float evenCurrent() const {
    return evenFirst() ? static_cast<float>(plan_.settings.sign * plan_.settings.coefficients[0]) : 0.0F;
  }
  /// @param charges [rows][kBlock] that the converters get, uA of a full pulse
  void convertScores(const Frame& f, std::size_t block, const float* charges);
  /// What word lines of array 2 play: given pulses, and none that is too short.
  void playPulses(const Frame& f, std::size_t block);
  /// Columns [first, second) of a block are in the window of row i.
  std::pair<std::size_t, std::size_t> inWindow(std::size_t i, std::size_t block) const;
  void weighBlock(const Frame& f, std::size_t block);
  void weighCodes(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, float* acc, bool fresh);
  /// `last`: the tile ends here. @returns whether its outputs were converted at once
  bool weighCurrents(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, float* acc, bool fresh,
                     bool last);
  /// One term: acc += weights currents. `convert`: into the outputs. @returns whether it did
  bool weighTerm(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, const float* weights,
                 const float* start, const float* currents, float* acc, bool fresh, bool convert);
  // Bit lines that move (lines.cpp).
  void prepareLines();
  void scoreLines(const Frame& f, std::size_t block);
  /// Keeps the phi of columns [c0, c1) of a block for the tile that is open as the n-th.
  void gatherLines(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, std::size_t n);
  /// The tile's charges from the kept phi, into its accumulator.
  void followValues(const Frame& f, std::size_t tile);
  OutputTile outputTile(const Frame& f);
  void finishTile(const Frame& f, std::size_t tile);
  void physicalOutput(const Frame& f, std::size_t tile, const float* acc);
  void storeScores(const Frame& f, std::size_t block);
  void countScores(const Frame& f, std::size_t block);
  void countPulses(const Frame& f, std::size_t block);
  std::size_t accSize() const { return kBlock * plan_.width; }
  std::size_t openIndex(std::size_t tile) const;  ///< its place in open_; their number when it is not open
  float* tileAcc(std::size_t tile);               ///< null when the tile is not open
  float* openTile(std::size_t tile);              ///< not cleared

  const Plan& plan_;
  AlignedVector<std::uint8_t> q_codes_;
  AlignedVector<float> q_values_, q_indicator_, q_sum_;
  AlignedVector<float> phi_, s_, weighted_, even_, even_sums_, sum_, quantized_, converted_;
  std::vector<CurrentBlock::Term> terms_;
  std::vector<std::uint64_t> nonzero_, columns_mask_;
  AlignedVector<std::int32_t> codes32_;
  std::vector<std::size_t> open_;            ///< tiles with an accumulator, in order of first use
  std::unique_ptr<LineWork> keys_, values_;  ///< with Plan::lines
  std::unique_ptr<EventCounter> counter_;    ///< once an activity was asked for
  AlignedVector<float> moved_;               ///< charges of lines that move
  std::size_t fresh_lines_ = 0;              ///< open tiles whose kept phi belong to these rows
  std::vector<AlignedVector<float>> acc_;    ///< accumulators, reused
};

}  // namespace gaincell::attention
