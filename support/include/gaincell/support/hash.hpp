#pragma once
/// @file
/// Content hashes (SHA-256) for provenance and stage caching.

#include <filesystem>
#include <string>
#include <string_view>

namespace gaincell::support {

/// Lower-case hexadecimal SHA-256 of the bytes of `text`.
std::string sha256(std::string_view text);

/// Lower-case hexadecimal SHA-256 of a file's bytes. @throws Error (HSH-0001) when it cannot be read.
std::string sha256File(const std::filesystem::path& path);

}  // namespace gaincell::support
