// Counting of what energies depend on.
#include "counts.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "plan.hpp"

namespace gaincell::attention {

namespace {

constexpr unsigned kPhiBits = 12;                           // phi pulses: a step in 4096 parts
constexpr std::size_t kOtherLevels = 16, kOtherSteps = 15;  // where values are not quantized, or very finely
constexpr std::size_t kParts = 4;                           // of a histogram of charges
constexpr std::size_t kHalf = Activity::kChargeBins / 2;

std::uint64_t nextId() {
  static std::atomic<std::uint64_t> id{0};
  return ++id;
}

}  // namespace

CountGrid::CountGrid(const Settings& s)
    : levels_exact(s.levels_kv >= 2 && s.levels_kv <= 32), widths_exact(s.levels_q >= 2 && s.levels_q <= 64) {
  levels = levels_exact ? static_cast<std::size_t>(s.levels_kv) : kOtherLevels;
  stride = (levels + 7) / 8 * 8;
  steps = widths_exact ? static_cast<std::size_t>(s.levels_q) - 1 : kOtherSteps;
}

StoredLevels::StoredLevels(const Plan& plan, std::size_t blocks)
    : plan_(plan), dimension_(plan.dimension), blocks_(blocks) {
  const std::size_t columns = blocks * kBlock, stride = plan.counts.stride;
  for (auto* v : {&keys_, &values_}) v->assign(columns * dimension_, 0);
  value_counts_.assign(columns * stride, 0.0F);
  keys_before_.assign(blocks * dimension_ * stride, 0);
  values_before_.assign(blocks * stride, 0);
  scratch_.resize(dimension_);
  codes_.resize(dimension_);
}

void StoredLevels::restart(std::size_t head) {
  head_ = head;
  id_ = nextId();
  keys_total_.assign(dimension_ * plan_.counts.stride, 0);
  values_total_.assign(plan_.counts.stride, 0);
}

std::size_t StoredLevels::at(std::size_t column) const {
  return column / kBlock % blocks_ * kBlock + column % kBlock;
}
const float* StoredLevels::valueCounts(std::size_t column) const {
  return &value_counts_[at(column) * plan_.counts.stride];
}
const std::uint32_t* StoredLevels::keysBefore(std::size_t block) const {
  return &keys_before_[block % blocks_ * dimension_ * plan_.counts.stride];
}
const std::uint32_t* StoredLevels::valuesBefore(std::size_t block) const {
  return &values_before_[block % blocks_ * plan_.counts.stride];
}

void StoredLevels::place(const float* x, float a, float b, std::uint16_t* to) {
  const Settings& s = plan_.settings;
  const CountGrid& g = plan_.counts;
  const auto high = static_cast<float>(s.value_max);
  const auto top = static_cast<std::uint16_t>((g.levels - 1) << g.level_bits());
  if (g.levels_exact) {
    plan_.kernels->quantizeCodes(x, dimension_, a, b, high, plan_.step_kv, codes_.data());
    for (std::size_t e = 0; e < dimension_; ++e) to[e] = codes_[e];
  } else {
    plan_.kernels->quantizeValues(x, dimension_, a, b, high, plan_.step_kv, scratch_.data());
    for (std::size_t e = 0; e < dimension_; ++e)
      to[e] = static_cast<std::uint16_t>(std::lround(scratch_[e] / high * static_cast<float>(top)));
  }
  if (s.stored_zero > s.stored_max)  // the highest value is the lowest voltage
    for (std::size_t e = 0; e < dimension_; ++e) to[e] = static_cast<std::uint16_t>(top - to[e]);
}

void StoredLevels::addKeys(std::size_t column, std::uint32_t factor, std::uint32_t* counts) const {
  const CountGrid& g = plan_.counts;
  const std::uint16_t* level = keys(column);
  if (g.levels_exact) {
    for (std::size_t e = 0; e < dimension_; ++e, counts += g.stride) counts[level[e]] += factor;
    return;
  }
  for (std::size_t e = 0; e < dimension_; ++e, counts += g.stride) {
    const std::uint32_t share = level[e] & 255U;
    counts[level[e] >> 8U] += factor * (256 - share);
    if (share != 0) counts[(level[e] >> 8U) + 1] += factor * share;
  }
}

void StoredLevels::write(std::size_t column, const float* k, const float* v) {
  const CountGrid& g = plan_.counts;
  const std::size_t block = column / kBlock % blocks_, place_of = at(column);
  if (column % kBlock == 0) {
    std::copy(keys_total_.begin(), keys_total_.end(), &keys_before_[block * dimension_ * g.stride]);
    std::copy(values_total_.begin(), values_total_.end(), &values_before_[block * g.stride]);
  }
  const Scalers& s = plan_.scalers;
  std::uint16_t* value = &values_[place_of * dimension_];
  place(k, s.a_k[head_], s.b_k[head_], &keys_[place_of * dimension_]);
  place(v, s.a_v[head_], s.b_v[head_], value);
  addKeys(column, 1, keys_total_.data());
  float* counts = &value_counts_[place_of * g.stride];
  std::uint32_t n[64] = {};  // no grid has more levels
  for (std::size_t e = 0; e < dimension_; ++e) {
    const unsigned bits = g.level_bits(), share = value[e] & ((1U << bits) - 1);
    n[value[e] >> bits] += (1U << bits) - share;
    if (share != 0) n[(value[e] >> bits) + 1] += share;
  }
  for (std::size_t l = 0; l < g.stride; ++l) {
    counts[l] = static_cast<float>(n[l]);
    values_total_[l] += n[l];
  }
}

EventCounter::EventCounter(const Plan& plan) : plan_(plan), grid_(plan.counts) {
  const double most = static_cast<double>(kBlock * plan.dimension) * static_cast<double>(plan.window);
  wide_ = std::ldexp(most, static_cast<int>(grid_.level_bits() + grid_.width_bits())) >= 4294967296.0;
  seen_.assign(plan.dimension * grid_.stride, 0);
  seen_values_.assign(grid_.stride, 0);
  visible_.assign(grid_.stride, 0);
  widths_.assign(plan.dimension, 0);
  reads_.assign(wide_ ? 0 : grid_.cells(), 0);
  reads_wide_.assign(wide_ ? grid_.cells() : 0, 0);
  writes_.assign(grid_.stride * grid_.stride, 0);
  by_column_.assign(kBlock * (grid_.steps + 1), 0);
  reads2_.assign(grid_.cells(), 0.0);
  for (auto* bins : {&relu_, &output_}) bins->assign(kParts * Activity::kChargeBins, 0);
}

void EventCounter::seek(const StoredLevels& stored, std::size_t i0) {
  if (seen_id_ == stored.id() && next_ == i0) return;
  seen_id_ = stored.id();
  const std::size_t oldest = i0 > plan_.window ? i0 - plan_.window : 0, stride = grid_.stride;
  std::fill(seen_.begin(), seen_.end(), 0);
  std::fill(seen_values_.begin(), seen_values_.end(), 0);
  // Columns [oldest, i0) as all before i0 less all before the oldest.
  const auto add = [&](std::size_t end, std::uint32_t factor) {
    const std::size_t block = end / kBlock;
    const std::uint32_t *keys = stored.keysBefore(block), *values = stored.valuesBefore(block);
    for (std::size_t n = 0; n < seen_.size(); ++n) seen_[n] += factor * keys[n];
    for (std::size_t l = 0; l < stride; ++l) seen_values_[l] += factor * values[l];
    for (std::size_t j = block * kBlock; j < end; ++j) {
      stored.addKeys(j, factor, seen_.data());
      for (std::size_t l = 0; l < stride; ++l)
        seen_values_[l] += factor * static_cast<std::uint32_t>(stored.valueCounts(j)[l]);
    }
  };
  add(i0, 1);
  add(oldest, static_cast<std::uint32_t>(-1));
}

void EventCounter::countWrites(const std::uint16_t* written, const std::uint16_t* previous) {
  const unsigned bits = grid_.level_bits();
  const std::uint32_t one = 1U << bits;
  for (std::size_t e = 0; e < plan_.dimension; ++e) {
    const unsigned to = written[e], from = previous != nullptr ? previous[e] : 0;
    std::uint64_t* row = &writes_[(from >> bits) * grid_.stride + (to >> bits)];
    if (bits == 0) {
      ++*row;
      continue;
    }
    const std::uint32_t a = from & (one - 1), b = to & (one - 1);
    row[0] += (one - a) * (one - b);
    if (b != 0) row[1] += (one - a) * b;
    if (a != 0) row[grid_.stride] += a * (one - b);
    if (a != 0 && b != 0) row[grid_.stride + 1] += a * b;
  }
}

void EventCounter::nextRow(const StoredLevels& stored, std::size_t i) {
  const std::size_t window = plan_.window, stride = grid_.stride;
  const bool leaves = i >= window;
  countWrites(stored.keys(i), leaves ? stored.keys(i - window) : nullptr);
  countWrites(stored.values(i), leaves ? stored.values(i - window) : nullptr);
  stored.addKeys(i, 1, seen_.data());
  const float* come = stored.valueCounts(i);
  for (std::size_t l = 0; l < stride; ++l) seen_values_[l] += static_cast<std::uint32_t>(come[l]);
  if (leaves) {
    stored.addKeys(i - window, static_cast<std::uint32_t>(-1), seen_.data());
    const float* go = stored.valueCounts(i - window);
    for (std::size_t l = 0; l < stride; ++l) seen_values_[l] -= static_cast<std::uint32_t>(go[l]);
  }
  for (std::size_t l = 0; l < stride; ++l) visible_[l] += seen_values_[l];
}

template <typename T>
void EventCounter::readRow(T* to) const {
  const std::size_t stride = grid_.stride;
  const unsigned bits = grid_.width_bits();
  const T one = T{1} << bits;
  const std::uint32_t* seen = seen_.data();
  for (std::size_t e = 0; e < plan_.dimension; ++e, seen += stride) {
    T* row = to + (widths_[e] >> bits) * stride;
    if (bits == 0) {
      for (std::size_t l = 0; l < stride; ++l) row[l] += seen[l];
      continue;
    }
    const T share = widths_[e] & (one - 1);
    for (std::size_t l = 0; l < stride; ++l) row[l] += (one - share) * seen[l];
    if (share == 0) continue;
    for (std::size_t l = 0; l < stride; ++l) row[stride + l] += share * seen[l];
  }
}

void EventCounter::queries(const StoredLevels& stored, std::size_t i0, std::size_t rows, const std::uint8_t* codes,
                           const float* values) {
  seek(stored, i0);
  const auto top = static_cast<float>(grid_.steps << grid_.width_bits());
  for (std::size_t r = 0; r < rows; ++r) {
    nextRow(stored, i0 + r);
    for (std::size_t e = 0; e < plan_.dimension; ++e)
      widths_[e] = codes != nullptr ? static_cast<std::uint16_t>(codes[r * plan_.width + e] << grid_.width_bits())
                                    // Never negative.  NOLINTNEXTLINE(bugprone-incorrect-roundings)
                                    : static_cast<std::uint16_t>(values[r * plan_.width + e] * top + 0.5F);
    wide_ ? readRow(reads_wide_.data()) : readRow(reads_.data());
  }
  next_ = i0 + rows;
}

void EventCounter::countCharges(const float* charges, std::size_t first, std::size_t last, float scale,
                                std::uint32_t* to) {
  constexpr auto kMost = static_cast<float>(kHalf);
  std::int32_t bin[kBlock];
  for (; first < last; first += kBlock) {  // in two loops: the first is vectors
    const std::size_t count = std::min(kBlock, last - first);
    const float* from = charges + first;
    for (std::size_t n = 0; n < count; ++n) {
      const float x = from[n] * scale, low = x > -kMost ? x : -kMost;
      bin[n] = static_cast<std::int32_t>((low < kMost ? low : kMost) + (kMost + 0.5F));
    }
    // Neighbours in parts of their own: an increment need not wait for the one before.
    constexpr std::size_t kBins = Activity::kChargeBins;
    std::size_t n = 0;
    for (; n + 4 <= count; n += 4) {
      ++to[static_cast<std::size_t>(bin[n])];
      ++to[static_cast<std::size_t>(bin[n + 1]) + kBins];
      ++to[static_cast<std::size_t>(bin[n + 2]) + 2 * kBins];
      ++to[static_cast<std::size_t>(bin[n + 3]) + 3 * kBins];
    }
    for (; n < count; ++n) ++to[static_cast<std::size_t>(bin[n])];
  }
}

void EventCounter::scores(const float* charges, std::size_t first, std::size_t last) {
  countCharges(charges, first, last, static_cast<float>(Activity::kBinsPerFullScale / plan_.settings.s_sat),
               relu_.data());
}

void EventCounter::outputs(const float* charges, std::size_t count) {
  countCharges(charges, 0, count, static_cast<float>(Activity::kBinsPerFullScale / plan_.settings.out_sat),
               output_.data());
}

void EventCounter::pulses(const StoredLevels& stored, std::size_t block, std::size_t rows, const float* phi,
                          const std::uint64_t* nonzero, float top) {
  constexpr int kOne = 1 << kPhiBits;
  constexpr std::uint64_t kPulse = std::uint64_t{1} << 32U;  // pulses of a step above the sum of their shares
  const std::size_t widths = grid_.steps + 1, stride = grid_.stride, j0 = block * kBlock;
  const int last = static_cast<int>(grid_.steps) - 1;
  const auto scale = static_cast<float>(grid_.steps * kOne);
  int saturated = 0;
  // Few rows count levels pulse by pulse; many first count widths by column.
  const bool direct = rows < 4;
  std::uint64_t used = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    std::int32_t steps[kBlock], shares[kBlock];
    const float* p = phi + r * kBlock;
    for (std::size_t c = 0; c < kBlock; ++c) {
      // Never negative.  NOLINTNEXTLINE(bugprone-incorrect-roundings)
      const auto fixed = static_cast<std::int32_t>(p[c] * scale + 0.5F);
      const std::int32_t step = fixed >> kPhiBits;
      steps[c] = step < last ? step : last;
      shares[c] = fixed - steps[c] * kOne;  // a little above one where a converter's longest pulse is too long
      saturated += p[c] >= top;
    }
    if (!direct && std::popcount(nonzero[r]) > 16) {  // columns without a pulse count as pulses of width 0
      used = ~std::uint64_t{0};
      std::uint64_t* column = by_column_.data();
      for (std::size_t c = 0; c < kBlock; ++c, column += widths)
        column[steps[c]] += kPulse + static_cast<std::uint32_t>(shares[c]);
      continue;
    }
    used |= nonzero[r];
    for (std::uint64_t bits = nonzero[r]; bits != 0; bits &= bits - 1) {
      const auto c = static_cast<std::size_t>(std::countr_zero(bits));
      const auto step = static_cast<std::size_t>(steps[c]);
      if (!direct) {
        by_column_[c * widths + step] += kPulse + static_cast<std::uint32_t>(shares[c]);
        continue;
      }
      const float* n = stored.valueCounts(j0 + c);
      double* to = &reads2_[step * stride];
      for (std::size_t l = 0; l < stride; ++l) {
        to[l] += (kOne - shares[c]) * static_cast<double>(n[l]);
        to[stride + l] += shares[c] * static_cast<double>(n[l]);
      }
    }
  }
  saturated_ += saturated;
  if (direct) return;
  for (; used != 0; used &= used - 1) {
    const auto c = static_cast<std::size_t>(std::countr_zero(used));
    const float* n = stored.valueCounts(j0 + c);
    double after = 0;  // shares of the step before
    for (std::size_t w = 0; w < widths; ++w) {
      std::uint64_t& packed = by_column_[c * widths + w];
      const std::uint64_t pulses = packed >> 32U, shares = packed & 0xffffffffU;
      const auto count = kOne * static_cast<double>(static_cast<std::uint32_t>(pulses)) -
                         static_cast<double>(static_cast<std::uint32_t>(shares)) + after;
      after = static_cast<double>(static_cast<std::uint32_t>(shares));
      packed = 0;
      if (count == 0) continue;
      double* to = &reads2_[w * stride];
      for (std::size_t l = 0; l < stride; ++l) to[l] += count * static_cast<double>(n[l]);
    }
  }
}

void EventCounter::flush(Activity& a) {
  const Settings& s = plan_.settings;
  const std::size_t levels = grid_.levels, stride = grid_.stride, widths = grid_.steps + 1;
  if (a.levels == 0) {
    a.levels = levels;
    a.steps = grid_.steps;
    a.v_low = std::min(s.stored_zero, s.stored_max);
    a.v_high = std::max(s.stored_zero, s.stored_max);
    a.pulse_s = s.pulse_s;
    a.relu_full_scale_fC = s.s_sat * s.pulse_s * 1e9;
    a.output_full_scale_fC = s.out_sat * s.pulse_s * 1e9;
    a.reads1.assign(levels * widths, 0.0);
    a.reads2 = a.reads1;
    a.writes.assign(levels * levels, 0.0);
    a.relu_charges.assign(Activity::kChargeBins, 0.0);
    a.output_charges = a.relu_charges;
  }
  const double level = std::ldexp(1.0, -static_cast<int>(grid_.level_bits()));
  const double read1 = std::ldexp(level, -static_cast<int>(grid_.width_bits())),
               read2 = std::ldexp(level, -int{kPhiBits});
  for (std::size_t l = 0; l < levels; ++l) {
    double unused = level * static_cast<double>(visible_[l]);
    for (std::size_t w = 0; w < widths; ++w) {
      const std::size_t from = w * stride + l, to = l * widths + w;
      a.reads1[to] += read1 * (wide_ ? static_cast<double>(reads_wide_[from]) : static_cast<double>(reads_[from]));
      a.reads2[to] += read2 * reads2_[from];
      unused -= read2 * reads2_[from];
    }
    a.reads2[l * widths] += unused;
    for (std::size_t to = 0; to < levels; ++to)
      a.writes[l * levels + to] += level * level * static_cast<double>(writes_[l * stride + to]);
  }
  for (std::size_t k = 0; k < Activity::kChargeBins; ++k) {
    for (std::size_t part = 0; part < kParts; ++part) {
      a.relu_charges[k] += relu_[part * Activity::kChargeBins + k];
      a.output_charges[k] += output_[part * Activity::kChargeBins + k];
    }
  }
  a.phi_saturated += saturated_;
  a.settle();
  saturated_ = 0;
  for (auto* v : {&reads_, &relu_, &output_}) std::fill(v->begin(), v->end(), 0);
  for (auto* v : {&reads_wide_, &writes_, &visible_}) std::fill(v->begin(), v->end(), 0);
  std::fill(reads2_.begin(), reads2_.end(), 0.0);
}

}  // namespace gaincell::attention
