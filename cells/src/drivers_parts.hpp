#pragma once
/// @file
/// Parts of the drivers that converters use as well. Private to the generators.

#include <string>

#include "blocks.hpp"

namespace gaincell::cells {

/// The two chains of the branch `driver` from an active-low pulse to the word line and its complement.
void addWordLineChains(Blocks& blocks, const design::Branch& driver, const std::string& pulseb, const std::string& wl,
                       const std::string& wlb);

}  // namespace gaincell::cells
