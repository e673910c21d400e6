#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include "decks.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"

using namespace gaincell;
using namespace sim_test;

namespace {

/// The next job on the same pool must be as good as on a fresh one.
void checkRecovered(sim::Simulator& simulator) {
  const auto outcome = simulator.run(jobOf(dividerDeck(1e3, 3e3), "recovery"));
  REQUIRE_MESSAGE(outcome.ok(), outcome.message);
  CHECK(outcome.waves["v(b)"][0] == doctest::Approx(0.75).epsilon(1e-9));
}

/// A deck that takes minutes: a long ladder with tiny steps.
netlist::Deck endlessDeck() {
  auto deck = rcDeck(10e3, 1e-12, 1.0);
  for (int i = 0; i < 300; ++i) {
    const std::string here = i == 0 ? "b" : "n" + std::to_string(i), next = "n" + std::to_string(i + 1);
    deck.circuit.add(netlist::Resistor{"s" + std::to_string(i), here, next, 1e3});
    deck.circuit.add(netlist::Capacitor{"s" + std::to_string(i), next, "0", 1e-12});
  }
  deck.analysis = netlist::Transient{1e-9, 1.0, 1e-9, false};
  deck.saves = {"v(b)"};
  return deck;
}

/// Process ids of the worker children of `parent`.
std::vector<pid_t> workersOf(pid_t parent) {
  std::vector<pid_t> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream in(entry.path() / "stat");
    std::string pid, comm, state;
    pid_t ppid = 0;
    in >> pid >> comm >> state >> ppid;
    if (ppid == parent && comm.rfind("(gaincell", 0) == 0 && state != "Z")
      out.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return out;
}

bool alive(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string a, b, state;
  return (in >> a >> b >> state) && state != "Z";
}

/// True once every thread of the child has ended, so that its end of the socket is closed: /proc says "zombie" as soon
/// as the first thread has. Leaves the child to be collected by its owner.
bool ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

template <class Condition>
bool eventually(Condition condition, double seconds) {
  for (int i = 0; i < static_cast<int>(seconds * 100); ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

}  // namespace

TEST_CASE("an unknown model, a missing include and an undefined parameter are deck errors, and the next deck is fine") {
  sim::Simulator simulator;
  {
    auto deck = dividerDeck(1e3, 3e3);
    netlist::DeviceModel model;
    model.flavour = "n_none";
    model.model = "no_such_model";
    deck.circuit.devices["n_none"] = model;
    deck.circuit.add(netlist::Mosfet{"x", "n_none", "b", "a", "0", "0", 1e-6, 1e-7});
    const auto outcome = simulator.run(jobOf(deck));
    CHECK(outcome.kind == sim::OutcomeKind::DeckError);
    CHECK(outcome.message.find("no_such_model") != std::string::npos);
    checkRecovered(simulator);
  }
  {
    auto deck = dividerDeck(1e3, 3e3);
    deck.pdk_cards = {".include /nonexistent/cards.lib"};
    const auto outcome = simulator.run(jobOf(deck));
    CHECK(outcome.kind == sim::OutcomeKind::DeckError);
    CHECK(outcome.message.find("/nonexistent/cards.lib") != std::string::npos);
    checkRecovered(simulator);
  }
  {
    auto deck = dividerDeck(1e3, 3e3);
    deck.pdk_cards = {".param good=1", "rbad a 0 {undefined_parameter*2}"};
    const auto outcome = simulator.run(jobOf(deck));
    CHECK(outcome.kind == sim::OutcomeKind::DeckError);
    CHECK(outcome.message.find("undefined_parameter") != std::string::npos);
    checkRecovered(simulator);
  }
  {
    auto deck = dividerDeck(1e3, 3e3);
    deck.saves = {"v(b)", "v(nowhere)"};
    const auto outcome = simulator.run(jobOf(deck));
    CHECK(!outcome.ok());
    CHECK(outcome.message.find("nowhere") != std::string::npos);
    checkRecovered(simulator);
  }
  {
    sim::Job job = jobOf(dividerDeck(1e3, 3e3));
    job.alters = {{"rnone", "resistance", 1}};
    const auto outcome = simulator.run(job);
    CHECK(outcome.kind == sim::OutcomeKind::DeckError);
    CHECK(outcome.message.find("rnone") != std::string::npos);
    checkRecovered(simulator);
  }
}

TEST_CASE("a deck that would run commands never reaches the simulator") {
  sim::Simulator simulator;
  auto deck = dividerDeck(1e3, 3e3);
  deck.pdk_cards = {".control", "shell touch /tmp/should-not-exist", ".endc"};
  CHECK_THROWS_AS(simulator.run(jobOf(deck)), support::Error);
  checkRecovered(simulator);
}

TEST_CASE("what does not converge is reported as such with the aids that were tried") {
  sim::Simulator simulator;
  auto deck = dividerDeck(1e3, 3e3);
  // A current source into nothing but a nonlinear element that cannot take it has no solution.
  deck.circuit.add(
      netlist::BehavioralSource{"odd", "c", "0", netlist::BehavioralSource::Kind::Current, "1e-3+1e-3*v(c)*v(c)"});
  deck.circuit.add(netlist::Capacitor{"odd", "c", "0", 1e-15});
  deck.circuit.add(netlist::Resistor{"odd", "c", "b", 1e9});
  const auto outcome = simulator.run(jobOf(deck));
  CHECK(outcome.kind == sim::OutcomeKind::NonConvergence);
  CHECK(outcome.aids.size() >= 2);
  checkRecovered(simulator);
}

TEST_CASE("a run ends at its time limit and the worker is gone") {
  sim::Simulator simulator;
  sim::Job job = jobOf(endlessDeck());
  job.time_limit_s = 1.0;
  const auto outcome = simulator.run(job);
  CHECK(outcome.kind == sim::OutcomeKind::TimedOut);
  CHECK(workersOf(::getpid()).empty());
  checkRecovered(simulator);
}

TEST_CASE("kill -9 of the worker in a run is a crash, and the next job is fine") {
  sim::Simulator simulator;
  sim::Outcome outcome;
  std::thread runner([&] { outcome = simulator.run(jobOf(endlessDeck())); });
  std::vector<pid_t> workers;
  REQUIRE(eventually([&] { return !(workers = workersOf(::getpid())).empty(); }, 20));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  for (const pid_t pid : workers) ::kill(pid, SIGKILL);
  runner.join();
  CHECK(outcome.kind == sim::OutcomeKind::Crashed);
  CHECK(outcome.message.find("signal 9") != std::string::npos);
  checkRecovered(simulator);
}

TEST_CASE("an idle worker that died is replaced without a failed job") {
  sim::Simulator simulator;
  checkRecovered(simulator);
  for (const pid_t pid : workersOf(::getpid())) {
    ::kill(pid, SIGKILL);
    REQUIRE(eventually([&] { return ended(pid); }, 5));
  }
  checkRecovered(simulator);
}

TEST_CASE("Ctrl-C ends the run at once") {
  sim::Simulator simulator;
  std::thread interrupter([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    support::requestInterrupt(true);
  });
  const auto outcome = simulator.run(jobOf(endlessDeck()));
  interrupter.join();
  CHECK(outcome.kind == sim::OutcomeKind::Interrupted);
  CHECK_THROWS_AS(outcome.orThrow("x"), support::Interrupted);
  CHECK(simulator.run(jobOf(dividerDeck(1e3, 3e3))).kind == sim::OutcomeKind::Interrupted);
  support::requestInterrupt(false);
  checkRecovered(simulator);
}

TEST_CASE("a killed parent leaves no worker behind") {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    sim::Simulator simulator;
    simulator.run(jobOf(endlessDeck()));
    ::_exit(0);
  }
  std::vector<pid_t> workers;
  REQUIRE(eventually([&] { return !(workers = workersOf(child)).empty(); }, 20));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // in the middle of the run
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (const pid_t pid : workers) CHECK(eventually([&] { return !alive(pid); }, 5));
}

TEST_CASE("a missing library or worker program is one clear error") {
  const auto failure = [](const sim::SimulatorOptions& options) {
    sim::Simulator simulator(options);
    try {
      simulator.run(jobOf(dividerDeck(1e3, 3e3)));
    } catch (const support::Error& e) {
      return e;
    }
    return support::Error("none", "no error");
  };
  ::setenv("GAINCELL_LIBNGSPICE", "/nonexistent/libngspice.so.0", 1);
  const auto no_library = failure({});
  ::unsetenv("GAINCELL_LIBNGSPICE");
  CHECK(no_library.id() == "SIM-0003");
  CHECK(no_library.remedy().find("libngspice0") != std::string::npos);
  sim::SimulatorOptions options;
  options.worker = "/nonexistent/worker";
  CHECK(failure(options).id() == "SIM-0003");
  options.worker = "/bin/false";  // exits without a greeting
  CHECK(failure(options).id() == "SIM-0003");
}
