#include "gaincell/design/design.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "gaincell/support/error.hpp"
#include "gaincell/support/hash.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::design {

using netlist::ParameterKind;
using support::Error;

Design::Design(std::shared_ptr<const Schema> schema) : schema_(std::move(schema)), entries_(schema_->leaves().size()) {}

std::string Design::whyInactive(const Leaf& leaf) const {
  if (const auto part = absent_.find(leaf.group); part != absent_.end()) return fmt::format("{} is null", part->first);
  for (const auto& c : leaf.when) {
    std::string why;
    bool met = false;
    for (const auto& path : c.paths) {
      const std::size_t at = schema_->indexOf(path);
      const std::string& word = entries_.at(at).word;
      // A choice that does not exist itself decides nothing below it.
      std::string here = whyInactive(schema_->leaves()[at]);
      if (here.empty() && std::find(c.words.begin(), c.words.end(), word) == c.words.end())
        here = fmt::format("{} is {}", path, word.empty() ? "not given" : word);
      met = met || here.empty();
      why += (why.empty() ? "" : " and ") + here;
    }
    if (!met) return why;
  }
  return "";
}

bool Design::isActive(const Leaf& leaf) const {
  return whyInactive(leaf).empty();
}

std::size_t Design::require(const std::string& path, const std::string& origin) const {
  const std::size_t at = schema_->indexOf(path);
  if (at < entries_.size()) return at;
  if (schema_->isBranch(path))
    throw Error("DSG-0005", fmt::format("'{}' is a branch of the design, not a value", path), origin,
                schema_->hint(path + "."));
  throw Error("DSG-0002", fmt::format("the design has no '{}'", path), origin, schema_->hint(path));
}

const Design::Entry& Design::entry(std::string_view path) const {
  const std::string key(path);
  const std::size_t at = require(key, name);
  const Leaf& leaf = schema_->leaves()[at];
  if (const std::string why = whyInactive(leaf); !why.empty())
    throw Error("DSG-0004", fmt::format("'{}' does not exist: {}", key, why), name);
  if (!entries_[at].given)
    throw Error("DSG-0003", fmt::format("'{}' has no value", key), name.empty() ? "the design" : "design " + name,
                "state it in the design file, or extend a design that has it");
  if (reads_) reads_->insert(key);
  return entries_[at];
}

double Design::real(std::string_view path) const {
  return entry(path).number;
}

int Design::integer(std::string_view path) const {
  return static_cast<int>(entry(path).number);
}

const std::string& Design::choice(std::string_view path) const {
  return entry(path).word;
}

bool Design::has(std::string_view path) const {
  if (schema_->isOptional(path)) {
    const bool present = absent_.find(std::string(path)) == absent_.end();
    return present;
  }
  const std::size_t at = schema_->indexOf(path);
  return at < entries_.size() && entries_[at].given && isActive(schema_->leaves()[at]);
}

Branch Design::branch(std::string path) const {
  return {*this, std::move(path)};
}

void Design::set(const std::string& path, const std::string& text, const std::string& origin) {
  if (schema_->isOptional(path) && text == "null") return setPart(path, false, origin);
  Entry& e = entries_[require(path, origin)];
  // The checks of range, unit and word are those of every declared parameter.
  netlist::ParameterSet one({schema_->find(path)->parameter});
  one.set(path, text, origin);
  if (schema_->find(path)->parameter.kind == ParameterKind::Choice)
    e.word = one.choice(path);
  else
    e.number = one.real(path);
  e.given = true;
  e.origin = origin;
}

void Design::set(const std::string& path, double value, const std::string& origin) {
  Entry& e = entries_[require(path, origin)];
  netlist::ParameterSet one({schema_->find(path)->parameter});
  one.set(path, value, origin);
  e.number = value;
  e.given = true;
  e.origin = origin;
}

void Design::setPart(const std::string& path, bool present, const std::string& origin) {
  if (!schema_->isOptional(path))
    throw Error("DSG-0007", fmt::format("'{}' cannot be left out", path), origin, "give it its values");
  if (present)
    absent_.erase(path);
  else
    absent_[path] = origin;
}

void Design::setLimit(Limit limit) {
  const auto at =
      std::find_if(limits.begin(), limits.end(), [&](const Limit& l) { return l.measure == limit.measure; });
  if (at != limits.end())
    *at = std::move(limit);
  else
    limits.push_back(std::move(limit));
}

bool Design::removeLimit(const std::string& measure) {
  const std::size_t before = limits.size();
  limits.erase(std::remove_if(limits.begin(), limits.end(), [&](const Limit& l) { return l.measure == measure; }),
               limits.end());
  return limits.size() < before;
}

bool Design::isGiven(std::string_view path) const {
  const std::size_t at = schema_->indexOf(path);
  return at < entries_.size() && entries_[at].given;
}

std::string Design::text(std::string_view path) const {
  const std::size_t at = require(std::string(path), name);
  return schema_->leaves()[at].parameter.kind == ParameterKind::Choice ? entries_[at].word
                                                                       : support::formatNumber(entries_[at].number);
}

const std::string& Design::origin(std::string_view path) const {
  if (const auto part = absent_.find(std::string(path)); part != absent_.end()) return part->second;
  return entries_[require(std::string(path), name)].origin;
}

void Design::requireComplete() const {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (!entries_[i].given && isActive(schema_->leaves()[i])) missing.push_back(schema_->leaves()[i].parameter.name);
  if (missing.empty()) return;
  throw Error("DSG-0006", fmt::format("the design has no value for {}", fmt::join(missing, ", ")),
              name.empty() ? "the design" : "design " + name,
              "state what is missing, or extend a design that has it (\"extends\": \"lean\")");
}

std::map<std::string, std::string> Design::values() const {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Leaf& leaf = schema_->leaves()[i];
    if (entries_[i].given && isActive(leaf)) out[leaf.parameter.name] = text(leaf.parameter.name);
  }
  for (const auto& [part, from] : absent_) out[part] = "null";
  return out;
}

std::string Design::hash() const {
  return hashOf(pdk, values());
}

std::string hashOf(const std::string& pdk, const std::map<std::string, std::string>& values) {
  std::string all = "gaincell-design/1\n" + pdk + "\n";
  for (const auto& [path, value] : values) all += path + "=" + value + "\n";
  return support::sha256(all);
}

Design Design::recording(std::set<std::string>& paths) const {
  Design copy = *this;
  copy.reads_ = &paths;
  return copy;
}

std::vector<std::string> differences(const std::map<std::string, std::string>& a,
                                     const std::map<std::string, std::string>& b) {
  std::set<std::string> paths;
  for (const auto& [path, value] : a) paths.insert(path);
  for (const auto& [path, value] : b) paths.insert(path);
  std::vector<std::string> out;
  const auto of = [](const std::map<std::string, std::string>& m, const std::string& path) {
    const auto at = m.find(path);
    return at == m.end() ? std::string("-") : at->second;
  };
  for (const auto& path : paths)
    if (of(a, path) != of(b, path)) out.push_back(fmt::format("{}: {} against {}", path, of(a, path), of(b, path)));
  return out;
}

}  // namespace gaincell::design
