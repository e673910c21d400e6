// Rows of outputs on bit lines that move: every line is followed through the pulses of its cells (model/bit_line.hpp).
#include <algorithm>

#include "rows.hpp"

namespace gaincell::attention {

void RowWorker::prepareLines() {
  if (!plan_.lines) return;
  keys_ = std::make_unique<LineWork>(plan_, Array::Key);
  values_ = std::make_unique<LineWork>(plan_, Array::Value);
  moved_.assign(kBlock * kBlock, 0.0F);
}

void RowWorker::scoreLines(const Frame& f, std::size_t block) {
  const std::size_t j0 = block * kBlock;
  for (std::size_t r = 0; r < f.rows; ++r) {
    keys_->clear();
    for (std::size_t e = 0; e < plan_.dimension; ++e)
      if (const float width = q_values_[r * plan_.width + e]; width > 0) keys_->add(width, e, e);
    keys_->sort();
    const auto values = [&](std::size_t p, std::size_t e) { return f.columns.keyPlane(block, p) + e * kBlock; };
    const auto factors = [&](std::size_t p, std::size_t, const float* from, float* to) {
      const float* factor = plan_.planes[p].first.at(f.i0, j0) - r;
      for (std::size_t c = 0; c < kBlock; ++c) to[c] += factor[c] * from[c];
    };
    keys_->follow(kBlock, values, factors, &s_[r * kBlock], &moved_[r * kBlock]);
  }
  convertScores(f, block, moved_.data());
}

void RowWorker::gatherLines(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, std::size_t n) {
  const std::size_t columns = plan_.settings.tile_columns, j0 = block * kBlock;
  auto& kept = values_->kept;
  if (kept.size() <= n) kept.resize(n + 1);
  if (fresh_lines_ <= n) {
    kept[n].assign(kBlock * columns, {0.0F, 0});
    fresh_lines_ = n + 1;
  }
  for (std::size_t r = 0; r < f.rows; ++r)
    for (std::size_t c = c0; c < c1; ++c) {
      const float phi = phi_[r * kBlock + c];
      if (!(phi > 0)) continue;
      const std::size_t place = plan_.settings.tiles == TileOrder::Absolute ? j0 + c : (j0 + c) % plan_.window;
      kept[n][r * columns + place % columns] = {phi, j0 + c};
    }
}

void RowWorker::followValues(const Frame& f, std::size_t tile) {
  const std::size_t columns = plan_.settings.tile_columns;
  const std::size_t n = openIndex(tile);
  float* acc = tileAcc(tile);
  float held[kBlock];
  for (std::size_t r = 0; r < f.rows; ++r) {
    values_->clear();
    for (std::size_t place = 0; place < columns; ++place) {
      const auto& [phi, token] = values_->kept[n][r * columns + place];
      if (phi > 0) values_->add(phi, place, token);
    }
    values_->sort();
    for (std::size_t e = 0; e < plan_.width; e += kBlock) {
      const std::size_t lanes = std::min(kBlock, plan_.width - e);
      const auto values = [&](std::size_t p, std::size_t j) {
        return f.columns.valuePlane(j / kBlock, p) + j % kBlock * plan_.width + e;
      };
      const auto factors = [&](std::size_t p, std::size_t j, const float* from, float* to) {
        const float factor = *plan_.planes[p].second.at(f.i0 + r, j);
        for (std::size_t l = 0; l < lanes; ++l) to[l] += factor * from[l];
      };
      values_->follow(lanes, values, factors, held, acc + r * plan_.width + e);
    }
  }
}

}  // namespace gaincell::attention
