#pragma once
// Bit lines that move: many lines at once whose cells have the same pulses. Included by the files that are compiled for
// one instruction set each; the equations are those of model/bit_line.hpp.
#include "gaincell/model/bit_line.hpp"
#include "kernels.hpp"

namespace gaincell::attention {
namespace {

inline void addTo(float* __restrict sum, const float* __restrict x, std::size_t lanes) {
  for (std::size_t l = 0; l < lanes; ++l) sum[l] += x[l];
}

/// What the drop over the wire takes from the current of the cells that are on, subtracted from `current`.
inline void loseOverWire(const LineBlock& b, float width, float* __restrict current) {
  const std::size_t lanes = b.lanes;
  float drop[kBlock] = {}, beyond[kBlock], lost[kBlock] = {};
  for (std::size_t l = 0; l < lanes; ++l) beyond[l] = current[l];
  std::uint32_t place = 0;  // elements passed
  for (std::size_t n = 0; n < b.cells; ++n) {
    const std::uint32_t cell = b.by_position[n];
    if (b.width[cell] < width) continue;
    const auto ohm = b.wire * static_cast<float>(b.position[cell] + 1 - place);
    place = b.position[cell] + 1;
    const float* __restrict i = b.current[cell];
    const float* __restrict g = b.conductance[cell];
    const float* __restrict h = b.slope == nullptr ? nullptr : b.slope[cell];
    for (std::size_t l = 0; l < lanes; ++l) {
      drop[l] += ohm * beyond[l];
      beyond[l] -= i[l];
      lost[l] += (h == nullptr ? g[l] : g[l] + h[l] * drop[l]) * drop[l];
    }
  }
  for (std::size_t l = 0; l < lanes; ++l) current[l] -= lost[l];
}

/// Charges of the lines. The sums of the cells that are on are built from the longest pulse backwards, the line then
/// follows them forwards.
inline void moveLines(const LineBlock& b) {
  const std::size_t lanes = b.lanes;
  float sum[3][kBlock] = {};
  float v[kBlock] = {};
  for (std::size_t l = 0; l < lanes; ++l) b.held[l] = b.moved[l] = 0.0F;
  if (b.edge != nullptr)
    for (std::size_t n = 0; n < b.cells; ++n) addTo(b.held, b.edge[n], lanes);
  for (std::size_t l = 0; l < lanes; ++l) b.moved[l] = b.held[l];
  std::size_t segments = 0;
  for (std::size_t n = 0; n < b.cells; ++n) {
    addTo(sum[0], b.current[n], lanes);
    addTo(sum[1], b.conductance[n], lanes);
    if (b.slope != nullptr) addTo(sum[2], b.slope[n], lanes);
    if (n + 1 < b.cells && b.width[n + 1] == b.width[n]) continue;
    float* to = b.scratch + segments * 3 * kBlock;
    for (std::size_t l = 0; l < lanes; ++l) {
      to[l] = sum[0][l];
      to[kBlock + l] = sum[1][l];
      to[2 * kBlock + l] = sum[2][l];
    }
    b.ends[segments++] = b.width[n];
  }
  float before = 0;
  for (std::size_t s = segments; s-- > 0;) {
    float* __restrict from = b.scratch + s * 3 * kBlock;
    const float dt = b.ends[s] - before;
    before = b.ends[s];
    if (b.wire > 0) loseOverWire(b, b.ends[s], from);
    const float half = b.capacity > 0 ? dt / (2 * b.capacity) : 0.0F;
    for (std::size_t l = 0; l < lanes; ++l) {
      b.held[l] += from[l] * dt;
      if (!(b.capacity > 0)) continue;
      const model::LineSource<float> on{from[l], from[kBlock + l], from[2 * kBlock + l]};
      b.moved[l] += model::lineStep(on, half, b.capacity, v[l]);
    }
  }
  if (b.capacity > 0) return;
  for (std::size_t l = 0; l < lanes; ++l) b.moved[l] = b.held[l];
}

}  // namespace
}  // namespace gaincell::attention
