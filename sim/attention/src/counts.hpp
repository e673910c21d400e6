#pragma once
// What energies depend on, counted: integers in fixed point, so that no order of summing and no split matters.
#include <cstdint>
#include <vector>

#include "gaincell/attention/engine.hpp"

namespace gaincell::attention {

struct Plan;

/// The grids that events are counted on. Values between grid points are shared by the two around.
struct CountGrid {
  CountGrid() = default;
  explicit CountGrid(const Settings& settings);
  bool levels_exact = true, widths_exact = true;  ///< stored voltages and query pulses lie on the grid
  std::size_t levels = 0, stride = 0;             ///< stored voltages, lowest first; padded
  std::size_t steps = 0;                          ///< of the longest pulse
  unsigned level_bits() const noexcept { return levels_exact ? 0 : 8; }
  unsigned width_bits() const noexcept { return widths_exact ? 0 : 8; }
  std::size_t cells() const noexcept { return (steps + 1) * stride; }  ///< [width][level]
};

/// Levels that the columns of one head hold, and how often each occurs before every block. A ring as Columns is.
class StoredLevels {
 public:
  StoredLevels(const Plan& plan, std::size_t blocks);
  void restart(std::size_t head);
  void write(std::size_t column, const float* k, const float* v);
  const std::uint16_t* keys(std::size_t column) const { return &keys_[at(column) * dimension_]; }
  const std::uint16_t* values(std::size_t column) const { return &values_[at(column) * dimension_]; }
  const float* valueCounts(std::size_t column) const;  ///< [level]: elements of the token's value
  /// Of all columns before a block, modulo 2^32: [element][level] and [level].
  const std::uint32_t* keysBefore(std::size_t block) const;
  const std::uint32_t* valuesBefore(std::size_t block) const;
  /// Adds (or takes away, with a factor of -1) the keys of a column to counts [element][level].
  void addKeys(std::size_t column, std::uint32_t factor, std::uint32_t* counts) const;
  std::uint64_t id() const noexcept { return id_; }  ///< another one after restart()

 private:
  std::size_t at(std::size_t column) const;
  void place(const float* x, float a, float b, std::uint16_t* to);

  const Plan& plan_;
  std::size_t dimension_, blocks_, head_ = 0;
  std::uint64_t id_ = 0;
  std::vector<std::uint16_t> keys_, values_;
  std::vector<float> value_counts_, scratch_;
  std::vector<std::uint8_t> codes_;
  std::vector<std::uint32_t> keys_before_, values_before_, keys_total_, values_total_;
};

/// Counts of one thread, handed over by flush().
class EventCounter {
 public:
  explicit EventCounter(const Plan& plan);
  /// Writes of rows [i0, i0 + rows) and reads of array 1, one row after the other. @param codes [rows][width] steps of
  /// the query pulses, or null: @param values [rows][width] widths in longest pulses
  void queries(const StoredLevels& stored, std::size_t i0, std::size_t rows, const std::uint8_t* codes,
               const float* values);
  /// ReLU conversions of charges [first, last), uA of a full pulse.
  void scores(const float* charges, std::size_t first, std::size_t last);
  /// Reads of array 2 by a block of columns; phi: [rows][kBlock]. @param top phi of a saturated pulse
  void pulses(const StoredLevels& stored, std::size_t block, std::size_t rows, const float* phi,
              const std::uint64_t* nonzero, float top);
  /// Output conversions of a tile and row.
  void outputs(const float* charges, std::size_t count);
  void flush(Activity& activity);

 private:
  void seek(const StoredLevels& stored, std::size_t i0);
  void nextRow(const StoredLevels& stored, std::size_t i);
  void countWrites(const std::uint16_t* written, const std::uint16_t* previous);
  template <typename T>
  void readRow(T* to) const;
  static void countCharges(const float* charges, std::size_t first, std::size_t last, float scale, std::uint32_t* to);

  const Plan& plan_;
  CountGrid grid_;
  bool wide_;
  std::uint64_t seen_id_ = 0;  ///< rows before next_ of these columns are in seen_
  std::size_t next_ = 0;
  std::vector<std::uint32_t> seen_, seen_values_;  ///< in the window: [element][level], [level]
  std::vector<std::uint16_t> widths_;
  std::vector<std::uint32_t> reads_;  ///< array 1: [width][level]
  std::vector<std::uint64_t> reads_wide_, writes_, visible_;
  std::vector<std::uint64_t> by_column_;  ///< array 2: [column][width]
  std::vector<double> reads2_;            ///< integers
  std::vector<std::uint32_t> relu_, output_;
  double saturated_ = 0;
};

}  // namespace gaincell::attention
