#include "gaincell/design/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"

namespace gaincell::design {

using netlist::Parameter;
using support::Error;

void Schema::add(Leaf leaf) {
  const auto [at, is_new] = index_.emplace(leaf.parameter.name, leaves_.size());
  if (!is_new) throw Error("DSG-0001", fmt::format("the leaf '{}' is declared twice", at->first));
  leaves_.push_back(std::move(leaf));
}

void Schema::addOptional(OptionalPart part) {
  optional_.push_back(std::move(part));
}

std::size_t Schema::indexOf(std::string_view path) const {
  const auto at = index_.find(path);
  return at == index_.end() ? leaves_.size() : at->second;
}

const Leaf* Schema::find(std::string_view path) const {
  const std::size_t i = indexOf(path);
  return i < leaves_.size() ? &leaves_[i] : nullptr;
}

bool Schema::isOptional(std::string_view path) const {
  return std::any_of(optional_.begin(), optional_.end(), [&](const OptionalPart& p) { return p.path == path; });
}

bool Schema::isBranch(std::string_view path) const {
  const std::string prefix = std::string(path) + ".";
  const auto at = index_.lower_bound(prefix);
  return at != index_.end() && at->first.rfind(prefix, 0) == 0;
}

std::string Schema::hint(const std::string& path) const {
  std::vector<std::string> names;
  for (const auto& leaf : leaves_) names.push_back(leaf.parameter.name);
  // A name given without its branch ("pair_n.w", "c_storage") is the likeliest slip.
  for (const auto& name : names)
    if (name.size() > path.size() && name.compare(name.size() - path.size() - 1, std::string::npos, "." + path) == 0)
      return fmt::format("did you mean '{}'?", name);
  // Then a misspelt one without its branch ("c_storge"): compared with the ends of the names.
  std::map<std::string, std::string> ends;
  const auto dots = [](const std::string& text) { return std::count(text.begin(), text.end(), '.'); };
  for (const auto& name : names) {
    std::size_t at = 0;
    for (auto more = dots(name) - dots(path); more > 0; --more) at = name.find('.', at) + 1;
    if (at > 0) ends.emplace(name.substr(at), name);
  }
  std::vector<std::string> tails;
  tails.reserve(ends.size());
  for (const auto& [end, name] : ends) tails.push_back(end);
  if (const auto near = support::nearestName(path, tails);
      near && path.back() != '.' && !isBranch(path.substr(0, path.find('.'))))
    return fmt::format("did you mean '{}'?", ends.at(*near));
  for (const auto& name : names)
    if (const auto at = name.find("." + path + "."); at != std::string::npos)
      return fmt::format("did you mean '{}'?", name.substr(0, at + 1 + path.size()));
  std::string branch = path;
  while (!branch.empty() && !isBranch(branch)) {
    const auto dot = branch.rfind('.');
    branch = dot == std::string::npos ? "" : branch.substr(0, dot);
  }
  std::set<std::string> below;
  const std::string prefix = branch.empty() ? "" : branch + ".";
  for (const auto& name : names)
    if (name.rfind(prefix, 0) == 0)
      below.insert(prefix + name.substr(prefix.size(), name.find('.', prefix.size()) - prefix.size()));
  const std::string list = fmt::format("there is: {}", fmt::join(below, ", "));
  // "cell.write." asks what there is below the branch.
  return !path.empty() && path.back() == '.' ? list : support::didYouMean(path, names, list);
}

SchemaBranch SchemaBranch::in(const std::string& name) const {
  SchemaBranch b = *this;
  b.path_ = path_.empty() ? name : path_ + "." + name;
  return b;
}

SchemaBranch SchemaBranch::when(const std::string& name, std::vector<std::string> words) const {
  return whenAny({path_ + "." + name}, std::move(words));
}

SchemaBranch SchemaBranch::whenAny(std::vector<std::string> paths, std::vector<std::string> words) const {
  SchemaBranch b = *this;
  b.when_.push_back({std::move(paths), std::move(words)});
  return b;
}

SchemaBranch SchemaBranch::whenPresent(const std::string& part) const {
  SchemaBranch b = *this;
  b.group_ = part;
  return b;
}

SchemaBranch SchemaBranch::optional(const std::string& name, std::string description) const {
  SchemaBranch b = in(name);
  b.group_ = b.path_;
  schema_->addOptional({b.path_, std::move(description)});
  return b;
}

SchemaBranch SchemaBranch::ofModels() const {
  SchemaBranch b = *this;
  b.in_circuits_ = false;
  return b;
}

void SchemaBranch::add(Parameter parameter) const {
  parameter.name = path_ + "." + parameter.name;
  schema_->add({std::move(parameter), when_, group_, in_circuits_});
}

void SchemaBranch::real(const std::string& name, std::string unit, double min, double max,
                        std::string description) const {
  add(Parameter::real(name, std::move(unit), min, min, max, std::move(description)));
}

void SchemaBranch::integer(const std::string& name, long min, long max, std::string description) const {
  add(Parameter::integer(name, min, min, max, std::move(description)));
}

void SchemaBranch::oneOf(const std::string& name, std::vector<std::string> words, std::string description) const {
  const std::string first = words.front();
  add(Parameter::oneOf(name, first, std::move(words), std::move(description)));
}

// Sanity limits that catch a wrong unit; the limits of the process are those of the flavour and are checked with the
// circuit.
void SchemaBranch::width(const std::string& name, std::string description) const {
  real(name, "m", 10e-9, 10e-3, std::move(description));
}
void SchemaBranch::length(const std::string& name, std::string description) const {
  real(name, "m", 10e-9, 100e-6, std::move(description));
}
void SchemaBranch::capacitor(const std::string& name, std::string description) const {
  real(name, "F", 0, 1e-9, std::move(description));
}
void SchemaBranch::time(const std::string& name, std::string description) const {
  real(name, "s", 1e-12, 1e-3, std::move(description));
}

void SchemaBranch::pair(const std::string& name, std::string description, Length length_of) const {
  const SchemaBranch b = in(name);
  b.width("n.w", description + ": width of the n device");
  b.width("p.w", description + ": width of the p device");
  if (length_of == Length::Given) b.length("l", std::move(description) + ": length of both devices");
}

}  // namespace gaincell::design
