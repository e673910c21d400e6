#include "gaincell/montecarlo/variation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/netlist/flatten.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::montecarlo {

using support::Error;

namespace {
/// A carrier mobility, a length, a resistance or a capacitance cannot go below this part of its nominal value, however
/// far out a draw is: the linear model ends there.
constexpr double kFloor = 0.05;

void addShared(Quantity& q, double sigma, double correlation, const std::string& group, const std::string& parameter) {
  if (sigma == 0) return;
  if (correlation > 0) q.terms.push_back({{"global", parameter}, sigma * std::sqrt(correlation)});
  if (correlation < 1) q.terms.push_back({{"global." + group, parameter}, sigma * std::sqrt(1 - correlation)});
}

void keep(Quantity&& q, std::vector<Quantity>& out) {
  if (!q.terms.empty()) out.push_back(std::move(q));
}

void requireSigma(double value, const char* name) {
  if (!(value >= 0 && value < 0.5))
    throw Error("MCS-0010", fmt::format("{} = {} is outside 0 .. 0.5", name, value), "variation",
                "give a relative sigma, for example 0.05");
}
}  // namespace

double Quantity::sigma() const {
  double sum = 0;
  for (const auto& t : terms) sum += t.coefficient * t.coefficient;
  return std::sqrt(sum);
}

VariationModel::VariationModel(const pdk::Pdk& pdk, VariationOptions options) : options_(options) {
  requireSigma(options_.wire_r_sigma, "wire_r_sigma");
  requireSigma(options_.wire_c_sigma, "wire_c_sigma");
  requireSigma(options_.capacitor_sigma, "capacitor_sigma");
  if (!(options_.np_correlation >= 0 && options_.np_correlation <= 1))
    throw Error("MCS-0012", fmt::format("np_correlation = {} is outside 0 .. 1", options_.np_correlation), "variation",
                "0: independent n and p, 1: one draw for both");
  for (const auto& group : pdk.process.groups)
    for (const auto& flavour : group.flavours) group_of_flavour_[flavour] = group;
  if (options_.global && group_of_flavour_.empty())
    throw Error("MCS-0013", fmt::format("PDK '{}' declares no process spread", pdk.name), pdk.manifest.string(),
                "add \"process\" to the manifest, or use local mismatch only");
}

void VariationModel::addMosfets(const netlist::Deck& deck, Statistics statistics, std::vector<Quantity>& out) const {
  for (const auto& m : netlist::flattenMosfets(deck.circuit)) {
    const auto& model = *m.model;
    if (model.vth_parameter.empty() || model.mobility_parameter.empty() || model.element != 'M') {
      if (statistics == Statistics::OfPdk) continue;
      throw Error("MCS-0011",
                  fmt::format("device flavour '{}' has no mismatch through instance parameters", model.flavour), m.path,
                  "choose a corner in which the PDK draws by itself ('gaincell pdk show' marks it random), or a PDK "
                  "whose manifest has \"mismatch\": {\"kind\": \"instance\"}");
    }
    // ngspice adds delvto to the signed threshold, so a p device becomes slower (|Vth| larger) by a negative value.
    const double sign = model.polarity == 'p' ? -1.0 : 1.0;
    Quantity vth{m.ngspice, model.vth_parameter, m.path, 0.0, -1e9, {}};
    Quantity mobility{m.ngspice, model.mobility_parameter, m.path, 1.0, kFloor, {}};
    Quantity length{m.ngspice, model.l_name, m.path, m.l * model.unit, kFloor * m.l * model.unit, {}};
    if (options_.local) {
      const double area = std::sqrt(m.w * m.l * m.m) * (model.per_device ? 1.0 : std::sqrt(2.0));
      if (model.avt > 0) vth.terms.push_back({{m.path, "vth"}, sign * model.avt / area});
      if (model.abeta > 0) mobility.terms.push_back({{m.path, "beta"}, model.abeta / area});
    }
    const auto group = group_of_flavour_.find(model.flavour);
    if (options_.global && group != group_of_flavour_.end()) {
      const auto& g = group->second;
      addShared(vth, sign * g.vth, options_.np_correlation, g.name, "vth");
      addShared(mobility, g.mobility, options_.np_correlation, g.name, "mobility");
      addShared(mobility, -g.oxide, 1.0, g.name, "oxide");
      addShared(length, g.length * model.unit, 1.0, g.name, "length");
    }
    keep(std::move(vth), out);
    keep(std::move(mobility), out);
    keep(std::move(length), out);
  }
}

// Resistors of generated circuits are wires. Capacitors at the top level of a deck (loads, bit-line capacitance) and
// those whose name begins with "wire" are wires too; all others are capacitors somebody drew.
void VariationModel::addPassives(const netlist::Deck& deck, std::vector<Quantity>& out) const {
  for (const auto& p : netlist::flattenPassives(deck.circuit)) {
    const bool wire = p.kind == 'r' || p.top || p.name.starts_with("wire");
    const double sigma = p.kind == 'r' ? options_.wire_r_sigma
                         : wire        ? options_.wire_c_sigma
                                       : options_.capacitor_sigma;
    const std::string draw = p.kind == 'r' ? "wire_r" : wire ? "wire_c" : "capacitor";
    Quantity q{p.ngspice, p.kind == 'r' ? "resistance" : "capacitance", p.path, p.value, kFloor * p.value, {}};
    addShared(q, sigma * p.value, 1.0, "", draw);
    keep(std::move(q), out);
  }
}

std::vector<Quantity> VariationModel::quantities(const netlist::Deck& deck, Statistics statistics) const {
  std::vector<Quantity> out;
  if (!options_.local && !options_.global) return out;
  addMosfets(deck, statistics, out);
  if (options_.global) addPassives(deck, out);
  return out;
}

std::vector<sim::Alter> SampleVariation::alters(const netlist::Deck& deck) const {
  std::vector<sim::Alter> out;
  for (auto& q : model_.quantities(deck, statistics_)) {
    double value = q.nominal;
    for (const auto& t : q.terms) value += t.coefficient * source_.normal(sample_, t.draw);
    out.push_back({std::move(q.device), std::move(q.parameter), std::max(value, q.floor)});
  }
  return out;
}

std::shared_ptr<const netlist::Deck> SampleVariation::realisation(std::shared_ptr<const netlist::Deck> deck) const {
  if (statistics_ == Statistics::Ours) return deck;
  auto own = std::make_shared<netlist::Deck>(*deck);
  constexpr double kSeeds = 2147483646;  // ngspice takes 1 .. 2^31 - 1
  const auto seed = 1 + static_cast<std::uint64_t>(source_.hashed(sample_, {"pdk", "seed"}) * kSeeds);
  own->options["seed"] = std::to_string(seed);
  return own;
}

std::vector<sim::Alter> RecordingVariation::alters(const netlist::Deck& deck) const {
  std::vector<sim::Alter> out;
  const std::lock_guard lock(mutex_);
  for (auto& q : model_.quantities(deck, statistics_)) {
    for (const auto& t : q.terms)
      if (known_.insert(t.draw).second) order_.push_back(t.draw);
    out.push_back({std::move(q.device), std::move(q.parameter), q.nominal});
  }
  return out;
}

std::vector<DrawName> RecordingVariation::draws() const {
  const std::lock_guard lock(mutex_);
  return order_;
}

std::vector<DrawCheck> checkDraws(const VariationModel& model, const DrawSource& source, const netlist::Deck& deck,
                                  std::uint64_t samples, Statistics statistics) {
  const auto quantities = model.quantities(deck, statistics);
  std::vector<double> sum(quantities.size()), square(quantities.size());
  for (std::uint64_t s = 0; s < samples; ++s) {
    const auto alters = SampleVariation(model, source, s, statistics).alters(deck);
    for (std::size_t i = 0; i < alters.size(); ++i) {
      const double d = alters[i].value - quantities[i].nominal;
      sum[i] += d;
      square[i] += d * d;
    }
  }
  std::vector<DrawCheck> out;
  const double n = static_cast<double>(samples);
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    const double mean = sum[i] / n, declared = quantities[i].sigma();
    out.push_back({quantities[i].path, quantities[i].parameter, declared,
                   std::sqrt(std::max(0.0, (square[i] - n * mean * mean) / (n - 1))), mean / declared});
  }
  return out;
}

}  // namespace gaincell::montecarlo
