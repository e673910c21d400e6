// Every leaf of a design against an independent table of what it is in: a changed leaf changes the netlists of exactly
// the kinds the table names, and cells::leavesOf() says the same. The table is written from what the circuits are, not
// from the generators' code.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using design::Design;
using netlist::ParameterKind;

namespace {

using Kinds = std::set<std::string>;

const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

Design load(const std::string& name) {
  Design d = cells::loadDesign(name, gc28());
  d.set("array.rows", "4", "test");
  d.set("array.cols", "4", "test");
  return d;
}

// --- the table ------------------------------------------------------------------------------------------------------

const Kinds kWithCells = {"gain-cell",    "array", "value-array", "column",
                          "value-column", "tile",  "write-path",  "level-reference"};
const Kinds kWithWriteLevels = {"gain-cell", "array", "value-array", "column", "value-column", "tile"};
const Kinds kWithRelu = {"relu-converter", "column", "tile"};
const Kinds kWithSigned = {"signed-converter", "value-column", "tile"};
const Kinds kAlone = {"relu-converter", "signed-converter"};
const Kinds kDrivers = {"word-line-driver", "pwm-driver"};
const Kinds kArrays = {"array", "value-array"};

Kinds operator+(Kinds a, const Kinds& b) {
  a.insert(b.begin(), b.end());
  return a;
}

/// The longest path above or at a leaf decides.
const std::map<std::string, Kinds>& table() {
  static const std::map<std::string, Kinds> t = {
      {"cell", kWithCells},
      {"cell.read_n", kWithCells + kDrivers},             // the drivers' load
      {"cell.read_n.w", kWithCells + kDrivers + kAlone},  // load of bit and word lines in a converter's testbench
      {"cell.read_p.w", kWithCells + kDrivers + kAlone},
      {"cell.read_p", kWithCells + kDrivers},
      {"cell.write", kWithWriteLevels},  // levels of testbench sources; the write path drives its enable with logic
      {"cell.write.idle", kWithWriteLevels + Kinds{"write-path"}},  // where the DAC parks
      {"cell.write.low", kWithWriteLevels + Kinds{"write-path"}},   // which refuses anything but logic levels
      {"cell.write.high", kWithWriteLevels + Kinds{"write-path"}},
      {"cell.load.bit", {"relu-converter", "signed-converter"}},  // stands for the cells a converter has no more
      {"cell.load.word", {"relu-converter", "column"}},           // stands for the word line of array 2
      {"array.rows",
       kArrays + kWithRelu + Kinds{"write-path"}},  // bit line of array 1, its write enable, array 2's bit lines
      {"array.cols", kArrays + kWithSigned + kDrivers + Kinds{"write-path"}},  // word line of array 1, array 2's rows
      {"array.wire.source", kArrays + kWithRelu + kWithSigned + kDrivers + Kinds{"write-path"}},
      {"array.wire.word", kArrays + kWithRelu + kDrivers + Kinds{"tile"}},
      {"array.wire.bit.r", kArrays + Kinds{"column", "value-column", "tile"}},
      {"array.wire.bit.c", kArrays + kWithRelu + kWithSigned},
      {"array.wire.write", kArrays + Kinds{"write-path"}},  // columns and tiles: write lines without wire
      {"relu", kWithRelu},
      {"relu.lsb_charge", {"relu-converter"}},  // the charge its testbench feeds; columns have cells for that
      {"signed", kWithSigned},
      {"signed.lsb_charge", {"signed-converter"}},
      {"driver", kDrivers + kWithRelu},  // the ReLU converter ends in the chains of a word-line driver ...
      {"driver.input", kDrivers},        // ... without its first inverter
      {"driver.pwm", {"pwm-driver"}},
      {"write", {"write-path"}},
      {"reference.level", {"level-reference"}},
      {"timing.lsb", kWithWriteLevels + kWithRelu + kWithSigned + kDrivers},
      {"timing.levels", kWithWriteLevels + kWithRelu + kWithSigned + kDrivers},
      {"timing.edge", kWithWriteLevels + kWithRelu + kWithSigned + kDrivers + Kinds{"write-path"}},
      {"timing.token.write", {"gain-cell", "write-path", "tile"}},
      {"timing.token.lead", {"tile"}},
      {"timing.token.period", {"tile"}},
      {"timing.token.relu", kWithRelu},
      {"timing.token.signed", kWithSigned},
      {"levels.stored", kArrays + Kinds{"column", "value-column", "tile", "write-path"}},
  };
  return t;
}

/// What belongs to a converter's kinds under its `bias`.
Kinds kindsWithBias(const Design& d, const std::string& word) {
  Kinds out;
  if (d.isChoice("relu.bias", word)) out = out + kWithRelu;
  if (d.isChoice("signed.bias", word)) out = out + kWithSigned;
  return out;
}

/// Replica cells carry devices of the cell into the converters.
bool isInReplicaCell(const std::string& path) {
  return path.rfind("cell.", 0) == 0 && path.rfind("cell.write.", 0) != 0 && path.rfind("cell.load.", 0) != 0;
}

Kinds expectedKinds(const Design& d, const std::string& path) {
  if (path.rfind("reference.follower.", 0) == 0) return kindsWithBias(d, "buffered");
  if (path.rfind("reference.replica.", 0) == 0) return kindsWithBias(d, "replica");
  std::string at = path;
  while (!table().count(at)) {
    const auto dot = at.rfind('.');
    REQUIRE_MESSAGE(dot != std::string::npos, path, " is in no line of the table");
    at = at.substr(0, dot);
  }
  Kinds out = table().at(at);
  if (isInReplicaCell(path)) out = out + kindsWithBias(d, "replica");
  return out;
}

/// What a kind only checks: illegal values are refused there, and none of its text depends on the leaf.
bool onlyChecked(const Design& d, const std::string& path, const std::string& kind) {
  // A tile's testbench plays one token: its period shows where the comparators sleep from one operation to the next.
  const bool sleeps = (d.has("relu.power_gating") && d.isChoice("relu.power_gating", "on")) ||
                      (d.has("signed.power_gating") && d.isChoice("signed.power_gating", "on"));
  if (kind == "tile" && path == "timing.token.period") return !sleeps;
  if (kind == "tile" && path == "timing.token.relu.end")
    return !(d.has("relu.power_gating") && d.isChoice("relu.power_gating", "on"));
  return false;
}

/// A change that a kind must refuse, by error.
const std::map<std::pair<std::string, std::string>, std::string> kRefusals = {
    // No level shifter: the write path drives the enable with core logic.
    {{"cell.write.low", "write-path"}, "CEL-0021"},
    {{"cell.write.high", "write-path"}, "CEL-0021"},
};

/// Words that a design cannot be switched to by that word alone.
struct Skipped {
  std::string design, path, word, error, reason;
};
const std::vector<Skipped> kSkipped = {
    {"lean", "relu.integrator", "active", "DSG-0006", "sizes of the active integrator are in design active"},
    {"lean", "signed.integrator", "active", "DSG-0006", "sizes of the active integrator are in design active"},
    {"reference", "relu.integrator", "active", "DSG-0006", "sizes of the active integrator are in design active"},
    {"reference", "signed.integrator", "active", "DSG-0006", "sizes of the active integrator are in design active"},
    {"active", "relu.integrator", "passive", "CNV-0001", "in active phases the auto-zero ends before the reset"},
    {"active", "signed.integrator", "passive", "CNV-0001", "in active phases the auto-zero ends before the reset"},
};

/// Words that say the same circuit as another: where its numbers come from.
bool isSameCircuit(const std::string& path, const std::string& word) {
  return path == "array.wire.source" && word != "pdk";
}

// --- changing and comparing -----------------------------------------------------------------------------------------

using Texts = std::map<std::string, std::string>;  // by kind; "refused ID" for an error

Texts netlists(const Design& d) {
  Texts out;
  for (const auto& g : cells::generators()) {
    try {
      out[g.kind] = netlist::toText(g.testbench(gc28(), {"tt", 27, 0.9}, d));
    } catch (const support::Error& e) {
      out[g.kind] = "refused " + e.id();
    }
  }
  return out;
}

std::map<std::string, std::set<std::string>> allReads(const Design& d) {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& g : cells::generators()) out[g.kind] = cells::leavesOf(g.kind, gc28(), d);
  return out;
}

/// Refusals that are not in the list.
std::string surprises(const Texts& texts, const std::string& path) {
  std::string out;
  for (const auto& [kind, text] : texts) {
    if (text.rfind("refused ", 0) != 0) continue;
    const auto known = kRefusals.find({path, kind});
    if (known == kRefusals.end() || "refused " + known->second != text) out += kind + " " + text + "; ";
  }
  return out;
}

Kinds changedKinds(const Texts& before, const Texts& after) {
  Kinds out;
  for (const auto& [kind, text] : before)
    if (after.at(kind) != text) out.insert(kind);
  return out;
}

/// The leaf 5 % up, or down where the way up is refused; phases, which lie close to each other, by less; integers by
/// one, what must be even by two.
std::optional<Texts> nudged(const Design& d, const design::Leaf& leaf, std::string& why) {
  const auto& p = leaf.parameter;
  const double value = d.real(p.name);
  const double step = p.kind == ParameterKind::Integer ? (p.name.ends_with("window.stages") ? 2 : 1)
                      : value == 0                     ? 0.01 * p.max
                                                       : 0.05 * std::abs(value);
  std::vector<double> tries = {value + step, value - step};
  if (p.name.rfind("timing.token.", 0) == 0)
    for (const double part : {0.2, 0.04}) tries.insert(tries.end(), {value + part * step, value - part * step});
  for (const double to : tries) {
    if (to < p.min || to > p.max) continue;
    Design changed = d;
    changed.set(p.name, to, "test");
    Texts texts = netlists(changed);
    why = surprises(texts, p.name);
    if (why.empty()) return texts;
  }
  return std::nullopt;
}

/// One base design, its netlists and what each kind reads.
struct Context {
  Design design;
  std::string name;
  Texts texts;
  std::map<std::string, std::set<std::string>> reads;
  explicit Context(Design d, std::string n)
      : design(std::move(d)), name(std::move(n)), texts(netlists(design)), reads(allReads(design)) {}
};

void judge(const Context& c, const std::string& path, const Kinds& changed) {
  Kinds expected, checked;
  for (const auto& kind : expectedKinds(c.design, path))
    (onlyChecked(c.design, path, kind) ? checked : expected).insert(kind);
  CAPTURE(c.name);
  CAPTURE(path);
  CHECK(fmt::format("{}", fmt::join(changed, " ")) == fmt::format("{}", fmt::join(expected, " ")));
  CHECK_MESSAGE(!(changed.empty() && checked.empty()), "changes no kind");
  Kinds readers;
  for (const auto& [kind, reads] : c.reads)
    if (reads.count(path)) readers.insert(kind);
  CHECK(fmt::format("read by {}", fmt::join(readers, " ")) ==
        fmt::format("read by {}", fmt::join(expected + checked, " ")));
}

void checkNumber(const Context& c, const design::Leaf& leaf) {
  std::string why;
  const auto texts = nudged(c.design, leaf, why);
  REQUIRE_MESSAGE(texts, c.name, ": ", leaf.parameter.name, " cannot be changed: ", why);
  const Kinds changed = changedKinds(c.texts, *texts);
  if (leaf.in_circuits) return judge(c, leaf.parameter.name, changed);
  CAPTURE(leaf.parameter.name);
  CHECK(changed.empty());
  for (const auto& of_kind : c.reads) CHECK_MESSAGE(!of_kind.second.count(leaf.parameter.name), of_kind.first);
}

const Skipped* skipped(const std::string& design, const std::string& path, const std::string& word) {
  for (const auto& s : kSkipped)
    if (s.design == design && s.path == path && s.word == word) return &s;
  return nullptr;
}

/// Whether a design can be what it says: the error's id, or "".
std::string refusalOf(const Design& d) {
  try {
    d.requireComplete();
    for (const auto& g : cells::generators()) g.testbench(gc28(), {"tt", 27, 0.9}, d);
  } catch (const support::Error& e) {
    return e.id();
  }
  return "";
}

std::set<std::string> tested;  // leaves seen in any context, by all cases of this file

/// Every other word of a choice; `then` gets the context of each circuit that differs.
template <typename Then>
void checkWords(const Context& c, const std::string& base, const design::Leaf& leaf, const Then& then) {
  const std::string &path = leaf.parameter.name, old = c.design.choice(path);
  for (const auto& word : leaf.parameter.choices) {
    if (word == old) continue;
    CAPTURE(path);
    CAPTURE(word);
    Design changed = c.design;
    changed.set(path, word, "test");
    const std::string refusal = refusalOf(changed);
    if (const Skipped* s = skipped(base, path, word)) {
      CHECK_MESSAGE(refusal == s->error, "listed as impossible: ", s->reason);
      continue;
    }
    REQUIRE_MESSAGE(refusal.empty(), base, ": ", path, "=", word, " is refused: ", refusal);
    const Context with(changed, fmt::format("{} with {}={}", base, path, word));
    const Kinds kinds = changedKinds(c.texts, with.texts);
    if (isSameCircuit(path, word)) {
      CHECK(kinds.empty());
      continue;
    }
    judge(c, path, kinds);
    then(with);
  }
}

/// Every leaf of a design, and under each other word of each choice what exists there.
void checkDesign(const std::string& base) {
  const Context c(load(base), base);
  for (const auto& of_kind : c.texts)
    REQUIRE_MESSAGE(of_kind.second.rfind("refused", 0) != 0, of_kind.first, " ", of_kind.second);
  std::set<std::string> here;
  const auto& leaves = c.design.schema().leaves();
  for (const auto& leaf : leaves) {
    const std::string& path = leaf.parameter.name;
    if (!c.design.isActive(leaf)) continue;
    here.insert(path);
    if (leaf.parameter.kind != ParameterKind::Choice) {
      checkNumber(c, leaf);
      continue;
    }
    const bool is_flavour = path.ends_with(".flavour");
    checkWords(c, base, leaf, [&](const Context& with) {
      if (is_flavour) return;  // no leaf exists by flavour
      // What exists under this word only, and everything of the converter the word belongs to.
      const std::string branch = path.substr(0, path.find('.'));
      for (const auto& other : leaves) {
        const std::string& name = other.parameter.name;
        if (other.parameter.kind == ParameterKind::Choice || !with.design.isActive(other)) continue;
        const bool is_new = !c.design.isActive(other);
        const bool is_near =
            base == "lean" && (name.rfind(branch + ".", 0) == 0 || name.rfind("timing.token." + branch, 0) == 0);
        if (!is_new && !is_near) continue;
        here.insert(name);
        checkNumber(with, other);
      }
    });
  }
  tested.insert(here.begin(), here.end());
}

}  // namespace

TEST_CASE("lean: each leaf is in the kinds that contain it") {
  checkDesign("lean");
}
TEST_CASE("reference: each leaf is in the kinds that contain it") {
  checkDesign("reference");
}
TEST_CASE("active: each leaf is in the kinds that contain it") {
  checkDesign("active");
}

TEST_CASE("no leaf was left out") {
  if (tested.empty()) return;  // the cases above were filtered away
  const Design d = load("lean");
  for (const auto& leaf : d.schema().leaves()) {
    CAPTURE(leaf.parameter.name);
    CHECK(tested.count(leaf.parameter.name) == 1);
  }
}

TEST_CASE("a part left out changes the kinds that contain it") {
  for (const char* base : {"lean", "active"}) {
    const Context c(load(base), base);
    for (const auto& part : c.design.schema().optionalParts()) {
      Design without = c.design;
      without.setPart(part.path, false, "test");
      CHECK(refusalOf(without) == "");
      CAPTURE(part.path);
      CHECK(changedKinds(c.texts, netlists(without)) == expectedKinds(c.design, part.path));
      without.setPart(part.path, true, "test");
      CHECK(netlists(without) == c.texts);
    }
  }
}

TEST_CASE("kinds that read a leaf are found by its path") {
  const Design d = load("lean");
  const auto found = cells::kindsReading("driver.pwm.tap.n.w", gc28(), d);
  CHECK(found == std::vector<std::string>{"pwm-driver"});
  CHECK(cells::kindsReading("relu.gain", gc28(), d).empty());
  CHECK(cells::kindsReading("relu.copy.w", gc28(), d).empty());
}
