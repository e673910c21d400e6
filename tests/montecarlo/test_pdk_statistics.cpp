// A PDK whose models draw their mismatch themselves, as the open foundry PDKs do: a small one made by the test, with a
// switch per corner.

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "fake_study.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/error.hpp"

using namespace mc_test;
namespace fs = std::filesystem;

namespace {

constexpr double kAvt = 3e-9;  // V m, one device

/// Subcircuits around plain transistors: a threshold draw for each device, and a second one for n devices only, so that
/// a deck takes an odd number of normal draws.
std::string cards() {
  std::string text = "* statistical devices\n";
  for (const char p : {'n', 'p'})
    text += fmt::format(
        ".subckt t{0}fet d g s b w=1u l=1u m=1\n"
        ".param dvt = {{sw_mm*agauss(0, {1}/sqrt(w*l*m), 1)}}\n"
        ".param mu = {{{2}}}\n"
        "mcore d g s b t{0}core w={{w}} l={{l}} m={{m}} delvto={{dvt}} mulu0={{mu}}\n"
        ".ends\n"
        ".model t{0}core {0}mos level=14 version=4.7 vth0={3} toxe=1.8n u0={4} rgatemod=0 rbodymod=0\n",
        p, kAvt, p == 'n' ? "1+sw_mm*agauss(0, 0.01, 1)" : "1", p == 'n' ? 0.35 : -0.35, p == 'n' ? 0.03 : 0.012);
  return text;
}

pdk::Pdk statisticalPdk(const fs::path& dir, bool draws = true) {
  support::writeFileAtomically(dir / "devices.spice", cards());
  auto manifest = nlohmann::ordered_json::parse(support::readFile(pdk::pdkFolder() / "gc28" / "manifest.json"));
  manifest["name"] = "statistical";
  manifest["root"] = {{"embedded", true}, {"probe", "devices.spice"}};
  const auto corner = [&](int on) {
    return nlohmann::ordered_json{{"speed", {{"n", 0}, {"p", 0}}},
                                  {"cards", {fmt::format(".param sw_mm={}", on), ".include '${root}/devices.spice'"}}};
  };
  manifest["corners"] = {{"tt", corner(0)}, {"mm", corner(draws ? 1 : 0)}};
  manifest["corners"]["mm"]["random"] = true;
  for (auto& [flavour, device] : manifest["devices"].items()) {
    const bool p = flavour[0] == 'p';
    device.erase("instance_options");
    device["element"] = "X";
    device["model"] = p ? "tpfet" : "tnfet";
    device["mismatch"] = {{"kind", "corner"}, {"corner", "mm"}};
  }
  support::writeFileAtomically(dir / "manifest.json", manifest.dump(1));
  return pdk::readManifest(dir / "manifest.json");
}

StudyConfig study(const pdk::Pdk& pdk, const std::string& corner, std::uint64_t samples) {
  StudyConfig c;
  c.pdk = pdk;
  c.kind = "gain-cell";
  c.analysis = "iv";
  // gc28's design, for a process with the same flavours.
  c.design = cells::loadDesign("reference", pdk::findPdk("gc28"));
  c.design.pdk = pdk.name;
  c.settings = sim::analysis(c.kind, c.analysis).settings(c.pdk);
  c.conditions = {{corner, 27, c.pdk.vdd}};
  c.samples = samples;
  return c;
}

std::string filesOf(const fs::path& dir) {
  return support::readFile(dir / "samples.csv") + support::readFile(dir / "statistics.json");
}

}  // namespace

TEST_CASE("a PDK that draws by itself: a sample is a function of seed and number") {
  TemporaryFolder dir;
  const auto pdk = statisticalPdk(dir.path);
  const auto config = study(pdk, "mm", 120);
  const auto one = runStudy(config, {}, runIn(dir.path / "one"));
  REQUIRE(one.report.failed == 0);
  runStudy(config, {}, runIn(dir.path / "two", 2));
  CHECK(filesOf(dir.path / "one") == filesOf(dir.path / "two"));

  // Alone, and after another sample than in the run.
  const auto again = analysisStudy(config, {});
  again->preflight();
  const auto worker = again->worker();
  for (const std::uint64_t k : {77, 3, 77}) {
    const auto& row = one.samples.rows[k];
    CHECK(worker->evaluate({0, k}).values == std::vector<double>(row.begin() + 4, row.end()));
  }

  // Another seed gives other samples, and the nominal run has no randomness.
  auto other = config;
  other.seed = 2;
  const auto changed = analysisStudy(other, {});
  const auto nominal = changed->preflight().nominal;
  CHECK(changed->worker()->evaluate({0, 3}).values[0] != one.samples.rows[3][4]);
  CHECK(nominal == one.header.preflight.nominal);

  const auto json = nlohmann::json::parse(one.statistics);
  const auto& level = json["conditions"][0]["figures"]["i_level_0"];
  const double sigma = level["sigma"], mean = level["mean"], typical = level["nominal"];
  CHECK(sigma > 0.002 * std::abs(typical));
  CHECK(std::abs(mean - typical) < 5 * sigma / std::sqrt(120.0));
  CHECK(level["sensitivity"]["note"].get<std::string>().find("draw of this program") != std::string::npos);
}

TEST_CASE("its spread is that of the same declared mismatch drawn by this program") {
  TemporaryFolder dir;
  const auto pdk = statisticalPdk(dir.path);
  const auto theirs = runStudy(study(pdk, "mm", 250), {}, runIn(dir.path / "theirs", 2));
  // The zero crossing depends on the thresholds of the pair: sigma by hand from the sensitivities to each device.
  const auto sigmaOf = [](const StudyResult& r, const char* figure) {
    return nlohmann::json::parse(r.statistics)["conditions"][0]["figures"][figure]["sigma"].get<double>();
  };
  const auto config = study(pdk, "tt", 1);
  const auto& analysis = sim::analysis(config.kind, config.analysis);
  struct Shift final : sim::Variation {
    std::string device;
    std::vector<sim::Alter> alters(const netlist::Deck&) const override { return {{device, "delvto", 1e-3}}; }
  };
  sim::Simulator simulator;
  const auto zero = [&](const sim::Variation* v) {
    return analysis.run({config.pdk, config.conditions[0], config.design, config.settings, simulator, v})
        .figure("i_zero");
  };
  double variance = 0;
  for (const char* pair : {"pair_n", "pair_p", "read_n", "read_p"}) {
    Shift shift;
    shift.device = fmt::format("m.xcell.x{}.mcore", pair);
    const double slope = (zero(&shift) - zero(nullptr)) / 1e-3;
    const auto device = config.design.branch("cell").branch(pair);
    const double area = device.real("w") * device.real("l");
    variance += slope * slope * kAvt * kAvt / area;
  }
  // 250 samples know a sigma to 4.5 %; the mobility of the n devices adds some per cent.
  CHECK(sigmaOf(theirs, "i_zero") == doctest::Approx(std::sqrt(variance)).epsilon(0.15));
}

TEST_CASE("what a PDK that draws by itself cannot do is refused") {
  TemporaryFolder dir;
  const auto pdk = statisticalPdk(dir.path);
  CHECK_THROWS_WITH_AS(analysisStudy(study(pdk, "tt", 5), {})->preflight(), doctest::Contains("random"),
                       support::Error);
  fs::create_directories(dir.path / "still");
  const auto still = statisticalPdk(dir.path / "still", false);
  CHECK_THROWS_WITH_AS(analysisStudy(study(still, "mm", 5), {})->preflight(),
                       doctest::Contains("two samples are equal"), support::Error);
  auto no_nominal = pdk;
  std::erase_if(no_nominal.corners, [](const auto& c) { return c.name == "tt"; });
  CHECK_THROWS_WITH_AS(analysisStudy(study(no_nominal, "mm", 5), {}), doctest::Contains("nominal devices"),
                       support::Error);
}
