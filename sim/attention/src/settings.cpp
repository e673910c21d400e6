#include "gaincell/attention/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/attention/physics.hpp"
#include "gaincell/support/error.hpp"
#include "kernels.hpp"

namespace gaincell::attention {

using support::Error;

namespace {
void require(bool good, const char* id, const std::string& what, const char* remedy) {
  if (!good) throw Error(id, what, "attention settings", remedy);
}
}  // namespace

void check(const Settings& s) {
  require(s.coefficients.size() >= 2 && s.coefficients.size() <= kMostCoefficients, "ATT-0001",
          fmt::format("{} cell coefficients", s.coefficients.size()), "give 2 to 12, lowest order first");
  for (double c : s.coefficients)
    require(std::isfinite(c), "ATT-0002", "a cell coefficient is not finite", "check the model");
  require(s.sign == 1.0 || s.sign == -1.0, "ATT-0003", fmt::format("sign {}", s.sign), "use 1 or -1");
  const double low = std::min(s.stored_zero, s.stored_max), high = std::max(s.stored_zero, s.stored_max);
  require(std::isfinite(low) && std::isfinite(high) && std::isfinite(s.v_zero) && low < high && s.v_zero >= low &&
              s.v_zero <= high,
          "ATT-0004", fmt::format("zero voltage {} V, stored voltages {} to {} V", s.v_zero, low, high),
          "the zero voltage must lie between those of the end levels");
  require(std::isfinite(s.value_max) && s.value_max > 0, "ATT-0011", fmt::format("largest value {}", s.value_max),
          "give a positive number");
  require(std::isfinite(s.s_sat) && s.s_sat > 0 && std::isfinite(s.out_sat) && s.out_sat > 0, "ATT-0005",
          fmt::format("full scales {} and {} uA", s.s_sat, s.out_sat), "both must be positive");
  for (int levels : {s.levels_q, s.levels_kv, s.levels_out})
    require(levels == 0 || (levels >= 2 && levels <= 65536), "ATT-0006", fmt::format("{} levels", levels),
            "use 0 (not quantized) or 2 to 65536");
  require(s.output_grid == OutputGrid::PaperCode || s.levels_out == 0 || (s.levels_out >= 4 && s.levels_out % 2 == 0),
          "ATT-0007", fmt::format("{} output levels on the counter grid", s.levels_out),
          "a counter with a sign bit has an even number of levels, 4 or more");
  require(std::isfinite(s.decay) && s.decay >= 0, "ATT-0008", fmt::format("decay {} per token", s.decay),
          "give a number that is not negative");
  require(s.tile_columns >= 1 && s.tile_columns <= 65536, "ATT-0009", fmt::format("{} tile columns", s.tile_columns),
          "use 1 to 65536");
}

void Settings::useLinearNetwork() {
  const Settings published;
  coefficients = {0.0, 19.3};
  sign = 1;
  v_zero = published.v_zero;
  value_max = published.value_max;
  stored_zero = published.stored_zero;
  stored_max = published.stored_max;
  s_sat = published.s_sat;
  out_sat = published.out_sat;
  output_grid = published.output_grid;
  physics.reset();
}

Scalers Scalers::identity(std::size_t heads) {
  const std::vector<float> one(heads, 1.0F), zero(heads, 0.0F);
  return {one, zero, one, zero, one, zero, one, zero};
}

std::size_t windowOf(const Settings& s, std::size_t tokens) noexcept {
  return s.window == 0 ? tokens : std::min(s.window, tokens);
}

std::size_t tileCount(const Settings& s, std::size_t tokens) noexcept {
  const std::size_t columns = s.tiles == TileOrder::Absolute ? tokens : windowOf(s, tokens);
  return (columns + s.tile_columns - 1) / s.tile_columns;
}

std::string kernelName(Kernel kernel) {
  switch (kernel) {
    case Kernel::Auto:
      return "auto";
    case Kernel::Generic:
      return "generic";
    case Kernel::Avx2:
      return "avx2";
    case Kernel::Avx512:
      return "avx512";
  }
  return "auto";
}

Kernel kernelFromName(const std::string& name) {
  for (Kernel k : {Kernel::Auto, Kernel::Generic, Kernel::Avx2, Kernel::Avx512})
    if (name == kernelName(k)) return k;
  throw Error("ATT-0010", "unknown kernel '" + name + "'", "", "use auto, generic, avx2 or avx512");
}

std::vector<Kernel> availableKernels() {
  std::vector<Kernel> out;
  for (Kernel k : {Kernel::Avx512, Kernel::Avx2, Kernel::Generic})
    if (kernelTable(k) != nullptr) out.push_back(k);
  return out;
}

}  // namespace gaincell::attention
