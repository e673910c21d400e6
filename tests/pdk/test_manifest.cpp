#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gaincell/netlist/writer.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell::pdk;
using gaincell::support::Error;
namespace fs = std::filesystem;

namespace {

/// A folder for one test, removed at the end.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "gaincell-pdk-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

/// The embedded manifest with one piece of text replaced, read from a folder of its own. Returns the error's text, or
/// "".
std::string errorAfter(const std::string& from, const std::string& to, std::string* id = nullptr) {
  Folder folder;
  std::string text = gaincell::support::readFile(pdkFolder() / "gc28/manifest.json");
  const auto at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  text.replace(at, from.size(), to);
  gaincell::support::writeFileAtomically(folder.path / "manifest.json", text);
  fs::copy_file(pdkFolder() / "gc28/gc28.lib", folder.path / "gc28.lib");
  try {
    readManifest(folder.path / "manifest.json");
  } catch (const Error& e) {
    if (id != nullptr) *id = e.id();
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the embedded PDK is found and complete") {
  const Pdk pdk = findPdk("gc28");
  CHECK(pdk.vdd == 0.9);
  CHECK(pdk.devices.size() == 7);
  CHECK(pdk.corners.size() == 5);
  CHECK(pdk.corner("sf").speed_n == -1);
  CHECK(pdk.corner("sf").speed_p == 1);
  CHECK(pdk.device("p_io").polarity == 'p');
  CHECK(pdk.device("p_io").v_max == 1.98);
  CHECK(pdk.device("n_hvt").avt == 1.5e-9);
  CHECK(pdk.role("logic_p").w == 1.9e-7);
  CHECK(pdk.roles.size() == 2);
  CHECK(pdk.default_design == "lean");
  CHECK(fs::exists(pdk.manifest.parent_path() / "designs" / (pdk.default_design + ".json")));
  CHECK(pdk.process.values.at("n_hvt.vth") == doctest::Approx(0.035 / 3).epsilon(1e-4));
  CHECK(pdk.targets.at("n_svt").at("ion") == 620);
  CHECK(pdk.content_hash.size() == 64);
  for (const auto& [role, sizes] : pdk.roles) CHECK_NOTHROW(pdk.device(sizes.device));
  for (const auto& [key, value] : pdk.layout.values) {
    CHECK(std::isfinite(value));
    CHECK(!pdk.layout.sources.at(key).empty());
  }
}

TEST_CASE("an empty deck carries cards with absolute paths, temperature and devices") {
  const Pdk pdk = findPdk("gc28");
  const auto deck = emptyDeck(pdk, {"fs", 85.0, 0.9}, "t");
  REQUIRE(deck.pdk_cards.size() == 2);
  CHECK(deck.pdk_cards[0] == ".lib '" + pdk.root.string() + "/gc28.lib' fs");
  CHECK(fs::path(pdk.root).is_absolute());
  CHECK(deck.temp_c == 85.0);
  CHECK(deck.circuit.devices.count("n_os") == 1);
}

TEST_CASE("what is asked for and not there is named with what is") {
  const Pdk pdk = findPdk("gc28");
  CHECK_THROWS_WITH_AS(pdk.corner("mm"), doctest::Contains("tt, ss, ff, sf, fs"), Error);
  CHECK_THROWS_WITH_AS(pdk.role("latch"), doctest::Contains("logic_n"), Error);
  CHECK_THROWS_WITH_AS(pdk.device("n_lvt"), doctest::Contains("n_svt"), Error);
  CHECK_THROWS_WITH_AS(findPdk("gc29"), doctest::Contains("gc28"), Error);
}

TEST_CASE("a wrong manifest is refused with the path of the field") {
  CHECK(errorAfter("\"title\"", "\"titel\"").find("'title' is missing") != std::string::npos);
  CHECK(errorAfter("\"vdd_V\": 0.9,", "\"vdd_V\": \"0.9\",").find("manifest.json:/supply/vdd_V") != std::string::npos);
  CHECK(errorAfter("\"vdd_V\": 0.9,", "\"vdd_V\": 900,").find("outside") != std::string::npos);
  CHECK(errorAfter("\"vdd_V\": 0.9,", "\"vdd_V\": 0.9, \"vss_V\": 0,").find("/supply/vss_V") != std::string::npos);
  CHECK(errorAfter("\"n\": 0, \"p\": 0", "\"n\": 2, \"p\": 0").find("/corners/tt/speed/n") != std::string::npos);
  CHECK(errorAfter("[\"d\", \"g\", \"s\", \"b\"]", "[\"d\", \"g\", \"s\"]").find("/devices/n_svt/pins") !=
        std::string::npos);
  CHECK(errorAfter("\"like\": \"n_svt\"", "\"like\": \"nope\"").find("/devices/p_svt/like") != std::string::npos);
  CHECK(errorAfter("\"w_m\": 1e-07, \"l_m\": 3e-08", "\"w_m\": 1e-07, \"l_m\": 2.0").find("/roles/logic_n/l_m") !=
        std::string::npos);
  CHECK(errorAfter("{\"device\": \"p_svt\", \"w_m\": 1.9e-07", "{\"device\": \"p_xvt\", \"w_m\": 1.9e-07")
            .find("/roles/logic_p/device") != std::string::npos);
  CHECK(errorAfter("\"default_design\": \"lean\"", "\"default_design\": 1").find("/default_design") !=
        std::string::npos);
  CHECK(errorAfter("[\"n_svt\", \"n_hvt\"]", "[\"n_svt\", \"n_svt\"]").find("/process/groups/n_core/flavours") !=
        std::string::npos);
  CHECK(errorAfter(".lib '${root}/gc28.lib' tt", ".lib '${root}/gc28.lib' tt\\n.control").find("/corners/tt/cards") !=
        std::string::npos);
  CHECK(errorAfter("\"schema\"", "\"schema\": 3, \"x\"").find("/schema") != std::string::npos);
  CHECK(errorAfter("{", "[").find("not valid JSON") != std::string::npos);
  std::string id;
  CHECK(errorAfter("\"needs_osdi\": false", "\"needs_osdi\": true", &id).find("OSDI") != std::string::npos);
  CHECK(id == "PDK-0008");
  CHECK(errorAfter("'${root}/gc28.lib' ff", "'${root}/gone.lib' ff", &id).find("gone.lib") != std::string::npos);
  CHECK(id == "PDK-0042");
}

TEST_CASE("sizes of circuits are refused by name: they are designs") {
  for (const std::string key : {"cell", "variants"}) {
    CAPTURE(key);
    std::string id;
    const auto text = errorAfter("\"default_design\"", "\"" + key + "\": {}, \"default_design\"", &id);
    CHECK(id == "PDK-0001");
    CHECK(text.find("manifest.json:/" + key) != std::string::npos);
    CHECK(text.find("'" + key + "' belongs to a design") != std::string::npos);
    CHECK(text.find("designs/NAME.json") != std::string::npos);
  }
  // A process without designs is one all the same.
  CHECK(errorAfter("  \"default_design\": \"lean\",\n", "").empty());
}

TEST_CASE("missing files name the variable and the paths tried") {
  std::string id;
  const auto text = errorAfter(
      "{\"embedded\": true, \"probe\": \"gc28.lib\"}",
      "{\"variables\": [\"GAINCELL_NO_SUCH_VARIABLE\"], \"folders\": [\"/nowhere/pdk\"], \"probe\": \"a/b.lib\"}", &id);
  CHECK(id == "PDK-0003");
  CHECK(text.find("GAINCELL_NO_SUCH_VARIABLE (not set)") != std::string::npos);
  CHECK(text.find("/nowhere/pdk/a/b.lib") != std::string::npos);
}

TEST_CASE("a PDK outside the program is found through its variable, and its corners are what it has") {
  const fs::path root = fs::path(GAINCELL_SHARED) / "pdk/freepdk45";
  if (!fs::exists(root)) {
    MESSAGE("no FreePDK45 cards here: skipped");
    return;
  }
  setenv("FREEPDK45_ROOT", root.c_str(), 1);
  const Pdk pdk = findPdk("freepdk45");
  CHECK(pdk.corners.size() == 3);
  CHECK_THROWS_WITH_AS(pdk.corner("sf"), doctest::Contains("tt, ss, ff"), Error);
  CHECK(pdk.corner("ss").cards.at(0).find("models_ss/NMOS_VTL.inc") != std::string::npos);
  CHECK(pdk.device("n_svt").instance_options == "rgatemod=0 rbodymod=0");
  setenv("FREEPDK45_ROOT", (root / "nowhere").c_str(), 1);
  CHECK_THROWS_WITH_AS(findPdk("freepdk45"), doctest::Contains("FREEPDK45_ROOT (set)"), Error);
  unsetenv("FREEPDK45_ROOT");
}

TEST_CASE("PDKs with compiled models are refused before their files are looked for") {
  CHECK_THROWS_WITH_AS(findPdk("sg13g2"), doctest::Contains("OSDI"), Error);
  CHECK_THROWS_WITH_AS(findPdk("asap7"), doctest::Contains("OSDI"), Error);
}

TEST_CASE("the subcircuit devices of SKY130 and GF180 are written in their own units and pins") {
  // The cards are not needed to see how an instance is written: a manifest without its probe is enough of a PDK here.
  for (const auto& [name, expected] :
       {std::pair<std::string, std::string>{"sky130A", "xt a a 0 0 sky130_fd_pr__nfet_01v8 w=0.42 l=0.15"},
        {"gf180mcuD", "xt a a 0 0 nfet_03v3 w=4.2e-07 l=2.8e-07"}}) {
    Folder folder;
    for (const char* file : {"sky130.lib.spice", "sm141064.ngspice", "design.ngspice"}) {
      fs::create_directories(folder.path / "pdk/libs.tech/ngspice");
      gaincell::support::writeFileAtomically(folder.path / "pdk/libs.tech/ngspice" / file, "* empty\n");
    }
    setenv("PDK_ROOT", (folder.path / "pdk").c_str(), 1);
    const Pdk pdk = findPdk(name);
    unsetenv("PDK_ROOT");
    auto deck = emptyDeck(pdk, {"tt", 27, pdk.vdd}, "t");
    const auto l = pdk.device("n_svt").l_min;
    deck.circuit.add(gaincell::netlist::Mosfet{"t", "n_svt", "a", "a", "0", "0", 4.2e-7, l});
    deck.circuit.add(gaincell::netlist::VoltageSource{"a", "a", "0", gaincell::netlist::Dc{1.0}});
    CHECK(gaincell::netlist::toText(deck).find(expected) != std::string::npos);
    CHECK(pdk.corner("mm").random);
    // sf and fs mean opposite things in the two.
    CHECK(pdk.corner("sf").speed_n == (name == "sky130A" ? 1 : -1));
  }
}
