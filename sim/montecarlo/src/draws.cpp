#include "gaincell/montecarlo/draws.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/random/sobol.hpp>
#include <mutex>

#include "gaincell/support/error.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::montecarlo {

using support::DrawKey;

namespace {
using Engine = boost::random::sobol_engine<std::uint64_t, 64>;

/// Bits of an independent hash, for keys and scrambles.
std::uint64_t hashBits(std::uint64_t a, std::uint64_t b, std::uint64_t c) noexcept {
  const auto r = support::philox4x32({static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32),
                                      static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(b >> 32)},
                                     {static_cast<std::uint32_t>(c), static_cast<std::uint32_t>(c >> 32)});
  return (std::uint64_t{r[0]} << 32) | r[1];
}

constexpr std::uint64_t kPermutationStream =
    0x4c48'5321'0000'0001ULL;  // any constants that no other use of the hash shares
constexpr std::uint64_t kScrambleStream = 0x534f'424f'4c21'0002ULL;

/// Owen's nested uniform scramble of a base-2 fraction, bit by bit: a bit is flipped by a hash of all bits above it (A.
/// B. Owen, "Randomly permuted (t,m,s)-nets", 1995). Strata of the sequence are kept. The lowest bits come from the
/// hash alone.
std::uint64_t owenScramble(std::uint64_t x, std::uint64_t key) noexcept {
  constexpr int kBits = 32;  // finer than any number of samples that can be simulated
  std::uint64_t out = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    const int shift = 63 - bit;
    const std::uint64_t prefix = bit == 0 ? 0 : x >> (64 - bit);
    const std::uint64_t flip = hashBits(prefix, static_cast<std::uint64_t>(bit), key) & 1;
    out |= (((x >> shift) & 1) ^ flip) << shift;
  }
  return out | (hashBits(x >> 32, kBits, key) >> 32);
}

double toUnit(std::uint64_t bits) noexcept {
  return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
}

DrawKey keyOf(std::uint64_t seed, std::uint64_t sample, const DrawName& name) noexcept {
  return {seed, sample, support::nameHash(name.instance), support::nameHash(name.parameter)};
}
}  // namespace

std::string_view toString(Sampling sampling) noexcept {
  switch (sampling) {
    case Sampling::PseudoRandom:
      return "random";
    case Sampling::LatinHypercube:
      return "lhs";
    case Sampling::Sobol:
      return "sobol";
  }
  return "?";
}

Sampling samplingFromName(std::string_view name) {
  for (const auto s : {Sampling::PseudoRandom, Sampling::LatinHypercube, Sampling::Sobol})
    if (name == toString(s)) return s;
  throw support::Error("MCS-0001", fmt::format("there is no sampling method '{}'", name), "--sampling",
                       "choose random, lhs or sobol");
}

std::uint64_t permuted(std::uint64_t k, std::uint64_t n, std::uint64_t key) noexcept {
  int half = 1;
  while (half < 32 && (std::uint64_t{1} << (2 * half)) < n) ++half;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = k >> half, right = k & mask;
    for (std::uint64_t round = 0; round < 6; ++round) {
      const std::uint64_t next = left ^ (hashBits(right, round, key) & mask);
      left = right;
      right = next;
    }
    k = (left << half) | right;
  } while (k >= n);
  return k;
}

/// The Sobol points; the last point is kept because a sample asks for all of its dimensions in a row.
struct DrawSource::Sequence {
  explicit Sequence(std::size_t dimensions) : engine(dimensions), dimensions_(dimensions) {}

  std::uint64_t at(std::uint64_t sample, std::size_t dimension) {
    const std::lock_guard lock(mutex);
    if (sample == 0) return 0;  // Boost leaves out the origin, without which the first 2^m points are no net
    auto& point = points[sample % points.size()];
    if (point.first != sample) {
      engine.seed(sample - 1);
      point.second.resize(dimensions_);
      engine.generate(point.second.begin(), point.second.end());
      point.first = sample;
    }
    return point.second[dimension];
  }

  std::mutex mutex;
  Engine engine;
  std::size_t dimensions_;
  std::array<std::pair<std::uint64_t, std::vector<std::uint64_t>>, 64> points;
};

DrawSource::DrawSource(std::uint64_t seed, Sampling sampling, std::uint64_t samples, std::vector<DrawName> order)
    : seed_(seed), sampling_(sampling), samples_(samples) {
  if (sampling_ != Sampling::Sobol) return;
  for (auto& name : order)
    if (dimension_.size() < sobolDimensions()) dimension_.emplace(std::move(name), dimension_.size());
  if (!dimension_.empty()) sequence_ = std::make_unique<Sequence>(dimension_.size());
}
DrawSource::~DrawSource() = default;
DrawSource::DrawSource(DrawSource&&) noexcept = default;
DrawSource& DrawSource::operator=(DrawSource&&) noexcept = default;

std::size_t DrawSource::sobolDimensions() noexcept {
  return boost::random::default_sobol_table::max_dimension;
}

double DrawSource::latinHypercube(std::uint64_t sample, const DrawName& name) const {
  const double jitter = support::uniformDraw(keyOf(seed_, sample, name));
  if (sample >= samples_) return jitter;
  const std::uint64_t key =
      hashBits(support::nameHash(name.instance), support::nameHash(name.parameter), seed_ ^ kPermutationStream);
  return (static_cast<double>(permuted(sample, samples_, key)) + jitter) / static_cast<double>(samples_);
}

double DrawSource::uniform(std::uint64_t sample, const DrawName& name) const {
  if (sampling_ == Sampling::LatinHypercube) return latinHypercube(sample, name);
  if (sampling_ == Sampling::Sobol) {
    const auto found = dimension_.find(name);
    if (found != dimension_.end()) {
      const std::uint64_t key =
          hashBits(support::nameHash(name.instance), support::nameHash(name.parameter), seed_ ^ kScrambleStream);
      return toUnit(owenScramble(sequence_->at(sample, found->second), key));
    }
  }
  return hashed(sample, name);
}

double DrawSource::hashed(std::uint64_t sample, const DrawName& name) const {
  return support::uniformDraw(keyOf(seed_, sample, name));
}

double DrawSource::normal(std::uint64_t sample, const DrawName& name) const {
  return support::normalQuantile(uniform(sample, name));
}

}  // namespace gaincell::montecarlo
