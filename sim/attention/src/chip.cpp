#include "chip.hpp"

#include <algorithm>
#include <cmath>

#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/random.hpp"
#include "plan.hpp"

namespace gaincell::attention {

namespace {

/// Separate streams of random numbers, one per effect.
enum Stream : std::uint64_t {
  kWriteNoise = 11,
  kReluNoise,
  kJitter,
  kOutputNoise,
  kReluGain,
  kReluOffset,
  kOutGain,
  kOutOffset
};

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
      v_zero_(s.v_zero),
      s_sat_(s.s_sat),
      out_sat_(s.out_sat),
      mismatch_sign_(s.sign * physics.mismatch_sign) {
  for (double c : s.coefficients) nominal_.push_back(s.sign * c);
  if (physics_.held) held_.emplace(physics_.held, nominal_, s.v_zero, s.v_max, window);
  if (physics_.mismatch || physics_.mismatch_curve)
    for (std::size_t h = 0; h < heads; ++h) heads_.push_back(std::make_unique<HeadDraws>());
}

bool Chip::plainConversion() const noexcept {
  return !physics_.relu && !physics_.output && physics_.noise_uA <= 0 && physics_.jitter <= 0 &&
         (physics_.conductance_uS.empty() || (physics_.bit_line_V_per_uA <= 0 && physics_.wire_ohm_per_cell <= 0));
}

bool Chip::plainCells() const noexcept {
  return !physics_.leaks() && physics_.edge_charge_uA.empty() && physics_.conductance_uS.empty() && !physics_.cell_gain;
}

void Chip::prepareHead(std::size_t head) const {
  if (heads_.empty()) return;
  auto& draws = *heads_[head];
  std::call_once(draws.once, [&] {
    const model::Sampler sampler(physics_.mismatch_curve ? physics_.mismatch_curve->scores : *physics_.mismatch);
    const std::size_t n = sampler.size();
    std::vector<double> x(n);
    for (Array array : {Array::Key, Array::Value}) {
      auto& out = draws.deviation[static_cast<std::size_t>(array)];
      out.assign(window_ * dimension_ * n, 0.0F);
      for (std::size_t slot = 0; slot < window_; ++slot) {
        for (std::size_t row = 0; row < dimension_; ++row) {
          sampler.draw(physics_.seed, physics_.chip, cellIndex(array, physics_.head_offset + head, slot, row),
                       x.data());
          for (std::size_t k = 0; k < n; ++k)
            out[(slot * dimension_ + row) * n + k] = static_cast<float>(mismatch_sign_ * x[k]);
        }
      }
    }
  });
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
  if (!heads_.empty()) {
    const auto& draws = heads_[head]->deviation[static_cast<std::size_t>(array)];
    addMismatch(draws.data() + (slot * dimension_ + row) * (draws.size() / (window_ * dimension_)), y0, out);
  }
  double stretch = 1;
  for (std::size_t k = 0; k < nominal_.size(); ++k) {
    out[k] *= stretch;
    stretch *= 1 + physics_.storage_coupling;  // I(y) = I_dc((1 + k) y)
  }
}

void Chip::cells(Array array, std::size_t head, std::size_t slot, const double* y0, double* out) const {
  const std::size_t n = nominal_.size(), d = dimension_;
  if (physics_.mismatch_curve) {
    std::vector<double> one(n);
    for (std::size_t row = 0; row < d; ++row) {
      cell(array, head, slot, row, y0[row], one.data());
      for (std::size_t k = 0; k < n; ++k) out[k * d + row] = one[k];
    }
    return;
  }
  const auto* draws = heads_.empty() ? nullptr : &heads_[head]->deviation[static_cast<std::size_t>(array)];
  const std::size_t variables = draws == nullptr ? 0 : draws->size() / (window_ * d);
  double stretch = 1;
  for (std::size_t k = 0; k < n; ++k, out += d, stretch *= 1 + physics_.storage_coupling) {
    if (k < variables) {
      const float* draw = draws->data() + slot * d * variables + k;
      for (std::size_t row = 0; row < d; ++row)
        out[row] = (nominal_[k] + static_cast<double>(draw[row * variables])) * stretch;
    } else {
      std::fill_n(out, d, nominal_[k] * stretch);
    }
  }
}

double Chip::gain(Array array, std::size_t head, std::size_t slot, std::size_t row) const {
  return physics_.cell_gain ? physics_.cell_gain(array, head, slot, row) : 1.0;
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

float Chip::planeValue(const Plane& plane, const double* current, double y0, double gain) const {
  const std::vector<double>* other = plane.term == Plane::Term::Edge          ? &physics_.edge_charge_uA
                                     : plane.term == Plane::Term::Conductance ? &physics_.conductance_uS
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
  return static_cast<float>(plane.term == Plane::Term::Conductance ? value : gain * value);
}

double Chip::columnCurrent(double current, double conductance) const {
  if (conductance <= 0) return current;
  // Wire: the current of the column runs through half of the line on average; uS * ohm * 1e-6 is a plain number.
  const double wire = physics_.wire_ohm_per_cell * static_cast<double>(dimension_) / 2 * conductance * 1e-6;
  // C dv/dt = I - G v over the window: charge I T (1 - exp(-x))/x with x = G T / C = G (uS) * excursion per uA.
  const double x = conductance * physics_.bit_line_V_per_uA;
  return current / (1 + wire) * (x > 1e-9 ? -std::expm1(-x) / x : 1.0);
}

double Chip::inl(const ConverterLaw& law, double x) const {
  const auto& xs = law.inl_x;
  if (xs.empty() || x < xs.front() || x > xs.back()) return 0;
  const auto it = std::upper_bound(xs.begin(), xs.end(), x);
  const auto i = std::min(static_cast<std::size_t>(it - xs.begin()), xs.size() - 1);
  if (i == 0) return law.inl_y.front();
  const double t = (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
  return law.inl_y[i - 1] + t * (law.inl_y[i] - law.inl_y[i - 1]);
}

float Chip::relu(double current, double conductance, const ConversionSite& site, std::size_t slot,
                 std::size_t key) const {
  double s = columnCurrent(current, conductance);
  if (physics_.noise_uA > 0) s += physics_.noise_uA * normal(physics_, eventIndex(shifted(site), key), kReluNoise);
  double phi = s / s_sat_, top = 1;
  if (physics_.relu) {
    const auto& law = *physics_.relu;
    double gain = law.gain, offset = law.offset;
    const std::uint64_t where = cellIndex(Array::Key, physics_.head_offset + site.head, slot, 0);
    if (law.gain_sigma > 0) gain *= 1 + law.gain_sigma * normal(physics_, where, kReluGain);
    if (law.offset_sigma > 0) offset += law.offset_sigma * normal(physics_, where, kReluOffset);
    phi = gain * phi + offset + inl(law, phi);
    if (phi < law.minimum) phi = 0;
    top = law.saturation;
  }
  if (phi > 0 && physics_.jitter > 0)
    phi += physics_.jitter * normal(physics_, eventIndex(shifted(site), key), kJitter);
  return static_cast<float>(std::clamp(phi, 0.0, top));
}

float Chip::output(double current, double conductance, const ConversionSite& site, std::size_t tile,
                   std::size_t element) const {
  double a = columnCurrent(current, conductance);
  if (physics_.noise_uA > 0)
    a += physics_.noise_uA * normal(physics_, eventIndex(shifted(site), tile * dimension_ + element), kOutputNoise);
  double z = a / out_sat_;
  if (!physics_.output) return static_cast<float>(std::clamp(z, -1.0, 1.0));
  const auto& law = *physics_.output;
  const std::uint64_t where = cellIndex(Array::Value, physics_.head_offset + site.head, tile, element);
  const bool positive = z > law.sign_threshold;
  const double spread = law.gain_sigma > 0 ? 1 + law.gain_sigma * normal(physics_, where, kOutGain) : 1.0;
  const double shift = law.offset_sigma > 0 ? law.offset_sigma * normal(physics_, where, kOutOffset) : 0.0;
  const double error = inl(law, z);
  double size = positive ? law.gain * spread * z + law.offset + shift
                         : law.negative_gain * spread * -z + law.negative_offset + shift;
  size += error;
  if (size < law.minimum) size = 0;
  size = std::clamp(size, 0.0, law.saturation);
  return static_cast<float>(positive ? size : -size);
}

}  // namespace gaincell::attention
