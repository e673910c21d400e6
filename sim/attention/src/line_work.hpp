#pragma once
// What following bit lines through their pulses needs besides the kernel: order, values by cell, memory.
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include "aligned.hpp"
#include "plan.hpp"

namespace gaincell::attention {

/// Lines whose cells have the same pulses: their order, the values of each cell, and room for the kernel.
class LineWork {
 public:
  LineWork(const Plan& plan, Array array) : plan_(plan), line_(plan.chip->line(array)) {
    for (std::size_t p = 0; p < plan.planes.size(); ++p)
      of_term_[static_cast<std::size_t>(plan.planes[p].term)].push_back(p);
  }

  void clear() { cells_.clear(); }
  /// A cell with a pulse. @param source of values: row or token
  void add(float width, std::size_t position, std::size_t source) {
    cells_.push_back({width, static_cast<std::uint32_t>(position), source});
  }
  /// Puts the longest pulse first, so that the sums of the cells that are on can be built one after the other.
  void sort() {
    std::stable_sort(cells_.begin(), cells_.end(), [](const Cell& a, const Cell& b) { return a.width > b.width; });
    const std::size_t n = cells_.size();
    width_.resize(n);
    position_.resize(n);
    by_position_.resize(n);
    for (std::size_t k = 0; k < n; ++k) width_[k] = cells_[k].width, position_[k] = cells_[k].position;
    std::iota(by_position_.begin(), by_position_.end(), 0U);
    std::stable_sort(by_position_.begin(), by_position_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return position_[a] < position_[b]; });
  }

  /// @param values(plane, source) first of the lanes of a cell; @param factors(plane, source, lane) by age
  template <class Values, class Factors>
  void follow(std::size_t lanes, const Values& values, const Factors& factors, float* held, float* moved) {
    const std::size_t n = cells_.size();
    for (std::size_t t = 0; t < of_term_.size(); ++t) {
      const auto& planes = of_term_[t];
      at_[t].resize(n);
      if (planes.empty()) continue;
      if (!plan_.constant) mixed_[t].resize(n * kBlock);
      for (std::size_t k = 0; k < n; ++k) {
        if (plan_.constant) {
          at_[t][k] = values(planes[0], cells_[k].source);
          continue;
        }
        float* to = &mixed_[t][k * kBlock];
        std::fill_n(to, lanes, 0.0F);
        for (const std::size_t p : planes) factors(p, cells_[k].source, values(p, cells_[k].source), to);
        at_[t][k] = to;
      }
    }
    scratch_.resize(3 * kBlock * std::max<std::size_t>(n, 1));
    ends_.resize(std::max<std::size_t>(n, 1));
    const auto term = [&](Plane::Term name) {
      const auto t = static_cast<std::size_t>(name);
      return of_term_[t].empty() ? nullptr : at_[t].data();
    };
    LineBlock b;
    b.lanes = lanes;
    b.cells = n;
    b.width = width_.data();
    b.position = position_.data();
    b.by_position = by_position_.data();
    b.current = term(Plane::Term::Current);
    b.edge = term(Plane::Term::Edge);
    b.conductance = term(Plane::Term::Conductance);
    b.slope = term(Plane::Term::Slope);
    b.capacity = static_cast<float>(line_.capacitance_F * 1e6 / plan_.settings.pulse_s);
    b.wire = static_cast<float>(line_.wire_ohm_per_cell * 1e-6);
    b.scratch = scratch_.data();
    b.ends = ends_.data();
    b.held = held;
    b.moved = moved;
    plan_.kernels->lines(b);
  }

  /// Phi and token of every place of the tiles that are open: [tile][row][column of the tile].
  std::vector<std::vector<std::pair<float, std::size_t>>> kept;

 private:
  struct Cell {
    float width;
    std::uint32_t position;
    std::size_t source;
  };
  const Plan& plan_;
  Line line_;
  std::array<std::vector<std::size_t>, 4> of_term_;
  std::vector<Cell> cells_;
  std::vector<float> width_, ends_;
  std::vector<std::uint32_t> position_, by_position_;
  std::array<std::vector<const float*>, 4> at_;
  std::array<AlignedVector<float>, 4> mixed_;
  AlignedVector<float> scratch_;
};

}  // namespace gaincell::attention
