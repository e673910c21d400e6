#pragma once
// Numbers and limits as people read them.

#include <optional>
#include <string>

#include "run.hpp"

namespace gaincell::flows::comparison {

/// "9.93 uA", "12.4 mm2", "0.0123"; "-" without a value.
std::string quantityText(const std::optional<double>& value, const std::string& unit);
/// "+3.2 %", "-42 %", "x 23", "same", "other sign"; "-" without a value.
std::string changeText(const std::optional<double>& change);
/// The number of a text; none for a word.
std::optional<double> numberOf(const std::string& text);
/// A value of the design with the unit that the last word of its path implies: "415 nm"; as it is where none is known.
std::string leafText(const std::string& path, const std::string& value);
/// "9 uA to 11 uA", ">= 300", "<= 5 ns".
std::string limitText(const RunLimit& limit);
/// A share in percent: "37 %".
std::string shareText(const std::optional<double>& share);

}  // namespace gaincell::flows::comparison
