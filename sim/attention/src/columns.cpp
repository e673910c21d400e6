// Packing of keys and values.
#include <cmath>
#include <cstring>

#include "rows.hpp"

namespace gaincell::attention {

Columns::Columns(const Plan& plan, std::size_t batch, std::size_t head, std::size_t blocks, bool counted)
    : plan_(plan),
      batch_(batch),
      head_(head),
      blocks_(blocks),
      key_block_(plan.integerScores() ? 3 * plan.quads * kBlock * 4 : plan.dimension * kBlock),
      value_block_(kBlock * plan.width) {
  if (plan.integerScores()) {
    key_codes_.assign(blocks * key_block_, 0);
    value_codes_.assign(blocks * value_block_, 0);
  } else if (plan.codes) {
    key_planes_.assign(blocks * key_block_, 0.0F);
    value_planes_.assign(blocks * value_block_, 0.0F);
  } else {
    key_planes_.assign(blocks * plan.planes.size() * key_block_, 0.0F);
    value_planes_.assign(blocks * plan.planes.size() * value_block_, 0.0F);
  }
  scratch_.resize((plan.codes ? kBlock : 2) * plan.dimension);
  levels_.resize(kBlock * plan.width);
  if (!plan.codes) cells_.resize((2 + plan.settings.coefficients.size()) * plan.dimension);
  if (counted) counted_ = std::make_unique<StoredLevels>(plan, blocks);
  restart(batch, head);
}

void Columns::restart(std::size_t batch, std::size_t head) {
  batch_ = batch;
  head_ = head;
  if (counted_) counted_->restart(head);
  if (!plan_.chip) return;
  plan_.chip->prepareHead(head);
  if (plan_.chip->physics().write) held_.assign(2 * plan_.window * plan_.dimension, -1);
}

void Columns::write(std::size_t first, std::size_t count, const float* k, const float* v) {
  for (std::size_t n = 0; counted_ && n < count; ++n)
    counted_->write(first + n, k + n * plan_.dimension, v + n * plan_.dimension);
  for (std::size_t n = 0; n < count;) {
    const std::size_t at = n * plan_.dimension, run = std::min(count - n, kBlock - (first + n) % kBlock);
    if (plan_.codes && plan_.constant) {
      writeCurrents(first + n, run, k + at, v + at);
      n += run;
      continue;
    }
    plan_.codes ? writeCodes(first + n, k + at, v + at) : writePlanes(first + n, k + at, v + at);
    ++n;
  }
}

void Columns::writeCurrents(std::size_t column, std::size_t count, const float* k, const float* v) {
  const std::size_t d = plan_.dimension, c = column % kBlock, block = index(column / kBlock);
  const auto high = static_cast<float>(plan_.settings.value_max);
  const Scalers& s = plan_.scalers;
  const float* current = plan_.weights.data();
  const KernelTable& kernels = *plan_.kernels;
  kernels.quantizeCodes(k, count * d, s.a_k[head_], s.b_k[head_], high, plan_.step_kv, levels_.data());
  kernels.lookUp(levels_.data(), count * d, current, scratch_.data());
  const float* __restrict from = scratch_.data();
  float* __restrict keys = key_planes_.data() + block * key_block_ + c;
  for (std::size_t e = 0; e < d; ++e)
    for (std::size_t n = 0; n < count; ++n) keys[e * kBlock + n] = from[n * d + e];
  kernels.quantizeCodes(v, count * d, s.a_v[head_], s.b_v[head_], high, plan_.step_kv, levels_.data());
  for (std::size_t n = 0; n < count; ++n)
    kernels.lookUp(&levels_[n * d], d, current, &value_planes_[block * value_block_ + (c + n) * plan_.width]);
}

void Columns::writeKeyLevels(std::size_t block, std::size_t c) {
  const std::size_t d = plan_.dimension;
  const int top = plan_.settings.levels_kv - 1;
  std::int8_t basis[3][9] = {};  // see ScoreBlock
  for (int level = 0; level <= top; ++level) {
    const int u = 2 * level - top;
    basis[0][level] = static_cast<std::int8_t>(u);
    basis[1][level] = static_cast<std::int8_t>((u * u - 25) / 8);
    basis[2][level] = static_cast<std::int8_t>((u * u * u - 25 * u) / 24);
  }
  std::int8_t* keys = key_codes_.data() + block * key_block_ + c * 4;
  const std::size_t plane = plan_.quads * kBlock * 4;
  for (std::size_t e = d; e < plan_.width; ++e) levels_[e] = 8;  // padding: zero in every basis function
  for (std::size_t n = 0; n < plan_.quads; ++n, keys += kBlock * 4)
    for (std::size_t p = 0; p < 3; ++p) {
      const std::int8_t* g = basis[p];
      const std::uint8_t* l = &levels_[4 * n];
      const std::int8_t four[4] = {g[l[0]], g[l[1]], g[l[2]], g[l[3]]};
      std::memcpy(keys + p * plane, four, 4);
    }
}

void Columns::writeCodes(std::size_t column, const float* k, const float* v) {
  const std::size_t d = plan_.dimension, c = column % kBlock, block = index(column / kBlock);
  const auto high = static_cast<float>(plan_.settings.value_max);
  const Scalers& s = plan_.scalers;
  plan_.kernels->quantizeCodes(k, d, s.a_k[head_], s.b_k[head_], high, plan_.step_kv, levels_.data());
  writeKeyLevels(block, c);
  std::uint8_t* values = value_codes_.data() + block * value_block_ + c * plan_.width;
  plan_.kernels->quantizeCodes(v, d, s.a_v[head_], s.b_v[head_], high, plan_.step_kv, values);
}

double Columns::deviation(Array array, std::size_t column, std::size_t row, float value) {
  const Settings& s = plan_.settings;
  const int level = plan_.step_kv > 0 ? s.storedLevel(static_cast<int>(std::lround(value / plan_.step_kv))) : -1;
  auto& held = held_[(static_cast<std::size_t>(array) * plan_.window + column % plan_.window) * plan_.dimension + row];
  const double wanted = s.deviation(static_cast<double>(value)) + s.v_zero;
  const double stored = plan_.chip->stored(wanted, level, held, array, {batch_, head_, column}, row);
  held = static_cast<std::int8_t>(level);
  return stored - s.v_zero;
}

void Columns::writePlanes(std::size_t column, const float* k, const float* v) {
  const std::size_t d = plan_.dimension, c = column % kBlock, block = index(column / kBlock);
  const auto high = static_cast<float>(plan_.settings.value_max);
  const Scalers& s = plan_.scalers;
  plan_.kernels->quantizeValues(k, d, s.a_k[head_], s.b_k[head_], high, plan_.step_kv, scratch_.data());
  plan_.kernels->quantizeValues(v, d, s.a_v[head_], s.b_v[head_], high, plan_.step_kv, scratch_.data() + d);
  const std::size_t slot = column % plan_.window, planes = plan_.planes.size(),
                    order = plan_.settings.coefficients.size();
  double* const y = cells_.data();       // stored deviations
  double* const power = y + d;           // their powers
  double* const polynomial = power + d;  // [order][dimension]
  const bool simple = !plan_.chip || plan_.chip->plainCells();
  for (Array array : {Array::Key, Array::Value}) {
    const bool key = array == Array::Key;
    // Element e of plane p of this column.
    float* to = key ? &key_planes_[block * planes * key_block_ + c]
                    : &value_planes_[block * planes * value_block_ + c * plan_.width];
    const std::size_t next = key ? key_block_ : value_block_, step = key ? kBlock : 1;
    const float* wanted = scratch_.data() + (key ? 0 : d);
    if (held_.empty()) {
      for (std::size_t e = 0; e < d; ++e) y[e] = plan_.settings.deviation(static_cast<double>(wanted[e]));
    } else {
      for (std::size_t e = 0; e < d; ++e) y[e] = deviation(array, column, e, wanted[e]);
    }
    if (plan_.chip) {
      plan_.chip->cells(array, head_, slot, y, polynomial);
    } else {
      for (std::size_t n = 0; n < order; ++n)
        std::fill_n(polynomial + n * d, d, plan_.settings.sign * plan_.settings.coefficients[n]);
    }
    if (!simple) {
      std::vector<double> cell(order);
      for (std::size_t e = 0; e < d; ++e, to += step) {
        for (std::size_t n = 0; n < order; ++n) cell[n] = polynomial[n * d + e];
        for (std::size_t p = 0; p < planes; ++p)
          to[p * next] = plan_.chip->planeValue(plan_.planes[p], cell.data(), y[e]);
      }
      continue;
    }
    const bool whole = plan_.planes[0].power < 0;
    std::fill_n(power, d, whole ? 0.0 : 1.0);
    if (whole) {
      for (std::size_t n = order; n-- > 0;)
        for (std::size_t e = 0; e < d; ++e) power[e] = power[e] * y[e] + polynomial[n * d + e];
      for (std::size_t e = 0; e < d; ++e) to[e * step] = static_cast<float>(power[e]);
      continue;
    }
    for (std::size_t p = 0; p < planes; ++p, to += next) {
      for (std::size_t e = 0; e < d; ++e) to[e * step] = static_cast<float>(polynomial[p * d + e] * power[e]);
      for (std::size_t e = 0; e < d; ++e) power[e] *= y[e];
    }
  }
}

}  // namespace gaincell::attention
