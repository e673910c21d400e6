#include "gaincell/montecarlo/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gaincell/cells/generator.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/hash.hpp"
#include "gaincell/support/provenance.hpp"
#include "gaincell/support/units.hpp"
#include "process_memory.hpp"

namespace gaincell::montecarlo {

using nlohmann::json;
using support::Error;

std::vector<DrawCheck> Study::checkDraws(std::uint64_t) const {
  return {};
}

namespace {
/// ngspice keeps some 200 bytes per altered parameter: a simulator of the cell's I(V) grows by 5 MB over so many runs.
constexpr int kRunsOfWorker = 2000;

/// What a study keeps from one sample to the next, at one condition.
struct Kept {
  std::map<std::string, std::shared_ptr<const netlist::Deck>> decks;  ///< parsed ones
  std::map<std::string, support::Table> tables;                       ///< of nominal devices
};

json valuesOf(const netlist::ParameterSet& set) {
  json out = json::object();
  for (const auto& p : set.declared())
    out[p.name] =
        p.kind == netlist::ParameterKind::Choice ? set.choice(p.name) : support::formatNumber(set.real(p.name));
  return out;
}

/// The values of the figures of a study; NaN for one that was not measured.
std::vector<double> inOrder(const sim::AnalysisResult& result, const std::vector<FigureInfo>& figures) {
  std::vector<double> out(figures.size(), std::numeric_limits<double>::quiet_NaN());
  for (const auto& f : result.figures)
    for (std::size_t i = 0; i < figures.size(); ++i)
      if (figures[i].name == f.name) out[i] = f.value;
  return out;
}

/// Hash of the circuit itself, so that a changed generator is another study even where the design is the same.
std::string circuitHash(const StudyConfig& c) {
  netlist::Deck deck = pdk::emptyDeck(c.pdk, c.conditions.front(), c.kind);
  cells::generator(c.kind).define(c.pdk, c.design, deck.circuit);
  std::ostringstream text;
  netlist::dialect("ngspice").writeSubcircuits(deck.circuit, text);
  return support::sha256(text.str());
}

/// The conditions with the corner that has the same speeds and draws nothing: nominal devices where the PDK draws.
pdk::Conditions nominalOf(const pdk::Pdk& pdk, pdk::Conditions conditions) {
  const pdk::Corner& wanted = pdk.corner(conditions.corner);
  if (!wanted.random) return conditions;
  for (const auto& corner : pdk.corners) {
    if (corner.random || corner.speed_n != wanted.speed_n || corner.speed_p != wanted.speed_p) continue;
    conditions.corner = corner.name;
    return conditions;
  }
  throw Error("MCS-0022", fmt::format("no corner of PDK '{}' has the nominal devices of '{}'", pdk.name, wanted.name),
              pdk.manifest.string(), "add a corner with the same speeds that is not random");
}

void check(const StudyConfig& c) {
  if (c.conditions.empty()) throw Error("MCS-0020", "the study has no conditions", c.kind, "give at least one corner");
  if (c.samples < 1 || c.samples > 100'000'000)
    throw Error("MCS-0021", fmt::format("{} samples are not possible", c.samples), "--samples", "give 1 .. 1e8");
  for (const auto& condition : c.conditions) nominalOf(c.pdk, condition);
}

class AnalysisStudy;

/// One simulator process and the decks it has parsed.
class AnalysisWorker final : public StudyWorker {
 public:
  explicit AnalysisWorker(const AnalysisStudy& study) : study_(study) { renew(); }
  SampleRecord evaluate(const Task& task) override;
  void renew() override;

 private:
  const AnalysisStudy& study_;
  std::unique_ptr<sim::Simulator> simulator_;
  Kept kept_;
  std::uint32_t condition_ = 0;
  static constexpr int kMaxNotStarted = 3;  // in a row
  int not_started_ = 0;
};

class AnalysisStudy final : public Study {
 public:
  AnalysisStudy(StudyConfig config, sim::SimulatorOptions simulator)
      : config_(std::move(config)),
        simulator_options_(std::move(simulator)),
        analysis_(sim::analysis(config_.kind, config_.analysis)),
        model_(config_.pdk, config_.variation),
        source_(config_.seed, config_.sampling, config_.samples) {
    check(config_);
    simulator_options_.jobs = 1;
    simulator_options_.recycle_after_runs = std::min(simulator_options_.recycle_after_runs, kRunsOfWorker);
  }

  std::string identity() const override;
  std::vector<pdk::Conditions> conditions() const override { return config_.conditions; }
  std::uint64_t samples() const override { return config_.samples; }
  Preflight preflight() override;
  void adopt(const Preflight& preflight) override;
  std::unique_ptr<StudyWorker> worker() const override { return std::make_unique<AnalysisWorker>(*this); }
  std::vector<DrawCheck> checkDraws(std::uint64_t samples) const override;

  sim::AnalysisResult run(sim::Simulator& simulator, const pdk::Conditions& conditions, const sim::Variation* variation,
                          Kept& kept) const;
  double timeLimit() const noexcept { return time_limit_s_; }
  const pdk::Conditions& condition(std::uint32_t index) const { return config_.conditions[index]; }
  Statistics statistics(std::uint32_t index) const {
    return config_.pdk.corner(condition(index).corner).random ? Statistics::OfPdk : Statistics::Ours;
  }
  void fill(SampleRecord& record, const sim::AnalysisResult& result) const;
  const sim::SimulatorOptions& simulatorOptions() const { return simulator_options_; }
  SampleVariation variation(const Task& task) const {
    return {model_, source_, task.sample, statistics(task.condition)};
  }
  std::size_t figures() const { return figures_.size(); }

 private:
  void requireTables(const sim::AnalysisResult& result) const;
  void requireSpread(sim::Simulator& simulator, std::uint32_t index) const;
  StudyConfig config_;
  sim::SimulatorOptions simulator_options_;
  const sim::Analysis& analysis_;
  VariationModel model_;
  DrawSource source_;
  std::map<std::string, std::size_t> figures_;
  Kept nominal_;
  double time_limit_s_ = 0;
};

std::string AnalysisStudy::identity() const {
  json conditions = json::array();
  for (const auto& c : config_.conditions)
    conditions.push_back(
        fmt::format("{} {} C {} V", c.corner, support::formatNumber(c.temp_c), support::formatNumber(c.vdd)));
  const auto& v = config_.variation;
  json id = {{"kind", config_.kind},
             {"analysis", config_.analysis},
             {"design", config_.design.name},
             {"design_hash", config_.design.hash()},
             {"design_values", config_.design.values()},
             {"circuit_hash", circuitHash(config_)},
             {"settings", valuesOf(config_.settings)},
             {"pdk", config_.pdk.name},
             {"pdk_hash", config_.pdk.content_hash},
             {"conditions", conditions},
             {"seed", config_.seed},
             {"sampling", toString(config_.sampling)},
             {"local", v.local},
             {"global", v.global},
             {"kept_tables", config_.keep_tables},
             {"version", support::version()}};
  if (v.global)
    id["process"] = {{"np_correlation", v.np_correlation},
                     {"wire_r_sigma", v.wire_r_sigma},
                     {"wire_c_sigma", v.wire_c_sigma},
                     {"capacitor_sigma", v.capacitor_sigma}};
  if (config_.sampling == Sampling::LatinHypercube) id["samples"] = config_.samples;  // every stratum depends on it
  sim::Simulator simulator(simulator_options_);
  id["simulator"] = simulator.simulatorVersion();
  return id.dump();
}

sim::AnalysisResult AnalysisStudy::run(sim::Simulator& simulator, const pdk::Conditions& conditions,
                                       const sim::Variation* variation, Kept& kept) const {
  const sim::AnalysisContext context{config_.pdk, conditions,  config_.design, config_.settings, simulator,
                                     variation,   &kept.decks, nullptr,        &kept.tables,     config_.seed};
  return analysis_.run(context);
}

void AnalysisStudy::requireTables(const sim::AnalysisResult& result) const {
  for (const auto& name : config_.keep_tables) {
    if (result.tables.count(name)) continue;
    std::string known;
    for (const auto& [key, table] : result.tables) known += (known.empty() ? "" : ", ") + key;
    throw Error("MCS-0023", fmt::format("analysis '{}' has no table '{}'", config_.analysis, name), "--keep",
                known.empty() ? "it has none" : "it has: " + known);
  }
}

/// A PDK that is said to draw but does not would give a study without spread that looks like a perfect process.
void AnalysisStudy::requireSpread(sim::Simulator& simulator, std::uint32_t index) const {
  if (statistics(index) == Statistics::Ours) return;
  std::vector<std::vector<double>> values;
  for (std::uint64_t sample : {0, 1}) {
    Kept kept;
    const SampleVariation drawn = variation({index, sample});
    auto& v = values.emplace_back();
    for (const auto& f : run(simulator, condition(index), &drawn, kept).figures) v.push_back(f.value);
  }
  if (values[0] == values[1])
    throw Error("MCS-0025",
                fmt::format("corner '{}' is marked random, but two samples are equal", condition(index).corner),
                config_.pdk.manifest.string(), "check the switches on the corner's cards");
}

Preflight AnalysisStudy::preflight() {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::time_point since) {
    return std::chrono::duration<double>(Clock::now() - since).count();
  };
  Preflight preflight;
  const RecordingVariation nominal(model_, statistics(0));
  sim::Simulator simulator(simulator_options_);
  for (std::uint32_t c = 0; c < config_.conditions.size(); ++c) {
    Kept kept;
    const RecordingVariation others(model_, statistics(c));
    const pdk::Conditions conditions = nominalOf(config_.pdk, condition(c));
    auto start = Clock::now();
    const auto result = run(simulator, conditions, c > 0 ? &others : &nominal, kept);
    const double first_s = seconds(start);
    requireSpread(simulator, c);
    if (c == 0)
      for (const auto& f : result.figures) preflight.figures.push_back({f.name, f.unit, f.description});
    preflight.nominal.push_back(inOrder(result, preflight.figures));
    if (c > 0) continue;
    requireTables(result);
    preflight.first_s = first_s;
    if (statistics(c) == Statistics::OfPdk) kept.decks.clear();  // every sample is parsed anew
    start = Clock::now();
    run(simulator, conditions, &nominal, kept);
    preflight.again_s = seconds(start);
    preflight.worker_rss_kb = largestChildKb();
    preflight.warnings = result.warnings;
    nominal_ = std::move(kept);
  }
  if (preflight.figures.empty())
    throw Error("MCS-0024", fmt::format("analysis '{}' of '{}' measures no figures", config_.analysis, config_.kind),
                "", "choose an analysis that does");
  preflight.draws = nominal.draws();
  adopt(preflight);
  return preflight;
}

void AnalysisStudy::adopt(const Preflight& preflight) {
  constexpr double kPatience = 20, kLeast = 600;  // a busy machine is no hang
  time_limit_s_ = config_.time_limit_s > 0 ? config_.time_limit_s : std::max(kLeast, kPatience * preflight.first_s);
  figures_.clear();
  for (const auto& f : preflight.figures) figures_.emplace(f.name, figures_.size());
  source_ = DrawSource(config_.seed, config_.sampling, config_.samples, preflight.draws);
}

std::vector<DrawCheck> AnalysisStudy::checkDraws(std::uint64_t samples) const {
  std::vector<DrawCheck> out;
  for (const auto& [name, deck] : nominal_.decks)
    for (auto& c : montecarlo::checkDraws(model_, source_, *deck, samples, statistics(0))) out.push_back(std::move(c));
  return out;
}

void AnalysisStudy::fill(SampleRecord& record, const sim::AnalysisResult& result) const {
  record.values.assign(figures_.size(), std::numeric_limits<double>::quiet_NaN());
  for (const auto& f : result.figures) {
    const auto found = figures_.find(f.name);
    if (found == figures_.end()) {
      record.failure = "unexpected figure";
      record.message = fmt::format("figure '{}' is not among those of the nominal circuit", f.name);
      return;
    }
    record.values[found->second] = f.value;
  }
  for (const auto& name : config_.keep_tables) {
    const auto found = result.tables.find(name);
    if (found != result.tables.end()) record.tables.insert(*found);
  }
}

void AnalysisWorker::renew() {
  kept_ = {};
  simulator_.reset();
  simulator_ = std::make_unique<sim::Simulator>(study_.simulatorOptions());
}

SampleRecord AnalysisWorker::evaluate(const Task& task) {
  if (task.condition != condition_) kept_ = {};  // tasks come condition by condition
  condition_ = task.condition;
  SampleRecord record;
  record.task = task;
  try {
    const SampleVariation variation = study_.variation(task);
    simulator_->limitTotal(study_.timeLimit());
    study_.fill(record, study_.run(*simulator_, study_.condition(task.condition), &variation, kept_));
  } catch (const sim::SimulationFailed& e) {
    record.failure = sim::outcomeName(e.kind());
    record.message = e.problem();
  } catch (const Error& e) {
    // A simulator that does not start may have been killed at that moment; when it never does, no sample can succeed.
    const bool not_started = e.id() == "SIM-0003";
    if (not_started && ++not_started_ >= kMaxNotStarted) throw;
    record.failure = not_started ? "crashed" : "not measurable";
    record.message = fmt::format("[{}] {}", e.id(), e.problem());
  }
  if (record.ok()) not_started_ = 0;
  if (!record.ok()) record.values.clear();
  return record;
}
}  // namespace

std::unique_ptr<Study> analysisStudy(StudyConfig config, sim::SimulatorOptions simulator) {
  return std::make_unique<AnalysisStudy>(std::move(config), std::move(simulator));
}

}  // namespace gaincell::montecarlo
