#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <thread>

#include "decks.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "raw_file.hpp"

using namespace gaincell;
using namespace sim_test;

TEST_CASE("RC charge follows 1 - exp(-t/RC)") {
  sim::Simulator simulator;
  const auto outcome = simulator.run(jobOf(rcDeck(10e3, 1e-12, 50e-9)));
  REQUIRE_MESSAGE(outcome.ok(), outcome.message);
  for (const double t : {1e-9, 5e-9, 10e-9, 20e-9, 45e-9})
    CHECK(outcome.waves.at("v(b)", t) == doctest::Approx(1 - std::exp(-t / 10e-9)).epsilon(1e-5));
  // The charge that went through the source (plus to minus, hence negative) is what the capacitor holds.
  CHECK(outcome.waves.integral("i(vin)", 0, 50e-9) ==
        doctest::Approx(-1e-12 * outcome.waves["v(b)"].back()).epsilon(1e-4));
  CHECK(outcome.aids.empty());
  CHECK(outcome.iterations > 1000);
  CHECK(outcome.worker_rss_kb > 1000);
  CHECK(simulator.simulatorVersion().rfind("ngspice-", 0) == 0);
}

TEST_CASE("an RC leak decays with tau = RC, and finer steps agree") {
  sim::Simulator simulator;
  const auto leak = [&](double step) {
    netlist::Deck deck;
    deck.title = "leak";
    deck.circuit.add(netlist::Resistor{"leak", "s", "0", 5e11});
    deck.circuit.add(netlist::Capacitor{"s", "s", "0", 10e-15});
    deck.initial = {{"s", 0.9}};
    deck.options = {{"gmin", "1e-18"}, {"abstol", "1e-18"}, {"chgtol", "1e-19"}};
    deck.analysis = netlist::Transient{step, 15e-3, step, true};
    deck.saves = {"v(s)"};
    const auto outcome = simulator.run(jobOf(deck));
    REQUIRE_MESSAGE(outcome.ok(), outcome.message);
    return -10e-3 / std::log(outcome.waves.at("v(s)", 10e-3) / 0.9);
  };
  CHECK(leak(20e-6) == doctest::Approx(5e-3).epsilon(1e-3));
  CHECK(leak(5e-6) == doctest::Approx(5e-3).epsilon(1e-4));
}

TEST_CASE("a divider's operating point, and a nested sweep") {
  sim::Simulator simulator;
  const auto op = simulator.run(jobOf(dividerDeck(1e3, 3e3)));
  REQUIRE_MESSAGE(op.ok(), op.message);
  REQUIRE(op.waves["v(b)"].size() == 1);
  CHECK(op.waves["v(b)"][0] == doctest::Approx(0.75).epsilon(1e-9));
  auto deck = dividerDeck(1e3, 3e3);
  deck.circuit.add(netlist::CurrentSource{"push", "0", "b", netlist::Dc{0}});
  deck.analysis = netlist::DcSweep{"in", 0, 1, 0.25, "push", 0, 2e-4, 1e-4, false, true};
  const auto dc = simulator.run(jobOf(deck));
  REQUIRE_MESSAGE(dc.ok(), dc.message);
  const auto& v = dc.waves["v(b)"];
  REQUIRE(v.size() == 15);
  for (std::size_t i = 0; i < v.size(); ++i)
    CHECK(v[i] == doctest::Approx(0.75 * dc.waves["sweep"][i] + 1e-4 * static_cast<double>(i / 5) * 750).epsilon(1e-6));
}

namespace {
bool sameDigits(const sim::Waveforms& a, const sim::Waveforms& b) {
  if (a.names() != b.names()) return false;
  for (const auto& name : a.names())
    if (a[name] != b[name]) return false;
  return true;
}

const std::vector<sim::Alter> kSample = {{"m.xb.xsecond.mn", "delvto", 0.0123456789012345},
                                         {"m.xb.xsecond.mp", "mulu0", 0.93},
                                         {"m.xa.xfirst.mn", "delvto", -0.021},
                                         {"vdd", "dc", 0.85}};
}  // namespace

TEST_CASE("alters apply to one instance, equal netlist literals, and are undone to the last digit") {
  sim::Simulator simulator;
  const sim::Job nominal = jobOf(inverterDeck(), "nominal");
  sim::Job sample = nominal;
  sample.alters = kSample;
  const auto before = simulator.run(nominal);
  const auto altered = simulator.run(sample);
  const auto after = simulator.run(nominal);
  const auto again = simulator.run(sample);
  REQUIRE_MESSAGE(before.ok(), before.message);
  REQUIRE_MESSAGE(altered.ok(), altered.message);
  CHECK(sameDigits(before.waves, after.waves));
  CHECK(sameDigits(altered.waves, again.waves));
  CHECK(largestDifference(before.waves["v(oa)"], before.waves["v(ob)"]) < 1e-9);
  CHECK(largestDifference(altered.waves["v(ob)"], before.waves["v(ob)"]) > 1e-3);
  CHECK(largestDifference(altered.waves["v(xa.mid)"], altered.waves["v(xb.mid)"]) > 1e-3);

  // Other decks in between change nothing.
  CHECK(simulator.run(jobOf(dividerDeck(1e3, 3e3))).ok());
  CHECK(sameDigits(simulator.run(nominal).waves, before.waves));
  CHECK(sameDigits(simulator.run(sample).waves, altered.waves));
  sim::Simulator fresh;
  CHECK(sameDigits(fresh.run(sample).waves, altered.waves));
}

TEST_CASE("plain ngspice on the kept deck gives the same figures") {
  if (std::system("command -v ngspice >/dev/null 2>&1") != 0) {
    MESSAGE("the ngspice program is not installed: not compared");
    return;
  }
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("gaincell-keep-" + std::to_string(::getpid()));
  sim::SimulatorOptions options;
  options.keep_decks = folder;
  {
    sim::Simulator simulator(options);
    sim::Job sample = jobOf(inverterDeck(), "sample 7");
    sample.alters = kSample;
    const auto ours = simulator.run(sample);
    REQUIRE_MESSAGE(ours.ok(), ours.message);
    const auto rc = simulator.run(jobOf(rcDeck(10e3, 1e-12, 50e-9), "rc"));
    const auto plain = [&](const std::string& name) {
      const std::string command = "cd '" + folder.string() + "' && SPICE_ASCIIRAWFILE=1 ngspice -b -r " + name +
                                  ".raw " + name + ".cir >" + name + ".log 2>&1 </dev/null";
      (void)!std::system(command.c_str());  // the exit code says nothing
      return support::readFile(folder / (name + ".raw"));
    };
    const std::string raw = plain("sample_7");
    for (const char* node : {"oa", "ob", "xa.mid", "xb.mid"}) {
      CAPTURE(node);
      const auto theirs = rawVector(raw, "v(" + std::string(node) + ")");
      const auto& mine = ours.waves["v(" + std::string(node) + ")"];
      REQUIRE(theirs.size() == mine.size());
      CHECK(largestDifference(theirs, mine) < 1e-6 * 0.9);
    }
    const std::string rc_raw = plain("rc");
    const auto theirs = rawVector(rc_raw, "v(b)");
    REQUIRE(theirs.size() == rc.waves["v(b)"].size());
    CHECK(largestDifference(theirs, rc.waves["v(b)"]) < 1e-6);
  }
  fs::remove_all(folder);
}

TEST_CASE("many jobs on two workers come back in order, over recycled workers") {
  sim::SimulatorOptions options;
  options.jobs = 2;
  options.recycle_after_runs = 7;
  sim::Simulator simulator(options);
  const auto deck = std::make_shared<const netlist::Deck>(dividerDeck(1e3, 1e3));
  std::vector<sim::Job> jobs;
  for (int i = 0; i < 60; ++i) jobs.push_back({deck, {{"rtop", "resistance", 1000.0 * (1 + i)}}, "job", {}});
  const auto outcomes = simulator.runAll(jobs);
  REQUIRE(outcomes.size() == jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    REQUIRE_MESSAGE(outcomes[i].ok(), outcomes[i].message);
    CHECK(outcomes[i].waves["v(b)"][0] == doctest::Approx(1.0 / (2.0 + static_cast<double>(i))).epsilon(1e-9));
  }
}

TEST_CASE("thirty decks in turn on one worker keep their own circuits") {
  sim::Simulator simulator;
  std::vector<sim::Job> jobs;
  for (int i = 1; i <= 30; ++i) jobs.push_back(jobOf(dividerDeck(1e3, 1e3 * i)));
  for (int round = 0; round < 2; ++round)
    for (int i = 1; i <= 30; ++i) {
      const auto outcome = simulator.run(jobs[static_cast<std::size_t>(i - 1)]);
      REQUIRE_MESSAGE(outcome.ok(), outcome.message);
      CHECK(outcome.waves["v(b)"][0] == doctest::Approx(i / (1.0 + i)).epsilon(1e-9));
    }
}

TEST_CASE("start-up files in the home and working folders are not read") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("gaincell-home-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  support::writeFileAtomically(folder / ".spiceinit", "set ngbehavior=psa\noption temp=125\nset num_threads=4\n");
  const char* home = std::getenv("HOME");
  const std::string old_home = home ? home : "";
  const fs::path old_folder = fs::current_path();
  const sim::Job job = jobOf(inverterDeck());
  sim::Simulator plain;
  const auto expected = plain.run(job);
  ::setenv("HOME", folder.c_str(), 1);
  fs::current_path(folder);
  sim::Simulator tempted;
  const auto got = tempted.run(job);
  fs::current_path(old_folder);
  ::setenv("HOME", old_home.c_str(), 1);
  fs::remove_all(folder);
  REQUIRE(expected.ok());
  CHECK(sameDigits(expected.waves, got.waves));
}
