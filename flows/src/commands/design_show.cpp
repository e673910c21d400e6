// gaincell design show and diff.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "design_command.hpp"
#include "gaincell/support/json.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::json;
using support::ExitCode;

namespace {

/// "design gc28/lean", "extended gc28/lean", "file mine.json", "--set cell.pair_n.w=150n".
std::string shownOrigin(const NamedDesign& named, const std::string& origin) {
  const auto& documents = named.chain.documents;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (documents[i].name != origin) continue;
    const bool shipped = documents[i].file.parent_path().filename() == "designs";
    return fmt::format("{} {}", i > 0 ? "extended" : shipped ? "design" : "file", origin);
  }
  return origin;
}

struct Row {
  const design::Leaf* leaf = nullptr;  // null: an optional part that was left out
  std::string path, value, origin, why_not;
};

/// Leaves in the order of the schema; parts that were left out stand for theirs.
std::vector<Row> rowsOf(const NamedDesign& named, bool all) {
  std::vector<Row> rows;
  std::set<std::string> parts;
  const design::Design& d = named.design;
  for (const auto& leaf : d.schema().leaves()) {
    const std::string& path = leaf.parameter.name;
    if (!leaf.group.empty() && !d.has(leaf.group) && parts.insert(leaf.group).second)
      rows.push_back({nullptr, leaf.group, "left out", shownOrigin(named, d.origin(leaf.group)), ""});
    const std::string why = d.whyInactive(leaf);
    if (!why.empty() && !all) continue;
    rows.push_back(
        {&leaf, path, shownValue(d, leaf.parameter), d.isGiven(path) ? shownOrigin(named, d.origin(path)) : "", why});
  }
  return rows;
}

std::string effectiveText(const NamedDesign& named, const std::vector<Row>& rows) {
  std::string text = fmt::format("{}, process {}: {}\n", named.name(), named.pdk.name, named.design.description);
  for (const auto& e : named.design.extends) text += fmt::format("extends {}\n", e);
  std::size_t width = 0;
  for (const auto& r : rows) width = std::max(width, r.path.size());
  text += "\n";
  for (const auto& r : rows)
    text += fmt::format("{:<{}}  {:<12}  {}\n", r.path, width, r.value,
                        r.why_not.empty() ? r.origin : fmt::format("does not exist: {}", r.why_not));
  text += "\nfollows from them\n";
  for (const auto& v : cells::derivedValues(named.pdk, named.design))
    text += fmt::format("{:<{}}  {:<12}  {}\n", v.name, width, support::formatSi(v.value, v.unit, 4), v.from);
  if (!named.design.limits.empty()) text += "\nlimits\n";
  for (const auto& l : named.design.limits)
    text += fmt::format("{:<{}}  {}  {}{}\n", l.measure, width, shownLimit(l), shownOrigin(named, l.origin),
                        l.source.empty() ? "" : "; " + l.source);
  return text;
}

json boundOf(const std::optional<double>& v) {
  return v ? json(*v) : json(nullptr);
}

json effectiveJson(const NamedDesign& named, const std::vector<Row>& rows) {
  json j = {{"leaves", json::array()}, {"derived", json::array()}, {"limits", json::array()}};
  for (const auto& r : rows) {
    json one = {{"path", r.path}, {"origin", r.origin}, {"exists", r.why_not.empty()}};
    if (!r.leaf || !named.design.isGiven(r.path)) {
      one["value"] = nullptr;
    } else if (r.leaf->parameter.kind == netlist::ParameterKind::Choice) {
      one["value"] = named.design.text(r.path);
    } else {
      one["value"] = support::parseQuantity(named.design.text(r.path), "");
      one["unit"] = r.leaf->parameter.unit;
    }
    if (r.leaf) one["description"] = r.leaf->parameter.description;
    if (!r.why_not.empty()) one["why"] = r.why_not;
    j["leaves"].push_back(std::move(one));
  }
  for (const auto& v : cells::derivedValues(named.pdk, named.design))
    j["derived"].push_back({{"name", v.name}, {"value", v.value}, {"unit", v.unit}, {"from", v.from}});
  for (const auto& l : named.design.limits)
    j["limits"].push_back({{"measure", l.measure},
                           {"min", boundOf(l.min)},
                           {"typ", boundOf(l.typ)},
                           {"max", boundOf(l.max)},
                           {"source", l.source},
                           {"origin", shownOrigin(named, l.origin)}});
  return j;
}

/// One thing in which two designs differ.
struct Difference {
  std::string what, name, a, b;
};

/// Leaves by what their designs state; one that does not exist under a design's choices is "-" there.
void leafDifferences(const design::Design& a, const design::Design& b, std::vector<Difference>& out) {
  const auto of = [](const design::Design& d, const design::Leaf& leaf) {
    const design::Leaf* own = d.schema().find(leaf.parameter.name);
    return own && d.isActive(*own) ? shownValue(d, own->parameter) : std::string("-");
  };
  const auto& parts = a.schema().optionalParts();
  for (const auto& part : parts)
    if (a.has(part.path) != b.has(part.path))
      out.push_back(
          {"value", part.path, a.has(part.path) ? "there" : "left out", b.has(part.path) ? "there" : "left out"});
  for (const auto& leaf : a.schema().leaves()) {
    const std::string& path = leaf.parameter.name;
    const std::string x = of(a, leaf), y = of(b, leaf);
    const bool same = x == y && (x == "-" || a.text(path) == b.text(path));
    if (!same) out.push_back({"value", path, x, y});
  }
}

void limitDifferences(const design::Design& a, const design::Design& b, std::vector<Difference>& out) {
  const auto of = [](const design::Design& d, const std::string& measure) {
    for (const auto& l : d.limits)
      if (l.measure == measure) return shownLimit(l);
    return std::string("-");
  };
  std::set<std::string> measures;
  for (const auto* d : {&a, &b})
    for (const auto& l : d->limits) measures.insert(l.measure);
  for (const auto& m : measures)
    if (of(a, m) != of(b, m)) out.push_back({"limit", m, of(a, m), of(b, m)});
}

void derivedDifferences(const NamedDesign& a, const NamedDesign& b, std::vector<Difference>& out) {
  const auto others = cells::derivedValues(b.pdk, b.design);
  for (const auto& x : cells::derivedValues(a.pdk, a.design)) {
    const auto y = std::find_if(others.begin(), others.end(), [&](const auto& o) { return o.name == x.name; });
    if (y != others.end() && std::fabs(x.value - y->value) <= 1e-9 * std::fabs(x.value)) continue;
    out.push_back({"derived", x.name, support::formatSi(x.value, x.unit, 4),
                   y == others.end() ? "-" : support::formatSi(y->value, y->unit, 4)});
  }
}

}  // namespace

ExitCode showDesign(const CommandContext& context, const NamedDesign& named) {
  json j = {{"name", named.design.name},
            {"pdk", named.pdk.name},
            {"description", named.design.description},
            {"extends", named.design.extends},
            {"hash", named.design.hash()}};
  if (!context.values.count("effective") && !context.values.count("all")) {
    const std::string text = design::toText(named.design, nullptr);
    j["design"] = support::parseJson(text, named.name());
    context.print(j, text);
    return ExitCode::Done;
  }
  const auto rows = rowsOf(named, context.values.count("all") > 0);
  j.update(effectiveJson(named, rows));
  context.print(j, context.common.json ? "" : effectiveText(named, rows));
  return ExitCode::Done;
}

ExitCode diffDesigns(const CommandContext& context, const NamedDesign& a, const NamedDesign& b) {
  std::vector<Difference> all;
  if (a.pdk.name != b.pdk.name) all.push_back({"process", "pdk", a.pdk.name, b.pdk.name});
  leafDifferences(a.design, b.design, all);
  limitDifferences(a.design, b.design, all);
  derivedDifferences(a, b, all);
  json list = json::array();
  std::string text =
      all.empty() ? "no differences\n" : fmt::format("{:<8} {:<38} {:<24} {}\n", "", "", a.name(), b.name());
  for (const auto& d : all) {
    list.push_back({{"what", d.what}, {"name", d.name}, {"a", d.a}, {"b", d.b}});
    text += fmt::format("{:<8} {:<38} {:<24} {}\n", d.what, d.name, d.a, d.b);
  }
  context.print({{"a", a.name()}, {"b", b.name()}, {"differences", list}}, text);
  return ExitCode::Done;
}

}  // namespace gaincell::flows
