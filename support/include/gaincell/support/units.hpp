#pragma once
/// @file
/// SPICE number syntax and SI formatting. Inside the project every quantity is in SI base units;
/// prefixes appear only where text is read or written.

#include <string>
#include <string_view>

namespace gaincell::support {

/// Parses a number with an optional SPICE suffix: f p n u m k meg g t (case-insensitive; letters after it are ignored
/// as SPICE does, so "10fF" is 1e-14). @throws Error (UNI-0001) on anything else, on NaN and on infinity.
double parseSpiceNumber(std::string_view text);

/// Parses a quantity of a place that wants `unit` (an SI unit, "C" for degrees Celsius, "" for a pure number): a
/// number, then a prefix (f p n u m k meg g t, also a and the micro sign), then the unit or nothing: "150n", "150nm",
/// "0.1uA", "27C".
/// @param where option or field, for the message
/// @throws Error (UNI-0002) for another unit, a prefix that SPICE and SI read differently (M), SPICE's mil, or anything
/// else behind the number; (UNI-0001) where there is no number.
double parseQuantity(std::string_view text, std::string_view unit, const std::string& where = "");

/// Shortest text that reads back as exactly the same double, valid in every SPICE dialect ("1e-14").
std::string formatNumber(double value);

/// For people: engineering prefix and unit, e.g. formatSi(9.93e-6, "A") = "9.93 uA". @param digits significant digits.
std::string formatSi(double value, std::string_view unit, int digits = 3);

inline constexpr double kZeroCelsius = 273.15;                ///< K (SI definition of the degree Celsius)
inline constexpr double kBoltzmann = 1.380649e-23;            ///< J/K (exact, SI 2019)
inline constexpr double kElementaryCharge = 1.602176634e-19;  ///< C (exact, SI 2019)

}  // namespace gaincell::support
