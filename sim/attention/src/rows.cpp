// Rows of outputs: scores, first conversion, second multiply, output conversion.
#include "rows.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gaincell::attention {

RowWorker::RowWorker(const Plan& plan) : plan_(plan) {
  const std::size_t w = plan.width;
  q_codes_.assign(kBlock * w, 0);
  q_values_.assign(kBlock * w, 0.0F);
  q_indicator_.assign(kBlock * w, 0.0F);
  for (auto* v : {&phi_, &s_, &weighted_}) v->assign(kBlock * kBlock, 0.0F);
  sum_.assign(accSize(), 0.0F);
  quantized_.assign(accSize(), 0.0F);
  converted_.assign(accSize(), 0.0F);
  q_sum_.assign(kBlock, 0.0F);
  even_.assign(kBlock, 0.0F);
  even_sums_.assign(kBlock, 0.0F);
  terms_.resize(std::max<std::size_t>(1, plan.planes.size()));
  nonzero_.assign(kBlock, 0);
  columns_mask_.assign(kBlock, 0);
  codes32_.assign(kBlock * w, 0);
  prepareLines();
}

std::size_t RowWorker::openIndex(std::size_t tile) const {
  return static_cast<std::size_t>(std::find(open_.begin(), open_.end(), tile) - open_.begin());
}

float* RowWorker::tileAcc(std::size_t tile) {
  const std::size_t n = openIndex(tile);
  return n < open_.size() ? acc_[n].data() : nullptr;
}

float* RowWorker::openTile(std::size_t tile) {
  open_.push_back(tile);
  if (acc_.size() < open_.size()) acc_.emplace_back(accSize());
  return acc_[open_.size() - 1].data();
}

void RowWorker::quantizeQueries(const Frame& f, const float* q) {
  const std::size_t d = plan_.dimension, w = plan_.width;
  const float a = plan_.scalers.a_q[f.head], b = plan_.scalers.b_q[f.head];
  for (std::size_t r = 0; r < f.rows; ++r) {
    if (plan_.integerScores()) {
      std::uint8_t* codes = &q_codes_[r * w];
      plan_.kernels->quantizeCodes(q + r * d, d, a, b, 1.0F, plan_.step_q, codes);
      std::uint32_t sum = 0;
      for (std::size_t e = 0; e < d; ++e) sum += codes[e];
      q_sum_[r] = static_cast<float>(sum);
    } else {
      float* values = &q_values_[r * w];
      plan_.kernels->quantizeValues(q + r * d, d, a, b, 1.0F, plan_.step_q, values);
      if (plan_.chip)
        for (std::size_t e = 0; e < d; ++e) q_indicator_[r * w + e] = values[e] > 0.0F ? 1.0F : 0.0F;
      if (evenFirst()) q_sum_[r] = std::accumulate(values, values + d, 0.0F);
      even_[r] = evenCurrent() * q_sum_[r];
    }
  }
}

void RowWorker::scoreCodes(const Frame& f, std::size_t block) {
  ScoreBlock b;
  b.rows = f.rows;
  b.quads = plan_.quads;
  b.q = q_codes_.data();
  b.q_sum = q_sum_.data();
  b.k = f.columns.keyCodes(block);
  for (int n = 0; n < 4; ++n) b.by_age[n] = plan_.scores[n].at(f.i0, block * kBlock);
  b.inverse_sat = static_cast<float>(1.0 / plan_.settings.s_sat);
  b.phi = phi_.data();
  b.s = f.activity != nullptr || (f.sinks != nullptr && f.sinks->s != nullptr) ? s_.data() : nullptr;
  b.nonzero = nonzero_.data();
  plan_.kernels->scores(b);
}

void RowWorker::scoreCurrents(const Frame& f, std::size_t block) {
  const bool sink = f.activity != nullptr || (f.sinks != nullptr && f.sinks->s != nullptr);
  float* s = sink || physical() ? s_.data() : nullptr;
  const std::size_t j0 = block * kBlock;
  const float* even = nullptr;
  CurrentBlock::Term* term = terms_.data();
  if (plan_.planes.empty()) *term++ = {q_values_.data(), f.columns.keyCurrents(block), nullptr};
  for (std::size_t p = 0; p < plan_.planes.size(); ++p) {
    const Plane& plane = plan_.planes[p];
    if (p == 0 && evenFirst()) {
      even = even_.data();
      continue;
    }
    *term++ = {plane.indicator() ? q_indicator_.data() : q_values_.data(), f.columns.keyPlane(block, p),
               ageless(plane) ? nullptr : plane.first.at(f.i0, j0)};
  }
  const auto inverse = static_cast<float>(1.0 / plan_.settings.s_sat);
  const auto count = static_cast<std::size_t>(term - terms_.data());
  // On the diagonal a row needs only the columns up to its own: a staircase of twelve rows a step.
  const std::size_t step = j0 + kBlock > f.i0 + 1 ? 12 : f.rows;
  for (std::size_t r = 0;;) {
    const std::size_t rows = std::min(step, f.rows - r);
    plan_.kernels->currents({rows, std::min(kBlock, (f.i0 + r + rows - j0 + 15) / 16 * 16), plan_.dimension,
                             plan_.width, terms_.data(), count, even, inverse, &phi_[r * kBlock],
                             s == nullptr ? nullptr : s + r * kBlock, &nonzero_[r]});
    r += step;
    if (r >= f.rows) break;
    for (std::size_t t = 0; t < count; ++t) {
      terms_[t].q += step * plan_.width;
      if (terms_[t].factor != nullptr) terms_[t].factor -= step;
    }
    if (even != nullptr) even += step;
  }
  physical() ? convertScores(f, block, s_.data()) : clearOutside(f, block);
}

void RowWorker::clearOutside(const Frame& f, std::size_t block) {
  for (std::size_t r = 0; r < f.rows; ++r) {
    const auto [first, last] = inWindow(f.i0 + r, block);
    if (first == 0 && last == kBlock) continue;
    for (float* x : {phi_.data(), s_.data()}) {
      std::fill_n(x + r * kBlock, first, 0.0F);
      std::fill_n(x + r * kBlock + last, kBlock - last, 0.0F);
    }
    nonzero_[r] =
        first < last ? nonzero_[r] & (~std::uint64_t{0} << first) & (~std::uint64_t{0} >> (kBlock - last)) : 0;
  }
}

std::pair<std::size_t, std::size_t> RowWorker::inWindow(std::size_t i, std::size_t block) const {
  const std::size_t j0 = block * kBlock, oldest = i + 1 > plan_.window ? i + 1 - plan_.window : 0;
  return {std::min(kBlock, oldest > j0 ? oldest - j0 : 0), i < j0 ? 0 : std::min(kBlock, i + 1 - j0)};
}

void RowWorker::convertScores(const Frame& f, std::size_t block, const float* charges) {
  const auto inverse = static_cast<float>(1.0 / plan_.settings.s_sat);
  const std::size_t j0 = block * kBlock;
  for (std::size_t r = 0; r < f.rows; ++r) {
    const std::size_t i = f.i0 + r;
    const auto [first, last] = inWindow(i, block);
    float* s = &s_[r * kBlock];
    float* phi = &phi_[r * kBlock];
    nonzero_[r] = plan_.kernels->convert(charges + r * kBlock, first, last, inverse, phi);
    if (f.sinks != nullptr && f.sinks->s != nullptr) {
      std::fill(s, s + first, 0.0F);
      std::fill(s + last, s + kBlock, 0.0F);
    }
    if (!physical()) continue;
    std::uint64_t bits = 0;
    for (std::size_t c = first; c < last; ++c) {
      phi[c] = plan_.chip->relu(static_cast<double>(charges[r * kBlock + c]), {f.batch, f.head, i},
                                (j0 + c) % plan_.window, j0 + c);
      bits |= static_cast<std::uint64_t>(phi[c] > 0.0F) << c;
    }
    nonzero_[r] = bits;
  }
}

namespace {
/// The columns [c0, c1) of a block as bits.
std::uint64_t bitsOf(std::size_t c0, std::size_t c1) {
  return (c1 == kBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << c1) - 1) & (~std::uint64_t{0} << c0);
}
}  // namespace

void RowWorker::weighCodes(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, float* acc, bool fresh) {
  const std::size_t active = plan_.kernels->select(nonzero_.data(), f.rows, bitsOf(c0, c1), columns_mask_.data());
  if (active == 0) {
    if (fresh) std::fill_n(acc, f.rows * plan_.width, 0.0F);
    return;
  }
  WeighBlock b;
  b.rows = f.rows;
  b.width = plan_.width;
  b.phi = phi_.data();
  b.columns = columns_mask_.data();
  b.acc = acc;
  b.accumulate = !fresh;
  b.codes = f.columns.valueCodes(block);
  b.table = plan_.weightTable(f.i0, block * kBlock);
  if (f.rows >= 8) {
    for (std::size_t n = 0; n < kBlock * plan_.width; ++n) codes32_[n] = b.codes[n];
    b.codes32 = codes32_.data();
  }
  plan_.kernels->weigh(b);
}

bool RowWorker::weighTerm(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, const float* weights,
                          const float* start, const float* currents, float* acc, bool fresh, bool convert) {
  const std::size_t j0 = block * kBlock, width = plan_.width;
  // Row r has columns up to its own: on the diagonal a staircase of twelve rows a step.
  const std::size_t step = j0 + kBlock > f.i0 + 1 ? 12 : f.rows;
  const auto columns = [&](std::size_t r) {  // of the rows before r
    const std::size_t end = std::min(c1, f.i0 + r - j0);
    return end > c0 ? end - c0 : 0;
  };
  std::size_t area = 0;
  for (std::size_t r = 0, next; r < f.rows; r = next) {
    next = std::min(r + step, f.rows);
    area += (next - r) * columns(next);
  }
  const std::size_t active = plan_.kernels->select(nonzero_.data(), f.rows, bitsOf(c0, c1), columns_mask_.data());
  // Both ways run the same chain of operations; the dense one wins when most of phi is not zero.
  if (active * 16 <= area * 9) {
    WeighBlock b;
    b.rows = f.rows;
    b.width = width;
    b.phi = weights;
    b.columns = columns_mask_.data();
    b.acc = acc;
    b.accumulate = !fresh;
    b.start = start;
    b.currents = currents;
    plan_.kernels->weigh(b);
    return false;
  }
  OutputTile output = outputTile(f);
  for (std::size_t r = 0, next; r < f.rows; r = next) {
    next = std::min(r + step, f.rows);
    output.sum = sum_.data() + r * width;
    plan_.kernels->gemm({next - r, width, columns(next), weights + r * kBlock + c0, kBlock, currents + c0 * width,
                         width, acc + r * width, width, !fresh, start == nullptr ? nullptr : start + r,
                         convert ? &output : nullptr});
  }
  return convert;
}

bool RowWorker::weighCurrents(const Frame& f, std::size_t block, std::size_t c0, std::size_t c1, float* acc, bool fresh,
                              bool last) {
  // Where nobody else needs the currents they go through the output conversion at once.
  const bool convert = last && f.sinks == nullptr && f.activity == nullptr && !physical();
  if (plan_.planes.empty())
    return weighTerm(f, block, c0, c1, phi_.data(), nullptr, f.columns.valueCurrents(block), acc, fresh, convert);
  bool converted = false;
  const float* start = nullptr;
  for (std::size_t p = 0; p < plan_.planes.size(); ++p) {
    const Plane& plane = plan_.planes[p];
    const bool even = p == 0 && evenFirst();
    const float* weights = phi_.data();
    if (!ageless(plane) || plane.indicator() || even) {
      Weights w;
      w.rows = f.rows;
      w.first = c0;
      w.last = c1;
      w.phi = phi_.data();
      w.factor = plane.second.at(f.i0, block * kBlock);
      w.indicator = plane.indicator();
      w.weights = weighted_.data();
      w.sums = even ? even_sums_.data() : nullptr;
      w.scale = evenCurrent();
      plan_.kernels->weights(w);
      weights = weighted_.data();
    }
    if (even) {
      start = even_sums_.data();
      continue;
    }
    converted = weighTerm(f, block, c0, c1, weights, start, f.columns.valuePlane(block, p), acc, fresh,
                          convert && p + 1 == plan_.planes.size());
    start = nullptr;
    fresh = false;
  }
  return converted;
}

void RowWorker::weighBlock(const Frame& f, std::size_t block) {
  const Settings& s = plan_.settings;
  const std::size_t j0 = block * kBlock;
  const std::size_t last = f.i0 + f.rows - 1, end = std::min(j0 + kBlock, last + 1);
  for (std::size_t j = j0; j < end;) {
    // The run of columns from j that share a tile.
    const std::size_t place = s.tiles == TileOrder::Absolute ? j : j % plan_.window;
    const std::size_t tile = place / s.tile_columns;
    std::size_t run = (tile + 1) * s.tile_columns - place;
    if (s.tiles == TileOrder::Slot) run = std::min(run, plan_.window - place);
    const std::size_t stop = std::min(j + run, end);
    if (stop + plan_.window > f.i0 + 1) {  // else the run is out of the window of every row
      float* acc = tileAcc(tile);
      const bool fresh = acc == nullptr;
      if (fresh) acc = openTile(tile);
      const bool ends = s.tiles == TileOrder::Absolute && (stop == (tile + 1) * s.tile_columns || stop == last + 1);
      bool finished = false;
      if (plan_.integerScores()) {
        weighCodes(f, block, j - j0, stop - j0, acc, fresh);
      } else if (plan_.lines) {
        gatherLines(f, block, j - j0, stop - j0, openIndex(tile));
      } else {
        finished = weighCurrents(f, block, j - j0, stop - j0, acc, fresh, ends);
      }
      if (ends) {
        if (!finished) finishTile(f, tile);
        open_.clear();
        fresh_lines_ = 0;
      }
    }
    j = stop;
  }
}

bool tileUsed(const Settings& s, std::size_t window, std::size_t tile, std::size_t token) {
  const std::size_t first = tile * s.tile_columns, oldest = token + 1 > window ? token + 1 - window : 0;
  return first <= token && (s.tiles == TileOrder::Slot || first + s.tile_columns > oldest);
}

void RowWorker::physicalOutput(const Frame& f, std::size_t tile, const float* acc) {
  const Settings& s = plan_.settings;
  const std::size_t physical_tiles = (plan_.window + s.tile_columns - 1) / s.tile_columns;
  for (std::size_t r = 0; r < f.rows; ++r) {
    const std::size_t i = f.i0 + r;
    const bool used = tileUsed(s, plan_.window, tile, i);
    for (std::size_t e = 0; e < plan_.width; ++e) {
      const std::size_t at = r * plan_.width + e;
      converted_[at] =
          used && e < plan_.dimension
              ? static_cast<float>(s.out_sat) *
                    plan_.chip->output(static_cast<double>(acc[at]), {f.batch, f.head, i}, tile % physical_tiles, e)
              : 0.0F;
    }
  }
}

OutputTile RowWorker::outputTile(const Frame& f) {
  const Settings& s = plan_.settings;
  OutputTile t;
  t.count = f.rows * plan_.width;
  t.inverse_sat = static_cast<float>(1.0 / s.out_sat);
  t.counter = s.output_grid == OutputGrid::Counter;
  if (s.levels_out > 0) t.step = t.counter ? 1.0F : static_cast<float>(2.0 / (s.levels_out - 1));
  const int top = s.levels_out / 2 - 1;
  t.code_max = static_cast<float>(top);
  t.sum = sum_.data();
  return t;
}

void RowWorker::finishTile(const Frame& f, std::size_t tile) {
  const Settings& s = plan_.settings;
  if (plan_.lines) followValues(f, tile);
  const float* acc = tileAcc(tile);
  const bool sink = f.sinks != nullptr && f.sinks->tile_q != nullptr;
  OutputTile t = outputTile(f);
  t.acc = acc;
  if (plan_.chip && !plan_.chip->plainConversion()) {
    physicalOutput(f, tile, acc);
    t.acc = converted_.data();
  }
  t.quantized = sink ? quantized_.data() : nullptr;
  plan_.kernels->output(t);
  for (std::size_t r = 0; sink && r < f.rows; ++r) {
    const std::size_t to = (tile * f.sinks->tokens + f.i0 + r) * plan_.dimension;
    std::copy_n(acc + r * plan_.width, plan_.dimension, f.sinks->tile_analog + to);
    std::copy_n(&quantized_[r * plan_.width], plan_.dimension, f.sinks->tile_q + to);
  }
  if (f.activity == nullptr) return;
  for (std::size_t r = 0; r < f.rows; ++r) {
    if (!tileUsed(s, plan_.window, tile, f.i0 + r)) continue;
    const float* charges = acc + r * plan_.width;
    int saturated = 0, idle = 0;
    for (std::size_t e = 0; e < plan_.dimension; ++e) {
      const float size = std::abs(charges[e]);
      saturated += static_cast<float>(s.out_sat) <= size;
      idle += size == 0.0F;
    }
    f.activity->tiles += static_cast<double>(plan_.dimension);
    f.activity->tiles_saturated += saturated;
    f.activity->tiles_idle += idle;
    counter_->outputs(charges, plan_.dimension);
  }
}

void RowWorker::storeScores(const Frame& f, std::size_t block) {
  const std::size_t j0 = block * kBlock, count = std::min(kBlock, f.sinks->tokens - j0);
  for (std::size_t r = 0; r < f.rows; ++r) {
    const std::size_t to = (f.i0 + r) * f.sinks->tokens + j0;
    std::copy_n(&s_[r * kBlock], count, f.sinks->s + to);
    std::copy_n(&phi_[r * kBlock], count, f.sinks->phi + to);
  }
}

void RowWorker::countScores(const Frame& f, std::size_t block) {
  const float* charges = plan_.lines ? moved_.data() : s_.data();
  for (std::size_t r = 0; r < f.rows; ++r) {
    f.activity->phi_nonzero += std::popcount(nonzero_[r]);
    const auto [first, last] = inWindow(f.i0 + r, block);
    counter_->scores(charges + r * kBlock, first, last);
  }
}

void RowWorker::countPulses(const Frame& f, std::size_t block) {
  const Physics* physics = plan_.settings.physics.get();
  const auto top = static_cast<float>(
      physics != nullptr && physics->relu ? physics->relu->saturation_ns * 1e-9 / plan_.settings.pulse_s : 1.0);
  counter_->pulses(f.columns.levels(), block, f.rows, phi_.data(), nonzero_.data(), top);
}

void RowWorker::playPulses(const Frame& f, std::size_t block) {
  const float* given = f.sinks != nullptr ? f.sinks->given_phi : nullptr;
  const bool drops = plan_.chip && plan_.chip->physics().shortest_pulse > 0;
  if (given == nullptr && !drops) return;
  const std::size_t j0 = block * kBlock;
  for (std::size_t r = 0; r < f.rows; ++r) {
    const auto [first, last] = inWindow(f.i0 + r, block);
    std::uint64_t bits = 0;
    for (std::size_t c = first; c < last; ++c) {
      float& phi = phi_[r * kBlock + c];
      if (given != nullptr) phi = given[(f.i0 + r) * f.sinks->tokens + j0 + c];
      if (drops) phi = plan_.chip->played(phi);
      bits |= static_cast<std::uint64_t>(phi > 0.0F) << c;
    }
    nonzero_[r] = bits;
  }
}

void RowWorker::run(const Columns& columns, std::size_t batch, std::size_t head, std::size_t i0, std::size_t rows,
                    const float* q, float* out, const HeadSinks* sinks, Activity* activity) {
  const Frame f{columns, batch, head, i0, rows, sinks, activity};
  quantizeQueries(f, q);
  if (activity != nullptr) {
    if (!counter_) counter_ = std::make_unique<EventCounter>(plan_);
    counter_->queries(columns.levels(), i0, rows, plan_.integerScores() ? q_codes_.data() : nullptr, q_values_.data());
  }
  std::fill_n(sum_.begin(), rows * plan_.width, 0.0F);
  open_.clear();
  fresh_lines_ = 0;
  const std::size_t oldest = i0 + 1 > plan_.window ? i0 + 1 - plan_.window : 0;
  for (std::size_t block = oldest / kBlock; block <= (i0 + rows - 1) / kBlock; ++block) {
    if (plan_.integerScores()) {
      scoreCodes(f, block);
    } else if (plan_.lines) {
      scoreLines(f, block);
    } else {
      scoreCurrents(f, block);
    }
    if (sinks != nullptr && sinks->s != nullptr) storeScores(f, block);
    if (activity != nullptr) countScores(f, block);
    playPulses(f, block);
    if (activity != nullptr) countPulses(f, block);
    weighBlock(f, block);
  }
  if (plan_.settings.tiles == TileOrder::Slot) {
    std::vector<std::size_t> tiles = open_;
    std::sort(tiles.begin(), tiles.end());
    for (std::size_t tile : tiles) finishTile(f, tile);
  }
  const float a = plan_.scalers.a_o[head], b = plan_.scalers.b_o[head];
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t e = 0; e < plan_.dimension; ++e) {
      const float scaled = a * sum_[r * plan_.width + e];
      out[r * plan_.dimension + e] = scaled + b;
    }
    if (sinks != nullptr && sinks->tile_sum != nullptr)
      std::copy_n(&sum_[r * plan_.width], plan_.dimension, sinks->tile_sum + (i0 + r) * plan_.dimension);
    if (sinks != nullptr && sinks->q_q != nullptr)
      plan_.kernels->quantizeValues(q + r * plan_.dimension, plan_.dimension, plan_.scalers.a_q[head],
                                    plan_.scalers.b_q[head], 1.0F, plan_.step_q,
                                    sinks->q_q + (i0 + r) * plan_.dimension);
    if (activity != nullptr) {
      activity->tokens += 1;
      activity->pairs += static_cast<double>(std::min(i0 + r + 1, plan_.window));
    }
  }
  if (activity != nullptr) counter_->flush(*activity);
}

}  // namespace gaincell::attention
