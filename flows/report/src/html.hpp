#pragma once
/// @file
/// The page as text.

#include <map>
#include <string>

#include "gaincell/report/embed.hpp"
#include "gaincell/report/report.hpp"

namespace gaincell::report {

/// A quantity for people: "9.93 µA", "12.4 mm²", "0.0123"; "not measured" for NaN.
std::string showQuantity(double value, const std::string& unit);

/// The whole page. @param pictures the inline SVG of every plot, by plot id
std::string pageHtml(const ReportData& data, const std::map<std::string, std::string>& pictures);

}  // namespace gaincell::report
