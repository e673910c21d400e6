#include "gaincell/sim/deck_vetting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "gaincell/support/error.hpp"

namespace gaincell::sim {

namespace {
/// First word of a line in lower case; "*#" for the lines ngspice runs although they look like comments.
std::string firstWord(std::string_view line) {
  const auto start = line.find_first_not_of(" \t\r");
  if (start == std::string_view::npos) return "";
  line.remove_prefix(start);
  if (line.starts_with("*#")) return "*#";
  std::string word(line.substr(0, line.find_first_of(" \t\r")));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}
}  // namespace

void vetDeckText(std::string_view text, const std::string& name) {
  static constexpr std::string_view kCommands[] = {".control",  "*#",       "shell",         "osdi",
                                                   "codemodel", "pre_osdi", "pre_codemodel", "pre_shell"};
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (const std::string word = firstWord(line);
        std::find(std::begin(kCommands), std::end(kCommands), word) != std::end(kCommands))
      throw support::Error("SIM-0006", fmt::format("the deck would run simulator commands ('{}')", word),
                           fmt::format("{}:{}", name, number),
                           "remove the line; a deck for simulation holds elements, models and one analysis");
  }
}

}  // namespace gaincell::sim
