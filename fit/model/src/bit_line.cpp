#include "gaincell/model/bit_line.hpp"

#include <algorithm>
#include <utility>

namespace gaincell::model {

namespace {

/// What the drop over the wire takes from the current of the cells that are on.
double dropLoss(const BitLine& line, const std::vector<LineCell>& cells, const std::vector<double>& widths,
                double until, double current) {
  double drop = 0, loss = 0, beyond = current;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    drop += line.wire_per_cell * beyond;  // element i carries the current of all cells from i on
    if (!(widths[i] >= until)) continue;
    beyond -= cells[i].current;
    loss += (cells[i].conductance + cells[i].slope * drop) * drop;
  }
  return loss;
}

}  // namespace

double lineCharge(const BitLine& line, const std::vector<LineCell>& cells, const std::vector<double>& widths) {
  std::vector<std::pair<double, std::size_t>> order;
  LineSource<double> on;
  double total = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!(widths[i] > 0)) continue;
    order.emplace_back(widths[i], i);
    total += cells[i].edge;
  }
  std::sort(order.begin(), order.end());
  double v = 0, before = 0;
  for (std::size_t first = 0; first < order.size(); ++first) {
    const double until = order[first].first, dt = until - before;
    if (!(dt > 0)) continue;
    before = until;
    on = {};
    for (std::size_t k = first; k < order.size(); ++k) {
      const LineCell& cell = cells[order[k].second];
      on.current += cell.current;
      on.conductance += cell.conductance;
      on.slope += cell.slope;
    }
    if (line.wire_per_cell > 0) on.current -= dropLoss(line, cells, widths, until, on.current);
    total += line.capacitance > 0 ? lineStep(on, dt / (2 * line.capacitance), line.capacitance, v) : on.current * dt;
  }
  return total;
}

}  // namespace gaincell::model
