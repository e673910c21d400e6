#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "gaincell/devices/pdk_check.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;

namespace {
sim::Simulator& simulator() {
  static sim::Simulator one([] {
    sim::SimulatorOptions options;
    options.jobs = 2;
    return options;
  }());
  return one;
}

const devices::PdkCheck& gc28Check() {
  static const devices::PdkCheck check = devices::checkPdk(pdk::findPdk("gc28"), simulator());
  return check;
}
}  // namespace

TEST_CASE("gc28 does what its manifest declares, within 3 %") {
  const auto& check = gc28Check();
  // Seven flavours with five figures each, and the gate leakage of the four thin-oxide ones.
  CHECK(check.comparisons.size() == 7 * 5 + 4);
  for (const auto& c : check.comparisons) {
    CAPTURE(c.flavour);
    CAPTURE(c.figure);
    CHECK(c.measured == doctest::Approx(c.declared).epsilon(0.03));
    CHECK(c.pass);
  }
  CHECK(check.pass());
}

TEST_CASE("each corner is fast and slow where it says") {
  const auto& check = gc28Check();
  REQUIRE(check.corners.size() == 5);
  for (const auto& c : check.corners) {
    CAPTURE(c.corner);
    CHECK(c.pass);
    // The extreme corners of this process move the current by 10 to 25 %.
    if (c.declared_n != 0) CHECK(std::abs(c.drive_n - 1) > 0.08);
    if (c.declared_p != 0) CHECK(std::abs(c.drive_p - 1) > 0.08);
    CHECK(std::abs(c.drive_n - 1) < 0.3);
  }
}

TEST_CASE("heat lowers thresholds and raises leakage") {
  const auto& check = gc28Check();
  REQUIRE(check.temperature.size() == 7);
  for (const auto& t : check.temperature) {
    CAPTURE(t.flavour);
    CHECK(t.pass);
    CHECK(t.vth_per_kelvin < -0.2e-3);
    CHECK(t.vth_per_kelvin > -3e-3);
  }
}

TEST_CASE("figures obey closed forms") {
  // The subthreshold swing cannot be below kT/q ln 10 and follows the absolute temperature; thick oxide has no gate
  // current.
  const auto& check = gc28Check();
  std::map<std::string, devices::DeviceFigures> cold, hot;
  for (const auto& f : check.figures)
    if (f.corner == "tt") (f.temp_c > 30 ? hot : cold)[f.flavour] = f;
  for (const auto& [flavour, f] : cold) {
    CAPTURE(flavour);
    CHECK(f.ss > 1.380649e-23 * 300.15 / 1.602176634e-19 * std::log(10));
    // n kT/q ln 10 with n constant; n itself rises a little with heat.
    CHECK(hot.at(flavour).ss / f.ss == doctest::Approx((85 + 273.15) / 300.15).epsilon(0.06));
  }
  CHECK(cold.at("n_io").jg < 1e-3 * cold.at("n_svt").jg);
  const double plate =
      3.9 * 8.8541878128e-12 / 1.45e-9 * 30e-9;  // F/m, at the equivalent thickness of the core devices
  CHECK(cold.at("n_svt").cgg > 0.8 * plate);
  CHECK(cold.at("n_svt").cgg < plate + 2 * (6e-11 + 1.2e-10) + 4e-10);
}

TEST_CASE("a wrong declaration is found") {
  auto pdk = pdk::findPdk("gc28");
  pdk.targets["n_svt"]["ion"] *= 1.05;
  for (auto& c : pdk.corners)  // the trap: sf read as fast n
    if (c.name == "sf") std::swap(c.speed_n, c.speed_p);
  const auto check = devices::checkPdk(pdk, simulator());
  CHECK(!check.pass());
  for (const auto& c : check.comparisons) CHECK(c.pass == !(c.flavour == "n_svt" && c.figure == "ion"));
  for (const auto& c : check.corners) CHECK(c.pass == (c.corner != "sf"));
}

TEST_CASE("a second process: FreePDK45") {
  const auto root = std::filesystem::path(GAINCELL_SHARED) / "pdk/freepdk45";
  if (!std::filesystem::exists(root)) {
    MESSAGE("no FreePDK45 cards here: skipped");
    return;
  }
  setenv("FREEPDK45_ROOT", root.c_str(), 1);
  const auto pdk = pdk::findPdk("freepdk45");
  unsetenv("FREEPDK45_ROOT");
  const auto check = devices::checkPdk(pdk, simulator());
  for (const auto& t : check.temperature) {
    CAPTURE(t.flavour);
    CAPTURE(t.ioff_ratio);
    CAPTURE(t.vth_per_kelvin);
    CHECK(t.pass);
  }
  for (const auto& c : check.corners) {
    CAPTURE(c.corner);
    CAPTURE(c.drive_n);
    CAPTURE(c.drive_p);
    CHECK(c.pass);
  }
  CHECK(check.corners.size() == 3);
  bool missing = false;
  for (const auto& r : check.remarks) missing = missing || r.find("no corner sf") != std::string::npos;
  CHECK(missing);
  for (const auto& f : check.figures) {
    CAPTURE(f.flavour);
    CHECK(f.ion > 1e3 * f.ioff);
  }
}
