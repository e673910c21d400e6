// Every generated circuit's testbench in the plain ngspice program, against the same deck on a worker.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "raw_file.hpp"

using namespace gaincell;
namespace fs = std::filesystem;

TEST_CASE("every generated circuit runs in plain ngspice, with the worker's result to 1e-6") {
  if (std::system("command -v ngspice >/dev/null 2>&1") != 0) {
    MESSAGE("no ngspice program here: skipped");
    return;
  }
  const pdk::Pdk pdk = pdk::findPdk("gc28");
  sim::Simulator simulator;
  std::string name = (fs::temp_directory_path() / "gaincell-plain-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  const fs::path folder = name;
  auto design = cells::loadDesign("lean", pdk);
  for (const char* size : {"array.rows", "array.cols"}) design.set(size, 2, "test");
  for (const auto& g : cells::generators()) {
    CAPTURE(g.kind);
    const auto deck = std::make_shared<netlist::Deck>(g.testbench(pdk, {"tt", 27, pdk.vdd}, design));
    const auto ours = simulator.run({deck, {}, g.kind, {}});
    REQUIRE_MESSAGE(ours.ok(), ours.message);
    // What `gaincell netlist` writes, no more.
    support::writeFileAtomically(folder / "deck.cir", netlist::toText(*deck, "ngspice"), support::Overwrite::Yes);
    fs::remove(folder / "deck.raw");
    (void)!std::system(("cd '" + folder.string() +
                        "' && SPICE_ASCIIRAWFILE=1 ngspice -n -b -r deck.raw deck.cir >log.txt 2>&1 </dev/null")
                           .c_str());  // the exit code says nothing
    REQUIRE_MESSAGE(fs::exists(folder / "deck.raw"), support::readFile(folder / "log.txt"));
    const std::string raw = support::readFile(folder / "deck.raw");
    int compared = 0;
    for (const auto& vector : ours.waves.names()) {
      if (vector.rfind("v(", 0) != 0) continue;
      CAPTURE(vector);
      const auto theirs = rawVector(raw, vector);
      REQUIRE(theirs.size() == ours.waves[vector].size());
      CHECK(largestDifference(theirs, ours.waves[vector]) < 1e-6 * pdk.vdd);
      ++compared;
    }
    const bool is_array = g.kind == "array" || g.kind == "value-array";
    CHECK(compared + static_cast<int>(is_array) > 0);  // an array's bench saves the bit-line currents alone
    if (!is_array) continue;
    const auto theirs = rawVector(raw, "i(vbl_1)");
    REQUIRE(theirs.size() == ours.waves["i(vbl_1)"].size());
    CHECK(largestDifference(theirs, ours.waves["i(vbl_1)"]) < 1e-6 * 6e-6);  // two cells of about 3 uA
  }
  fs::remove_all(folder);
}
