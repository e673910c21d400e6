#include "gaincell/support/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "gaincell/support/error.hpp"

namespace gaincell::support {

namespace {
std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Scale of a suffix, or 0 when it is no SPICE suffix.
double suffixScale(const std::string& suffix) {
  if (suffix.empty()) return 1.0;
  if (suffix.rfind("meg", 0) == 0) return 1e6;
  switch (suffix[0]) {
    case 'f':
      return 1e-15;
    case 'p':
      return 1e-12;
    case 'n':
      return 1e-9;
    case 'u':
      return 1e-6;
    case 'm':
      return 1e-3;
    case 'k':
      return 1e3;
    case 'g':
      return 1e9;
    case 't':
      return 1e12;
    default:
      return 0.0;
  }
}
}  // namespace

double parseSpiceNumber(std::string_view text) {
  const auto fail = [&] {
    return Error("UNI-0001", fmt::format("'{}' is not a number", text), "",
                 "write a number with an optional SPICE suffix, for example 10f, 2.2k or 1meg");
  };
  std::string_view body = text;
  if (!body.empty() && body.front() == '+') body.remove_prefix(1);
  double value = 0.0;
  const auto [end, ec] = std::from_chars(body.data(), body.data() + body.size(), value);
  if (ec != std::errc() || !std::isfinite(value)) throw fail();
  const std::string suffix = lowered(body.substr(static_cast<std::size_t>(end - body.data())));
  for (char c : suffix)
    if (!std::isalpha(static_cast<unsigned char>(c))) throw fail();
  const double scale = suffixScale(suffix);
  if (scale == 0.0) throw fail();
  // Divide by the exact power of ten where the scale is small: 10f must be the double 1e-14.
  return scale < 1.0 ? value / std::round(1.0 / scale) : value * scale;
}

std::string formatNumber(double value) {
  return fmt::format("{}", value == 0.0 ? 0.0 : value);
}

std::string formatSi(double value, std::string_view unit, int digits) {
  if (value == 0.0 || !std::isfinite(value)) return fmt::format("{} {}", value, unit);
  static constexpr std::array<const char*, 12> kPrefixes = {"a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T", "P"};
  // Round first, so that 999.9996 becomes 1.00 k and not 1e+03.
  const double magnitude = std::pow(10.0, std::floor(std::log10(std::fabs(value))) - digits + 1);
  const double rounded = std::round(value / magnitude) * magnitude;
  const int group = static_cast<int>(std::floor(std::log10(std::fabs(rounded)) / 3.0 + 1e-9));
  if (group < -6 || group > 5) return fmt::format("{:.{}g} {}", value, digits, unit);
  return fmt::format("{:.{}g} {}{}", rounded / std::pow(1000.0, group), digits, kPrefixes[group + 6], unit);
}

}  // namespace gaincell::support
