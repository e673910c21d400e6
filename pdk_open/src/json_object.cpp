#include "json_object.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "gaincell/support/error.hpp"

namespace gaincell::pdk {

JsonObject::JsonObject(const Json& json, std::string file, std::string path)
    : json_(json), file_(std::move(file)), path_(std::move(path)) {
  if (!json_.is_object())
    throw support::Error("PDK-0001", fmt::format("expected an object, found {}", json_.type_name()),
                         fmt::format("{}:{}", file_, path_.empty() ? "/" : path_), "see pdk_open/manifest.schema.json");
}

void JsonObject::fail(const std::string& key, const std::string& problem, const std::string& remedy) const {
  throw support::Error("PDK-0001", problem, fmt::format("{}:{}", file_, pathOf(key)),
                       remedy.empty() ? "see pdk_open/manifest.schema.json" : remedy);
}

std::vector<std::string> JsonObject::keys() const {
  std::vector<std::string> out;
  for (const auto& [key, value] : json_.items()) out.push_back(key);
  return out;
}

const JsonObject::Json& JsonObject::at(const std::string& key) {
  used_.insert(key);
  const auto found = json_.find(key);
  if (found == json_.end()) fail(key, fmt::format("'{}' is missing", key));
  return *found;
}

double JsonObject::checkedNumber(const Json& value, const std::string& key, double min, double max) const {
  if (!value.is_number()) fail(key, fmt::format("expected a number, found {}", value.type_name()));
  const double number = value.get<double>();
  if (!std::isfinite(number) || number < min || number > max)
    fail(key, fmt::format("{} is outside {} .. {}", number, min, max));
  return number;
}

double JsonObject::number(const std::string& key, double min, double max) {
  return checkedNumber(at(key), key, min, max);
}

double JsonObject::number(const std::string& key, double min, double max, double fallback) {
  return has(key) ? number(key, min, max) : fallback;
}

int JsonObject::integer(const std::string& key, int min, int max) {
  const Json& value = at(key);
  if (!value.is_number_integer()) fail(key, fmt::format("expected an integer, found {}", value.type_name()));
  const auto number = value.get<long long>();
  if (number < min || number > max) fail(key, fmt::format("{} is outside {} .. {}", number, min, max));
  return static_cast<int>(number);
}

bool JsonObject::boolean(const std::string& key, bool fallback) {
  if (!has(key)) return fallback;
  const Json& value = at(key);
  if (!value.is_boolean()) fail(key, fmt::format("expected true or false, found {}", value.type_name()));
  return value.get<bool>();
}

std::string JsonObject::text(const std::string& key) {
  const Json& value = at(key);
  if (!value.is_string()) fail(key, fmt::format("expected a text, found {}", value.type_name()));
  auto out = value.get<std::string>();
  if (std::any_of(out.begin(), out.end(), [](unsigned char c) { return c < 0x20; }))
    fail(key, "control characters are not allowed (a card is one line)");
  return out;
}

std::string JsonObject::text(const std::string& key, const std::string& fallback) {
  return has(key) ? text(key) : fallback;
}

std::string JsonObject::choice(const std::string& key, const std::vector<std::string>& allowed) {
  auto value = text(key);
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
    fail(key, fmt::format("'{}' is not one of: {}", value, fmt::join(allowed, ", ")));
  return value;
}

std::vector<std::string> JsonObject::texts(const std::string& key) {
  const Json& value = at(key);
  if (!value.is_array()) fail(key, fmt::format("expected a list of texts, found {}", value.type_name()));
  std::vector<std::string> out;
  for (const auto& item : value) {
    if (!item.is_string()) fail(key, fmt::format("expected a list of texts, found {} in it", item.type_name()));
    out.push_back(item.get<std::string>());
    if (std::any_of(out.back().begin(), out.back().end(), [](unsigned char c) { return c < 0x20; }))
      fail(key, "control characters are not allowed (a card is one line)");
  }
  return out;
}

std::pair<double, double> JsonObject::range(const std::string& key, double min, double max) {
  const Json& value = at(key);
  if (!value.is_array() || value.size() != 2) fail(key, "expected a list of two numbers [smallest, largest]");
  const double low = checkedNumber(value[0], key, min, max);
  const double high = checkedNumber(value[1], key, min, max);
  if (low > high) fail(key, fmt::format("the smallest value {} is above the largest {}", low, high));
  return {low, high};
}

JsonObject JsonObject::object(const std::string& key) {
  return JsonObject(at(key), file_, pathOf(key));
}

void JsonObject::finish() const {
  for (const auto& [key, value] : json_.items())
    if (!used_.count(key)) {
      std::vector<std::string> known(used_.begin(), used_.end());
      fail(key, fmt::format("unknown key '{}'", key), fmt::format("keys used here: {}", fmt::join(known, ", ")));
    }
}

}  // namespace gaincell::pdk
