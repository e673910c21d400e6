#pragma once
/// @file
/// Standard normal draws, each a pure function of (seed, sample, instance, parameter) and the sampling method: never of
/// the order of evaluation, the number of workers, the machine, or whether the run was resumed.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gaincell::montecarlo {

/// How the unit cube of the draws is filled.
enum class Sampling {
  PseudoRandom,    ///< independent draws
  LatinHypercube,  ///< every draw's marginal has one sample in each of N equal strata; N is part of the study
  Sobol,           ///< scrambled Sobol sequence in the first draws, pseudo-random beyond the table's dimensions
};
std::string_view toString(Sampling sampling) noexcept;
/// @throws Error (MCS-0001) naming the methods.
Sampling samplingFromName(std::string_view name);

/// Name of one random quantity: the instance it belongs to ("xcell.pair_n", "global.n_core") and the parameter ("vth").
struct DrawName {
  std::string instance, parameter;
  friend bool operator==(const DrawName&, const DrawName&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 means the 0 of the comparison that the compiler writes
  friend auto operator<=>(const DrawName&, const DrawName&) = default;
};

/// Draws of a study. Thread-safe after construction.
class DrawSource {
 public:
  /// @param samples number of samples of the study (used by Latin hypercube only)
  /// @param order the study's draws in the order of their Sobol dimensions; a draw that is not in it is pseudo-random
  DrawSource(std::uint64_t seed, Sampling sampling, std::uint64_t samples, std::vector<DrawName> order = {});
  ~DrawSource();
  DrawSource(DrawSource&&) noexcept;
  DrawSource& operator=(DrawSource&&) noexcept;

  /// Standard normal value of a draw in a sample.
  double normal(std::uint64_t sample, const DrawName& name) const;
  /// The uniform value behind it, in (0, 1).
  double uniform(std::uint64_t sample, const DrawName& name) const;
  /// A uniform value in (0, 1) that does not depend on the sampling method.
  double hashed(std::uint64_t sample, const DrawName& name) const;
  Sampling sampling() const noexcept { return sampling_; }

  /// Largest number of dimensions that are truly Sobol (Joe and Kuo's table as shipped in Boost.Random).
  static std::size_t sobolDimensions() noexcept;

 private:
  struct Sequence;
  double latinHypercube(std::uint64_t sample, const DrawName& name) const;
  std::uint64_t seed_;
  Sampling sampling_;
  std::uint64_t samples_;
  std::map<DrawName, std::size_t> dimension_;
  std::unique_ptr<Sequence> sequence_;
};

/// A bijection of [0, n) that depends on the key: a balanced Feistel network walked until it lands inside the range, so
/// that element k is found without building the permutation (Black and Rogaway, "Ciphers with arbitrary finite
/// domains", CT-RSA 2002).
std::uint64_t permuted(std::uint64_t k, std::uint64_t n, std::uint64_t key) noexcept;

}  // namespace gaincell::montecarlo
