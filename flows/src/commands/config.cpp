// gaincell config: the complete design file with every default, and its JSON schema.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::ordered_json;
using support::ExitCode;

namespace {

ordered_json schemaOf(const netlist::Parameter& p) {
  ordered_json j = {{"description", p.unit.empty() ? p.description : fmt::format("{} [{}]", p.description, p.unit)}};
  if (p.kind == netlist::ParameterKind::Choice) {
    j["enum"] = p.choices;
    j["default"] = p.choice;
    return j;
  }
  const bool integer = p.kind == netlist::ParameterKind::Integer;
  // SPICE suffixes make a string of a number; its range is checked by the program.
  j["anyOf"] = {{{"type", integer ? "integer" : "number"}, {"minimum", p.min}, {"maximum", p.max}},
                {{"type", "string"}, {"pattern", "^[+-]?[0-9.]+([eE][+-]?[0-9]+)?[a-zA-Z]*$"}}};
  j["default"] = p.value;
  return j;
}

ordered_json schemaOf(const netlist::ParameterSet& set) {
  ordered_json properties = ordered_json::object();
  for (const auto& p : set.declared()) properties[p.name] = schemaOf(p);
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
}

ordered_json object(ordered_json properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

ordered_json schema(const pdk::Pdk& pdk) {
  ordered_json circuits = ordered_json::object(), analyses = ordered_json::object();
  for (const auto& g : cells::generators()) circuits[g.kind] = schemaOf(g.parameters(pdk));
  for (const auto& a : sim::analyses()) {
    if (!analyses.contains(a.kind)) analyses[a.kind] = object(ordered_json::object());
    analyses[a.kind]["properties"][a.name] = schemaOf(a.settings(pdk));
  }
  ordered_json top = {
      {"$schema", {{"type", "string"}}},
      {"pdk", {{"type", "string"}, {"default", "gc28"}}},
      {"pdk-manifest", {{"type", "string"}}},
      {"corner", {{"type", "string"}, {"default", "tt"}}},
      {"temp",
       {{"type", "number"}, {"minimum", -55}, {"maximum", 150}, {"default", 27}, {"description", "[degree Celsius]"}}},
      {"vdd", {{"type", "number"}, {"default", pdk.vdd}, {"description", "[V]"}}},
      {"seed", {{"type", "integer"}, {"minimum", 0}, {"default", 1}}},
      {"jobs", {{"type", "integer"}, {"minimum", 1}, {"maximum", 1024}}},
      {"out", {{"type", "string"}}},
      {"circuits", object(circuits)},
      {"analyses", object(analyses)},
      {"commands", {{"type", "object"}, {"additionalProperties", {{"type", "object"}}}}},
  };
  ordered_json j = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Gaincell design file"}};
  j.update(object(top));
  return j;
}

std::string line(const netlist::Parameter& p, bool last) {
  const std::string comma = last ? "" : ",";
  if (p.kind == netlist::ParameterKind::Choice)
    return fmt::format("\"{}\": \"{}\"{}  // {}; one of {}", p.name, p.choice, comma, p.description,
                       fmt::join(p.choices, ", "));
  return fmt::format("\"{}\": {}{}  // {}{}; {} .. {}", p.name, support::formatNumber(p.value), comma,
                     p.unit.empty() ? "" : "[" + p.unit + "] ", p.description, support::formatNumber(p.min),
                     support::formatNumber(p.max));
}

std::string block(const netlist::ParameterSet& set, const std::string& indent) {
  std::string text;
  const auto& all = set.declared();
  for (std::size_t i = 0; i < all.size(); ++i) text += indent + line(all[i], i + 1 == all.size()) + "\n";
  return text;
}

std::string example(const pdk::Pdk& pdk) {
  std::string text = fmt::format(
      "{{\n  \"pdk\": \"{}\",\n  \"corner\": \"tt\",\n  \"temp\": 27,  // [C] -55 .. 150\n"
      "  \"vdd\": {},  // [V]\n  \"seed\": 1,\n  \"circuits\": {{\n",
      pdk.name, support::formatNumber(pdk.vdd));
  const auto& kinds = cells::generators();
  for (std::size_t i = 0; i < kinds.size(); ++i)
    text += fmt::format("    // {}\n    \"{}\": {{\n{}    }}{}\n", kinds[i].description, kinds[i].kind,
                        block(kinds[i].parameters(pdk), "      "), i + 1 < kinds.size() ? "," : "");
  text += "  },\n  \"analyses\": {\n";
  const auto& list = sim::analyses();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool first = i == 0 || list[i - 1].kind != list[i].kind;
    const bool last_of_kind = i + 1 == list.size() || list[i + 1].kind != list[i].kind;
    if (first) text += fmt::format("    \"{}\": {{\n", list[i].kind);
    text += fmt::format("      // {}\n      \"{}\": {{\n{}      }}{}\n", list[i].description, list[i].name,
                        block(list[i].settings(pdk), "        "), last_of_kind ? "" : ",");
    if (last_of_kind) text += fmt::format("    }}{}\n", i + 1 < list.size() ? "," : "");
  }
  return text +
         "  },\n  \"commands\": {}  // options of subcommands by their long names, e.g. { \"flow\": { \"samples\": 300 "
         "} }\n}\n";
}

ExitCode run(const CommandContext& context) {
  const pdk::Pdk pdk = context.loadPdk();
  fmt::print("{}", context.values.count("schema") ? schema(pdk).dump(2) + "\n" : example(pdk));
  return ExitCode::Done;
}

}  // namespace

Command configCommand() {
  return {"config",
          "print a complete design file, or its JSON schema",
          "gaincell config [--schema]",
          "  gaincell config > design.json\n  gaincell config --schema > design.schema.json\n  gaincell flow --config "
          "design.json --out run\n",
          [](po::options_description_easy_init add) { add("schema", "print the JSON schema of the design file"); },
          run};
}

}  // namespace gaincell::flows
