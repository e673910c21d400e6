#pragma once
/// @file
/// Numbers in options: quantities with units and counts.

#include <cstdint>
#include <limits>
#include <string>

#include "gaincell/flows/command.hpp"

namespace gaincell::flows {

/// A whole number without sign; "-1" must not become 18446744073709551615. @throws Error (FLW-0001)
std::uint64_t countFrom(const std::string& text, const std::string& where, std::uint64_t least = 0,
                        std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

/// The same of an option that takes text; `standard` without it.
std::uint64_t countOf(const po::variables_map& values, const char* name, std::uint64_t standard,
                      std::uint64_t least = 0, std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

}  // namespace gaincell::flows
