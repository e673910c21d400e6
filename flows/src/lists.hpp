#pragma once
/// @file
/// Lists in options: "tt,ss,ff".

#include <string>
#include <vector>

namespace gaincell::flows {

/// The parts between separators; empty ones are left out.
std::vector<std::string> splitList(const std::string& text, char separator = ',');

}  // namespace gaincell::flows
