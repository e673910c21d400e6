#include "chip.hpp"

#include <algorithm>
#include <cmath>

#include "gaincell/support/random.hpp"
#include "plan.hpp"

namespace gaincell::attention {

namespace {

/// Separate streams of random numbers, one per effect.
enum DrawStream : std::uint64_t { kWriteNoise = 11, kReluNoise, kJitter, kOutputNoise, kReluDraw, kOutputDraw };

std::uint64_t cellIndex(Array array, std::size_t head, std::size_t slot, std::size_t row) {
  return ((static_cast<std::uint64_t>(array) << 20 | head) << 20 | row) << 22 | slot;
}

double normal(const Physics& p, std::uint64_t instance, std::uint64_t stream) {
  return support::normalDraw({p.seed, p.chip, instance, stream});
}

std::uint64_t eventIndex(const ConversionSite& s, std::size_t column) {
  const std::uint64_t token = (s.batch << 12 | s.head) << 24 | s.token;
  return token * 0x9e3779b97f4a7c15ULL + column;
}

}  // namespace

ConversionSite Chip::shifted(ConversionSite site) const {
  site.head += physics_.head_offset;
  return site;
}

Chip::Chip(const Physics& physics, const Settings& s, std::size_t heads, std::size_t dimension, std::size_t window)
    : physics_(physics),
      dimension_(dimension),
      window_(window),
      tiles_((window + s.tile_columns - 1) / s.tile_columns),
      sign_(s.sign),
      v_zero_(s.v_zero),
      s_sat_(s.s_sat),
      out_sat_(s.out_sat),
      pulse_s_(s.pulse_s),
      shortest_(static_cast<float>(physics.shortest_pulse)) {
  for (double c : s.coefficients) nominal_.push_back(c);
  if (physics_.held)
    held_.emplace(physics_.held, nominal_, s.v_zero, std::min(s.stored_zero, s.stored_max),
                  std::max(s.stored_zero, s.stored_max), window);
  if (physics_.mismatch || physics_.mismatch_curve || physics_.relu_mismatch || physics_.output_mismatch)
    for (std::size_t h = 0; h < heads; ++h) heads_.push_back(std::make_unique<HeadDraws>());
}

bool Chip::plainConversion() const noexcept {
  return !physics_.relu && !physics_.output && physics_.noise_uA <= 0 && physics_.jitter <= 0 &&
         physics_.shortest_pulse <= 0;
}

bool Chip::plainCells() const noexcept {
  return !physics_.leaks() && physics_.edge_charge_uA.empty() && !physics_.moves();
}

void Chip::prepareHead(std::size_t head) const {
  if (heads_.empty()) return;
  std::call_once(heads_[head]->once, [&] {
    if (physics_.mismatch || physics_.mismatch_curve) drawCells(head);
    drawConverters(head);
  });
}

void Chip::drawCells(std::size_t head) const {
  auto& draws = *heads_[head];
  const model::Sampler sampler(physics_.mismatch_curve ? physics_.mismatch_curve->scores : *physics_.mismatch);
  const std::size_t n = sampler.size();
  std::vector<double> x(n);
  for (Array array : {Array::Key, Array::Value}) {
    auto& out = draws.deviation[static_cast<std::size_t>(array)];
    out.assign(window_ * dimension_ * n, 0.0F);
    for (std::size_t slot = 0; slot < window_; ++slot) {
      for (std::size_t row = 0; row < dimension_; ++row) {
        sampler.draw(physics_.seed, physics_.chip, cellIndex(array, physics_.head_offset + head, slot, row), x.data());
        for (std::size_t k = 0; k < n; ++k) out[(slot * dimension_ + row) * n + k] = static_cast<float>(x[k]);
      }
    }
  }
}

void Chip::drawConverters(std::size_t head) const {
  auto& draws = *heads_[head];
  const auto draw = [&](const std::optional<model::JointDistribution>& spread, Array array, DrawStream stream,
                        std::size_t first, std::size_t second, std::vector<model::ConverterDeviation>& out) {
    if (!spread) return;
    const model::Sampler sampler(*spread);
    std::vector<double> x(std::max<std::size_t>(4, sampler.size()), 0.0);
    for (std::size_t a = 0; a < first; ++a)
      for (std::size_t b = 0; b < second; ++b) {
        sampler.draw(physics_.seed + stream * 0x9e3779b97f4a7c15ULL, physics_.chip,
                     cellIndex(array, physics_.head_offset + head, a, b), x.data());
        if (sampler.size() < 4) x[2] = x[0], x[3] = x[1];  // one branch for both signs
        out.push_back({x[0], x[1], x[2], x[3]});
      }
  };
  draw(physics_.relu_mismatch, Array::Key, kReluDraw, window_, 1, draws.relu);
  draw(physics_.output_mismatch, Array::Value, kOutputDraw, tiles_, dimension_, draws.output);
}

void Chip::addMismatch(const float* draw, double y0, double* out) const {
  const std::size_t n = nominal_.size();
  if (!physics_.mismatch_curve) {
    for (std::size_t k = 0; k < std::min(n, physics_.mismatch->names.size()); ++k)
      out[k] += static_cast<double>(draw[k]);
    return;
  }
  // The tangent of the drawn curve at the stored voltage: no further powers of y, so no further planes.
  const double y = (1 + physics_.storage_coupling) * y0;
  double value = 0, slope = 0;
  const auto& components = physics_.mismatch_curve->components_uA;
  for (std::size_t j = 0; j < components.size(); ++j) {
    double v = 0, d = 0;
    for (std::size_t k = components[j].size(); k-- > 0;) {
      d = d * y + v;
      v = v * y + components[j][k];
    }
    value += static_cast<double>(draw[j]) * v;
    slope += static_cast<double>(draw[j]) * d;
  }
  out[0] += n > 1 ? value - slope * y : value;
  if (n > 1) out[1] += slope;
}

void Chip::cell(Array array, std::size_t head, std::size_t slot, std::size_t row, double y0, double* out) const {
  std::copy(nominal_.begin(), nominal_.end(), out);
  if (!heads_.empty() && !heads_[head]->deviation[0].empty()) {
    const auto& draws = heads_[head]->deviation[static_cast<std::size_t>(array)];
    addMismatch(draws.data() + (slot * dimension_ + row) * (draws.size() / (window_ * dimension_)), y0, out);
  }
  if (physics_.given_cell) physics_.given_cell(array, head, slot, row, {out, nominal_.size()});
  double stretch = sign_;
  for (std::size_t k = 0; k < nominal_.size(); ++k) {
    out[k] *= stretch;
    stretch *= 1 + physics_.storage_coupling;  // I(y) = I_dc((1 + k) y)
  }
}

void Chip::cells(Array array, std::size_t head, std::size_t slot, const double* y0, double* out) const {
  const std::size_t n = nominal_.size(), d = dimension_;
  if (physics_.mismatch_curve || physics_.given_cell) {
    std::vector<double> one(n);
    for (std::size_t row = 0; row < d; ++row) {
      cell(array, head, slot, row, y0[row], one.data());
      for (std::size_t k = 0; k < n; ++k) out[k * d + row] = one[k];
    }
    return;
  }
  const float* draws = heads_.empty() ? nullptr : heads_[head]->deviation[static_cast<std::size_t>(array)].data();
  const std::size_t variables = draws == nullptr ? 0 : heads_[head]->deviation[0].size() / (window_ * d);
  double stretch = sign_;
  for (std::size_t k = 0; k < n; ++k, out += d, stretch *= 1 + physics_.storage_coupling) {
    if (k < variables) {
      const float* draw = draws + slot * d * variables + k;
      for (std::size_t row = 0; row < d; ++row)
        out[row] = (nominal_[k] + static_cast<double>(draw[row * variables])) * stretch;
    } else {
      std::fill_n(out, d, nominal_[k] * stretch);
    }
  }
}

double Chip::stored(double wanted, int level, int previous, Array array, const ConversionSite& site,
                    std::size_t row) const {
  if (!physics_.write) return wanted;
  const auto& w = *physics_.write;
  double v = wanted;
  if (!w.stored.empty() && level >= 0) {
    const std::size_t from = previous < 0 ? 0 : static_cast<std::size_t>(previous);  // a discharged node is level 0
    v = w.stored[from][static_cast<std::size_t>(level)];
  }
  if (w.sigma > 0)
    v += w.sigma *
         normal(physics_, eventIndex(shifted(site), row), kWriteNoise + 64 * static_cast<std::uint64_t>(array));
  return v;
}

float Chip::planeValue(const Plane& plane, const double* current, double y0) const {
  const std::vector<double>* other = plane.term == Plane::Term::Edge          ? &physics_.edge_charge_uA
                                     : plane.term == Plane::Term::Conductance ? &physics_.conductance_uS
                                     : plane.term == Plane::Term::Slope       ? &physics_.slope_uS_per_V
                                                                              : nullptr;
  const double* c = other != nullptr ? other->data() : current;
  const std::size_t n = other != nullptr ? other->size() : nominal_.size();
  const bool high = y0 > 0;
  if (plane.side != Side::Both && (plane.side == Side::High) != high) return 0.0F;
  double end = 0;
  if (physics_.leakage) end = (high ? physics_.leakage->end_high : physics_.leakage->end_low) - v_zero_;
  double value = 0;
  if (plane.power < 0) {
    const double y = held_ ? held_->deviation(plane.node, y0) : y0;
    for (std::size_t k = n; k-- > 0;) value = value * y + c[k];
  } else {
    // Taylor coefficient about the end voltage: I(end + D z) = sum_p D^p z^p I^(p)(end)/p!
    const auto p = static_cast<std::size_t>(plane.power);
    double binomial = 1, power = 1;
    for (std::size_t k = p; k < n; ++k) {
      value += c[k] * binomial * power;
      power *= end;
      binomial = binomial * static_cast<double>(k + 1) / static_cast<double>(k + 1 - p);
    }
    for (std::size_t k = 0; k < p; ++k) value *= y0 - end;
  }
  // Charge that counts the other way moves the line the other way: the conductance stays, its slope turns.
  const bool turns = plane.term == Plane::Term::Edge || plane.term == Plane::Term::Slope;
  return static_cast<float>(turns ? sign_ * value : value);
}

float Chip::relu(double current, const ConversionSite& site, std::size_t slot, std::size_t key) const {
  double s = current;
  if (physics_.noise_uA > 0) s += physics_.noise_uA * normal(physics_, eventIndex(shifted(site), key), kReluNoise);
  double phi = std::clamp(s / s_sat_, 0.0, 1.0), top = 1;
  if (physics_.relu) {
    model::ConverterDeviation own;
    if (!heads_.empty() && !heads_[site.head]->relu.empty()) own = heads_[site.head]->relu[slot];
    phi = model::pulseWidth(*physics_.relu, s * 1e-6 * pulse_s_, own) / pulse_s_;
    top = physics_.relu->saturation_ns * 1e-9 / pulse_s_;
  }
  if (phi > 0 && physics_.jitter > 0)
    phi = std::clamp(phi + physics_.jitter * normal(physics_, eventIndex(shifted(site), key), kJitter), 0.0, top);
  return static_cast<float>(phi);
}

float Chip::output(double current, const ConversionSite& site, std::size_t tile, std::size_t element) const {
  double a = current;
  if (physics_.noise_uA > 0)
    a += physics_.noise_uA * normal(physics_, eventIndex(shifted(site), tile * dimension_ + element), kOutputNoise);
  if (!physics_.output) return static_cast<float>(std::clamp(a / out_sat_, -1.0, 1.0));
  model::ConverterDeviation own;
  if (!heads_.empty() && !heads_[site.head]->output.empty())
    own = heads_[site.head]->output[tile * dimension_ + element];
  return static_cast<float>(model::pulseWidth(*physics_.output, a * 1e-6 * pulse_s_, own) / pulse_s_);
}

}  // namespace gaincell::attention
