// The text of a design file, and its JSON schema.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "gaincell/design/read.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::design {

using netlist::Parameter;
using netlist::ParameterKind;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t kLine = 110;  // characters

/// "150n" for 1.5e-07 m where that reads back as the same double, else the number.
ordered_json valueOf(const Design& design, const Parameter& p) {
  const std::string text = design.text(p.name);
  if (p.kind == ParameterKind::Choice) return text;
  const double value = support::parseQuantity(text, "");
  if (p.kind == ParameterKind::Integer) return static_cast<long>(value);
  if (p.unit.empty() || value == 0) return value;
  struct Prefix {
    const char* text;
    double scale;
  };
  for (const auto& [prefix, scale] :
       {Prefix{"f", 1e15}, {"p", 1e12}, {"n", 1e9}, {"u", 1e6}, {"m", 1e3}, {"", 1}, {"k", 1e-3}}) {
    const double mantissa = std::round(value * scale * 1e9) / 1e9;
    if (std::fabs(mantissa) >= 1000 || std::fabs(mantissa) < 1) continue;
    const std::string short_text = support::formatNumber(mantissa) + prefix;
    if (prefix[0] == '\0') return value;
    if (support::parseQuantity(short_text, p.unit) == value) return short_text;
  }
  return value;
}

ordered_json& nodeAt(ordered_json& tree, const std::string& path) {
  ordered_json* at = &tree;
  std::size_t start = 0;
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', start)) {
    at = &(*at)[path.substr(start, dot - start)];
    start = dot + 1;
  }
  return (*at)[path.substr(start)];
}

void put(ordered_json& tree, const std::string& path, ordered_json value) {
  nodeAt(tree, path) = std::move(value);
}

std::string oneLine(const ordered_json& json) {
  if (!json.is_object()) return json.dump();
  std::vector<std::string> parts;
  for (const auto& [key, value] : json.items()) parts.push_back(fmt::format("\"{}\": {}", key, oneLine(value)));
  return parts.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

/// Objects that fit on a line stand on one; values that fit beside their neighbours share one.
void print(const ordered_json& json, std::size_t indent, std::string& out) {
  const std::string pad(indent + 2, ' ');
  out += "{\n";
  std::string line;
  const auto flush = [&](bool last) {
    if (line.empty()) return;
    out += pad + line + (last ? "\n" : ",\n");
    line.clear();
  };
  std::size_t left = json.size();
  for (const auto& [key, value] : json.items()) {
    const bool last = --left == 0;
    const std::string one = fmt::format("\"{}\": {}", key, oneLine(value));
    const bool fits = pad.size() + one.size() + 1 <= kLine;
    if (value.is_object() && (!fits || indent == 0)) {
      flush(false);
      out += pad + fmt::format("\"{}\": ", key);
      print(value, indent + 2, out);
      out += last ? "\n" : ",\n";
      continue;
    }
    if (indent == 0 || value.is_object() || pad.size() + line.size() + one.size() + 3 > kLine) flush(false);
    line += (line.empty() ? "" : ", ") + one;
    if (indent == 0 || value.is_object()) flush(last);
    if (last) flush(true);
  }
  out += std::string(indent, ' ') + "}";
}

void putLimits(const Design& design, const Design* base, ordered_json& tree) {
  for (const auto& limit : design.limits) {
    const auto same = [&](const Limit& l) {
      return l.measure == limit.measure && l.min == limit.min && l.typ == limit.typ && l.max == limit.max &&
             l.source == limit.source;
    };
    if (base && std::any_of(base->limits.begin(), base->limits.end(), same)) continue;
    ordered_json& j = tree["limits"][limit.measure];
    for (const auto& [key, bound] : {std::pair{"min", limit.min}, {"typ", limit.typ}, {"max", limit.max}})
      if (bound) j[key] = *bound;
    if (!limit.source.empty()) j["source"] = limit.source;
  }
  if (!base) return;
  for (const auto& gone : base->limits)
    if (std::none_of(design.limits.begin(), design.limits.end(),
                     [&](const Limit& l) { return l.measure == gone.measure; }))
      tree["limits"][gone.measure] = nullptr;
}

ordered_json schemaOf(const Parameter& p) {
  ordered_json j = {{"description", p.unit.empty() ? p.description : fmt::format("{} [{}]", p.description, p.unit)}};
  if (p.kind == ParameterKind::Choice) {
    j["enum"] = p.choices;
    return j;
  }
  // A prefix makes a string of a number; its range is checked by the program.
  j["anyOf"] = {
      {{"type", p.kind == ParameterKind::Integer ? "integer" : "number"}, {"minimum", p.min}, {"maximum", p.max}},
      {{"type", "string"},
       {"pattern",
        fmt::format("^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)? *(meg|MEG|Meg|[afpnumkKgt\u00b5\u03bc])?{}$",
                    p.unit.empty()    ? ""
                    : p.unit == "ohm" ? "(ohm|Ohm|\u03a9|\u2126)?"
                                      : fmt::format("({})?", p.unit))}}};
  return j;
}

ordered_json objectSchema() {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", ordered_json::object()}};
}

}  // namespace

std::string toText(const Design& design, const Design* base) {
  ordered_json tree = {{"schema", kDesignSchema}, {"name", design.name}};
  if (!design.description.empty()) tree["description"] = design.description;
  if (base) {
    tree["extends"] = base->reference.empty() ? base->pdk + "/" + base->name : base->reference;
  } else {
    tree["pdk"] = design.pdk;
  }
  for (const auto& leaf : design.schema().leaves()) {
    const std::string& path = leaf.parameter.name;
    const bool below = !leaf.group.empty() && path.rfind(leaf.group + ".", 0) == 0;
    if (!leaf.group.empty() && !design.has(leaf.group)) {
      if (below && (!base || base->has(leaf.group))) put(tree, leaf.group, nullptr);
      continue;
    }
    // A part the base leaves out comes back by being named, with or without values.
    if (below && base && !base->has(leaf.group) && nodeAt(tree, leaf.group).is_null())
      put(tree, leaf.group, ordered_json::object());
    if (!design.isGiven(path)) continue;
    if (base && base->isGiven(path) && base->text(path) == design.text(path)) continue;
    put(tree, path, valueOf(design, leaf.parameter));
  }
  putLimits(design, base, tree);
  std::string out;
  print(tree, 0, out);
  return out + "\n";
}

ordered_json jsonSchema(const Schema& schema) {
  ordered_json top = objectSchema();
  ordered_json& properties = top["properties"];
  for (const char* key : {"$schema", "name", "description", "pdk", "extends"}) {
    properties[key] = {{"type", "string"}};
    if (std::string(key) != "description" && std::string(key) != "$schema") properties[key]["minLength"] = 1;
  }
  properties["schema"] = {{"const", kDesignSchema}};
  const ordered_json number = {{"type", {"number", "string"}}};
  properties["limits"] = {
      {"type", "object"},
      {"additionalProperties",
       {{"type", {"object", "null"}},
        {"anyOf", {{{"type", "null"}}, {{"required", {"min"}}}, {{"required", {"max"}}}}},
        {"additionalProperties", false},
        {"properties", {{"min", number}, {"typ", number}, {"max", number}, {"source", {{"type", "string"}}}}},
        {"anyOf", {{{"required", {"min"}}}, {{"required", {"max"}}}, {{"type", "null"}}}}}}};
  for (const auto& leaf : schema.leaves()) {
    ordered_json* at = &top;
    const std::string& path = leaf.parameter.name;
    std::size_t start = 0;
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', start)) {
      ordered_json& child = (*at)["properties"][path.substr(start, dot - start)];
      if (child.is_null()) {
        child = objectSchema();
        if (schema.isOptional(path.substr(0, dot))) child["type"] = {"object", "null"};
      }
      at = &child;
      start = dot + 1;
    }
    (*at)["properties"][path.substr(start)] = schemaOf(leaf.parameter);
  }
  top["required"] = {"schema"};
  ordered_json j = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Gaincell design"}};
  j.update(top);
  return j;
}

}  // namespace gaincell::design
