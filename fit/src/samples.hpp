#pragma once
// What every fit of Monte-Carlo samples asks of them.

#include <cstddef>

namespace gaincell::fit {

/// @throws Error FIT-0008 below 20 samples
void requireSamples(std::size_t n);

}  // namespace gaincell::fit
