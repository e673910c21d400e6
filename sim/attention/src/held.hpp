#pragma once
// Stored voltages by age for any law of decay.
#include <functional>
#include <vector>

namespace gaincell::attention {

/// What a cell holds at a few ages ("nodes"); currents in between are polynomials through those at the nodes. A plane
/// per node then serves any law, as the planes by power serve the exponential one.
class HeldVoltages {
 public:
  using Law = std::function<double(double v, double age)>;  ///< V after `age` tokens of a cell written at v
  /// Takes as few nodes as keep the current of every cell written in [low, high] within kError of the largest.
  /// @param polynomial current in the deviation from v_zero
  /// @throws Error ATT-0036 when kMostNodes do not
  HeldVoltages(Law law, const std::vector<double>& polynomial, double v_zero, double low, double high,
               std::size_t window);

  std::size_t nodes() const noexcept { return ages_.size(); }
  /// Weight of a node's current at an age.
  double factor(std::size_t node, double age) const;
  /// Deviation from v_zero at a node of a cell that was written with deviation y.
  double deviation(std::size_t node, double y) const;

  static constexpr double kError = 1e-5;
  static constexpr std::size_t kMostNodes = 32;

 private:
  void place(std::size_t count, std::size_t window);
  void tabulate(double low, double high);

  Law law_;
  double v_zero_;
  std::vector<double> ages_;
  double first_ = 0, step_ = 0;             ///< V; grid of the tables
  std::vector<std::vector<double>> table_;  ///< [node][written voltage]: V, linear between
};

}  // namespace gaincell::attention
