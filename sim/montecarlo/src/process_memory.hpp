#pragma once

namespace gaincell::montecarlo {

/// Resident memory of the largest child process of this process, kB; 0 where /proc does not tell.
long largestChildKb();

}  // namespace gaincell::montecarlo
