#pragma once
/// @file
/// Reading JSON that people write: comments are allowed, a key given twice is an error.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace gaincell::support {

/// @param where file name, for messages
/// @throws Error (JSN-0001) malformed, with the line; (JSN-0002) a key given twice in one object; (JSN-0003) a number
/// outside what a double holds.
nlohmann::ordered_json parseJson(const std::string& text, const std::string& where);
/// The file's document. @throws also what readFile() does.
nlohmann::ordered_json readJson(const std::filesystem::path& file);

}  // namespace gaincell::support
