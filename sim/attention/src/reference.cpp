// The oracle: one loop per index of the equations, currents evaluated cell by cell, sums in double precision.
#include <algorithm>
#include <array>
#include <cmath>

#include "gaincell/model/bit_line.hpp"
#include "rows.hpp"

namespace gaincell::attention {

namespace {

float quantized(float x, float a, float b, double high, int levels) {
  const float scaled = std::max(a, 1e-20F) * x;
  const float clamped = std::clamp(scaled + b, 0.0F, static_cast<float>(high));
  if (levels == 0) return clamped;
  const auto step = static_cast<float>(high / (levels - 1));
  return step * std::nearbyint(clamped / step);
}

double grid(const Settings& s, float z) {
  if (s.levels_out == 0) return static_cast<double>(z);
  if (s.output_grid == OutputGrid::Counter) {
    const int top = s.levels_out / 2 - 1;
    const auto n = static_cast<float>(top);
    return static_cast<double>(std::copysign(std::floor(std::abs(z) * n + 0.5F), z) / n);
  }
  const auto step = static_cast<float>(2.0 / (s.levels_out - 1));
  return static_cast<double>(step * std::nearbyint(z / step));
}

struct Cell {
  double y = 0;  ///< stored deviation after the write
  std::vector<double> polynomial;
};

double poly(const std::vector<double>& c, double y) {
  double sum = 0;
  for (std::size_t k = c.size(); k-- > 0;) sum = sum * y + c[k];
  return sum;
}

/// One head.
class Head {
 public:
  Head(const Settings& s, const Scalers& sc, const Chip* chip, std::size_t batch, std::size_t head, const Shape& shape)
      : s_(s),
        sc_(sc),
        chip_(chip),
        batch_(batch),
        head_(head),
        tokens_(shape.tokens),
        d_(shape.dimension),
        window_(s.window == 0 ? shape.tokens : s.window) {
    for (std::size_t n = 0; n < 2; ++n)
      for (std::size_t age = 0; age < tokens_; ++age) {
        factors_[n].emplace_back();
        for (std::size_t p = 0; p < kMostCoefficients; ++p)
          factors_[n].back()[p] = decayFactor(s, age, static_cast<int>(p), n == 0);
      }
  }

  void run(const float* q, const float* k, const float* v, float* out, const HeadSinks* sinks) {
    write(Array::Key, k, key_, sinks != nullptr ? sinks->k_q : nullptr);
    write(Array::Value, v, value_, sinks != nullptr ? sinks->v_q : nullptr);
    const std::size_t tiles = tileCount(s_, tokens_);
    for (std::size_t i = 0; i < tokens_; ++i) {
      std::vector<float> query(d_);
      for (std::size_t e = 0; e < d_; ++e)
        query[e] = quantized(q[i * d_ + e], sc_.a_q[head_], sc_.b_q[head_], 1.0, s_.levels_q);
      if (sinks != nullptr) std::copy(query.begin(), query.end(), sinks->q_q + i * d_);
      const std::vector<float> phi = scores(i, query, sinks);
      for (std::size_t e = 0; e < d_; ++e) {
        double sum = 0;
        for (std::size_t t = 0; t < tiles; ++t) sum += tile(i, e, t, phi, sinks);
        if (sinks != nullptr) sinks->tile_sum[i * d_ + e] = static_cast<float>(sum);
        const float scaled = std::max(sc_.a_o[head_], 1e-20F) * static_cast<float>(sum);
        out[i * d_ + e] = scaled + sc_.b_o[head_];
      }
    }
  }

 private:
  void write(Array array, const float* x, std::vector<Cell>& cells, float* sink) {
    const bool key = array == Array::Key;
    std::vector<int> held(window_ * d_, -1);
    cells.resize(tokens_ * d_);
    for (std::size_t j = 0; j < tokens_; ++j) {
      for (std::size_t e = 0; e < d_; ++e) {
        const float wanted = quantized(x[j * d_ + e], key ? sc_.a_k[head_] : sc_.a_v[head_],
                                       key ? sc_.b_k[head_] : sc_.b_v[head_], s_.value_max, s_.levels_kv);
        if (sink != nullptr) sink[j * d_ + e] = wanted;
        Cell& c = cells[j * d_ + e];
        double voltage = s_.v_zero + s_.deviation(static_cast<double>(wanted));
        for (double p : s_.coefficients) c.polynomial.push_back(s_.sign * p);
        if (chip_ != nullptr) {
          const int level = s_.levels_kv > 0 ? s_.storedLevel(static_cast<int>(std::lround(
                                                   static_cast<double>(wanted) * (s_.levels_kv - 1) / s_.value_max)))
                                             : -1;
          int& before = held[j % window_ * d_ + e];
          voltage = chip_->stored(voltage, level, before, array, {batch_, head_, j}, e);
          before = level;
          chip_->cell(array, head_, j % window_, e, voltage - s_.v_zero, c.polynomial.data());
        }
        c.y = voltage - s_.v_zero;
      }
    }
  }

  bool visible(std::size_t i, std::size_t j) const { return j <= i && i - j < window_; }

  /// Current polynomial, edge charge or conductance of a cell of a given age.
  double value(const Cell& c, std::size_t age, bool first, const std::vector<double>& polynomial) const {
    if (chip_ != nullptr && chip_->physics().held)
      return poly(polynomial, chip_->physics().held(c.y + s_.v_zero, static_cast<double>(age)) - s_.v_zero);
    if (chip_ != nullptr && chip_->physics().leakage) {
      const auto& leak = *chip_->physics().leakage;
      const bool high = c.y > 0;
      const double end = (high ? leak.end_high : leak.end_low) - s_.v_zero;
      const double keep =
          std::exp(-(high ? leak.lambda_high : leak.lambda_low) * (static_cast<double>(age) + leak.delay));
      return poly(polynomial, end + (c.y - end) * keep);
    }
    const std::array<double, kMostCoefficients>& keep = factors_[first ? 0 : 1][age];
    double sum = 0, power = 1;
    for (std::size_t p = 0; p < polynomial.size(); ++p) {
      sum += polynomial[p] * keep[p] * power;
      power *= c.y;
    }
    return sum;
  }

  /// One bit line: its cells by their place on the wire, and their pulses in longest ones.
  struct Column {
    std::vector<model::LineCell> cells;
    std::vector<double> widths;
  };
  void addCell(Column& column, const Cell& c, double width, std::size_t age, bool first, std::size_t place) const {
    model::LineCell out;
    out.current = value(c, age, first, c.polynomial);
    if (chip_ != nullptr) {
      const Physics& p = chip_->physics();
      const auto term = [&](const std::vector<double>& x) { return x.empty() ? 0 : value(c, age, first, x); };
      out.edge = s_.sign * term(p.edge_charge_uA);
      out.conductance = term(p.conductance_uS);
      out.slope = s_.sign * term(p.slope_uS_per_V);
    }
    if (column.cells.size() <= place) column.cells.resize(place + 1), column.widths.resize(place + 1, 0.0);
    column.cells[place] = out;
    column.widths[place] = width;
  }
  /// uA of a full pulse. @param moves whether the line does
  double charge(const Column& column, Array array, bool moves) const {
    model::BitLine line;
    if (chip_ != nullptr && !chip_->physics().conductance_uS.empty()) {
      const Line& l = chip_->line(array);
      line.capacitance = moves ? l.capacitance_F * 1e6 / s_.pulse_s : 0;
      line.wire_per_cell = l.wire_ohm_per_cell * 1e-6;
    }
    return model::lineCharge(line, column.cells, column.widths);
  }

  std::vector<float> scores(std::size_t i, const std::vector<float>& query, const HeadSinks* sinks) const {
    std::vector<float> phi(tokens_, 0.0F);
    for (std::size_t j = 0; j <= i; ++j) {
      if (!visible(i, j)) continue;
      Column column;
      for (std::size_t e = 0; e < d_; ++e)
        addCell(column, key_[j * d_ + e], static_cast<double>(query[e]), i - j, true, e);
      const double s = charge(column, Array::Key, true);
      phi[j] = chip_ != nullptr ? chip_->relu(s, {batch_, head_, i}, j % window_, j)
                                : static_cast<float>(std::clamp(s / s_.s_sat, 0.0, 1.0));
      if (sinks != nullptr) sinks->s[i * tokens_ + j] = static_cast<float>(charge(column, Array::Key, false));
    }
    if (sinks != nullptr) std::copy(phi.begin(), phi.end(), sinks->phi + i * tokens_);
    return phi;
  }

  double tile(std::size_t i, std::size_t e, std::size_t t, const std::vector<float>& phi,
              const HeadSinks* sinks) const {
    Column column;
    for (std::size_t j = 0; j <= i; ++j) {
      const std::size_t place = s_.tiles == TileOrder::Absolute ? j : j % window_;
      const float played = chip_ != nullptr ? chip_->played(phi[j]) : phi[j];
      if (place / s_.tile_columns == t && visible(i, j))
        addCell(column, value_[j * d_ + e], static_cast<double>(played), i - j, false, place % s_.tile_columns);
    }
    const double a = charge(column, Array::Value, true);
    auto z = static_cast<float>(std::clamp(a / s_.out_sat, -1.0, 1.0));
    if (chip_ != nullptr) {
      const std::size_t tiles = (window_ + s_.tile_columns - 1) / s_.tile_columns;
      z = tileUsed(s_, window_, t, i) ? chip_->output(a, {batch_, head_, i}, t % tiles, e) : 0.0F;
    }
    if (sinks != nullptr) {
      const std::size_t at = (t * tokens_ + i) * d_ + e;
      sinks->tile_analog[at] = static_cast<float>(a);
      sinks->tile_q[at] = static_cast<float>(grid(s_, z));
    }
    return grid(s_, z);
  }

  const Settings& s_;
  const Scalers& sc_;
  const Chip* chip_;
  std::size_t batch_, head_, tokens_, d_, window_;
  std::vector<std::array<double, kMostCoefficients>> factors_[2];  ///< decay by [multiply][age][order]
  std::vector<Cell> key_, value_;
};

}  // namespace

void referenceRun(const Settings& settings, const Scalers& given, const Shape& shape, std::span<const float> q,
                  std::span<const float> k, std::span<const float> v, std::span<float> out,
                  Intermediates* intermediates) {
  check(settings);
  const Scalers scalers = completeScalers(given, shape.heads);
  const std::size_t tiles = tileCount(settings, shape.tokens);
  if (intermediates != nullptr) allocate(*intermediates, shape, tiles);
  std::unique_ptr<Chip> chip;
  if (settings.physics)
    chip = std::make_unique<Chip>(*settings.physics, settings, shape.heads, shape.dimension,
                                  settings.window == 0 ? shape.tokens : settings.window);
  for (std::size_t n = 0; n < shape.sequences(); ++n) {
    const std::size_t head = n % shape.heads, at = n * shape.perSequence();
    if (chip) chip->prepareHead(head);
    HeadSinks sinks;
    if (intermediates != nullptr) sinks = sinksOf(*intermediates, shape, n, tiles);
    Head(settings, scalers, chip.get(), n / shape.heads, head, shape)
        .run(&q[at], &k[at], &v[at], &out[at], intermediates != nullptr ? &sinks : nullptr);
  }
}

}  // namespace gaincell::attention
