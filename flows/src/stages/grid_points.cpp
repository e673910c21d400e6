#include "grid_points.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "../lists.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::flows {

namespace {

std::string option(const FlowContext& context, const char* name, const std::string& otherwise) {
  const auto& values = context.command().values;
  return values.count(name) ? values[name].as<std::string>() : otherwise;
}

std::vector<double> numbers(const std::string& list, const char* name) {
  std::vector<double> out;
  for (const auto& item : splitList(list)) {
    std::size_t used = 0;
    double value = std::nan("");
    try {
      value = std::stod(item, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used != item.size() || !std::isfinite(value))
      throw support::Error("FLW-0080", fmt::format("'{}' is not a number", item), fmt::format("--{}", name),
                           "give numbers separated by commas");
    out.push_back(value);
  }
  return out;
}

std::string corners(const FlowContext& context) {
  return option(context, "grid-corners", "tt,ss,ff,sf,fs");
}
std::string temperatures(const FlowContext& context) {
  return option(context, "grid-temps", "0,27,85");
}
std::string supplies(const FlowContext& context) {
  const double v = context.pdk().vdd;
  return option(context, "grid-vdds", fmt::format("{:.6g},{:.6g},{:.6g}", v * 17 / 18, v, v * 19 / 18));
}

bool same(const pdk::Conditions& a, const pdk::Conditions& b) {
  return a.corner == b.corner && std::fabs(a.temp_c - b.temp_c) < 1e-9 && std::fabs(a.vdd - b.vdd) < 1e-9;
}

}  // namespace

nlohmann::json gridInputs(const FlowContext& context) {
  return {{"corners", splitList(corners(context))},
          {"temps", numbers(temperatures(context), "grid-temps")},
          {"vdds", numbers(supplies(context), "grid-vdds")}};
}

std::vector<pdk::Conditions> gridPoints(const FlowContext& context, GridOf which) {
  std::vector<pdk::Conditions> out;
  for (const auto& corner : splitList(corners(context))) {
    context.pdk().corner(corner);  // refuses an unknown one by name
    for (const double t : numbers(temperatures(context), "grid-temps"))
      for (const double v : numbers(supplies(context), "grid-vdds")) {
        const pdk::Conditions c{corner, t, v};
        if (which == GridOf::AllConditions || !same(c, context.conditions())) out.push_back(c);
      }
  }
  return out;
}

double worseOf(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}

}  // namespace gaincell::flows
