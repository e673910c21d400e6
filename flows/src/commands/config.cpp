// gaincell config: the settings file of a run, short or complete, and its JSON schema.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "commands.hpp"
#include "design_command.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::ordered_json;
using support::ExitCode;

namespace {

constexpr std::size_t kLine = 110;  // characters

// ---- schema

ordered_json numberSchema(double min, double max, const std::string& unit) {
  // A prefix makes a string of a number; its range is checked by the program.
  return {
      {{"type", "number"}, {"minimum", min}, {"maximum", max}},
      {{"type", "string"},
       {"pattern", fmt::format("^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)? ?(meg|MEG|Meg|[afpnumkKgtµ])?{}$",
                               unit.empty() ? "" : fmt::format("({})?", unit))}}};
}

ordered_json schemaOf(const netlist::Parameter& p) {
  ordered_json j = {{"description", p.unit.empty() ? p.description : fmt::format("{} [{}]", p.description, p.unit)}};
  if (p.kind == netlist::ParameterKind::Choice) {
    j["enum"] = p.choices;
    j["default"] = p.choice;
    return j;
  }
  j["anyOf"] = numberSchema(p.min, p.max, p.unit);
  if (p.kind == netlist::ParameterKind::Integer) j["anyOf"][0]["type"] = "integer";
  j["default"] = p.value;
  return j;
}

ordered_json object(ordered_json properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

ordered_json analysesSchema(const pdk::Pdk& pdk) {
  ordered_json kinds = ordered_json::object();
  for (const auto& a : sim::analyses()) {
    ordered_json settings = ordered_json::object();
    const auto set = a.settings(pdk);
    for (const auto& p : set.declared()) settings[p.name] = schemaOf(p);
    if (!kinds.contains(a.kind)) kinds[a.kind] = object(ordered_json::object());
    kinds[a.kind]["properties"][a.name] = object(settings);
  }
  return object(kinds);
}

/// The options of every command by their long names; the program checks their values.
ordered_json commandsSchema() {
  ordered_json all = ordered_json::object();
  for (const auto& command : commands()) {
    po::options_description own;
    command.options(own.add_options());
    own.add(commonOptions(command.uses));
    ordered_json options = ordered_json::object();
    for (const auto& option : own.options())
      options[option->long_name()] = {{"description", option->description()},
                                      {"type", {"string", "number", "boolean"}}};
    all[command.name] = object(options);
  }
  return object(all);
}

ordered_json schema(const pdk::Pdk& pdk) {
  ordered_json design = design::jsonSchema(*cells::designSchema(pdk));
  design.erase("$schema");
  const ordered_json text = {{"type", "string"}};
  const auto count = [](std::uint64_t least, std::uint64_t most) {
    return ordered_json{{"anyOf",
                         {{{"type", "integer"}, {"minimum", least}, {"maximum", most}},
                          {{"type", "string"}, {"pattern", "^[0-9]+$"}}}}};
  };
  ordered_json corner = {{"enum", ordered_json::array()}};
  for (const auto& c : pdk.corners) corner["enum"].push_back(c.name);
  const ordered_json top = {
      {"$schema", text},
      {"design",
       {{"description", "name (lean, gc28/reference), file (mine.json) or a design document"},
        {"anyOf", {text, design}}}},
      {"pdk", text},
      {"pdk-manifest", text},
      {"corner", corner},
      {"temp", {{"description", "[degree Celsius]"}, {"anyOf", numberSchema(-55, 150, "C")}}},
      {"vdd", {{"description", "[V]"}, {"anyOf", numberSchema(0.5 * pdk.vdd, 1.2 * pdk.vdd, "V")}}},
      {"seed", count(0, std::numeric_limits<std::uint64_t>::max())},
      {"jobs", count(1, 1024)},
      {"out", text},
      {"analyses", analysesSchema(pdk)},
      {"commands", commandsSchema()},
  };
  ordered_json j = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", fmt::format("Gaincell settings of a run, process {}", pdk.name)}};
  j.update(object(top));
  return j;
}

// ---- text

/// A word or a number as JSON.
std::string jsonOf(const std::string& text) {
  const auto parsed = ordered_json::parse(text, nullptr, false);
  return parsed.is_number() || parsed.is_boolean() ? text : ordered_json(text).dump();
}

/// `"name": value` parts on as many lines as they need.
std::string wrapped(const std::vector<std::string>& parts, const std::string& indent) {
  std::string text, line = indent;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part = parts[i] + (i + 1 < parts.size() ? "," : "");
    if (line.size() > indent.size() && line.size() + part.size() + 1 > kLine) {
      text += line + "\n";
      line = indent;
    }
    line += (line.size() > indent.size() ? " " : "") + part;
  }
  return text + line + "\n";
}

std::string indented(const std::string& document, const std::string& indent) {
  std::string out;
  std::istringstream in(document);
  for (std::string line; std::getline(in, line);) out += (out.empty() ? "" : "\n" + indent) + line;
  return out;
}

/// The design as it was chosen: by name where nothing was changed, else as a document with what differs.
std::string designText(const CommandContext& context, const NamedDesign& chosen, bool full) {
  if (full) return indented(design::toText(chosen.design, nullptr), "  ");
  const bool by_name = context.common.sets.empty() && context.settings.designDocument().empty();
  if (by_name && context.common.pdk_manifest.empty()) return ordered_json(chosen.name()).dump();
  if (by_name && !context.common.design.empty()) return ordered_json(context.common.design).dump();
  CommandContext plain = context;
  plain.common.sets.clear();
  // A document of the settings file stands as it is: what it extends lies below it.
  std::string base_name = chosen.chain.documents.front().name;
  NamedDesign base = namedDesign(plain, "");
  if (!context.settings.designDocument().empty() && context.common.design.empty()) {
    if (chosen.chain.documents.size() < 2) return indented(design::toText(chosen.design, nullptr), "  ");
    base_name = chosen.chain.documents[1].name;
    base = namedDesign(plain, base_name);
  }
  design::Design changed = chosen.design;
  if (changed.name == base.design.name) changed.name += "-changed";
  base.design.reference = base_name;
  return indented(design::toText(changed, &base.design), "  ");
}

std::string settingsBlock(const netlist::ParameterSet& set, const std::string& indent) {
  std::vector<std::string> parts;
  for (const auto& p : set.declared())
    parts.push_back(fmt::format("\"{}\": {}", p.name,
                                p.kind == netlist::ParameterKind::Choice ? ordered_json(set.choice(p.name)).dump()
                                                                         : support::formatNumber(set.real(p.name))));
  return wrapped(parts, indent);
}

/// Settings of all analyses with what holds now.
std::string allAnalyses(const CommandContext& context, const pdk::Pdk& pdk) {
  std::string text;
  const auto& list = sim::analyses();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool first = i == 0 || list[i - 1].kind != list[i].kind;
    const bool last_of_kind = i + 1 == list.size() || list[i + 1].kind != list[i].kind;
    if (first) text += fmt::format("    \"{}\": {{\n", list[i].kind);
    text += fmt::format("      \"{}\": {{  // {}\n{}      }}{}\n", list[i].name, list[i].description,
                        settingsBlock(context.analysisSettings(pdk, list[i].kind, list[i].name), "        "),
                        last_of_kind ? "" : ",");
    if (last_of_kind) text += fmt::format("    }}{}\n", i + 1 < list.size() ? "," : "");
  }
  return text;
}

std::vector<std::string> sectionParts(const SettingsFile& settings, const std::string& path) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : settings.section(path))
    parts.push_back(fmt::format("\"{}\": {}", key, jsonOf(value)));
  return parts;
}

/// What the settings file that was given says below a section.
std::string givenAnalyses(const SettingsFile& settings) {
  std::vector<std::string> kinds;
  for (const auto& kind : settings.sections("analyses")) {
    std::vector<std::string> names;
    for (const auto& name : settings.sections("analyses." + kind))
      names.push_back(fmt::format("\"{}\": {{ {} }}", name,
                                  fmt::join(sectionParts(settings, "analyses." + kind + "." + name), ", ")));
    kinds.push_back(fmt::format("    \"{}\": {{ {} }}", kind, fmt::join(names, ", ")));
  }
  return kinds.empty() ? "    // \"gain-cell\": { \"iv\": { \"points_per_interval\": 9 } }\n"
                       : fmt::format("{}\n", fmt::join(kinds, ",\n"));
}

std::string givenCommands(const SettingsFile& settings) {
  std::vector<std::string> names;
  for (const auto& name : settings.sections("commands"))
    names.push_back(
        fmt::format("    \"{}\": {{ {} }}", name, fmt::join(sectionParts(settings, "commands." + name), ", ")));
  return names.empty() ? "    // \"flow\": { \"samples\": 300 }\n" : fmt::format("{}\n", fmt::join(names, ",\n"));
}

std::string settingsText(const CommandContext& context, bool full) {
  const NamedDesign chosen = namedDesign(context, "");
  const pdk::Pdk& pdk = chosen.pdk;
  const pdk::Conditions at = context.conditions(pdk);
  std::vector<std::string> corners;
  for (const auto& c : pdk.corners) corners.push_back(c.name);
  std::string text =
      "{\n  // Settings of a run, for --config FILE. The command line beats them, they beat the defaults.\n";
  text += fmt::format("  \"design\": {},\n", designText(context, chosen, full));
  if (!context.common.pdk_manifest.empty())
    text += fmt::format("  \"pdk-manifest\": {},\n", ordered_json(context.common.pdk_manifest).dump());
  else if (chosen.chain.pdk.empty())
    text += fmt::format("  \"pdk\": \"{}\",\n", pdk.name);
  text += fmt::format("  \"corner\": \"{}\",  // {}\n  \"temp\": {},  // C\n", at.corner, fmt::join(corners, ", "),
                      support::formatNumber(at.temp_c));
  text += fmt::format("  {}\"vdd\": {},  // V{}\n", context.common.vdd ? "" : "// ", support::formatNumber(at.vdd),
                      context.common.vdd ? "" : "; without it the supply of the process");
  text += fmt::format("  \"seed\": {},\n", context.common.seed);
  text += fmt::format("  // Settings of analyses by circuit and analysis{}\n  \"analyses\": {{\n{}  }},\n",
                      full ? "" : "; 'gaincell config --full' prints all of them",
                      full ? allAnalyses(context, pdk) : givenAnalyses(context.settings));
  return text + fmt::format("  // Options of commands by their long names\n  \"commands\": {{\n{}  }}\n}}\n",
                            givenCommands(context.settings));
}

ExitCode run(const CommandContext& context) {
  if (context.values.count("schema") && context.values.count("full"))
    throw support::Error("FLW-0106", "--schema and --full exclude each other", "gaincell config", "give one of them");
  const std::string text = context.values.count("schema") ? schema(context.loadPdk()).dump(2) + "\n"
                                                          : settingsText(context, context.values.count("full") > 0);
  fmt::print("{}", context.common.json ? ordered_json::parse(text, nullptr, true, true).dump(2) + "\n" : text);
  return ExitCode::Done;
}

}  // namespace

Command configCommand() {
  return {"config",
          "print the settings file of a run, or its JSON schema",
          "gaincell config [--full|--schema] [--design NAME] [--set PATH=VALUE]",
          "  gaincell config > run.json && gaincell flow --config run.json --out run\n"
          "  gaincell config --design reference --set cell.c_storage=10f > run.json\n"
          "  gaincell config --full\n"
          "  gaincell config --schema > settings.schema.json\n",
          kCircuits | kSeed,
          [](po::options_description_easy_init add) {
            add("full", "every value of the design and every setting of the analyses");
            add("schema", "print the JSON schema of the settings file");
          },
          run};
}

}  // namespace gaincell::flows
