#pragma once
/// @file
/// Counter-based random numbers: every draw is a pure function of (seed, sample, instance, parameter), so it does not
/// depend on the order of evaluation, on the number of threads or on which machine draws it.

#include <array>
#include <cstdint>
#include <string_view>

namespace gaincell::support {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept;

/// Stable 64-bit hash of a name (FNV-1a with a final mix); the same on every machine.
std::uint64_t nameHash(std::string_view name) noexcept;

/// Address of one draw.
struct DrawKey {
  std::uint64_t seed = 0;       ///< the study's seed
  std::uint64_t sample = 0;     ///< sample number
  std::uint64_t instance = 0;   ///< nameHash of the instance path, or an index
  std::uint64_t parameter = 0;  ///< nameHash of the parameter, or an index
};

/// Uniform on the open interval (0, 1), 53 bits.
double uniformDraw(const DrawKey& key) noexcept;

/// Standard normal by inversion of uniformDraw (one number per key, |z| < 8.3).
double normalDraw(const DrawKey& key) noexcept;

/// Inverse of the standard normal distribution function. @param p in (0, 1).
double normalQuantile(double p) noexcept;

}  // namespace gaincell::support
