#include "quantities.hpp"

#include <fmt/format.h>

#include <charconv>

#include "gaincell/support/error.hpp"

namespace gaincell::flows {

std::uint64_t countFrom(const std::string& text, const std::string& where, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
  throw support::Error("FLW-0001", fmt::format("'{}' is not possible", text), where,
                       fmt::format("give a whole number from {} to {}", least, most));
}

std::uint64_t countOf(const po::variables_map& values, const char* name, std::uint64_t standard, std::uint64_t least,
                      std::uint64_t most) {
  if (!values.count(name)) return standard;
  return countFrom(values[name].as<std::string>(), fmt::format("--{}", name), least, most);
}

}  // namespace gaincell::flows
