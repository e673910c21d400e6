#include "gaincell/support/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::support {

using nlohmann::ordered_json;

ordered_json parseJson(const std::string& text, const std::string& where) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int, ordered_json::parse_event_t event, const ordered_json& parsed) {
    if (event == ordered_json::parse_event_t::object_start) keys.emplace_back();
    if (event == ordered_json::parse_event_t::object_end) keys.pop_back();
    if (event == ordered_json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      throw Error("JSN-0002", fmt::format("the key '{}' is given twice in one object", parsed.get<std::string>()),
                  where, "keep one of them");
    return true;
  };
  try {
    return ordered_json::parse(text, watch, true, /*ignore_comments=*/true);
  } catch (const ordered_json::parse_error& e) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(e.byte, text.size()));
    const auto line = 1 + std::count(text.begin(), end, '\n');
    throw Error("JSN-0001", "this is not valid JSON", fmt::format("{}:{}", where, line),
                "check brackets, quotes and commas just before this line");
  } catch (const ordered_json::exception&) {
    throw Error("JSN-0003", "a number is too large for a double", where, "numbers end at 1.8e308");
  }
}

ordered_json readJson(const std::filesystem::path& file) {
  return parseJson(readFile(file), file.string());
}

}  // namespace gaincell::support
