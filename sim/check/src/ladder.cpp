#include "gaincell/check/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gaincell/design/conventions.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/macro/macro.hpp"
#include "gaincell/model/token_energy.hpp"
#include "gaincell/support/units.hpp"
#include "judged_model.hpp"
#include "tile_setup.hpp"
#include "transistors.hpp"

namespace gaincell::check {

namespace {

using cells::ConverterKind;
using Row = std::vector<double>;

class Climb {
 public:
  Climb(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design, const model::Model& model,
        const TileData& data, sim::Simulator& simulator)
      : pdk_(pdk),
        conditions_(conditions),
        design_(sizedFor(design, ConverterKind::Relu, data.keys)),
        model_(modelOfTile(model, pdk, design, data)),
        data_(data),
        simulator_(simulator),
        rows_(static_cast<std::size_t>(design.integer("array.rows"))),
        converters_(cells::convertersOf(ConverterKind::Relu, design)),
        stored_(storedOf(data.keys, design_, conditions.vdd)),
        pulses_(pulsesOf(data, design_)),
        timing_(cells::converterTiming(ConverterKind::Relu, design_)) {}

  /// Every bit line with its cells and converter in one deck; S from the whole array as one circuit.
  Rung whole(int whole_up_to) const {
    Rung r{"transistors, whole", {}, {}, {}, 0};
    // A part of a tile has the converters of the whole beside it.
    const ConvertedArray array{ConverterKind::Relu, design_, nullptr, "whole columns", converters_};
    const ColumnRuns runs = runColumns(pdk_, conditions_, array, stored_, pulses_, simulator_);
    r.phi = runs.width;
    for (const Row& columns : runs.energy) r.energy.push_back(std::accumulate(columns.begin(), columns.end(), 0.0));
    // The first operation is played once more before it counts.
    r.cpu_s = runs.cpu_s / static_cast<double>(pulses_.size() + 1);
    if (stored_.size() * stored_.front().size() <= static_cast<std::size_t>(whole_up_to))
      r.s = charges(sim::ArrayEngine::Whole);
    return finished(r);
  }

  /// The array in slices, its converters with those charges.
  Rung sliced() const {
    Rung r{"transistors, sliced", {}, {}, {}, 0};
    const ConvertedArray array{ConverterKind::Relu, design_, nullptr, "converters after their cells"};
    const ColumnRuns runs = runColumnsSplit(pdk_, conditions_, array, stored_, pulses_, simulator_);
    r.phi = runs.width;
    r.cpu_s = runs.cpu_s / static_cast<double>(pulses_.size() + 1);
    r.s = charges(sim::ArrayEngine::Sliced);
    return finished(r);
  }

  Rung macroModels() const {
    Rung r{"macro-models", {}, {}, {}, 0};
    double cpu_s = 0, cpu_phi = 0;
    for (const Row& widths : pulses_)
      r.s.push_back(macro::macroArray(model_, design::edgeTime(design_), {stored_, widths}, simulator_, cpu_s));
    r.phi.assign(pulses_.size(), Row(stored_.front().size()));
    cells::ColumnStimulus stimulus;
    for (std::size_t k = 0; k <= pulses_.size(); ++k) {
      const auto& query = data_.queries[k == 0 ? 0 : k - 1];
      stimulus.inputs.emplace_back(query.begin(), query.end());
    }
    for (std::size_t j = 0; j < stored_.front().size(); ++j) {
      stimulus.stored.clear();
      for (const Row& row : stored_) stimulus.stored.push_back(row[j]);
      const Row widths = macro::macroColumn(model_, ConverterKind::Relu, timing_, design::pulseLsb(design_), stimulus,
                                            simulator_, cpu_phi);
      for (std::size_t k = 0; k < pulses_.size(); ++k) r.phi[k][j] = widths[k + 1];
    }
    r.cpu_s = cpu_phi / static_cast<double>(pulses_.size() + 1);
    return finished(r);
  }

  Rung behavioral(const std::string& name, const ModelForm& form) const {
    using Clock = std::chrono::steady_clock;
    Rung r{name, {}, {}, {}, 0};
    const JudgedModel judged(model_, data_, {});
    for (std::size_t k = 0; k < data_.queries.size(); ++k) {
      const auto found = judged.run(form, data_.queries[k]);
      r.s.push_back(found.s);
      r.phi.push_back(found.phi);
      if (const auto energy = energyOf(pulses_[k], found.s)) r.energy.push_back(*energy);
    }
    // Both arrays and the preparation of the engine are in it. Repeated until the clock resolves it.
    const auto start = Clock::now();
    int runs = 0;
    double seconds = 0;
    do {
      judged.run(form, data_.queries.front());
      ++runs;
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    } while (seconds < 0.02);
    r.cpu_s = seconds / runs;
    return finished(r);
  }

  const design::Design& design() const noexcept { return design_; }
  const model::Model& model() const noexcept { return model_; }

 private:
  Grid charges(sim::ArrayEngine engine) const {
    const netlist::ParameterSet none;
    const sim::AnalysisContext context{pdk_, conditions_, design_, none, simulator_, nullptr};
    sim::ArrayOptions options;
    options.engine = engine;
    Grid out;
    for (const Row& widths : pulses_)
      out.push_back(sim::runArray(context, cells::ArrayRole::Keys, {stored_, widths}, options).charge);
    return out;
  }

  /// Energy of array 1 with its converters by the rule of the model file: reads by what is stored and the width of the
  /// pulse, conversions by the charge; cells that are not read rest.
  std::optional<double> energyOf(const Row& widths, const Row& charges) const {
    const auto& e = model_.energy_J;
    const model::Converter& converter = *model_.relu_converter;
    // A bit line of fewer cells is another circuit: its converter drives and resets less.
    if (!e || !e->read_by_level || converter.energy_charge_fC.empty() || rows_ != widths.size()) return std::nullopt;
    double sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
      for (const double v : stored_[i]) sum += model::readEnergy(*e->read_by_level, v, widths[i]);
    for (const double q : charges) sum += model::conversionEnergy(converter, q * 1e15);
    if (!e->rest_by_level) return sum;
    for (std::size_t i = 0; i < widths.size(); ++i)
      for (const double v : stored_[i]) sum += model::restPower(*e->rest_by_level, v) * (timing_.period - widths[i]);
    return sum;
  }

  Rung finished(Rung r) const {
    for (const Row& phi : r.phi)
      r.latency.push_back(timing_.window_start - timing_.input_start + *std::max_element(phi.begin(), phi.end()));
    return r;
  }

  const pdk::Pdk& pdk_;
  const pdk::Conditions& conditions_;
  const design::Design design_;
  const model::Model model_;
  const TileData& data_;
  sim::Simulator& simulator_;
  const std::size_t rows_;  ///< of the design, and converters beside each other
  const int converters_;
  const Grid stored_, pulses_;  ///< V, s
  const cells::ConverterTiming timing_;
};

double nrmseOf(const Row& a, const Row& b, double full_scale) {
  double squares = 0;
  for (std::size_t j = 0; j < a.size(); ++j) squares += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(squares / static_cast<double>(a.size())) / full_scale;
}

std::string intervalText(const Interval& i, double scale, int digits) {
  return std::isfinite(i.half_width)
             ? fmt::format("{:.{}f} ± {:.{}f}", i.mean * scale, digits, i.half_width * scale, digits)
             : fmt::format("{:.{}f}", i.mean * scale, digits);
}

nlohmann::json intervalJson(const Interval& i) {
  return {{"mean", i.mean}, {"half_width", std::isfinite(i.half_width) ? nlohmann::json(i.half_width) : nullptr}};
}

}  // namespace

Ladder climb(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
             const model::Model& model, const TileData& data, sim::Simulator& simulator, int whole_up_to) {
  requireTile(data);
  requireComparable(model);
  const Climb way(pdk, conditions, design, model, data, simulator);
  Ladder ladder;
  ladder.data = data.name;
  ladder.rungs.push_back(way.whole(whole_up_to));
  if (cells::converterBranch(way.design(), cells::ConverterKind::Relu).isChoice("integrator", "passive"))
    ladder.rungs.push_back(way.sliced());
  ladder.rungs.push_back(way.macroModels());
  const auto forms = modelForms(way.model(), {});
  ModelForm full = forms[fullForm(forms)];
  full.counted = false;
  ladder.rungs.push_back(way.behavioral("extended", full));
  ladder.rungs.push_back(way.behavioral("cubic", forms[plainForm(forms)]));
  ModelForm linear;
  linear.linear = true;
  ladder.rungs.push_back(way.behavioral("linear", linear));
  ladder.errors =
      rungErrors(ladder.rungs, model.conventions->array1.full_scale_fC * 1e-15, design::longestPulse(way.design()));
  return ladder;
}

Interval intervalOf(const std::vector<double>& x) {
  const double n = static_cast<double>(x.size());
  double mean = 0, squares = 0;
  for (const double v : x) mean += v / n;
  for (const double v : x) squares += (v - mean) * (v - mean);
  if (x.size() < 2) return {mean, std::nan("")};
  return {mean, fit::studentFactor(x.size() - 1) * std::sqrt(squares / (n - 1) / n)};
}

std::vector<RungError> rungErrors(const std::vector<Rung>& rungs, double full_scale, double longest) {
  std::vector<RungError> out;
  for (std::size_t r = 1; r < rungs.size(); ++r) {
    const Rung &fine = rungs[r - 1], &rough = rungs[r];
    RungError e{rough.name, fine.name, std::nullopt, {}, {}, fine.cpu_s / rough.cpu_s};
    std::vector<double> s, phi, latency;
    for (std::size_t k = 0; k < rough.phi.size(); ++k) {
      phi.push_back(nrmseOf(rough.phi[k], fine.phi[k], longest));
      latency.push_back(rough.latency[k] - fine.latency[k]);
      if (!rough.s.empty() && !fine.s.empty()) s.push_back(nrmseOf(rough.s[k], fine.s[k], full_scale));
    }
    if (!s.empty()) e.s = intervalOf(s);
    for (std::size_t f = r; !rough.energy.empty() && !e.energy && f-- > 0;) {
      if (rungs[f].energy.empty()) continue;
      std::vector<double> relative;
      for (std::size_t k = 0; k < rough.energy.size(); ++k)
        relative.push_back(rough.energy[k] / rungs[f].energy[k] - 1);
      e.energy = intervalOf(relative);
    }
    e.phi = intervalOf(phi);
    e.latency = intervalOf(latency);
    out.push_back(e);
  }
  return out;
}

nlohmann::json toJson(const Ladder& ladder) {
  nlohmann::json rungs = nlohmann::json::array();
  for (std::size_t r = 0; r < ladder.rungs.size(); ++r) {
    nlohmann::json one = {{"name", ladder.rungs[r].name}, {"cpu_s", ladder.rungs[r].cpu_s}};
    if (!ladder.rungs[r].energy.empty()) one["energy_J"] = intervalJson(intervalOf(ladder.rungs[r].energy));
    if (r > 0) {
      const RungError& e = ladder.errors[r - 1];
      one["against"] = {{"finer", e.finer},
                        {"s_nrmse", e.s ? intervalJson(*e.s) : nlohmann::json()},
                        {"phi_nrmse", intervalJson(e.phi)},
                        {"latency_s", intervalJson(e.latency)},
                        {"energy", e.energy ? intervalJson(*e.energy) : nlohmann::json()},
                        {"speed_up", e.speed_up}};
    }
    rungs.push_back(std::move(one));
  }
  return {{"data", ladder.data}, {"operations", ladder.rungs.front().phi.size()}, {"rungs", rungs}};
}

std::string toText(const Ladder& ladder) {
  std::string text = fmt::format(
      "ladder of fidelity, array 1 with its converters; {}, {} stimuli; each against the one above: mean and "
      "95 % interval over stimuli; energy against the next finer that gives one\n"
      "  {:<22}{:>18}{:>18}{:>18}{:>18}{:>12}{:>12}\n",
      ladder.data, ladder.rungs.front().phi.size(), "", "S, % FS", "phi, % FS", "latency, ps", "energy, %", "CPU",
      "speed-up");
  for (std::size_t r = 0; r < ladder.rungs.size(); ++r) {
    const Rung& rung = ladder.rungs[r];
    const std::string cpu = support::formatSi(rung.cpu_s, "s");
    if (r == 0) {
      text += fmt::format("  {:<22}{:>18}{:>18}{:>18}{:>18}{:>12}\n", rung.name, "-", "-", "-", "-", cpu);
      continue;
    }
    const RungError& e = ladder.errors[r - 1];
    text +=
        fmt::format("  {:<22}{:>18}{:>18}{:>18}{:>18}{:>12}{:>12}\n", rung.name, e.s ? intervalText(*e.s, 100, 3) : "-",
                    intervalText(e.phi, 100, 3), intervalText(e.latency, 1e12, 0),
                    e.energy ? intervalText(*e.energy, 100, 2) : "-", cpu, fmt::format("{:.3g}", e.speed_up));
  }
  return text;
}

support::Table ladderTable(const Ladder& ladder) {
  support::Table t{{"rung", "operation", "column", "s_C", "phi_s"}, {}};
  for (std::size_t r = 0; r < ladder.rungs.size(); ++r)
    for (std::size_t k = 0; k < ladder.rungs[r].phi.size(); ++k)
      for (std::size_t j = 0; j < ladder.rungs[r].phi[k].size(); ++j)
        t.addRow({static_cast<double>(r), static_cast<double>(k), static_cast<double>(j),
                  ladder.rungs[r].s.empty() ? std::nan("") : ladder.rungs[r].s[k][j], ladder.rungs[r].phi[k][j]});
  return t;
}

}  // namespace gaincell::check
