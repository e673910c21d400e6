#include "gaincell/netlist/parameter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::netlist {

using support::Error;

namespace {
std::string withUnit(double value, const std::string& unit) {
  return unit.empty() ? support::formatNumber(value) : support::formatSi(value, unit, 4);
}
}  // namespace

Parameter Parameter::real(std::string name, std::string unit, double value, double min, double max,
                          std::string description) {
  Parameter p;
  p.name = std::move(name);
  p.unit = std::move(unit);
  p.value = value;
  p.min = min;
  p.max = max;
  p.description = std::move(description);
  return p;
}

Parameter Parameter::integer(std::string name, long value, long min, long max, std::string description) {
  Parameter p = real(std::move(name), "", static_cast<double>(value), static_cast<double>(min),
                     static_cast<double>(max), std::move(description));
  p.kind = ParameterKind::Integer;
  return p;
}

Parameter Parameter::oneOf(std::string name, std::string value, std::vector<std::string> choices,
                           std::string description) {
  Parameter p;
  p.name = std::move(name);
  p.kind = ParameterKind::Choice;
  p.choice = std::move(value);
  p.choices = std::move(choices);
  p.description = std::move(description);
  return p;
}

ParameterSet::ParameterSet(const std::vector<Parameter>& declared) {
  declare(declared);
}

void ParameterSet::declare(const std::vector<Parameter>& more) {
  for (const auto& p : more) {
    if (has(p.name)) throw Error("NET-0001", fmt::format("parameter '{}' is declared twice", p.name));
    declared_.push_back(p);
  }
}

bool ParameterSet::has(std::string_view name) const {
  return std::any_of(declared_.begin(), declared_.end(), [&](const Parameter& p) { return p.name == name; });
}

const Parameter& ParameterSet::find(std::string_view name, const std::string& where) const {
  const auto found =
      std::find_if(declared_.begin(), declared_.end(), [&](const Parameter& p) { return p.name == name; });
  if (found != declared_.end()) return *found;
  std::vector<std::string> names;
  for (const auto& p : declared_) names.push_back(p.name);
  throw Error("NET-0002", fmt::format("there is no parameter '{}'", name), where,
              support::didYouMean(name, names, fmt::format("parameters are: {}", fmt::join(names, ", "))));
}

void ParameterSet::set(std::string_view name, std::string_view text, const std::string& where) {
  const Parameter& p = find(name, where);
  if (p.kind != ParameterKind::Choice) return set(name, support::parseQuantity(text, p.unit, where), where);
  if (std::find(p.choices.begin(), p.choices.end(), text) == p.choices.end())
    throw Error("NET-0004", fmt::format("'{}' is not a value of parameter '{}'", text, name), where,
                support::didYouMean(text, p.choices, fmt::format("choose one of: {}", fmt::join(p.choices, ", "))));
  words_.insert_or_assign(p.name, std::string(text));
}

void ParameterSet::set(std::string_view name, double value, const std::string& where) {
  const Parameter& p = find(name, where);
  if (p.kind == ParameterKind::Choice)
    throw Error("NET-0005", fmt::format("parameter '{}' is a word, not a number", name), where,
                fmt::format("choose one of: {}", fmt::join(p.choices, ", ")));
  // The range ends count as inside, also when they were computed in floating point.
  const double slack = 1e-12 * std::max(std::fabs(p.min), std::fabs(p.max));
  if (!(value >= p.min - slack && value <= p.max + slack) ||
      (p.kind == ParameterKind::Integer && value != std::floor(value)))
    throw Error("NET-0003", fmt::format("{} = {} is not allowed", name, withUnit(value, p.unit)), where,
                fmt::format("give {} from {} to {}", p.kind == ParameterKind::Integer ? "an integer" : "a number",
                            withUnit(p.min, p.unit), withUnit(p.max, p.unit)));
  numbers_.insert_or_assign(p.name, value);
}

void ParameterSet::setDefault(std::string_view name, double value) {
  find(name, "");
  for (auto& p : declared_)
    if (p.name == name) p.value = value;
}

void ParameterSet::setDefaultChoice(std::string_view name, std::string_view value) {
  find(name, "");
  for (auto& p : declared_)
    if (p.name == name) p.choice = value;
}

double ParameterSet::real(std::string_view name) const {
  const Parameter& p = find(name, "");
  const auto it = numbers_.find(name);
  return it == numbers_.end() ? p.value : it->second;
}

int ParameterSet::integer(std::string_view name) const {
  return static_cast<int>(real(name));
}

const std::string& ParameterSet::choice(std::string_view name) const {
  const Parameter& p = find(name, "");
  const auto it = words_.find(name);
  return it == words_.end() ? p.choice : it->second;
}

bool ParameterSet::isSet(std::string_view name) const {
  return numbers_.contains(name) || words_.contains(name);
}

}  // namespace gaincell::netlist
