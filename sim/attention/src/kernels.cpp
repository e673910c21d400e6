// Which kernels this machine can run.
#include "kernels.hpp"

#include "gaincell/attention/settings.hpp"

namespace gaincell::attention {

const KernelTable* kernelTable(Kernel kernel) noexcept {
#if defined(__x86_64__)
  static const bool generic = __builtin_cpu_supports("sse4.2");
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  static const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#else
  static const bool generic = true, avx2 = false, avx512 = false;
#endif
  switch (kernel) {
    case Kernel::Generic:
      return generic ? genericKernels() : nullptr;
    case Kernel::Avx2:
      return avx2 ? avx2Kernels() : nullptr;
    case Kernel::Avx512:
      return avx512 ? avx512Kernels() : nullptr;
    case Kernel::Auto:
      break;
  }
  for (Kernel k : {Kernel::Avx512, Kernel::Avx2})
    if (const auto* t = kernelTable(k)) return t;
  return kernelTable(Kernel::Generic);
}

}  // namespace gaincell::attention
