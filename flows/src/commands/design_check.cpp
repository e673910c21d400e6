// gaincell design check: everything that is wrong with a design, found at once.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "../stages/measures.hpp"
#include "design_command.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/netlist/check.hpp"
#include "gaincell/support/suggest.hpp"

namespace gaincell::flows {

using nlohmann::json;
using support::Error;
using support::ExitCode;

namespace {

/// One thing that is wrong, and the kinds of circuits that have it.
struct Fault {
  std::string id, problem, where, remedy;
  std::vector<std::string> kinds;
};

class Faults {
 public:
  void add(const Error& e, const std::string& kind = "") {
    add({e.id(), e.problem(), e.where(), e.remedy(), {}}, kind);
  }

  /// The cell's fault is in every circuit that holds a cell: it is one fault.
  void add(Fault fault, const std::string& kind) {
    const auto same = [&](const Fault& f) { return f.problem == fault.problem && f.where == fault.where; };
    auto at = std::find_if(all_.begin(), all_.end(), same);
    if (at == all_.end()) at = all_.insert(all_.end(), std::move(fault));
    if (!kind.empty() && std::find(at->kinds.begin(), at->kinds.end(), kind) == at->kinds.end())
      at->kinds.push_back(kind);
  }

  const std::vector<Fault>& all() const noexcept { return all_; }

 private:
  std::vector<Fault> all_;
};

/// The circuit and its testbench at the process's typical conditions.
void checkKind(const cells::Generator& generator, const pdk::Pdk& pdk, const design::Design& design, Faults& faults,
               std::vector<std::string>& notes) {
  try {
    const auto deck = generator.testbench(pdk, {pdk.corners.front().name, pdk.temp_nom_c, pdk.vdd}, design);
    for (const auto& finding : netlist::faultsOf(deck.circuit))
      faults.add({"FLW-0107", finding, "", "", {}}, generator.kind);
  } catch (const Error& e) {
    // A value that is missing was named when the file was read.
    if (e.id() == "DSG-0003") return;
    // A write enable above the core supply wants a driver that there is not: the design is sound without it.
    if (e.id() == cells::kNoSuchCircuit)
      notes.push_back(fmt::format("without a {}: {}", generator.kind, e.problem()));
    else
      faults.add(e, generator.kind);
  }
}

void checkLimits(const design::Design& design, Faults& faults) {
  std::vector<std::string> known;
  for (const auto& m : measures()) known.push_back(m.measure);
  for (const auto& limit : design.limits)
    if (std::find(known.begin(), known.end(), limit.measure) == known.end())
      faults.add({"FLW-0104",
                  fmt::format("nothing measures '{}'", limit.measure),
                  fmt::format("{}: limits.{}", limit.origin, limit.measure),
                  support::didYouMean(limit.measure, known, fmt::format("measures are: {}", fmt::join(known, ", "))),
                  {}},
                 "");
}

std::string faultText(const Fault& f) {
  std::string text = fmt::format("[{}] {}", f.id, f.problem);
  if (!f.where.empty()) text += fmt::format("\n      at {}", f.where);
  if (!f.kinds.empty()) text += fmt::format("\n      in {}", fmt::join(f.kinds, ", "));
  if (!f.remedy.empty()) text += fmt::format("\n      {}", f.remedy);
  return text;
}

json toJson(const std::vector<Fault>& all) {
  json list = json::array();
  for (const auto& f : all)
    list.push_back(
        {{"id", f.id}, {"problem", f.problem}, {"where", f.where}, {"remedy", f.remedy}, {"kinds", f.kinds}});
  return list;
}

design::Design readWithFaults(const CommandContext& context, const pdk::Pdk& pdk, Faults& faults) {
  const design::Chain chain = chainOf(context, pdk);
  std::vector<Error> found;
  design::Design design = cells::loadDesign(chain, pdk, &found);
  for (const auto& e : found) faults.add(e);
  // --set goes the way of every command; the first that is wrong is named.
  if (found.empty() && !context.common.sets.empty()) design = context.loadDesign(pdk);
  return design;
}

}  // namespace

ExitCode checkDesign(const CommandContext& context, const std::string& reference) {
  CommandContext named = context;
  if (!reference.empty()) named.common.design = reference;
  const pdk::Pdk pdk = named.loadPdk();
  Faults faults;
  const design::Design design = readWithFaults(named, pdk, faults);
  std::vector<std::string> notes;
  for (const auto& g : cells::generators()) checkKind(g, pdk, design, faults, notes);
  checkLimits(design, faults);
  const std::size_t n = faults.all().size();
  const std::string shown = reference.empty() ? design.name : reference;
  if (n > 0 && !context.common.json) {
    std::string text = fmt::format("the design has {} fault{}:", n, n == 1 ? "" : "s");
    for (const auto& f : faults.all()) text += "\n  " + faultText(f);
    throw Error("FLW-0105", text, shown);
  }
  const std::size_t leaves = design.values().size(), kinds = cells::generators().size() - notes.size();
  std::string text =
      fmt::format("{}: complete for process {}; {} values, {} kinds of circuits can be made of them, {} limits\n",
                  shown, pdk.name, leaves, kinds, design.limits.size());
  for (const auto& note : notes) text += "  " + note + "\n";
  context.print({{"design", design.name},
                 {"pdk", pdk.name},
                 {"hash", design.hash()},
                 {"values", leaves},
                 {"kinds", kinds},
                 {"faults", toJson(faults.all())},
                 {"notes", notes}},
                text);
  return n > 0 ? ExitCode::Error : ExitCode::Done;
}

}  // namespace gaincell::flows
