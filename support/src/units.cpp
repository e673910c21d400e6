#include "gaincell/support/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "gaincell/support/error.hpp"

namespace gaincell::support {

namespace {
std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// The decimal number `mantissa` times 10^shift, rounded once: 0.8f must be the double 8e-16, which neither a product
/// nor a quotient of doubles gives.
double shifted(std::string_view mantissa, int shift) {
  const auto e = mantissa.find_first_of("eE");
  int exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view digits = mantissa.substr(e + 1);
    if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  }
  const std::string text = fmt::format("{}e{}", mantissa.substr(0, e), exponent + shift);
  double value = 0.0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Power of ten of a suffix; nothing when it is no SPICE suffix.
std::optional<int> suffixExponent(const std::string& suffix) {
  if (suffix.empty()) return 0;
  if (suffix.rfind("meg", 0) == 0) return 6;
  constexpr std::string_view kSuffixes = "fpnumkgt";
  constexpr std::array kExponents = {-15, -12, -9, -6, -3, 3, 9, 12};
  const auto at = kSuffixes.find(suffix[0]);
  return at == std::string_view::npos ? std::nullopt : std::optional<int>(kExponents[at]);
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
  const auto exponent = suffixExponent(suffix);
  if (!exponent) throw fail();
  return shifted(body.substr(0, static_cast<std::size_t>(end - body.data())), *exponent);
}

namespace {

struct Prefix {
  std::string_view text;
  int exponent;  ///< of ten
};
// Longest first: "meg" is no milli. Capitals only where SPICE and SI agree on what they mean.
constexpr std::array<Prefix, 15> kQuantityPrefixes = {{{"meg", 6},
                                                       {"MEG", 6},
                                                       {"Meg", 6},
                                                       {"\u00b5", -6},
                                                       {"\u03bc", -6},
                                                       {"a", -18},
                                                       {"f", -15},
                                                       {"p", -12},
                                                       {"n", -9},
                                                       {"u", -6},
                                                       {"m", -3},
                                                       {"k", 3},
                                                       {"K", 3},
                                                       {"g", 9},
                                                       {"t", 12}}};

bool isUnit(std::string_view text, std::string_view unit) {
  if (text == unit) return true;
  if (unit == "ohm") return text == "Ohm" || text == "\u03a9" || text == "\u2126";
  return false;
}

}  // namespace

double parseQuantity(std::string_view text, std::string_view unit, const std::string& where) {
  const std::string kind =
      unit.empty() ? "a pure number" : fmt::format("a number in {}", unit == "C" ? "C (Celsius or coulomb)" : unit);
  const std::string example =
      unit.empty() ? "for example 0.5 or 1e-3" : fmt::format("for example 10{0}, 10u{0} or 10u", unit);
  std::string_view body = text;
  if (body.size() > 1 && body.front() == '+' && body[1] != '-') body.remove_prefix(1);
  double value = 0.0;
  const auto [end, ec] = std::from_chars(body.data(), body.data() + body.size(), value);
  if (ec != std::errc() || !std::isfinite(value))
    throw Error("UNI-0001", fmt::format("'{}' is not a number", text), where,
                fmt::format("write {}, {}", kind, example));
  std::string_view rest = body.substr(static_cast<std::size_t>(end - body.data()));
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  // No prefix goes before a degree.
  if (rest.empty() || isUnit(rest, unit) || (unit == "C" && rest == "\u00b0C")) return value;
  const std::string_view mantissa = body.substr(0, static_cast<std::size_t>(end - body.data()));
  for (const auto& [prefix, exponent] : kQuantityPrefixes) {
    if (rest.rfind(prefix, 0) != 0) continue;
    const std::string_view after = rest.substr(prefix.size());
    if (after.empty() || (!unit.empty() && isUnit(after, unit))) return shifted(mantissa, exponent);
  }
  const bool mega = rest.front() == 'M', mil = rest.rfind("mil", 0) == 0 || rest.rfind("MIL", 0) == 0;
  throw Error("UNI-0002", fmt::format("'{}' is not {}: '{}' is not understood", text, kind, rest), where,
              mega  ? "write m for milli or meg for mega: M is milli in SPICE and mega elsewhere"
              : mil ? "write metres: a mil is 25.4u"
                    : fmt::format("write {}", example));
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
