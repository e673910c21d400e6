#pragma once
/// @file
/// The name a user probably meant, for error messages.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gaincell::support {

/// The candidate with the smallest Levenshtein distance to `name`, if fewer than four letters and less than half of
/// `name` differ.
std::optional<std::string> nearestName(std::string_view name, const std::vector<std::string>& candidates);

/// The hint of an error about an unknown name: "did you mean 'x'?", or `otherwise` when no candidate is near.
std::string didYouMean(std::string_view name, const std::vector<std::string>& candidates, std::string otherwise);

}  // namespace gaincell::support
