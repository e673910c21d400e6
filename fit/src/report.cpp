#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gaincell/fit/fit.hpp"

namespace gaincell::fit {

nlohmann::json toJson(const FitReport& report) {
  nlohmann::json j = {{"parameters", nlohmann::json::array()}, {"warnings", report.warnings}, {"files", report.files}};
  for (const Parameter& p : report.parameters) {
    nlohmann::json one = {{"name", p.name}, {"unit", p.unit}, {"value", p.value}};
    if (p.low) one["confidence_95"] = {*p.low, *p.high};
    if (p.paper) one["paper"] = *p.paper;
    j["parameters"].push_back(one);
  }
  for (const auto& [name, table] : report.residuals)
    j["residuals"][name] = {{"columns", table.columns}, {"rows", table.rows.size()}};
  return j;
}

std::string toText(const FitReport& report) {
  std::string text =
      fmt::format("  {:<44} {:>12} {:<8} {:>25} {:>10}\n", "parameter", "value", "unit", "95 % interval", "paper");
  for (const Parameter& p : report.parameters)
    text += fmt::format("  {:<44} {:>12.5g} {:<8} {:>25} {:>10}\n", p.name, p.value, p.unit,
                        p.low ? fmt::format("{:.5g} .. {:.5g}", *p.low, *p.high) : "",
                        p.paper ? fmt::format("{:.5g}", *p.paper) : "");
  for (const auto& w : report.warnings) text += "  warning: " + w + "\n";
  return text;
}

}  // namespace gaincell::fit
