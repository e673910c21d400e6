#include "quantity.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows::comparison {

namespace {

/// Prefixes do not apply to steps, powers of units, percentages and temperatures.
bool takesPrefix(const std::string& unit) {
  return !unit.empty() && unit != "%" && unit != "degC" && unit.rfind("LSB", 0) != 0;
}

}  // namespace

std::string quantityText(const std::optional<double>& value, const std::string& unit) {
  if (!value) return "-";
  if (!std::isfinite(*value)) return "not measured";
  if (unit == "m^2")
    return std::fabs(*value) >= 1e-9 ? fmt::format("{:.4g} mm2", *value * 1e6)
                                     : fmt::format("{:.4g} um2", *value * 1e12);
  if (takesPrefix(unit) && *value != 0) return support::formatSi(*value, unit, 4);
  // Counts and large ratios keep all their digits.
  const double size = std::fabs(*value);
  const bool count = unit.empty() && size < 1e7 && (*value == std::floor(*value) || size >= 1e4);
  const std::string number = count ? fmt::format("{:.0f}", *value) : fmt::format("{:.4g}", *value);
  return unit.empty() ? number : number + " " + unit;
}

std::string changeText(const std::optional<double>& change) {
  if (!change) return "-";
  if (*change == 0) return "same";
  if (*change < -1) return "other sign";
  // Beyond ten times, a percentage says less than a factor.
  if (*change >= 9) return fmt::format("x {:.3g}", *change + 1);
  const double percent = 100 * *change;
  if (std::fabs(percent) < 0.05) return fmt::format("{:+.1g} %", percent);
  return std::fabs(percent) < 10 ? fmt::format("{:+.1f} %", percent) : fmt::format("{:+.0f} %", percent);
}

std::optional<double> numberOf(const std::string& text) {
  try {
    return support::parseSpiceNumber(text);
  } catch (const support::Error&) {
    return std::nullopt;  // a choice of the design, not a number
  }
}

std::string leafText(const std::string& path, const std::string& value) {
  static const std::map<std::string, std::string> units = {
      {"w", "m"},         {"l", "m"},        {"c", "F"},         {"r", "ohm"},           {"c_int", "F"},
      {"c_storage", "F"}, {"c_couple", "F"}, {"bit", "F"},       {"word", "F"},          {"lsb_charge", "C"},
      {"i_ref", "A"},     {"window", "s"},   {"write", "s"},     {"lsb", "s"},           {"edge", "s"},
      {"period", "s"},    {"reset", "s"},    {"autozero", "s"},  {"header_off", "s"},    {"header_on", "s"},
      {"input", "s"},     {"sign", "s"},     {"discharge", "s"}, {"discharge_end", "s"}, {"end", "s"},
      {"delay", "s"}};
  const auto unit = units.find(path.substr(path.find_last_of('.') + 1));
  const auto number = numberOf(value);
  return unit != units.end() && number ? quantityText(number, unit->second) : value;
}

std::string limitText(const RunLimit& limit) {
  const auto show = [&](const std::optional<double>& bound) { return quantityText(bound, limit.unit); };
  if (limit.min && limit.max) return fmt::format("{} to {}", show(limit.min), show(limit.max));
  if (limit.min) return ">= " + show(limit.min);
  return limit.max ? "<= " + show(limit.max) : "";
}

std::string shareText(const std::optional<double>& share) {
  if (!share) return "-";
  return std::fabs(*share) < 10 ? fmt::format("{:.3g} %", 100 * *share) : fmt::format("{:.0f} %", 100 * *share);
}

}  // namespace gaincell::flows::comparison
