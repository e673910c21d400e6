// Every generated circuit in every dialect, and the dialects before parsers that are not ours: ngspice in its HSPICE
// mode reads what the HSPICE writer wrote, KLayout's netlist reader reads the CDL.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/support/error.hpp"
#include "golden.hpp"

using namespace gaincell;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "gaincell-dialects-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

/// The process's design, arrays small enough to look at.
const design::Design& smallDesign() {
  static const design::Design small = [] {
    auto d = cells::loadDesign("lean", gc28());
    for (const char* size : {"array.rows", "array.cols"}) d.set(size, 2, "test");
    return d;
  }();
  return small;
}

bool installed(const char* program) {
  return std::system(fmt::format("command -v {} >/dev/null 2>&1", program).c_str()) == 0;
}

/// The text with the PDK's folder replaced, so that golden files do not depend on where the project lies.
std::string placeless(std::string text) {
  const std::string root = gc28().root.string();
  for (auto at = text.find(root); at != std::string::npos; at = text.find(root)) text.replace(at, root.size(), "PDK");
  return text;
}

}  // namespace

TEST_CASE("every generated circuit can be written in every dialect") {
  for (const auto& g : cells::generators())
    for (const auto& name : netlist::dialectNames()) {
      CAPTURE(g.kind);
      CAPTURE(name);
      netlist::Circuit circuit;
      circuit.devices = gc28().devices;
      g.define(gc28(), smallDesign(), circuit);
      std::ostringstream library;
      CHECK_NOTHROW(netlist::dialect(name).writeSubcircuits(circuit, library));
      CHECK(library.str().size() > 100);
      const auto deck = g.testbench(gc28(), {"tt", 27, 0.9}, smallDesign());
      std::string text;
      CHECK_NOTHROW(text = netlist::toText(deck, name));
      CHECK(text.size() > 100);
    }
}

TEST_CASE("every circuit's testbench is what its golden files say") {
  for (const auto& g : cells::generators()) {
    const auto deck = g.testbench(gc28(), {"tt", 27, 0.9}, smallDesign());
    for (const auto& name : netlist::dialectNames()) {
      CAPTURE(g.kind);
      CAPTURE(name);
      tests::checkGolden(g.kind + "." + std::string(netlist::dialect(name).extension()),
                         placeless(netlist::toText(deck, name)));
    }
  }
}

TEST_CASE("ngspice in its HSPICE mode reads the HSPICE deck and finds the same voltages") {
  if (!installed("ngspice")) {
    MESSAGE("no ngspice program here: skipped");
    return;
  }
  const auto& g = cells::generator("gain-cell");
  auto deck = g.testbench(gc28(), {"ff", 85, 0.9}, cells::loadDesign("lean", gc28()));
  deck.analysis = netlist::OperatingPoint{};
  deck.saves.clear();
  const auto voltages = [&](const std::string& dialect, const std::string& settings) {
    Folder folder;
    std::string text = netlist::toText(deck, dialect);
    // ngspice has neither .probe of everything nor a sweep of a parameter; the operating point is what is compared.
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);)
      if (line.rfind(".probe", 0) != 0 && line.rfind(".dc", 0) != 0) kept += line + "\n";
    support::writeFileAtomically(folder.path / "deck.cir", kept);
    const auto command = fmt::format(
        "cd '{}' && ngspice -n {} -b -r out.raw deck.cir >log.txt 2>&1; printf 'load out.raw\\nset numdgt=9\\nprint "
        "all\\n' "
        "> show.txt; ngspice -n -b show.txt > values.txt 2>&1",
        folder.path.string(), settings);
    [[maybe_unused]] const int status = std::system(command.c_str());  // judged by the data
    std::map<std::string, double> out;
    std::ifstream in(folder.path / "out.raw", std::ios::binary);
    std::vector<std::string> names;
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string index, name;
      if (line.rfind("\t", 0) == 0 && words >> index >> name) names.push_back(name);
      if (line.rfind("Binary:", 0) == 0) break;
    }
    for (const auto& name : names) {
      double v = 0;
      in.read(reinterpret_cast<char*>(&v), sizeof v);
      out[name] = v;
    }
    return out;
  };
  const auto ours = voltages("ngspice", "");
  const auto theirs = voltages("hspice", "-D ngbehavior=hsa");
  REQUIRE(ours.size() > 5);
  REQUIRE(theirs.size() == ours.size());
  for (const auto& our : ours) {
    CAPTURE(our.first);
    REQUIRE(theirs.count(our.first) == 1);
    CHECK(theirs.at(our.first) == doctest::Approx(our.second).epsilon(1e-6).scale(1e-9));
  }
}

TEST_CASE("KLayout reads the CDL with the devices the circuit has") {
  if (!installed("klayout")) {
    MESSAGE("no KLayout here: skipped");
    return;
  }
  netlist::Circuit circuit;
  circuit.devices = gc28().devices;
  const auto& g = cells::generator("gain-cell");
  const auto lean = cells::loadDesign("lean", gc28());
  const auto name = g.define(gc28(), lean, circuit);
  std::ostringstream cdl;
  netlist::dialect("cdl").writeSubcircuits(circuit, cdl);
  Folder folder;
  support::writeFileAtomically(folder.path / "cell.cdl", cdl.str());
  support::writeFileAtomically(folder.path / "read.py",
                               "import pya\n"
                               "n = pya.Netlist()\n"
                               "n.read('cell.cdl', pya.NetlistSpiceReader())\n"
                               "c = n.circuit_by_name('" +
                                   name +
                                   "'.upper())\n"
                                   "m = [d for d in c.each_device() if d.device_class().name.startswith('GC28')]\n"
                                   "w = sorted(round(d.parameter('W'), 4) for d in m)\n"
                                   "open('result.txt', 'w').write('%d %s' % (len(m), w))\n");
  const auto command =
      fmt::format("cd '{}' && QT_QPA_PLATFORM=offscreen klayout -b -r read.py >log.txt 2>&1", folder.path.string());
  [[maybe_unused]] const int status = std::system(command.c_str());
  REQUIRE_MESSAGE(fs::exists(folder.path / "result.txt"), support::readFile(folder.path / "log.txt"));
  // Six transistors, widths in micrometres as the design has them.
  const auto result = support::readFile(folder.path / "result.txt");
  CAPTURE(result);
  CHECK(result.rfind("6 ", 0) == 0);
  for (const std::string device : {"pair_n", "pair_p", "read_n", "write_n"}) {
    const auto w = fmt::format("{:.4g}", lean.real("cell." + device + ".w") * 1e6);
    CHECK(result.find(w) != std::string::npos);
  }
}
