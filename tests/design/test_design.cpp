// Reading, judging, comparing and writing designs.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "gaincell/cells/designs.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/design/identity.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using design::Design;
using support::Error;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "gaincell-design-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& file, const std::string& text) const {
    fs::create_directories((path / file).parent_path());
    support::writeFileAtomically(path / file, text, support::Overwrite::Yes);
    return (path / file).string();
  }
  fs::path path;
};

const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

std::shared_ptr<const design::Schema> schema() {
  static const auto s = cells::designSchema(gc28());
  return s;
}

Design shipped(const std::string& name) {
  return cells::loadDesign(name, gc28());
}

/// A design file's text, read among the designs of gc28.
Design read(const std::string& text) {
  return design::build(design::readChainText(text, "mine.json", design::designFolder(gc28())), schema());
}

/// Lean with what `body` states.
std::string leanWith(const std::string& body) {
  return R"({ "schema": "gaincell-design/1", "extends": "lean", )" + body + " }";
}

struct Refusal {
  std::string id, what, where, remedy;
};
Refusal refusalOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return {e.id(), e.problem(), e.where(), e.remedy()};
  }
  return {};
}
Refusal refusal(const std::string& text) {
  return refusalOf([&] { read(text); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The leaf a little off, within its range; choices: another word.
void nudge(Design& d, const design::Leaf& leaf) {
  const auto& p = leaf.parameter;
  if (p.kind == netlist::ParameterKind::Choice) {
    const std::string old = d.choice(p.name);
    for (const auto& word : p.choices)
      if (word != old) return d.set(p.name, word, "test");
  }
  const double value = d.real(p.name);
  const double step = p.kind == netlist::ParameterKind::Integer ? 1
                      : value == 0                              ? 0.01 * p.max
                                                                : 0.0371 * std::fabs(value);
  d.set(p.name, value + step <= p.max ? value + step : value - step, "test");
}

}  // namespace

// --- reading --------------------------------------------------------------------------------------------------------

TEST_CASE("a file states what differs, and every value knows where it comes from") {
  const Design d = read(R"({
    // a wide pair
    "$schema": "https://example.org/gaincell-design.json",
    "schema": "gaincell-design/1", "name": "wide-pair", "description": "a wide pair", "extends": "gc28/reference",
    "cell": { "pair_n": { "w": "150nm" }, "c_storage": "10f" },
    "array": { "rows": 48 }, "relu": { "trim": { "use": "on" } }, "timing": { "lsb": 1.1e-9 }
  })");
  CHECK(d.name == "wide-pair");
  CHECK(d.description == "a wide pair");
  CHECK(d.pdk == "gc28");
  CHECK(d.extends == std::vector<std::string>{"gc28/reference", "gc28/lean"});
  CHECK(d.real("cell.pair_n.w") == 150e-9);
  CHECK(d.real("cell.c_storage") == 10e-15);
  CHECK(d.integer("array.rows") == 48);
  CHECK(d.choice("relu.trim.use") == "on");
  CHECK(d.isChoice("relu.trim.use", "on"));
  CHECK(d.real("timing.lsb") == 1.1e-9);
  CHECK(d.real("cell.pair_n.l") == 200e-9);   // reference's
  CHECK(d.real("cell.write_n.w") == 150e-9);  // lean's
  CHECK(d.integer("array.cols") == 64);
  CHECK(d.origin("cell.pair_n.w") == "mine.json");
  CHECK(d.origin("cell.pair_n.l") == "gc28/reference");
  CHECK(d.origin("cell.write_n.w") == "gc28/lean");
  CHECK(d.branch("cell").branch("pair_n").real("w") == 150e-9);
  CHECK(d.branch("cell.pair_n").path() == "cell.pair_n");
}

TEST_CASE("a design without a name is called after its file") {
  CHECK(read(leanWith(R"("array": {"rows": 8})")).name == "mine");
  CHECK(read(leanWith(R"("name": "eight")")).name == "eight");
  CHECK(shipped("").name == "lean");  // the process's default
}

TEST_CASE("quantities: prefixes and the leaf's unit, nothing else") {
  const auto value = [](const std::string& path, const std::string& text) {
    Design d = shipped("lean");
    d.set("relu.bias", "buffered", "test");
    d.set(path, text, "test");
    return d.real(path);
  };
  CHECK(value("cell.pair_n.w", "150nm") == 150e-9);
  CHECK(value("cell.pair_n.w", "150n") == 150e-9);
  CHECK(value("cell.pair_n.w", "0.15 um") == 150e-9);
  CHECK(value("cell.pair_n.w", "0.15\u00b5m") == 150e-9);
  CHECK(value("cell.pair_n.w", "1.5e-7") == 150e-9);
  CHECK(value("cell.pair_n.w", "1.5e-7m") == 150e-9);
  CHECK(value("cell.c_storage", "10f") == 10e-15);
  CHECK(value("cell.c_storage", "10fF") == 10e-15);
  CHECK(value("relu.lsb_charge", "20fC") == 20e-15);
  CHECK(value("reference.level.r", "50k") == 50e3);
  CHECK(value("reference.level.r", "50kohm") == 50e3);
  CHECK(value("reference.level.r", "1meg") == 1e6);
  CHECK(value("reference.follower.ratio", "0.5") == 0.5);
  const auto refused = [&](const std::string& path, const std::string& text) {
    return refusalOf([&] { value(path, text); });
  };
  CHECK(refused("cell.c_storage", "10fC").id == "UNI-0002");  // a charge is no capacitance
  CHECK(refused("cell.pair_n.w", "150nF").id == "UNI-0002");
  CHECK(refused("timing.lsb", "1nV").id == "UNI-0002");
  const auto mega = refused("reference.level.r", "1M");
  CHECK(mega.id == "UNI-0002");
  CHECK(contains(mega.remedy, "meg"));
  CHECK(refused("cell.pair_n.w", "wide").id == "UNI-0001");
  CHECK(refused("cell.pair_n.w", "nan").id == "UNI-0001");
  CHECK(refused("cell.pair_n.w", "150").id == "NET-0003");  // metres
  CHECK(refused("cell.pair_n.w", "").id == "UNI-0001");
  CHECK(refused("array.rows", "4.5").id == "NET-0003");
  CHECK(refused("array.rows", "0").id == "NET-0003");
  CHECK(refused("cell.pair_n.flavour", "p_svt").id == "NET-0004");
  CHECK(refusalOf([] {
          Design d = shipped("lean");
          d.set("cell.pair_n.flavour", 3.0, "test");
        }).id == "NET-0005");
}

TEST_CASE("the message names the file and the path, and what is near") {
  const auto near = refusal(leanWith(R"("relu": { "c_imt": "3p" })"));
  CHECK(near.id == "DSG-0013");
  CHECK(near.where == "mine.json: relu.c_imt");
  CHECK(near.remedy == "did you mean 'relu.c_int'?");
  const auto unit = refusal(leanWith(R"("cell": { "c_storage": "10fC" })"));
  CHECK(unit.id == "UNI-0002");
  CHECK(unit.where == "mine.json: cell.c_storage");
  const auto far = refusal(leanWith(R"("cell": { "pair_n": { "thickness": 1e-9 } })"));
  CHECK(far.id == "DSG-0013");
  CHECK(contains(far.remedy, "cell.pair_n.flavour"));
  CHECK(contains(far.remedy, "cell.pair_n.l"));
  const auto top = refusal(leanWith(R"("pair_n": { "w": "1u" })"));
  CHECK(top.id == "DSG-0013");
  CHECK(top.remedy == "did you mean 'cell.pair_n'?");
  CHECK(refusal(leanWith(R"("celll": { })")).id == "DSG-0013");
}

TEST_CASE("a leaf without its branch, a branch in place of a leaf, and nothing of the kind") {
  Design d = shipped("lean");
  const auto set = [&](const std::string& path) { return refusalOf([&] { d.set(path, "150n", "--set"); }); };
  const auto without = set("pair_n.w");
  CHECK(without.id == "DSG-0002");
  CHECK(without.where == "--set");
  CHECK(without.remedy == "did you mean 'cell.pair_n.w'?");
  CHECK(set("c_storage").remedy == "did you mean 'cell.c_storage'?");
  CHECK(set("cell.pair_n").id == "DSG-0005");
  CHECK(contains(set("cell.pair_n").remedy, "cell.pair_n.w"));
  CHECK(set("cell.pair_n.ww").remedy == "did you mean 'cell.pair_n.w'?");
  CHECK(contains(set("zzzzzzzz").remedy, "array, cell, driver"));
  CHECK(refusalOf([&] { d.real("cell.pair_x.w"); }).id == "DSG-0002");
  CHECK(refusalOf([&] { d.setPart("cell.write_n", false, "test"); }).id == "DSG-0007");
}

TEST_CASE("malformed files are refused") {
  CHECK(refusal(R"({ "schema": "gaincell-design/1", "extends": "lean", )").id == "JSN-0001");
  CHECK(refusal("[1]").id == "DSG-0012");
  CHECK(refusal(leanWith(R"("array": {"rows": 4}, "array": {"cols": 4})")).id == "JSN-0002");
  CHECK(refusal(leanWith(R"("array": {"rows": 4, "rows": 8})")).id == "JSN-0002");
  CHECK(refusal(leanWith(R"("timing": {"lsb": 1e999})")).id == "JSN-0003");
  CHECK(refusal(leanWith(R"("array": 4)")).id == "DSG-0014");
  CHECK(refusal(leanWith(R"("array": {"rows": [4]})")).id == "DSG-0014");
  CHECK(refusal(leanWith(R"("array": {"rows": true})")).id == "DSG-0014");
  CHECK(refusal(leanWith(R"("array": {"rows": null})")).id == "DSG-0014");
  CHECK(refusal(leanWith(R"("relu": null)")).id == "DSG-0014");
  CHECK(refusal(leanWith(R"("cell": {"write_p": 4})")).id == "DSG-0014");
  CHECK(refusal(leanWith(R"("name": 4)")).id == "DSG-0014");
  CHECK(refusal(leanWith(R"("cell.c_storage": "8f")")).id == "DSG-0013");  // one way to state a leaf
  CHECK(refusal(leanWith(R"("cell": { "pair_n.w": "1u" })")).id == "DSG-0013");
  CHECK(refusal(R"({ "schema": "gaincell-design/1", "extends": 4 })").id == "DSG-0014");
  CHECK(refusal(leanWith(R"("relu": {"bias": 1})")).id == "NET-0004");
  CHECK(refusal(R"({ "extends": "lean" })").id == "DSG-0012");
  const auto other = refusal(R"({ "schema": "gaincell-design/2", "extends": "lean" })");
  CHECK(other.id == "DSG-0012");
  CHECK(contains(other.remedy, "gaincell-design/1"));
}

TEST_CASE("a file of the older form is refused with what to write now") {
  const auto old = refusal(R"({ "name": "mine", "pdk": "gc28", "circuits": { "gain-cell": { "pair_n_w": "150n" } } })");
  CHECK(old.id == "DSG-0012");
  CHECK(contains(old.what, "circuits"));
  CHECK(contains(old.remedy, R"("schema": "gaincell-design/1")"));
  CHECK(contains(old.remedy, R"("extends")"));
  CHECK(contains(old.remedy, "cell"));
}

TEST_CASE("a part can be left out by null, and taken back") {
  const Design without = read(leanWith(R"("cell": { "write_p": null })"));
  CHECK(!without.has("cell.write_p"));
  CHECK(!without.has("cell.write_p.w"));
  CHECK(without.values().at("cell.write_p") == "null");
  CHECK(without.values().count("cell.write_p.w") == 0);
  CHECK(without.values().count("cell.write.n_well") == 0);  // goes with it
  CHECK(without.origin("cell.write_p") == "mine.json");
  CHECK(contains(refusalOf([&] { without.real("cell.write_p.w"); }).what, "cell.write_p is null"));
  CHECK(contains(refusalOf([&] { without.real("cell.write.n_well"); }).what, "cell.write_p is null"));
  const Design lean = shipped("lean");
  CHECK(lean.has("cell.write_p"));
  CHECK(lean.hash() != without.hash());
  Folder folder;
  folder.write("single.json", leanWith(R"("cell": { "write_p": null })"));
  const auto back = folder.write("back.json", R"({ "schema": "gaincell-design/1", "extends": "single.json",
                                                   "cell": { "write_p": { "w": "160n" } } })");
  const Design again = cells::loadDesign(back, gc28());
  CHECK(again.real("cell.write_p.w") == 160e-9);
  CHECK(again.real("cell.write_p.l") == lean.real("cell.write_p.l"));
  Design set = lean;
  set.set("cell.write_p", "null", "--set");
  CHECK(set.hash() == without.hash());
  set.setPart("cell.write_p", true, "test");
  CHECK(set.hash() == lean.hash());
}

TEST_CASE("extends: files beside the file, shipped designs, and what is not there") {
  Folder folder;
  folder.write("base.json", leanWith(R"("array": { "rows": 16, "cols": 16 })"));
  const auto file = folder.write("deeper/mine.json", R"({ "schema": "gaincell-design/1", "extends": "../base.json",
                                                          "array": { "cols": 8 } })");
  const Design d = cells::loadDesign(file, gc28());
  CHECK(d.integer("array.rows") == 16);
  CHECK(d.integer("array.cols") == 8);
  CHECK(d.extends.size() == 2);
  CHECK(d.extends.back() == "gc28/lean");
  // A user's folder may be called "designs": names still mean those of the process.
  const auto in_designs = folder.write("designs/mine.json", leanWith(R"("array": { "rows": 16 })"));
  CHECK(cells::loadDesign(in_designs, gc28()).integer("array.rows") == 16);
  const auto gone = folder.write("gone.json", R"({ "schema": "gaincell-design/1", "extends": "nothere.json" })");
  const auto no_file = refusalOf([&] { cells::loadDesign(gone, gc28()); });
  CHECK(no_file.id == "DSG-0010");
  CHECK(contains(no_file.where, "gone.json"));
  const auto slip = refusalOf([] { shipped("leen"); });
  CHECK(slip.id == "DSG-0010");
  CHECK(slip.remedy == "did you mean 'lean'?");
  CHECK(contains(refusalOf([] { shipped("qqqqqqqq"); }).remedy, "active, lean, reference, write-io, write-os"));
  CHECK(refusalOf([] { shipped("gc28/leen"); }).id == "DSG-0010");
  CHECK(refusalOf([] { shipped("gc99/lean"); }).id == "DSG-0010");
  CHECK(refusalOf([] { shipped("../designs/lean"); }).id == "DSG-0010");
  CHECK(shipped("gc28/lean").hash() == shipped("lean").hash());
}

TEST_CASE("a circle of extends is refused") {
  Folder folder;
  const auto file = [&](const std::string& name, const std::string& next) {
    return folder.write(name, R"({ "schema": "gaincell-design/1", "extends": ")" + next + "\" }");
  };
  const auto self = file("self.json", "self.json"), one = file("one.json", "two.json");
  file("two.json", "three.json");
  file("three.json", "./one.json");
  for (const auto& start : {self, one}) {
    const auto r = refusalOf([&] { cells::loadDesign(start, gc28()); });
    CHECK(r.id == "DSG-0011");
    CHECK(contains(r.remedy, "extends"));
  }
}

TEST_CASE("a design is for one process") {
  const auto text = R"({ "schema": "gaincell-design/1", "pdk": "sky130A", "extends": "gc28/lean" })";
  Folder folder;
  const auto r = refusalOf([&] { cells::loadDesign(folder.write("other.json", text), gc28()); });
  CHECK(r.id == "CEL-0030");
  CHECK(contains(r.remedy, "--pdk sky130A"));
  pdk::Pdk bare = gc28();
  bare.default_design.clear();
  CHECK(refusalOf([&] { cells::loadDesign("", bare); }).id == "CEL-0031");
}

TEST_CASE("an incomplete design is refused with what is missing") {
  const auto nothing = refusal(R"({ "schema": "gaincell-design/1", "pdk": "gc28" })");
  CHECK(nothing.id == "DSG-0006");
  CHECK(contains(nothing.what, "cell.pair_n.w"));
  CHECK(contains(nothing.what, "relu.bias"));
  CHECK(!contains(nothing.what, "relu.copy.w"));  // does not exist while relu.bias has no value
  const auto active = refusal(leanWith(R"("relu": { "integrator": "active" })"));
  CHECK(active.id == "DSG-0006");
  CHECK(contains(active.what, "relu.amp.n.w"));
  CHECK(contains(active.what, "relu.delay.l"));
  CHECK(!contains(active.what, "signed.amp"));
  CHECK(!contains(active.what, "cell."));
  Design empty(schema());
  CHECK(refusalOf([&] { empty.real("cell.c_storage"); }).id == "DSG-0003");
}

TEST_CASE("a leaf exists only under the choices it belongs to") {
  Design d = shipped("lean");
  const auto why = refusalOf([&] { d.real("relu.copy.w"); });
  CHECK(why.id == "DSG-0004");
  CHECK(contains(why.what, "relu.bias is diode"));
  CHECK(d.isGiven("relu.copy.w"));
  CHECK(!d.has("relu.copy.w"));
  CHECK(!d.isActive(*d.schema().find("relu.copy.w")));
  CHECK(d.values().count("relu.copy.w") == 0);
  CHECK(d.whyInactive(*d.schema().find("reference.replica.n.w")) == "relu.bias is diode and signed.bias is diode");
  d.set("signed.bias", "replica", "test");
  CHECK(d.has("reference.replica.n.w"));  // one converter that wants it is enough
  CHECK(d.has("signed.copy.w"));
  CHECK(!d.has("relu.copy.w"));
  CHECK(!d.has("signed.i_ref"));
  CHECK(d.has("relu.i_ref"));
  // A choice that does not exist itself decides nothing below it.
  const Design active = shipped("active");
  CHECK(!active.has("relu.power_gating"));
  CHECK(contains(refusalOf([&] { active.real("timing.token.relu.header_on"); }).what, "relu.integrator is active"));
  d.set("relu.power_gating", "off", "test");
  CHECK(contains(refusalOf([&] { d.real("timing.token.relu.header_on"); }).what, "relu.power_gating is off"));
}

// --- limits ---------------------------------------------------------------------------------------------------------

namespace {

/// The limits of a design that are not those of another.
std::vector<design::Limit> ownLimits(const Design& d, const Design& other) {
  std::vector<design::Limit> out;
  for (const auto& l : d.limits)
    if (std::none_of(other.limits.begin(), other.limits.end(),
                     [&](const auto& o) { return o.measure == l.measure && o.origin == l.origin; }))
      out.push_back(l);
  return out;
}

}  // namespace

TEST_CASE("limits are inherited, replaced and removed") {
  Folder folder;
  folder.write("base.json", leanWith(R"("limits": {
    "test.one": { "min": "8u", "typ": 1e-5, "max": "12u", "source": "paper" },
    "test.two": { "min": "4m" }, "test.three": { "max": "5n" } })"));
  const Design lean = shipped("lean"), base = cells::loadDesign((folder.path / "base.json").string(), gc28());
  const auto of_base = ownLimits(base, lean);
  CHECK(base.limits.size() == lean.limits.size() + 3);
  REQUIRE(of_base.size() == 3);
  CHECK(of_base[0].measure == "test.one");
  CHECK(of_base[0].min == 8e-6);
  CHECK(of_base[0].typ == 1e-5);
  CHECK(of_base[0].max == 12e-6);
  CHECK(of_base[0].source == "paper");
  CHECK(contains(of_base[0].origin, "base.json"));
  CHECK(!of_base[1].max);
  const Design d = cells::loadDesign(
      folder.write("mine.json", R"({ "schema": "gaincell-design/1", "extends": "base.json", "limits": {
        "test.three": null, "test.one": { "max": 5e-6, "source": "lean" }, "test.new": { "min": -1 } } })"),
      gc28());
  CHECK(d.limits.size() == lean.limits.size() + 3);
  const auto own = ownLimits(d, lean);
  REQUIRE(own.size() == 3);
  CHECK(own[0].measure == "test.one");  // in its place, and nothing of the old one left
  CHECK(!own[0].min);
  CHECK(!own[0].typ);
  CHECK(own[0].max == 5e-6);
  CHECK(own[0].source == "lean");
  CHECK(contains(own[0].origin, "mine.json"));
  CHECK(own[1].measure == "test.two");
  CHECK(contains(own[1].origin, "base.json"));
  CHECK(own[2].measure == "test.new");
  CHECK(own[2].min == -1);
}

TEST_CASE("limits that allow nothing or everything are refused") {
  const auto limit = [](const std::string& body) { return refusal(leanWith(R"("limits": { "a.b": )" + body + " }")); };
  CHECK(limit(R"({ "min": 2, "max": 1 })").id == "DSG-0015");
  CHECK(limit(R"({ "min": 2, "max": 1 })").where == "mine.json: limits.a.b");
  CHECK(limit(R"({ })").id == "DSG-0015");
  CHECK(limit(R"({ "typ": 1 })").id == "DSG-0015");
  CHECK(limit(R"({ "min": 1, "max": 2, "typ": 3 })").id == "DSG-0015");
  const auto none = refusal(leanWith(R"("limits": { "cell.iv.ilow": null })"));  // would leave the limit that is meant
  CHECK(none.id == "DSG-0018");
  CHECK(contains(none.remedy, "cell.iv.i_low"));
  CHECK(limit(R"({ "min": 1, "max": 2, "typ": 0 })").id == "DSG-0015");
  CHECK(limit(R"({ "minimum": 1 })").id == "DSG-0013");
  CHECK(limit(R"({ "min": [1] })").id == "DSG-0013");
  CHECK(limit(R"({ "max": 1, "source": 5 })").id == "DSG-0013");
  CHECK(limit("5").id == "DSG-0014");
  CHECK(limit(R"({ "min": "1M" })").id == "UNI-0002");
  CHECK(refusal(leanWith(R"("limits": 5)")).id == "DSG-0014");
  CHECK(limit(R"({ "min": 1, "max": 1 })").id.empty());
}

// --- identity -------------------------------------------------------------------------------------------------------

TEST_CASE("the hash follows every leaf that exists and nothing else") {
  const Design lean = shipped("lean");
  CHECK(lean.hash().size() == 64);
  CHECK(lean.hash() == shipped("gc28/lean").hash());
  for (const char* name : {"lean", "reference", "active"}) {
    const Design base = shipped(name);
    const std::string hash = base.hash();
    for (const auto& leaf : base.schema().leaves()) {
      const std::string& path = leaf.parameter.name;
      CAPTURE(path);
      Design d = base;
      if (!base.isActive(leaf)) {
        if (!base.isGiven(path) || leaf.parameter.kind == netlist::ParameterKind::Choice) continue;
        d.set(path, leaf.parameter.min, "test");
        CHECK(d.hash() == hash);
        continue;
      }
      nudge(d, leaf);
      CHECK(d.hash() != hash);
      d.set(path, base.text(path), "elsewhere");
      CHECK(d.hash() == hash);
    }
  }
  Design d = lean;
  d.name = "another";
  d.description = "another";
  d.extends.clear();
  d.setLimit({"a.b", 1, {}, {}, "", ""});
  CHECK(d.hash() == lean.hash());
  d.pdk = "another";
  CHECK(d.hash() != lean.hash());
}

TEST_CASE("values and differences") {
  const Design lean = shipped("lean");
  Design d = lean;
  const auto values = lean.values();
  CHECK(values.at("cell.pair_n.w") == "1e-07");
  CHECK(values.at("cell.pair_n.flavour") == "n_hvt");
  CHECK(values.at("array.rows") == "64");
  CHECK(values.at("cell.write.low") == "0");
  CHECK(values.size() ==
        static_cast<std::size_t>(std::count_if(lean.schema().leaves().begin(), lean.schema().leaves().end(),
                                               [&](const auto& leaf) { return lean.isActive(leaf); })));
  CHECK(design::differences(values, d.values()).empty());
  d.set("cell.pair_n.w", "150n", "test");
  d.set("timing.lsb", "1.1n", "test");
  CHECK(design::differences(d.values(), values) ==
        std::vector<std::string>{"cell.pair_n.w: 1.5e-07 against 1e-07", "timing.lsb: 1.1e-09 against 1e-09"});
  d = lean;
  d.setPart("cell.write_p", false, "test");
  const auto parts = design::differences(d.values(), values);
  CHECK(std::find(parts.begin(), parts.end(), "cell.write_p: null against -") != parts.end());
  CHECK(std::find(parts.begin(), parts.end(), "cell.write_p.w: - against 1.5e-07") != parts.end());
}

TEST_CASE("an identity names what differs, the cell's leaves before the converters'") {
  const Design lean = shipped("lean");
  Design d = lean;
  const auto identity = [](const Design& of, const pdk::Conditions& conditions = {}) {
    return design::identityOf(of, gc28(), conditions);
  };
  CHECK(design::differences(identity(lean), identity(d)).empty());
  d.set("signed.nand.n.w", "310n", "test");
  d.set("cell.pair_n.w", "150n", "test");
  auto found = design::differences(identity(d), identity(lean));
  REQUIRE(found.size() == 2);
  CHECK(found[0] == "cell.pair_n.w: 1.5e-07 against 1e-07");
  found = design::differences(identity(d, {"ss", 85, 0.85}), identity(lean));
  REQUIRE(found.size() == 5);
  CHECK(found[0] == "corner: ss against tt");
  CHECK(found[3] == "cell.pair_n.w: 1.5e-07 against 1e-07");
  CHECK(design::differences(identity(d, {"ss", 85, 0.85}), identity(lean), design::May::DifferInConditions).size() ==
        2);
  CHECK(design::differences(identity(d), identity(lean), design::May::Nothing, {"signed"}) ==
        std::vector<std::string>{"signed.nand.n.w: 3.1e-07 against 3e-07"});
  CHECK(design::differences(identity(d), identity(lean), design::May::Nothing, {"relu", "sign"}).empty());
  auto other = identity(lean);
  other.pdk_hash = "0123456789";
  CHECK(contains(design::differences(other, identity(lean)).at(0), "files of process gc28: 01234567 against"));
  other.pdk = "sky130A";
  CHECK(design::differences(other, identity(lean)).at(0) == "process: sky130A against gc28");

  const auto refused = refusalOf([&] { design::requireSame(identity(d), "the model", identity(lean), "the run"); });
  CHECK(refused.id == "DSG-0020");
  CHECK(contains(refused.where, "cell.pair_n.w: 1.5e-07 against 1e-07"));
  CHECK(contains(refused.what, "the model (lean) and the run (lean)"));
  CHECK_NOTHROW(design::requireSame(identity(lean), "a", identity(lean), "b"));
  // Names do not separate, values do.
  Design renamed = lean;
  renamed.name = "other";
  CHECK_NOTHROW(design::requireSame(identity(renamed), "a", identity(lean), "b"));

  const auto read_back = design::identityFromJson(design::toJson(identity(d, {"ff", 85, 0.95})));
  CHECK(design::differences(read_back, identity(d, {"ff", 85, 0.95})).empty());
  CHECK(read_back.design == d.name);
  CHECK(read_back.conditions.temp_c == 85);
  CHECK(read_back.known());
  CHECK(!design::Identity{}.known());
}

// --- writing --------------------------------------------------------------------------------------------------------

namespace {

Design readAgain(const Design& d, const Design* base) {
  return design::build(design::readChainText(design::toText(d, base), "again.json", design::designFolder(gc28())),
                       schema());
}

/// Leaves stated in a design file, without its head.
std::set<std::string> stated(const std::string& text) {
  std::set<std::string> out;
  const std::function<void(const nlohmann::json&, const std::string&)> walk = [&](const nlohmann::json& j,
                                                                                  const std::string& path) {
    if (!j.is_object()) {
      out.insert(path);
      return;
    }
    for (const auto& [key, child] : j.items()) walk(child, path.empty() ? key : path + "." + key);
  };
  walk(nlohmann::json::parse(text), "");
  for (const char* head : {"schema", "name", "description", "extends", "pdk"}) out.erase(head);
  return out;
}

}  // namespace

TEST_CASE("the text of a whole design reads as the same design") {
  for (const auto& name : design::designNames(design::designFolder(gc28()))) {
    CAPTURE(name);
    const Design d = shipped(name);
    const std::string text = design::toText(d, nullptr);
    const Design again = readAgain(d, nullptr);
    CHECK(again.hash() == d.hash());
    CHECK(again.name == d.name);
    CHECK(again.description == d.description);
    CHECK(again.pdk == "gc28");
    CHECK(again.extends.empty());
    CHECK(design::toText(again, nullptr) == text);
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      if (!contains(text.substr(at, end - at), "\"description\"")) longest = std::max(longest, end - at);
      at = end + 1;
    }
    CHECK(longest <= 110);
  }
}

TEST_CASE("the text of a changed design states what differs from its base, exactly") {
  for (const char* name : {"lean", "active", "write-os"}) {
    const Design base = shipped(name);
    CHECK(stated(design::toText(base, &base)).empty());
    CHECK(readAgain(base, &base).hash() == base.hash());
    for (const auto& leaf : base.schema().leaves()) {
      const std::string& path = leaf.parameter.name;
      if (!base.isActive(leaf)) continue;
      CAPTURE(name);
      CAPTURE(path);
      Design d = base;
      nudge(d, leaf);
      CHECK(stated(design::toText(d, &base)) == std::set<std::string>{path});
      // Choices may ask for values the base does not have.
      if (leaf.parameter.kind == netlist::ParameterKind::Choice) continue;
      CHECK(readAgain(d, &base).hash() == d.hash());
      CHECK(readAgain(d, nullptr).hash() == d.hash());
    }
  }
}

TEST_CASE("parts left out or taken back survive the text") {
  const Design lean = shipped("lean"), single = shipped("write-os");
  Design without = lean;
  without.setPart("cell.write_p", false, "test");
  CHECK(stated(design::toText(without, &lean)) == std::set<std::string>{"cell.write_p"});
  CHECK(readAgain(without, &lean).hash() == without.hash());
  CHECK(readAgain(without, nullptr).hash() == without.hash());
  Design back = single;
  back.setPart("cell.write_p", true, "test");
  CHECK(readAgain(back, &single).hash() == back.hash());
  CHECK(readAgain(back, nullptr).hash() == back.hash());
}

TEST_CASE("limits survive the text") {
  Design base = shipped("lean");
  base.limits.clear();
  base.setLimit({"cell.iv.i_low", 8e-6, 1e-5, 12e-6, "paper", ""});
  base.setLimit({"cell.write.settle", {}, {}, 5e-9, "", ""});
  const Design again = readAgain(base, nullptr);
  REQUIRE(again.limits.size() == 2);
  CHECK(again.limits[0].typ == 1e-5);
  CHECK(again.limits[0].source == "paper");
  CHECK(again.limits[1].max == 5e-9);
  // What the base has and the design does not must be taken away.
  Design d = base;
  d.removeLimit("cell.write.settle");
  d.setLimit({"cell.iv.i_low", 4e-6, {}, {}, "lean", ""});
  const auto text = nlohmann::json::parse(design::toText(d, &base));
  CHECK(text["limits"]["cell.write.settle"].is_null());
  CHECK(text["limits"]["cell.iv.i_low"]["min"] == 4e-6);
  CHECK(text["limits"].size() == 2);
  // A source that changed is a change.
  d = base;
  d.setLimit({"cell.write.settle", {}, {}, 5e-9, "measured", ""});
  CHECK(nlohmann::json::parse(design::toText(d, &base))["limits"]["cell.write.settle"]["source"] == "measured");
}

TEST_CASE("text of numbers: as people write them where that is exact") {
  Design d = shipped("lean");
  d.set("cell.pair_n.w", "150n", "test");
  d.set("cell.c_storage", 1.23456789012345e-14, "test");
  d.set("array.rows", "48", "test");
  d.set("cell.write.high", 0.85, "test");
  d.set("write.reference.r", 75, "test");
  d.set("reference.level.r", 2e6, "test");
  const auto json = nlohmann::json::parse(design::toText(d, nullptr));
  CHECK(json["cell"]["pair_n"]["w"] == "150n");
  CHECK(json["cell"]["c_storage"] == 1.23456789012345e-14);
  CHECK(json["array"]["rows"] == 48);
  CHECK(json["write"]["reference"]["r"] == 75);
  CHECK(readAgain(d, nullptr).hash() == d.hash());
}

// --- conventions ----------------------------------------------------------------------------------------------------

TEST_CASE("conventions follow from their leaves") {
  Design d = shipped("lean");
  CHECK(design::pulseLsb(d) == 1e-9);
  CHECK(design::topPulse(d) == 15);
  CHECK(design::longestPulse(d) == doctest::Approx(15e-9));
  CHECK(design::edgeTime(d) == 50e-12);
  CHECK(design::storedLevels(d) == 8);
  CHECK(design::storedVoltage(d, 7, 0.9) == doctest::Approx(0.9));
  CHECK(design::storedVoltage(d, 0, 0.9) == 0.0);
  CHECK(design::storedVoltage(d, 3.5, 0.1, 0.8) == doctest::Approx(0.45));
  d.set("timing.levels", "9", "test");
  d.set("timing.lsb", "2n", "test");
  d.set("levels.stored", "4", "test");
  CHECK(design::longestPulse(d) == doctest::Approx(16e-9));
  CHECK(design::storedVoltage(d, 1, 0.9) == doctest::Approx(0.3));
}

TEST_CASE("a schema refuses a leaf declared twice") {
  design::Schema s;
  const design::SchemaBranch b(s, "a");
  b.width("w", "width");
  CHECK(refusalOf([&] { b.width("w", "width"); }).id == "DSG-0001");
  CHECK(s.isBranch("a"));
  CHECK(!s.isBranch("a.w"));
  CHECK(!s.isBranch(""));
}
