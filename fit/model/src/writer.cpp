#include <cmath>
#include <nlohmann/json.hpp>

#include "describe.hpp"
#include "gaincell/model/io.hpp"

namespace gaincell::model {

using nlohmann::ordered_json;

namespace {

using detail::Range;

/// Builds JSON; the model is checked before, so values are finite here.
class Writer {
 public:
  ordered_json json = ordered_json::object();

  void number(const char* key, double& value, Range, const char*) { json[key] = value; }
  void nullableNumber(const char* key, std::optional<double>& value, Range, const char*) {
    json[key] = value ? ordered_json(*value) : ordered_json(nullptr);
  }
  void optionalNumber(const char* key, std::optional<double>& value, Range, const char*) {
    if (value) json[key] = *value;
  }
  void optionalUnsigned(const char* key, std::optional<std::uint64_t>& value, const char*) {
    if (value) json[key] = *value;
  }
  void integer(const char* key, int& value, const char*) { json[key] = value; }
  void flag(const char* key, bool& value, const char*) { json[key] = value; }
  void text(const char* key, std::string& value, const std::vector<std::string>&, const char*) { json[key] = value; }
  void optionalText(const char* key, std::string& value, const char*) {
    if (!value.empty()) json[key] = value;
  }
  void textMap(const char* key, std::map<std::string, std::string>& values, const char*) { json[key] = values; }
  void perRail(const char* key, PerRail& value, Range, const char*) {
    json[key] = {{"low", value.low}, {"high", value.high}};
  }
  void numbers(const char* key, std::vector<double>& values, Range, const char*) { json[key] = values; }
  template <std::size_t N>
  void fixed(const char* key, std::array<double, N>& values, Range, const char*) {
    json[key] = values;
  }
  void matrix(const char* key, std::vector<std::vector<double>>& values, const char*) { json[key] = values; }
  void texts(const char* key, std::vector<std::string>& values, const char*) { json[key] = values; }
  template <class T>
  void object(const char* key, T& value, const char*) {
    json[key] = part(value);
  }
  template <class T>
  void nullable(const char* key, std::optional<T>& value, const char*) {
    json[key] = value ? part(*value) : ordered_json(nullptr);
  }
  template <class T>
  void later(const char* key, std::optional<T>& value, const char* doc) {
    nullable(key, value, doc);
  }
  template <class T>
  void list(const char* key, std::vector<T>& values, const char*) {
    json[key] = ordered_json::array();
    for (T& value : values) json[key].push_back(part(value));
  }
  template <class T>
  void laterList(const char* key, std::vector<T>& values, const char* doc) {
    list(key, values, doc);
  }
  void retired(const char*) {}
  template <class T>
  void merge(T& value) {
    detail::describe(*this, value);
  }

 private:
  template <class T>
  static ordered_json part(T& value) {
    Writer w;
    detail::describe(w, value);
    return std::move(w.json);
  }
};

/// Builds the draft-07 schema of whatever it is shown.
class SchemaBuilder {
 public:
  ordered_json properties = ordered_json::object(), required = ordered_json::array();

  void number(const char* key, double&, Range range, const char* doc) { add(key, numeric(range), doc); }
  void nullableNumber(const char* key, std::optional<double>&, Range range, const char* doc) {
    ordered_json s = numeric(range);
    s["type"] = {"number", "null"};
    add(key, s, doc);
  }
  void optionalNumber(const char* key, std::optional<double>&, Range range, const char* doc) {
    add(key, numeric(range), doc, false);
  }
  void optionalUnsigned(const char* key, std::optional<std::uint64_t>&, const char* doc) {
    add(key, {{"type", "integer"}, {"minimum", 0}, {"maximum", std::numeric_limits<std::uint64_t>::max()}}, doc, false);
  }
  void integer(const char* key, int&, const char* doc) {
    add(key, {{"type", "integer"}, {"minimum", 0}, {"maximum", 2147483647}}, doc);
  }
  void flag(const char* key, bool&, const char* doc) { add(key, {{"type", "boolean"}}, doc); }
  void text(const char* key, std::string&, const std::vector<std::string>& allowed, const char* doc) {
    ordered_json s = {{"type", "string"}};
    if (!allowed.empty()) s["enum"] = allowed;
    add(key, s, doc);
  }
  void optionalText(const char* key, std::string&, const char* doc) { add(key, {{"type", "string"}}, doc, false); }
  void textMap(const char* key, std::map<std::string, std::string>&, const char* doc) {
    add(key, {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}}, doc);
  }
  void perRail(const char* key, PerRail&, Range range, const char* doc) {
    add(key, objectSchema({{"low", numeric(range)}, {"high", numeric(range)}}, {"low", "high"}), doc);
  }
  void numbers(const char* key, std::vector<double>&, Range range, const char* doc) {
    add(key, {{"type", "array"}, {"items", numeric(range)}}, doc);
  }
  template <std::size_t N>
  void fixed(const char* key, std::array<double, N>&, Range range, const char* doc) {
    add(key, {{"type", "array"}, {"items", numeric(range)}, {"minItems", N}, {"maxItems", N}}, doc);
  }
  void matrix(const char* key, std::vector<std::vector<double>>&, const char* doc) {
    add(key, {{"type", "array"}, {"items", {{"type", "array"}, {"items", {{"type", "number"}}}}}}, doc);
  }
  void texts(const char* key, std::vector<std::string>&, const char* doc) {
    add(key, {{"type", "array"}, {"items", {{"type", "string"}}}}, doc);
  }
  template <class T>
  void object(const char* key, T&, const char* doc) {
    add(key, part<T>(), doc);
  }
  template <class T>
  void nullable(const char* key, std::optional<T>&, const char* doc) {
    add(key, {{"oneOf", {{{"type", "null"}}, part<T>()}}}, doc);
  }
  template <class T>
  void later(const char* key, std::optional<T>&, const char* doc) {
    add(key, {{"oneOf", {{{"type", "null"}}, part<T>()}}}, doc, false);
  }
  template <class T>
  void list(const char* key, std::vector<T>&, const char* doc) {
    add(key, {{"type", "array"}, {"items", part<T>()}}, doc);
  }
  template <class T>
  void laterList(const char* key, std::vector<T>&, const char* doc) {
    add(key, {{"type", "array"}, {"items", part<T>()}}, doc, false);
  }
  void retired(const char* key) {
    add(key, ordered_json::object(), "of files written before; no longer written, and read over", false);
  }
  template <class T>
  void merge(T& value) {
    detail::describe(*this, value);
  }
  ordered_json schema() const { return objectSchema(properties, required); }

 private:
  static ordered_json objectSchema(const ordered_json& properties, const ordered_json& required) {
    return {{"type", "object"}, {"additionalProperties", false}, {"required", required}, {"properties", properties}};
  }
  static ordered_json numeric(Range range) {
    ordered_json s = {{"type", "number"}};
    if (std::isfinite(range.min)) s["minimum"] = range.min;
    if (std::isfinite(range.max)) s["maximum"] = range.max;
    return s;
  }
  template <class T>
  static ordered_json part() {
    SchemaBuilder b;
    T value;
    detail::describe(b, value);
    return b.schema();
  }
  void add(const char* key, ordered_json s, const char* doc, bool needed = true) {
    s["description"] = doc;
    properties[key] = std::move(s);
    if (needed) required.push_back(key);
  }
};

ordered_json toOrderedJson(const Model& model) {
  check(model);
  Model copy = model;  // visitors take references they could write to
  if (copy.provenance.date.empty()) copy.provenance.date = support::utcNow();
  Writer w;
  w.json["schema"] = kSchemaId;
  w.merge(copy);
  return std::move(w.json);
}

}  // namespace

nlohmann::json modelToJson(const Model& model) {
  return nlohmann::json::parse(toOrderedJson(model).dump());
}

std::string modelText(const Model& model) {
  return toOrderedJson(model).dump(1) + "\n";
}

void writeModel(const std::filesystem::path& path, const Model& model, support::Overwrite overwrite) {
  support::writeFileAtomically(path, modelText(model), overwrite);
}

std::string schemaText() {
  SchemaBuilder b;
  Model model;
  b.properties["schema"] = {{"const", kSchemaId}};
  b.required.push_back("schema");
  b.merge(model);
  ordered_json s = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                    {"title", "Gaincell model file, version 1"}};
  s.update(b.schema());
  return s.dump(1) + "\n";
}

}  // namespace gaincell::model
