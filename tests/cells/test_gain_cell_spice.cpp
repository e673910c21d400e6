// The gain cell in the simulator: sign, limits, balances, tolerances, and the figures the default sizes were chosen
// for.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "cell_measure.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/sim/analysis.hpp"

using namespace gaincell;

namespace {
const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}
sim::Simulator& simulator() {
  static sim::Simulator s;
  return s;
}
using Settings = std::map<std::string, double>;

sim::AnalysisResult run(const std::string& name, const Settings& settings = {},
                        const std::string& name_of_design = "reference", const pdk::Conditions& conditions = {}) {
  const auto design = cells::loadDesign(name_of_design, gc28());
  const auto& analysis = sim::analysis("gain-cell", name);
  auto set = analysis.settings(gc28());
  for (const auto& [key, value] : settings) set.set(key, value);
  return analysis.run({gc28(), conditions, design, set, simulator()});
}
}  // namespace

TEST_CASE("static I(V): sign, rails and zero of the reference cell") {
  const auto r = run("iv");
  CHECK(r.figure("i_level_0") == doctest::Approx(10e-6).epsilon(0.1));   // stored 0 V: current INTO the bit line
  CHECK(r.figure("i_level_7") == doctest::Approx(-10e-6).epsilon(0.1));  // stored VDD: current OUT of the bit line
  CHECK(std::fabs(r.figure("i_zero")) <= 0.4e-6);
  const auto i = r.tables.at("iv").values("i_bl_A");
  CHECK(i.size() == 29);
  CHECK(std::is_sorted(i.rbegin(), i.rend()));
}

TEST_CASE("static I(V): the write gate takes the level to the storage node unharmed") {
  const auto table = run("iv").tables.at("iv");
  const auto v = table.values("v_storage_V");
  for (std::size_t k = 0; k < v.size(); ++k)
    CHECK(v[k] == doctest::Approx(0.9 * double(k) / 28.0).scale(0.9).epsilon(1e-4));
}

TEST_CASE("the currents of all sources balance at every instant of a sequence") {
  const auto design = cells::loadDesign("reference", gc28());
  const auto seq = cells::gainCellSequence(gc28(), {}, design, {{0.9, 5e-9, 5e-9, 0}, {0.3, 5e-9, 15e-9, 1e-9}});
  const auto out = simulator().run({std::make_shared<netlist::Deck>(seq.deck), {}, "balance", {}});
  const auto& w = out.orThrow("balance");
  // Kirchhoff: what all sources deliver over the whole run is what the storage capacitor and gates gained.
  double sum = 0, gross = 0;
  for (const char* node : {"vdd", "vss", "bl", "wbl", "wl", "wlb", "we", "web", "nw"}) {
    const double q = sim::netCharge(w, node, 0, seq.steps.back().end);
    sum += q;
    gross += std::fabs(q);
  }
  CHECK(std::fabs(sum) < 1e-4 * gross);
  // The charge the write bit line delivered is what the storage node took, up to the write gate's feedthrough.
  const auto& t = seq.steps[0];
  const double moved = w.at("v(xcell.sn)", t.write_off - 1e-10) - w.at("v(xcell.sn)", t.begin);
  const double wbl = sim::netCharge(w, "wbl", t.begin, t.write_off - 1e-10);
  CHECK(wbl / moved == doctest::Approx(10e-15).epsilon(0.1));
}

TEST_CASE("charge grows by the static current, and halving the tolerance changes nothing that matters") {
  const Settings coarse = {{"levels", 3}, {"widths", 3}}, fine = {{"levels", 3}, {"widths", 3}, {"tolerance", 2e-5}};
  const auto a = run("charge", coarse), b = run("charge", fine);
  const auto qa = a.tables.at("charge").values("charge_C"), qb = b.tables.at("charge").values("charge_C");
  const double full_scale = 10e-6 * 15e-9;
  for (std::size_t k = 0; k < qa.size(); ++k) CHECK(std::fabs(qa[k] - qb[k]) < 1e-3 * full_scale);
  // A floating storage node sees the pair's output: the transient current exceeds the static one by a few per cent.
  const auto iv = run("iv");
  CHECK(a.figure("i_max") / iv.figure("i_level_0") == doctest::Approx(1.03).epsilon(0.04));
  CHECK(a.figure("i_min") / iv.figure("i_level_7") == doctest::Approx(1.03).epsilon(0.04));
  CHECK(std::fabs(a.figure("edge_charge_max")) < 1e-15);
}

TEST_CASE("every level is written to within half a level in 5 ns") {
  const auto r = run("write");
  CHECK(r.figure("write_settle") <= 5e-9);
  CHECK(r.figure("write_settle") > 0.1e-9);
  CHECK(r.figure("write_error_max") < 0.01);
  CHECK(r.tables.at("write").rows.size() == 64);
}

TEST_CASE("a write pulse that is too short is reported as not settling") {
  const auto r = run("write", {{"levels", 8}, {"write_width", 1e-9}});
  CHECK(std::isnan(r.figure("write_settle")));
  CHECK(std::isnan(r.figure("write_settle_3")));
}

TEST_CASE("retention: milliseconds from both rails, and the transient agrees with the integration") {
  const auto r = run("retention", {{"points", 51}});
  for (const char* name : {"tau_low", "tau_high"}) {
    CHECK(r.figure(name) >= 4e-3);
    CHECK(r.figure(name) <= 6e-3);
  }
  CHECK(r.figure("crosscheck_max") < 0.005);
  CHECK(r.figure("v_equilibrium") == doctest::Approx(0.45).epsilon(0.15));
  CHECK(r.figure("c_storage") > 8e-15);
  CHECK(r.figure("c_storage") < 12e-15);
}

TEST_CASE("retention: a write bit line parked at ground empties the cell sooner, heat too") {
  const double parked = run("retention", {{"points", 51}}).figure("tau_high");
  CHECK(run("retention", {{"points", 51}, {"v_wbl", 0.0}}).figure("tau_high") < 0.5 * parked);
  CHECK(run("retention", {{"points", 51}}, "reference", {"tt", 85.0, 0.9}).figure("tau_high") < parked);
}

TEST_CASE("retention: without a window given the decay is followed until both rails have gone half of their way") {
  const auto followed = [](const sim::AnalysisResult& r, double start) {
    const auto& decay = r.tables.at("decay");
    std::pair<double, double> last;  // time and voltage
    for (const auto& row : decay.rows)
      if (row[decay.column("v_start_V")] == start) last = {row[decay.column("t_s")], row[decay.column("v_storage_V")]};
    return last;
  };
  double longest = HUGE_VAL;
  for (const double temp : {0.0, 85.0, 125.0}) {
    const auto r = run("retention", {{"points", 51}, {"window", 0.0}}, "reference", {"tt", temp, 0.9});
    const double balance = r.figure("v_equilibrium");
    const double low = followed(r, 0).second / balance, high = (0.9 - followed(r, 0.9).second) / (0.9 - balance);
    CHECK(std::fabs(std::min(low, high) - 0.5) < 1e-3);
    CHECK(followed(r, 0).first < longest);
    longest = followed(r, 0).first;
    CHECK(r.tables.at("transient").column("temp_c") > 0);
    CHECK(r.tables.at("leakage").values("temp_c").front() == temp);
  }
}

TEST_CASE("retention: the time to 1/e stands beside the fitted time constant") {
  const auto r = run("retention", {{"points", 51}});
  CHECK(r.figure("one_over_e_low") > 1.05 * r.figure("tau_low"));  // faster at first, so slower than the fit at the end
  CHECK(r.figure("one_over_e_high") > 1.05 * r.figure("tau_high"));
  CHECK(r.figure("one_over_e_high") < 7e-3);
}

TEST_CASE("reading disturbs little and lastingly hardly at all") {
  const auto r = run("disturb", {{"levels", 3}, {"reads", 4}});
  CHECK(r.figure("coupling_max") > 1e-3);  // the effect exists ...
  CHECK(r.figure("coupling_max") < 0.05);  // ... and is less than half a level
  CHECK(r.figure("change_per_read_max") < 1e-3);
}

TEST_CASE("energies: a read at the rail costs about current times width times supply; a write about C V^2") {
  const auto r = run("energy", {{"levels", 3}, {"widths", 2}});
  const auto& read = r.tables.at("read");
  const auto v = read.values("v_storage_V"), w = read.values("width_s"), e = read.values("energy_J");
  for (std::size_t k = 0; k < v.size(); ++k) {
    CHECK(e[k] > 0);
    if (v[k] == 0 && w[k] > 10e-9) CHECK(e[k] == doctest::Approx(0.9 * 10e-6 * 15e-9).epsilon(0.15));
  }
  // From 0 to VDD the storage node takes C VDD from the DAC's supply; keeping a level costs gate charge only.
  CHECK(r.figure("write_energy_max") == doctest::Approx(10e-15 * 0.81).epsilon(0.3));
  CHECK(r.figure("idle_power_max") > 1e-7);  // the pair conducts at mid level: static power is real
}

TEST_CASE("both word lines of a read are paid for: each charges the gate of its own transistor") {
  // A line that falls from and returns to the supply costs C VDD^2 like one that rises and falls. A read transistor of
  // 0.6 um more has 1.33 nF/m x 0.6 um = 0.8 fF of gate more; a channel that conducts at one rail only and the drain's
  // overlap make that up to a half wrong.
  const auto perRead = [](const char* wider) {
    auto design = cells::loadDesign("reference", gc28());
    if (*wider) design.set(wider, design.real(wider) + 0.6e-6, "test");
    const auto& analysis = sim::analysis("gain-cell", "energy");
    auto settings = analysis.settings(gc28());
    settings.set("levels", 2);
    settings.set("widths", 2);
    const pdk::Conditions conditions{"tt", 27, 0.9};
    const auto r = analysis.run({gc28(), conditions, design, settings, simulator()});
    double sum = 0;
    for (const double e : r.tables.at("read").values("word_lines_J")) sum += e / 4;
    return sum;
  };
  const double plain = perRead("");
  CHECK(perRead("cell.read_n.w") - plain == doctest::Approx(0.8e-15 * 0.81).epsilon(0.5));
  CHECK(perRead("cell.read_p.w") - plain == doctest::Approx(0.8e-15 * 0.81).epsilon(0.5));
}

TEST_CASE("all designs work, also at the slow corner, hot and at low supply") {
  for (const char* design : {"reference", "lean", "write-io", "write-os"}) {
    CAPTURE(design);
    for (const auto& c : {pdk::Conditions{"tt", 27, 0.9}, pdk::Conditions{"ss", 85, 0.85}}) {
      const auto r = run("iv", {}, design, c);
      CHECK(r.figure("i_level_0") > 1e-7);
      CHECK(r.figure("i_level_7") < -1e-7);
    }
  }
}
