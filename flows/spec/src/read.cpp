#include <fmt/format.h>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "default_spec.hpp"
#include "gaincell/spec/spec.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::spec {

namespace {

using nlohmann::json;
using support::Error;

constexpr const char* kRemedy = "see flows/spec/spec.schema.json for the format";

/// Reads the fields of one JSON object and refuses those nobody asked for.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw Error("SPC-0001", "expected an object", where_, kRemedy);
  }

  const json* get(const std::string& key) {
    known_.insert(key);
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
  }
  std::string text(const std::string& key, bool required) {
    const json* value = get(key);
    if (!value) {
      if (required) throw Error("SPC-0002", fmt::format("'{}' is missing", key), where_, kRemedy);
      return "";
    }
    if (!value->is_string()) throw Error("SPC-0003", "expected a text", where_ + "/" + key, kRemedy);
    return value->get<std::string>();
  }
  std::optional<double> number(const std::string& key) {
    const json* value = get(key);
    if (!value) return std::nullopt;
    if (!value->is_number() || !std::isfinite(value->get<double>()))
      throw Error("SPC-0004", "expected a finite number", where_ + "/" + key,
                  "leave the key out when there is no bound");
    return value->get<double>();
  }
  void refuseUnknown() const {
    for (const auto& [key, value] : object_.items())
      if (!known_.contains(key)) throw Error("SPC-0005", fmt::format("unknown key '{}'", key), where_, kRemedy);
  }
  const std::string& where() const { return where_; }

 private:
  const json& object_;
  std::string where_;
  std::set<std::string> known_;
};

std::vector<std::string> cornersOf(Fields& fields) {
  std::vector<std::string> corners;
  const json* list = fields.get("corners");
  if (!list) return corners;
  if (!list->is_array() || list->empty())
    throw Error("SPC-0006", "expected a list of at least one corner", fields.where() + "/corners",
                "leave the key out to mean the corner of the run");
  for (const json& corner : *list) {
    if (!corner.is_string()) throw Error("SPC-0007", "expected corner names", fields.where() + "/corners", kRemedy);
    corners.push_back(corner.get<std::string>());
  }
  return corners;
}

void checkOrder(const Limit& limit, const std::string& where) {
  if (!limit.min && !limit.max)
    throw Error("SPC-0008", fmt::format("'{}' has neither 'min' nor 'max'", limit.measure), where,
                "give at least one bound; 'typ' alone decides nothing");
  const auto above = [](const std::optional<double>& a, const std::optional<double>& b) { return a && b && *a > *b; };
  if (above(limit.min, limit.max) || above(limit.min, limit.typ) || above(limit.typ, limit.max))
    throw Error("SPC-0009", fmt::format("'{}': min, typ, max are not in rising order", limit.measure), where,
                "a current that is negative has its larger magnitude as 'min'");
}

Limit readLimit(const json& object, const std::string& where) {
  Fields fields(object, where);
  Limit limit;
  limit.measure = fields.text("measure", true);
  limit.description = fields.text("description", true);
  limit.unit = fields.text("unit", true);
  limit.min = fields.number("min");
  limit.typ = fields.number("typ");
  limit.max = fields.number("max");
  limit.paper = fields.number("paper");
  limit.condition = fields.text("condition", false);
  limit.corners = cornersOf(fields);
  limit.scope = fields.text("scope", true);
  limit.source = fields.text("source", true);
  fields.refuseUnknown();
  checkOrder(limit, where);
  return limit;
}

}  // namespace

Specification parseSpecification(std::string_view text, const std::string& where) {
  json root;
  try {
    root = json::parse(text, nullptr, true, true);
  } catch (const json::exception& e) {
    throw Error("SPC-0010", fmt::format("not readable as JSON: {}", e.what()), where, kRemedy);
  }
  Fields fields(root, where);
  if (fields.text("schema", true) != "gaincell-spec/1")
    throw Error("SPC-0011", "this is not a specification of version gaincell-spec/1", where + ": /schema", kRemedy);
  Specification specification;
  specification.name = fields.text("name", true);
  specification.source = fields.text("source", false);
  const json* limits = fields.get("limits");
  if (!limits || !limits->is_array() || limits->empty())
    throw Error("SPC-0012", "'limits' must be a list of at least one limit", where, kRemedy);
  fields.refuseUnknown();
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < limits->size(); ++i) {
    const std::string at = fmt::format("{}: /limits/{}", where, i);
    Limit limit = readLimit((*limits)[i], at);
    const std::vector<std::string> corners = limit.corners.empty() ? std::vector<std::string>{""} : limit.corners;
    for (const std::string& corner : corners) {
      if (!seen.emplace(limit.measure, corner).second)
        throw Error("SPC-0013", fmt::format("'{}' is limited twice for the same corner", limit.measure), at,
                    "join both into one limit");
    }
    specification.limits.push_back(std::move(limit));
  }
  return specification;
}

Specification readSpecification(const std::filesystem::path& path) {
  return parseSpecification(support::readFile(path), path.string());
}

const Specification& defaultSpecification() {
  static const Specification specification = parseSpecification(kDefaultSpecification, "built-in specification");
  return specification;
}

}  // namespace gaincell::spec
