#include "plan.hpp"

#include <bit>
#include <cmath>

namespace gaincell::attention {

float toBfloat16(float x) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>((bits + 0x7fffU + ((bits >> 16) & 1U)) & 0xffff0000U);
}

double decayFactor(const Settings& s, std::size_t age, int power, bool first) {
  const auto delta = static_cast<double>(static_cast<float>(std::exp(-s.decay)));
  const auto d = static_cast<float>(std::pow(delta, static_cast<double>(age)));
  switch (s.decay_mode) {
    case DecayMode::AllOrdersOnce:
      return static_cast<double>(d);
    case DecayMode::Bf16Qk:
      if (first) {  // every product is rounded: D^3 is bf16(bf16(D^2) D)
        float product = 1.0F;
        for (int p = 0; p < power; ++p) product = toBfloat16(product * toBfloat16(d));
        return static_cast<double>(product);
      }
      break;
    case DecayMode::Exact:
      break;
  }
  return std::pow(static_cast<double>(d), power);
}

Plan::Plan(const Settings& st, const Scalers& sc, std::size_t h, std::size_t d, std::size_t w)
    : settings(st),
      scalers(sc),
      heads(h),
      dimension(d),
      width((d + 15) / 16 * 16),
      quads(width / 4),
      window(w),
      kernels(kernelTable(st.kernel)) {
  // float32((hi - lo)/(N - 1)), as the authors compute their steps.
  if (st.levels_q > 0) step_q = static_cast<float>(1.0 / (st.levels_q - 1));
  if (st.levels_kv > 0) step_kv = static_cast<float>(st.value_max / (st.levels_kv - 1));
  counts = CountGrid(st);
  constant = st.decay == 0.0 && !(st.physics && st.physics->leaks());
  const bool cubic = st.coefficients.size() <= 4;
  const bool levels = st.levels_kv >= 2 && st.levels_kv <= 8 && st.levels_kv % 2 == 0 && st.levels_q >= 2 &&
                      st.levels_q <= 256 && std::abs(st.v_zero - (st.stored_zero + st.stored_max) / 2) < 1e-9;
  // Pairs of 8-bit products add up in 16 bits: (levels - 1) * 7 per element, half of the elements per sum.
  codes = !st.physics && cubic && levels &&
          static_cast<std::size_t>(std::max(st.levels_q, 2) - 1) * 7 * (width / 2) <= 32767;
  lines = st.physics && st.physics->moves();
  if (st.physics) chip = std::make_shared<Chip>(*st.physics, st, h, d, w);
  codes ? buildCodes() : buildPlanes();
}

void Plan::buildCodes() {
  const int n = settings.levels_kv;
  double c[4] = {};
  for (std::size_t p = 0; p < settings.coefficients.size(); ++p) c[p] = settings.sign * settings.coefficients[p];
  // Half a step of the stored deviation; negative where values are stored upside down.
  const double half =
      static_cast<double>(step_kv) / 2 * (settings.stored_max - settings.stored_zero) / settings.value_max;
  const double q = static_cast<double>(step_q);
  for (auto& t : scores) t = AgeTable(window);
  weights.assign((constant ? 1 : window + 3 * kBlock) * 8, 0.0F);
  for (std::size_t age = 0; age < window; ++age) {
    double e[4];  // coefficient of u^p at this age
    for (int p = 0; p < 4; ++p) e[p] = c[p] * decayFactor(settings, age, p, true) * std::pow(half, p);
    // u^2 = 8 g2 + 25, u^3 = 24 g3 + 25 g1
    const double factors[4] = {e[0] + 25 * e[2], e[1] + 25 * e[3], 8 * e[2], 24 * e[3]};
    for (int f = 0; f < 4; ++f) scores[f].at(age) = static_cast<float>(q * factors[f]);
    if (constant && age > 0) continue;
    float* table = weights.data() + (constant ? 0 : (age + kBlock) * 8);
    for (int level = 0; level < n; ++level) {
      const double w = half * (2 * level - (n - 1));
      double current = 0;
      for (int p = 0; p < 4; ++p) current += c[p] * decayFactor(settings, age, p, false) * std::pow(w, p);
      table[level] = static_cast<float>(current);
    }
  }
}

void Plan::addHeldPlanes(Plane::Term term) {
  const HeldVoltages& held = *chip->held();
  for (std::size_t node = 0; node < held.nodes(); ++node) {
    Plane plane{term, -1, Side::Both, AgeTable(window), {}, node};
    for (std::size_t age = 0; age < window; ++age)
      plane.first.at(age) = static_cast<float>(held.factor(node, static_cast<double>(age)));
    plane.second = plane.first;
    planes.push_back(std::move(plane));
  }
}

void Plan::buildPlanes() {
  const Physics* ph = settings.physics.get();
  const auto add = [&](Plane::Term term, std::size_t order) {
    if (ph != nullptr && ph->held) {
      addHeldPlanes(term);
      return;
    }
    const bool leak = ph != nullptr && ph->leakage.has_value();
    const bool whole = constant || (!leak && settings.decay_mode == DecayMode::AllOrdersOnce);
    for (int power = whole ? -1 : 0; power < (whole ? 0 : static_cast<int>(order)); ++power) {
      for (Side side : {Side::Both, Side::Low, Side::High}) {
        if ((side == Side::Both) == (leak && power > 0)) continue;
        Plane plane{term, power, side, AgeTable(window), AgeTable(window), 0};
        for (std::size_t age = 0; age < window; ++age) {
          const int p = std::max(power, 0);
          const double delay = leak ? ph->leakage->delay : 0;
          const double lambda = !leak ? 0 : side == Side::Low ? ph->leakage->lambda_low : ph->leakage->lambda_high;
          const double leaked = std::exp(-lambda * (static_cast<double>(age) + delay) * p);
          plane.first.at(age) = static_cast<float>(leak ? leaked : decayFactor(settings, age, p, true));
          plane.second.at(age) = static_cast<float>(leak ? leaked : decayFactor(settings, age, p, false));
        }
        planes.push_back(std::move(plane));
      }
    }
  };
  add(Plane::Term::Current, settings.coefficients.size());
  if (ph == nullptr) return;
  if (!ph->edge_charge_uA.empty()) add(Plane::Term::Edge, ph->edge_charge_uA.size());
  if (!lines) return;
  add(Plane::Term::Conductance, ph->conductance_uS.size());
  if (!ph->slope_uS_per_V.empty()) add(Plane::Term::Slope, ph->slope_uS_per_V.size());
}

}  // namespace gaincell::attention
