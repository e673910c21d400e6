// gaincell design list|show|diff|new|check: which designs there are, what one holds, how two differ, a file to begin
// with.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "design_command.hpp"
#include "gaincell/support/json.hpp"
#include "gaincell/support/suggest.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::json;
using support::Error;
using support::ExitCode;
namespace fs = std::filesystem;

design::Chain chainOf(const CommandContext& context, const pdk::Pdk& pdk) {
  const auto given = context.givenDesign();
  return given ? *given : design::readChain(pdk.default_design, design::designFolder(pdk));
}

NamedDesign namedDesign(const CommandContext& context, const std::string& reference) {
  CommandContext named = context;
  if (!reference.empty()) named.common.design = reference;
  NamedDesign out{named.loadPdk(), {}, {}};
  out.design = named.loadDesign(out.pdk);
  out.chain = chainOf(named, out.pdk);
  return out;
}

std::string shownValue(const design::Design& design, const netlist::Parameter& leaf) {
  if (!design.isGiven(leaf.name)) return "-";
  std::string text = design.text(leaf.name);
  if (leaf.kind == netlist::ParameterKind::Choice || leaf.unit.empty()) return text;
  return support::formatSi(support::parseQuantity(text, leaf.unit), leaf.unit, 6);
}

std::string shownLimit(const design::Limit& limit) {
  const auto bound = [](const std::optional<double>& v) { return v ? support::formatNumber(*v) : std::string(); };
  return fmt::format("{} .. {}{}", bound(limit.min), bound(limit.max),
                     limit.typ ? ", typically " + bound(limit.typ) : std::string());
}

namespace {

/// Read from the JSON alone: the files of the process need not be there.
json listed(const fs::path& file, const std::string& standard) {
  json j = {{"name", file.stem().string()}, {"default", file.stem() == standard}};
  try {
    const auto document = support::readJson(file);
    j["description"] = document.value("description", "");
    j["extends"] = document.value("extends", "");
  } catch (const std::exception& e) {
    j["description"] = fmt::format("cannot be read: {}", e.what());
    j["extends"] = "";
  }
  return j;
}

ExitCode list(const CommandContext& context) {
  json all = json::array();
  std::string text;
  for (const auto& process : pdk::pdkNames()) {
    const fs::path folder = pdk::pdkFolder() / process;
    const auto manifest = support::readJson(folder / "manifest.json");
    const std::string standard = manifest.value("default_design", "");
    json designs = json::array();
    text += process + "\n";
    for (const auto& name : design::designNames(folder / "designs")) {
      designs.push_back(listed(folder / "designs" / (name + ".json"), standard));
      const auto& d = designs.back();
      const std::string extends = d["extends"].get<std::string>();
      text += fmt::format("  {} {:<10} {}{}\n", name == standard ? "*" : " ", name, d["description"].get<std::string>(),
                          extends.empty() ? "" : fmt::format(" (extends {})", extends));
    }
    if (designs.empty()) text += "    none: give a design file with all sizes\n";
    all.push_back({{"pdk", process}, {"default", standard}, {"designs", std::move(designs)}});
  }
  context.print({{"processes", all}}, text + "* is used when no design is given; name others as PROCESS/NAME\n");
  return ExitCode::Done;
}

/// What the new file extends, as seen from its folder.
std::string extendedName(const NamedDesign& base, const fs::path& file) {
  const fs::path parent = base.chain.documents.front().file;
  if (base.name() == base.pdk.name + "/" + parent.stem().string()) return base.name();
  std::error_code ec;
  const fs::path folder = fs::absolute(file).parent_path(), near = fs::relative(parent, folder, ec);
  return (ec || near.empty() ? fs::absolute(parent) : near).string();
}

/// A few values that people change first, with what they are now, as lines that are one step from taking effect.
std::string suggestions(const design::Design& base, const design::Design& changed) {
  std::string text =
      "  // Only what differs stands here, by branch; 'gaincell design show --effective' prints every path with its "
      "value.\n"
      "  // The first things people change, as they are now:\n";
  const auto differs = [&](const std::string& branch) {
    const auto paths = design::differences(base.values(), changed.values());
    return std::any_of(paths.begin(), paths.end(), [&](const auto& d) { return d.rfind(branch + ".", 0) == 0; });
  };
  const auto line = [&](const char* branch, const std::string& value) {
    if (!differs(branch)) text += fmt::format("  //   \"{}\": {},\n", branch, value);
  };
  line("cell", fmt::format("{{ \"pair_n\": {{ \"w\": {} }}, \"c_storage\": {} }}", base.text("cell.pair_n.w"),
                           base.text("cell.c_storage")));
  line("array", fmt::format("{{ \"rows\": {}, \"cols\": {} }}", base.text("array.rows"), base.text("array.cols")));
  line("timing", fmt::format("{{ \"lsb\": {} }}", base.text("timing.lsb")));
  if (base.limits.empty()) return text;
  const design::Limit& limit = base.limits.front();
  std::vector<std::string> bounds;
  if (limit.min) bounds.push_back(fmt::format("\"min\": {}", support::formatNumber(*limit.min)));
  if (limit.max) bounds.push_back(fmt::format("\"max\": {}", support::formatNumber(*limit.max)));
  return text + fmt::format("  //   \"limits\": {{ \"{}\": {{ {}, \"source\": \"why\" }} }},\n", limit.measure,
                            fmt::join(bounds, ", "));
}

ExitCode create(const CommandContext& context) {
  if (!context.values.count("from") || !context.values.count("output"))
    throw Error("FLW-0102", "give what the design begins from and the file to write", "gaincell design new",
                "for example: gaincell design new --from lean -o mine.json");
  const std::string from = context.values["from"].as<std::string>();
  const fs::path file = context.values["output"].as<std::string>();
  if (file.extension() != ".json")
    throw Error("FLW-0103", "the name of a design file ends in .json", "-o " + file.string(),
                fmt::format("write -o {}.json", file.string()));
  CommandContext plain = context;
  plain.common.sets.clear();
  NamedDesign base = namedDesign(plain, from);
  std::error_code ec;
  for (const auto& document : base.chain.documents)
    if (fs::equivalent(document.file, file, ec))
      throw Error("FLW-0112", fmt::format("the new design would overwrite what it extends, {}", document.name),
                  "-o " + file.string(), "choose another name");
  NamedDesign changed = namedDesign(context, from);
  changed.design.name = file.stem().string();
  changed.design.description = fmt::format("{}, changed", base.design.name);
  base.design.reference = extendedName(base, file);
  std::string text = design::toText(changed.design, &base.design);
  text.insert(text.rfind('\n', text.find("\"extends\"")) + 1, suggestions(base.design, changed.design));
  support::writeFileAtomically(file, text, context.overwrite());
  context.print({{"file", file.string()}, {"name", changed.design.name}, {"extends", extendedName(base, file)}},
                fmt::format("{}: extends {}; use it by --design {}", file.string(), base.name(), file.string()));
  return ExitCode::Done;
}

/// A design's own file can be read without the files of its process; its other values cannot be checked then.
ExitCode show(const CommandContext& context, const std::string& reference) {
  std::optional<NamedDesign> named;
  try {
    named = namedDesign(context, reference);
  } catch (const Error& e) {
    CommandContext plain = context;
    if (!reference.empty()) plain.common.design = reference;
    const bool asks_more =
        context.values.count("effective") || context.values.count("all") || !context.common.sets.empty();
    const auto given = plain.givenDesign();
    if (e.id() != "PDK-0003" || asks_more || !given) throw;
    const auto& document = given->documents.front();
    context.print({{"name", document.name}, {"design", support::parseJson(document.text, document.name)}},
                  document.text);
    return ExitCode::Done;
  }
  return showDesign(context, *named);
}

ExitCode run(const CommandContext& context) {
  struct Action {
    const char* name;
    std::size_t least, most;  // words behind it
    std::set<std::string> used;
  };
  static const Action kActions[] = {{"list", 0, 0, {}},
                                    {"show", 0, 1, {"pdk", "pdk-manifest", "design", "set", "effective", "all"}},
                                    {"diff", 2, 2, {"pdk", "pdk-manifest", "set"}},
                                    {"new", 0, 0, {"pdk", "pdk-manifest", "set", "from", "output", "force"}},
                                    {"check", 0, 1, {"pdk", "pdk-manifest", "design", "set"}}};
  const auto& words = context.positional;
  const std::string action = words.empty() ? "" : words[0];
  const auto* known =
      std::find_if(std::begin(kActions), std::end(kActions), [&](const Action& a) { return a.name == action; });
  if (known == std::end(kActions) || words.size() - 1 < known->least || words.size() - 1 > known->most)
    throw Error(
        "FLW-0101",
        words.empty() ? "nothing was asked for" : fmt::format("cannot make sense of '{}'", fmt::join(words, " ")),
        "gaincell design",
        support::didYouMean(known == std::end(kActions) ? action : "", {"list", "show", "diff", "new", "check"},
                            "write list, show [NAME], diff A B, new --from NAME -o FILE or check FILE"));
  context.requireUsed("design " + action, known->used);
  if (words.size() == 2 && context.typed.count("design"))
    throw Error("FLW-0109", fmt::format("both '{}' and --design name a design", words[1]), "gaincell design " + action,
                "give one of them");
  if (context.typed.count("all") && !context.typed.count("effective"))
    throw Error("FLW-0110", "--all adds to what --effective shows", "gaincell design show", "add --effective");
  if (action == "list") return list(context);
  if (action == "new") return create(context);
  if (action == "check") return checkDesign(context, words.size() == 2 ? words[1] : "");
  if (action == "show") return show(context, words.size() == 2 ? words[1] : "");
  CommandContext first = context;  // --set changes the second of the two
  first.common.sets.clear();
  return diffDesigns(context, namedDesign(first, words[1]), namedDesign(context, words[2]));
}

}  // namespace

Command designCommand() {
  return {"design",
          "which designs there are, what one holds, how two differ; a new one",
          "gaincell design list | show [NAME|FILE] [--effective] | diff A B | new --from NAME -o FILE | check FILE",
          "  gaincell design list\n"
          "  gaincell design show --effective --set cell.pair_n.w=150n\n"
          "  gaincell design diff lean reference\n"
          "  gaincell design new --from lean -o mine.json --set cell.pair_n.w=150n\n"
          "  gaincell design check mine.json\n"
          "\nA word that ends in .json is a file, another one a shipped design (lean, sky130A/standard). --set changes "
          "what "
          "is\nshown, written or checked, and the second of two.\n",
          kPdk | kDesign | kForce,
          [](po::options_description_easy_init add) {
            add("effective", "show: every value with its unit and where it comes from, and what follows from them");
            add("all", "show --effective: also values that exist only under another choice");
            add("from", po::value<std::string>()->value_name("NAME"), "new: the design to extend");
            add("output,o", po::value<std::string>()->value_name("FILE"), "new: file to write");
          },
          run,
          true};
}

}  // namespace gaincell::flows
