// Designs that ship, of every process: they load, are complete, and every circuit made from them is sound. The cards of
// a process are not needed for that: its manifest is read against empty files in their place.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/netlist/check.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
namespace fs = std::filesystem;

namespace {

/// A process as its manifest describes it, with a folder of empty files for those its cards name.
class EmptyProcess {
 public:
  explicit EmptyProcess(const std::string& name) {
    std::string folder = (fs::temp_directory_path() / "gaincell-shipped-XXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    root_ = folder;
    const auto manifest = nlohmann::json::parse(support::readFile(pdk::pdkFolder() / name / "manifest.json"));
    if (manifest["root"].value("embedded", false)) {
      pdk_ = pdk::findPdk(name);
      return;
    }
    touch(manifest["root"]["probe"]);
    for (const auto& corner : manifest["corners"])
      for (const std::string card : corner["cards"]) touchNamed(card);
    const std::string variable = manifest["root"]["variables"][0];
    setenv(variable.c_str(), root_.c_str(), 1);
    pdk_ = pdk::findPdk(name);
    unsetenv(variable.c_str());
  }
  ~EmptyProcess() { fs::remove_all(root_); }
  EmptyProcess(const EmptyProcess&) = delete;
  EmptyProcess& operator=(const EmptyProcess&) = delete;
  const pdk::Pdk& pdk() const { return pdk_; }

 private:
  void touch(const std::string& file) const {
    fs::create_directories((root_ / file).parent_path());
    support::writeFileAtomically(root_ / file, "* empty\n", support::Overwrite::Yes);
  }
  void touchNamed(const std::string& card) const {
    constexpr std::string_view kRoot = "${root}/";
    const auto at = card.find(kRoot);
    if (at == std::string::npos) return;
    const auto begin = at + kRoot.size();
    touch(card.substr(begin, card.find_first_of("'\"", begin) - begin));
  }
  fs::path root_;
  pdk::Pdk pdk_;
};

std::vector<std::string> processes() {
  std::vector<std::string> out;
  for (const auto& name : pdk::pdkNames())
    if (!design::designNames(pdk::pdkFolder() / name / "designs").empty()) out.push_back(name);
  return out;
}

bool loads(const std::string& name, const pdk::Pdk& pdk) {
  try {
    cells::loadDesign(name, pdk);
    return true;
  } catch (const support::Error&) {
    return false;
  }
}

/// Designs whose write enable needs a level shifter, which the write path does not have.
bool needsLevelShifter(const pdk::Pdk& pdk, const design::Design& d) {
  return std::abs(d.real("cell.write.high") - pdk.vdd) > 1e-6;
}

}  // namespace

TEST_CASE("the processes that have designs are these") {
  CHECK(processes() == std::vector<std::string>{"freepdk45", "gc28", "gf180mcuD", "sky130A"});
  CHECK(design::designNames(pdk::pdkFolder() / "gc28/designs") ==
        std::vector<std::string>{"active", "lean", "reference", "write-io", "write-os"});
}

TEST_CASE("every shipped design is complete, and every circuit of it is sound") {
  for (const auto& process : processes()) {
    const EmptyProcess empty(process);
    const pdk::Pdk& pdk = empty.pdk();
    std::string standard;
    CHECK_NOTHROW(standard = cells::loadDesign("", pdk).name);
    CHECK(standard == pdk.default_design);
    for (const auto& name : design::designNames(design::designFolder(pdk))) {
      CAPTURE(process);
      CAPTURE(name);
      design::Design d;
      try {
        d = cells::loadDesign(name, pdk);
      } catch (const support::Error& e) {
        FAIL_CHECK(std::string(e.what()));
        continue;
      }
      CHECK_NOTHROW(d.requireComplete());
      CHECK(d.name == name);
      CHECK(d.pdk == process);
      CHECK(!d.description.empty());
      d.set("array.rows", "3", "test");
      d.set("array.cols", "5", "test");
      for (const auto& g : cells::generators()) {
        CAPTURE(g.kind);
        const auto deck = [&] { return g.testbench(pdk, {pdk.corners.front().name, 27, pdk.vdd}, d); };
        if (g.kind == "write-path" && needsLevelShifter(pdk, d)) {
          CHECK_THROWS_WITH_AS(deck(), doctest::Contains("CEL-0021"), support::Error);
          continue;
        }
        CHECK_NOTHROW(netlist::check(deck().circuit));
      }
    }
  }
}

TEST_CASE("a shipped design states only what differs from the one it extends") {
  for (const auto& process : processes()) {
    const EmptyProcess empty(process);
    for (const auto& name : design::designNames(design::designFolder(empty.pdk()))) {
      if (!loads(name, empty.pdk())) continue;  // told by the test above
      const design::Design d = cells::loadDesign(name, empty.pdk());
      if (d.extends.empty()) continue;
      CAPTURE(process);
      CAPTURE(name);
      const design::Design base = cells::loadDesign(d.extends.front(), empty.pdk());
      for (const auto& leaf : d.schema().leaves()) {
        const std::string& path = leaf.parameter.name;
        if (!d.isGiven(path) || d.origin(path) != process + "/" + name) continue;
        CAPTURE(path);
        CHECK((!base.isGiven(path) || base.text(path) != d.text(path)));
      }
    }
  }
}
