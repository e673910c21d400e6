#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "gaincell/montecarlo/draws.hpp"
#include "gaincell/montecarlo/variation.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using namespace gaincell::montecarlo;

namespace {

std::vector<DrawName> names(std::size_t count) {
  std::vector<DrawName> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back({fmt::format("x{}", i / 2), i % 2 ? "beta" : "vth"});
  return out;
}

pdk::Pdk process() {
  pdk::Pdk p;
  p.name = "test";
  for (const char polarity : {'n', 'p'}) {
    netlist::DeviceModel m;
    m.flavour = fmt::format("{}_svt", polarity);
    m.polarity = polarity;
    m.model = m.flavour;
    m.vth_parameter = "delvto";
    m.mobility_parameter = "mulu0";
    m.avt = 1.5e-9;
    m.abeta = 8e-9;
    p.devices[m.flavour] = m;
    p.process.groups.push_back({fmt::format("{}_core", polarity), {m.flavour}, 0.012, 0.017, 0.007, 3.3e-10});
  }
  return p;
}

/// Two equal inverters (twins) with a wire and a drawn capacitor.
netlist::Deck twins(const pdk::Pdk& p) {
  netlist::Deck deck;
  deck.circuit.devices = p.devices;
  netlist::Subcircuit inverter{"inverter", "", {"in", "out", "vdd", "vss"}, {}, {}};
  inverter.add(netlist::Mosfet{"pull_n", "n_svt", "out", "in", "vss", "vss", 1e-7, 2e-7});
  inverter.add(netlist::Mosfet{"pull_p", "p_svt", "out", "in", "vdd", "vdd", 3e-7, 2e-7});
  inverter.add(netlist::Capacitor{"keep", "out", "vss", 1e-15});
  deck.circuit.define(inverter);
  for (const char* name : {"left", "right"})
    deck.circuit.add(netlist::Instance{name, "inverter", {"in", "out", "vdd", "0"}, {}});
  deck.circuit.add(netlist::Resistor{"line", "in", "far", 100.0});
  deck.circuit.add(netlist::Capacitor{"line", "far", "0", 2e-15});
  return deck;
}

double alterOf(const std::vector<sim::Alter>& alters, const std::string& device, const std::string& parameter) {
  for (const auto& a : alters)
    if (a.device == device && a.parameter == parameter) return a.value;
  FAIL("no alter of " << device << " " << parameter);
  return 0;
}

}  // namespace

TEST_CASE("a draw does not depend on the order of asking, nor on what else is drawn") {
  for (const auto sampling : {Sampling::PseudoRandom, Sampling::LatinHypercube, Sampling::Sobol}) {
    CAPTURE(toString(sampling));
    const auto draws = names(12);
    const DrawSource forward(7, sampling, 500, draws), backward(7, sampling, 500, draws);
    std::vector<std::vector<double>> a(500);
    for (std::uint64_t s = 0; s < 500; ++s)
      for (const auto& d : draws) a[s].push_back(forward.normal(s, d));
    for (std::uint64_t s = 500; s-- > 0;)
      for (std::size_t d = draws.size(); d-- > 0;) REQUIRE(backward.normal(s, draws[d]) == a[s][d]);
    CHECK(DrawSource(7, sampling, 500, draws).normal(471, draws[5]) == a[471][5]);
    CHECK(DrawSource(8, sampling, 500, draws).normal(471, draws[5]) != a[471][5]);
  }
}

TEST_CASE("Latin hypercube puts one sample of every draw into each stratum") {
  const std::uint64_t n = 137;
  const DrawSource source(3, Sampling::LatinHypercube, n);
  for (const auto& d : names(6)) {
    std::set<int> strata;
    for (std::uint64_t s = 0; s < n; ++s)
      strata.insert(static_cast<int>(source.uniform(s, d) * static_cast<double>(n)));
    CHECK(strata.size() == n);
  }
}

TEST_CASE("the permutation behind it is a permutation for every size") {
  for (const std::uint64_t n : {1ULL, 2ULL, 3ULL, 17ULL, 256ULL, 1000ULL}) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t k = 0; k < n; ++k) seen.insert(permuted(k, n, 42));
    CHECK(seen.size() == n);
    CHECK(*seen.rbegin() == n - 1);
  }
}

TEST_CASE("Sobol fills the strata of every draw and of pairs, scrambled") {
  const auto draws = names(20);
  const DrawSource source(11, Sampling::Sobol, 0, draws);
  for (const auto& d : draws) {
    std::set<int> strata;
    for (std::uint64_t s = 0; s < 256; ++s) strata.insert(static_cast<int>(source.uniform(s, d) * 256));
    CHECK(strata.size() == 256);
  }
  // The first two dimensions form a (0, 2)-sequence: 256 points hit each of 16 x 16 squares once.
  std::set<std::pair<int, int>> squares;
  for (std::uint64_t s = 0; s < 256; ++s)
    squares.insert(
        {static_cast<int>(source.uniform(s, draws[0]) * 16), static_cast<int>(source.uniform(s, draws[1]) * 16)});
  CHECK(squares.size() == 256);
  // Integrates a smooth function far better than pseudo-random draws do.
  const auto error = [&](const DrawSource& from) {
    double sum = 0;
    for (std::uint64_t s = 0; s < 4096; ++s) {
      double product = 1;
      for (std::size_t d = 0; d < 5; ++d) product *= 1 + 0.5 * (from.uniform(s, draws[d]) - 0.5);
      sum += product / 4096;
    }
    return std::abs(sum - 1);
  };
  CHECK(error(source) < 0.1 * error(DrawSource(11, Sampling::PseudoRandom, 0)));
  // A draw beyond the known dimensions is pseudo-random.
  CHECK(source.uniform(5, {"other", "vth"}) == DrawSource(11, Sampling::PseudoRandom, 0).uniform(5, {"other", "vth"}));
}

TEST_CASE("more draws than Sobol dimensions") {
  const auto draws = names(DrawSource::sobolDimensions() + 10);
  const DrawSource source(1, Sampling::Sobol, 0, draws);
  CHECK(source.uniform(9, draws.back()) == DrawSource(1, Sampling::PseudoRandom, 0).uniform(9, draws.back()));
  CHECK(source.uniform(9, draws[100]) != DrawSource(1, Sampling::PseudoRandom, 0).uniform(9, draws[100]));
}

TEST_CASE("realised spread is the declared one, for every parameter and method") {
  const auto p = process();
  const auto deck = twins(p);
  VariationOptions options;
  for (const bool global : {false, true}) {
    options.global = global;
    const VariationModel model(p, options);
    // Four devices of two parameters; with process spread also their lengths, two drawn capacitors and the wire's R and
    // C.
    CHECK(model.quantities(deck).size() == (global ? 4 * 3 + 2 + 2 : 4 * 2));
    for (const auto sampling : {Sampling::PseudoRandom, Sampling::LatinHypercube, Sampling::Sobol}) {
      CAPTURE(toString(sampling));
      RecordingVariation recording(model);
      recording.alters(deck);
      const DrawSource source(5, sampling, 4096, recording.draws());
      for (const auto& c : checkDraws(model, source, deck, 4096)) {
        CAPTURE(c.path);
        CAPTURE(c.parameter);
        // sigma of a sample sigma: 1/sqrt(2 N) = 1.1 %; of a mean: 1/sqrt(N) = 1.6 %. Four of them.
        CHECK(c.realised == doctest::Approx(c.declared).epsilon(0.045));
        CHECK(std::abs(c.mean_error) < 0.065);
      }
    }
  }
}

TEST_CASE("Pelgrom: area, multiplier, pair and single-device figures") {
  auto p = process();
  auto deck = twins(p);
  const auto sigma = [&](const std::string& device, const std::string& parameter) {
    for (const auto& q : VariationModel(p, {}).quantities(deck))
      if (q.device == device && q.parameter == parameter) return q.sigma();
    return 0.0;
  };
  const double area = std::sqrt(1e-7 * 2e-7);
  CHECK(sigma("m.xleft.mpull_n", "delvto") == doctest::Approx(1.5e-9 / area / std::sqrt(2.0)).epsilon(1e-12));
  CHECK(sigma("m.xleft.mpull_n", "mulu0") == doctest::Approx(8e-9 / area / std::sqrt(2.0)).epsilon(1e-12));
  std::get<netlist::Mosfet>(deck.circuit.subcircuits[0].elements[0]).m = 4;
  CHECK(sigma("m.xleft.mpull_n", "delvto") == doctest::Approx(1.5e-9 / area / 2 / std::sqrt(2.0)).epsilon(1e-12));
  deck.circuit.devices["n_svt"].per_device = true;
  CHECK(sigma("m.xleft.mpull_n", "delvto") == doctest::Approx(1.5e-9 / area / 2).epsilon(1e-12));
}

TEST_CASE("global spread makes twins equal, mismatch makes them differ, nominal has no randomness") {
  const auto p = process();
  const auto deck = twins(p);
  const DrawSource source(1, Sampling::PseudoRandom, 100);
  VariationOptions options;
  options.local = false;
  options.global = true;
  const VariationModel global(p, options);
  options.local = true;
  options.global = false;
  const VariationModel local(p, options);
  for (std::uint64_t s = 0; s < 50; ++s) {
    const auto g = SampleVariation(global, source, s).alters(deck), l = SampleVariation(local, source, s).alters(deck);
    for (const char* parameter : {"delvto", "mulu0"}) {
      for (const char* device : {"pull_n", "pull_p"}) {
        const std::string left = fmt::format("m.xleft.m{}", device), right = fmt::format("m.xright.m{}", device);
        CHECK(alterOf(g, left, parameter) == alterOf(g, right, parameter));
        CHECK(alterOf(l, left, parameter) != alterOf(l, right, parameter));
      }
    }
  }
  options.local = false;
  CHECK(VariationModel(p, options).quantities(deck).empty());
  for (const auto& a : RecordingVariation(local).alters(deck)) CHECK(a.value == (a.parameter == "delvto" ? 0.0 : 1.0));
}

TEST_CASE("n and p thresholds are correlated as declared") {
  const auto p = process();
  const auto deck = twins(p);
  for (const double rho : {0.0, 0.5, 1.0}) {
    VariationOptions options;
    options.local = false;
    options.global = true;
    options.np_correlation = rho;
    const VariationModel model(p, options);
    const DrawSource source(2, Sampling::PseudoRandom, 0);
    double nn = 0, pp = 0, np = 0;
    for (std::uint64_t s = 0; s < 4000; ++s) {
      const auto alters = SampleVariation(model, source, s).alters(deck);
      // Slower n: delvto up. Slower p: delvto down, because ngspice adds it to the signed threshold.
      const double n = alterOf(alters, "m.xleft.mpull_n", "delvto"), q = -alterOf(alters, "m.xleft.mpull_p", "delvto");
      nn += n * n;
      pp += q * q;
      np += n * q;
    }
    CHECK(np / std::sqrt(nn * pp) == doctest::Approx(rho).epsilon(0.05).scale(1));
  }
}

TEST_CASE("a process without instance parameters is refused by name") {
  auto p = process();
  p.devices["n_svt"].vth_parameter.clear();
  const auto deck = twins(p);
  CHECK_THROWS_WITH_AS(VariationModel(p, {}).quantities(deck), doctest::Contains("n_svt"), support::Error);
  VariationOptions options;
  options.np_correlation = 1.5;
  CHECK_THROWS_AS(VariationModel(p, options), support::Error);
}
