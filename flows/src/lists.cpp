#include "lists.hpp"

#include <sstream>

namespace gaincell::flows {

std::vector<std::string> splitList(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

}  // namespace gaincell::flows
