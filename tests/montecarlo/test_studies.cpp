// Studies of real analyses with the real simulator.

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "fake_study.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/error.hpp"

using namespace mc_test;

namespace {

StudyConfig cellStudy(const std::string& analysis, std::uint64_t samples) {
  StudyConfig c;
  c.pdk = pdk::findPdk("gc28");
  c.kind = "gain-cell";
  c.analysis = analysis;
  c.design = cells::loadDesign("reference", c.pdk);
  c.settings = sim::analysis(c.kind, c.analysis).settings(c.pdk);
  c.conditions = {{"tt", 27, c.pdk.vdd}};
  c.samples = samples;
  return c;
}

std::string filesOf(const std::filesystem::path& dir) {
  return support::readFile(dir / "samples.csv") + support::readFile(dir / "statistics.json");
}

/// Raises |Vth| of all devices of one polarity.
struct Slower final : sim::Variation {
  char polarity;
  explicit Slower(char p) : polarity(p) {}
  std::vector<sim::Alter> alters(const netlist::Deck& deck) const override {
    std::vector<sim::Alter> out;
    for (const auto& m : netlist::flattenMosfets(deck.circuit))
      if (m.model->polarity == polarity) out.push_back({m.ngspice, "delvto", polarity == 'n' ? 0.05 : -0.05});
    return out;
  }
};

}  // namespace

TEST_CASE("the sign of a threshold shift: both polarities lose current") {
  const auto config = cellStudy("iv", 1);
  sim::Simulator simulator;
  const auto currents = [&](const sim::Variation* v) {
    return sim::analysis(config.kind, config.analysis)
        .run({config.pdk, config.conditions[0], config.design, config.settings, simulator, v});
  };
  const auto nominal = currents(nullptr);
  const Slower n('n'), p('p');
  // A stored 0 turns the p device on, a stored VDD the n device.
  CHECK(std::abs(currents(&p).figure("i_level_0")) < 0.95 * std::abs(nominal.figure("i_level_0")));
  CHECK(std::abs(currents(&n).figure("i_level_7")) < 0.95 * std::abs(nominal.figure("i_level_7")));
}

TEST_CASE("cell I(V): the same bytes with one and two workers and for a sample alone; shares of variance add up") {
  TemporaryFolder dir;
  const auto config = cellStudy("iv", 400);
  const auto one = runStudy(config, {}, runIn(dir.path / "one"));
  CHECK(one.report.failed == 0);
  runStudy(config, {}, runIn(dir.path / "two", 2));
  CHECK(filesOf(dir.path / "one") == filesOf(dir.path / "two"));

  const auto study = analysisStudy(config, {});
  study->preflight();
  const auto alone = study->worker()->evaluate({0, 311});
  const auto& row = one.samples.rows[311];
  CHECK(alone.values == std::vector<double>(row.begin() + 4, row.end()));

  const auto json = nlohmann::json::parse(one.statistics);
  const auto& zero = json["conditions"][0]["figures"]["i_zero"];
  double sum = 0;
  for (const auto& share : zero["sensitivity"]["shares"]) sum += share["share"].get<double>();
  CHECK(sum == doctest::Approx(1).epsilon(0.05));  // linear in the draws at VDD/2
  // The current at a stored 0 flows through the p device of the pair and the p read switch; it is their mismatch that
  // matters.
  const auto& shares = json["conditions"][0]["figures"]["i_level_0"]["sensitivity"]["shares"];
  CHECK(shares[0]["instance"].get<std::string>().find("_p") != std::string::npos);
  // Linear propagation: the sum of squared effects of one sigma of each draw is the variance.
  double square = 0;
  for (const auto& share : shares) square += std::pow(share["per_sigma"].get<double>(), 2);
  CHECK(std::sqrt(square) ==
        doctest::Approx(json["conditions"][0]["figures"]["i_level_0"]["sigma"].get<double>()).epsilon(0.1));
}

TEST_CASE("a grid of corners and temperatures with both kinds of variation, Latin hypercube") {
  TemporaryFolder dir;
  auto config = cellStudy("iv", 20);
  config.conditions = {{"tt", 27, 0.9}, {"ff", 85, 0.9}, {"ss", 27, 0.85}};
  config.variation.global = true;
  config.sampling = Sampling::LatinHypercube;
  config.keep_tables = {"iv"};
  const auto result = runStudy(config, {}, runIn(dir.path, 2));
  CHECK(result.report.good == 60);
  const auto json = nlohmann::json::parse(result.statistics);
  const auto span = [&](int c) { return json["conditions"][c]["figures"]["i_span"]["mean"].get<double>(); };
  CHECK(span(1) > span(0));
  CHECK(span(2) < span(0));
  for (const auto& condition : json["conditions"]) {  // each has nominal figures of its own
    const auto& f = condition["figures"]["i_span"];
    CHECK(f["nominal"].get<double>() == doctest::Approx(f["mean"].get<double>()).epsilon(0.1));
  }
  CHECK(result.tables.at("iv").rows.size() > 60 * 8);
  const auto study = analysisStudy(config, {});
  study->preflight();
  for (const auto& d : study->checkDraws(20)) CHECK(d.declared > 0);
}

TEST_CASE("the reference cells of a column are measured once for all samples, and no figure changes") {
  StudyConfig c = cellStudy("iv", 2);
  c.kind = "column";
  c.analysis = "mac";
  c.design = cells::loadDesign("lean", c.pdk);
  c.design.set("array.rows", 4, "test");
  c.settings = sim::analysis(c.kind, c.analysis).settings(c.pdk);
  c.settings.set("columns", "1");
  c.settings.set("operations", "1");
  TemporaryFolder dir;
  const auto result = runStudy(c, {}, runIn(dir.path));
  REQUIRE(result.report.good == 2);
  const VariationModel model(c.pdk, c.variation);
  const DrawSource source(c.seed, c.sampling, c.samples, result.header.preflight.draws);
  sim::Simulator simulator;
  for (std::uint64_t sample : {0, 1}) {  // everything measured and parsed anew
    const SampleVariation variation(model, source, sample, Statistics::Ours);
    const sim::AnalysisContext context{c.pdk, c.conditions[0], c.design, c.settings, simulator, &variation};
    const auto slow = sim::analysis(c.kind, c.analysis).run(context);
    for (std::size_t f = 0; f < slow.figures.size(); ++f)
      CHECK(result.samples.rows[sample][4 + f] == slow.figures[f].value);
  }
}

TEST_CASE("what cannot be studied is refused before it starts") {
  auto config = cellStudy("iv", 5);
  config.keep_tables = {"nothing"};
  CHECK_THROWS_WITH_AS(analysisStudy(config, {})->preflight(), doctest::Contains("iv"), support::Error);
  config = cellStudy("iv", 0);
  CHECK_THROWS_AS(analysisStudy(config, {}), support::Error);
  config = cellStudy("iv", 5);
  config.conditions[0].corner = "xx";
  CHECK_THROWS_AS(analysisStudy(config, {}), support::Error);
}

TEST_CASE("the time limit is that of a sample, all its runs together") {
  auto config = cellStudy("iv", 3);
  config.time_limit_s = 1e-6;
  const auto study = analysisStudy(config, {});
  study->preflight();
  const auto record = study->worker()->evaluate({0, 1});
  CHECK(record.failure == "timed out");
  config.time_limit_s = 0;
  const auto patient = analysisStudy(config, {});
  patient->preflight();
  CHECK(patient->worker()->evaluate({0, 1}).ok());

  // The limit holds from the call on, until the next one.
  sim::Simulator simulator;
  const sim::Job job{std::make_shared<const netlist::Deck>(
                         cells::gainCellStaticDeck(config.pdk, config.conditions[0], config.design, 9)),
                     {},
                     "run",
                     {}};
  simulator.limitTotal(30);
  CHECK(simulator.run(job).ok());
  simulator.limitTotal(1e-9);
  CHECK(simulator.run(job).kind == sim::OutcomeKind::TimedOut);
  simulator.limitTotal(0);
  CHECK(simulator.run(job).ok());
}
