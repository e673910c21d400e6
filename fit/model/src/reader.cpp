#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "describe.hpp"
#include "faults.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::model {

using nlohmann::json;
using support::Error;

namespace {

using detail::Range;

class Reader {
 public:
  Reader(const json& object, std::string path, const std::string& where)
      : object_(object), path_(std::move(path)), where_(where) {
    if (!object_.is_object()) wrongType(path_, "an object", object_);
  }

  void number(const char* key, double& out, Range range, const char*) { out = finite(need(key), at(key), range); }
  void nullableNumber(const char* key, std::optional<double>& out, Range range, const char*) {
    const json& j = need(key);
    out = j.is_null() ? std::nullopt : std::optional(finite(j, at(key), range));
  }
  void optionalNumber(const char* key, std::optional<double>& out, Range range, const char*) {
    if (const json* j = find(key)) out = finite(*j, at(key), range);
  }
  void optionalUnsigned(const char* key, std::optional<std::uint64_t>& out, const char*) {
    const json* j = find(key);
    if (!j) return;
    if (!j->is_number_unsigned()) wrongType(at(key), "a whole number >= 0", *j);
    out = j->get<std::uint64_t>();
  }
  void integer(const char* key, int& out, const char*) {
    const json& j = need(key);
    if (!j.is_number_integer()) wrongType(at(key), "a whole number", j);
    out = static_cast<int>(finite(j, at(key), detail::kCount));
  }
  void flag(const char* key, bool& out, const char*) {
    const json& j = need(key);
    if (!j.is_boolean()) wrongType(at(key), "true or false", j);
    out = j.get<bool>();
  }
  void text(const char* key, std::string& out, const std::vector<std::string>& allowed, const char*) {
    out = string(need(key), at(key));
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), out) == allowed.end())
      throw Error(kOutOfRange, fmt::format("'{}' is not one of: {}", out, fmt::join(allowed, ", ")), place(at(key)));
  }
  void optionalText(const char* key, std::string& out, const char*) {
    if (const json* j = find(key)) out = string(*j, at(key));
  }
  void textMap(const char* key, std::map<std::string, std::string>& out, const char*) {
    const json& j = need(key);
    if (!j.is_object()) wrongType(at(key), "an object", j);
    out.clear();
    for (const auto& [name, value] : j.items()) out[name] = string(value, at(key) + "." + name);
  }
  void perRail(const char* key, PerRail& out, Range range, const char*) {
    Reader r(need(key), at(key), where_);
    r.number("low", out.low, range, "");
    r.number("high", out.high, range, "");
    r.finish();
  }
  void numbers(const char* key, std::vector<double>& out, Range range, const char*) {
    out = row(need(key), at(key), range);
  }
  template <std::size_t N>
  void fixed(const char* key, std::array<double, N>& out, Range range, const char*) {
    const auto values = row(need(key), at(key), range);
    if (values.size() != N)
      throw Error(kWrongList, fmt::format("{} values where {} are needed", values.size(), N), place(at(key)));
    std::copy(values.begin(), values.end(), out.begin());
  }
  void matrix(const char* key, std::vector<std::vector<double>>& out, const char*) {
    const json& j = array(need(key), at(key));
    out.clear();
    for (std::size_t i = 0; i < j.size(); ++i)
      out.push_back(row(j[i], fmt::format("{}[{}]", at(key), i), detail::kAny));
  }
  void texts(const char* key, std::vector<std::string>& out, const char*) {
    const json& j = array(need(key), at(key));
    out.clear();
    for (std::size_t i = 0; i < j.size(); ++i) out.push_back(string(j[i], fmt::format("{}[{}]", at(key), i)));
  }
  template <class T>
  void object(const char* key, T& out, const char*) {
    part(need(key), at(key), out);
  }
  template <class T>
  void nullable(const char* key, std::optional<T>& out, const char*) {
    const json& j = need(key);
    out.reset();
    if (!j.is_null()) part(j, at(key), out.emplace());
  }
  template <class T>
  void later(const char* key, std::optional<T>& out, const char*) {
    const json* j = find(key);
    out.reset();
    if (j && !j->is_null()) part(*j, at(key), out.emplace());
  }
  template <class T>
  void list(const char* key, std::vector<T>& out, const char*) {
    const json& j = array(need(key), at(key));
    out.clear();
    for (std::size_t i = 0; i < j.size(); ++i) part(j[i], fmt::format("{}[{}]", at(key), i), out.emplace_back());
  }
  template <class T>
  void laterList(const char* key, std::vector<T>& out, const char* doc) {
    out.clear();
    if (find(key)) list(key, out, doc);
  }
  void retired(const char* key) { find(key); }
  template <class T>
  void merge(T& out) {
    detail::describe(*this, out);
  }

  /// Every key must have been asked for.
  void finish() const {
    for (const auto& [key, value] : object_.items())
      if (!asked_.contains(key))
        throw Error(kUnknownField, fmt::format("unknown field '{}'", key), place(at(key)),
                    fmt::format("fields here are: {} (the unit is part of the name)", fmt::join(asked_, ", ")));
  }

 private:
  std::string at(const std::string& key) const { return path_ + "." + key; }
  std::string place(const std::string& path) const { return where_ + " " + path; }
  const json* find(const char* key) {
    asked_.insert(key);
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
  }
  const json& need(const char* key) {
    if (const json* j = find(key)) return *j;
    throw Error(kMissingField, fmt::format("the field '{}' is missing", key), place(at(key)),
                "write the model with `gaincell fit`, or see docs/model-file.md");
  }
  [[noreturn]] void wrongType(const std::string& path, const char* expected, const json& found) const {
    throw Error(kWrongType, fmt::format("{} where {} is needed", found.type_name(), expected), place(path));
  }
  double finite(const json& j, const std::string& path, Range range) const {
    if (!j.is_number()) wrongType(path, "a number", j);
    const double value = j.get<double>();
    if (!std::isfinite(value) || value < range.min || value > range.max)
      throw Error(kOutOfRange, fmt::format("{} is outside {} .. {} {}", value, range.min, range.max, range.unit),
                  place(path), "check the value and its unit");
    return value;
  }
  std::string string(const json& j, const std::string& path) const {
    if (!j.is_string()) wrongType(path, "a text", j);
    return j.get<std::string>();
  }
  const json& array(const json& j, const std::string& path) const {
    if (!j.is_array()) wrongType(path, "a list", j);
    return j;
  }
  std::vector<double> row(const json& j, const std::string& path, Range range) const {
    std::vector<double> out;
    array(j, path);
    for (std::size_t i = 0; i < j.size(); ++i) out.push_back(finite(j[i], fmt::format("{}[{}]", path, i), range));
    return out;
  }
  template <class T>
  void part(const json& j, const std::string& path, T& out) const {
    Reader r(j, path, where_);
    detail::describe(r, out);
    r.finish();
  }

  const json& object_;
  std::string path_;
  const std::string& where_;
  std::set<std::string> asked_;
};

/// nlohmann keeps the last of two equal keys; a strict reader must not.
json parseStrictly(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> keys;
  const auto callback = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) {
      if (keys.size() > 64) throw Error(kNotJson, "objects are nested too deeply for a model file", where);
      keys.emplace_back();
    }
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      throw Error(kUnknownField, fmt::format("the field '{}' appears twice", parsed.get<std::string>()), where);
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), callback);
  } catch (const json::exception& e) {
    throw Error(kNotJson, fmt::format("not a JSON document: {}", e.what()), where,
                "give a model file written by `gaincell fit`");
  }
}

}  // namespace

Model modelFromJson(const json& document, const std::string& where) {
  std::string schema;
  Model model;
  Reader reader(document, "$", where);
  reader.text("schema", schema, {}, "");
  if (schema != kSchemaId)
    throw Error(kUnknownVersion, fmt::format("unknown model file version '{}'", schema), where + " $.schema",
                fmt::format("this program reads '{}'", kSchemaId));
  reader.merge(model);
  reader.finish();
  check(model, where);
  return model;
}

Model parseModel(std::string_view text, const std::string& where) {
  return modelFromJson(parseStrictly(text, where), where);
}

Model readModel(const std::filesystem::path& path) {
  return parseModel(support::readFile(path), path.string());
}

}  // namespace gaincell::model
