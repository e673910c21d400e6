#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "agreement.hpp"
#include "devices.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/check/check.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/model/conventions.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "judged_model.hpp"
#include "tile_setup.hpp"
#include "transistors.hpp"

namespace gaincell::check {

using support::Error;

namespace {

using cells::ConverterKind;
using Row = std::vector<double>;

/// Seconds of one multiply by the plain model. It takes microseconds: repeated until the clock resolves it.
double timedMultiply(const model::Cell& cell, const Grid& stored, const Row& widths) {
  using Clock = std::chrono::steady_clock;
  constexpr int kRepeats = 200;
  model::Cell plain = cell;
  plain.extended.reset();
  volatile double sink = 0;
  const auto start = Clock::now();
  for (int r = 0; r < kRepeats; ++r)
    for (std::size_t j = 0; j < stored.front().size(); ++j) {
      double q = 0;
      for (std::size_t i = 0; i < stored.size(); ++i) q += model::current(plain, stored[i][j]) * widths[i];
      sink = q;
    }
  static_cast<void>(sink);
  return std::chrono::duration<double>(Clock::now() - start).count() / kRepeats;
}

/// One comparison: what both sides share, then quantity by quantity.
class Comparison {
 public:
  Comparison(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
             const model::Model& model, const TileData& data, const CompareOptions& options, sim::Simulator& simulator)
      : pdk_(pdk),
        conditions_(conditions),
        design_(sizedFor(design, ConverterKind::Relu, data.keys)),
        values_design_(sizedFor(design, ConverterKind::Signed, data.values)),
        model_(modelOfTile(model, pdk, design, data)),
        counted_(model::countedCell(model)),
        data_(data),
        options_(options),
        simulator_(simulator),
        full_relu_(cells::fullScaleCharge(ConverterKind::Relu, design)),
        full_signed_(cells::fullScaleCharge(ConverterKind::Signed, design)) {}

  TileComparison run() {
    result_.data = data_.name;
    result_.full_scale_charge = full_relu_;
    result_.full_scale_width = design::longestPulse(design_);
    result_.top = design::topPulse(design_);
    result_.cubic_A = model::coefficients(model_.cell, model_.conventions->positive_charge);
    if (options_.mismatch != DrawnDevices::None)
      chip_.emplace(pdk_, options_.seed, options_.mismatch == DrawnDevices::All);
    keys_ = prepare(ConverterKind::Relu, data_.keys);
    values_ = prepare(ConverterKind::Signed, data_.values);
    judged_.emplace(model_, data_, std::move(judged_run_));
    result_.forms = modelForms(model_, {options_.simulated_write && model_.write, chip_.has_value()});
    const Grid queries = pulsesOf(data_, design_);
    compareS(queries);
    const ColumnRuns phi = columns(ConverterKind::Relu, keys_.spice, queries, "ReLU converters of array 1");
    const ColumnRuns out = columns(ConverterKind::Signed, values_.spice, phi.width, "signed converters of array 2");
    compareOutputs(queries, phi.width, out.width);
    judgePairs();
    return std::move(result_);
  }

 private:
  /// An array of the tile.
  struct Prepared {
    Grid wanted;  ///< V at the cells, as the conventions say
    Grid spice;   ///< V that are there
  };

  Prepared prepare(ConverterKind kind, const Grid& values) {
    const bool keys = kind == ConverterKind::Relu;
    Prepared p{storedOf(values, design_, conditions_.vdd), {}};
    p.spice = p.wanted;
    if (options_.simulated_write) {
      const Grid previous = previousValues(design_, keys ? "key" : "value", options_.seed, values);
      const netlist::ParameterSet settings = sim::analysis("gain-cell", "write").settings(pdk_);
      p.spice = writtenVoltages({pdk_, conditions_, design_, settings, simulator_}, previous, values);
      if (model_.write) (keys ? judged_run_.previous_keys : judged_run_.previous_values) = previous;
    }
    if (chip_)
      (keys ? judged_run_.keys : judged_run_.values) =
          cellDeviations(*chip_, pdk_, conditions_, design_, keys ? 1 : 2, values.size(), values.front().size(),
                         model_.cell, simulator_, result_.spice_cpu_s);
    return p;
  }

  ColumnRuns columns(ConverterKind kind, const Grid& stored, const Grid& widths, const std::string& title) {
    const ConvertedArray array{kind, kind == ConverterKind::Relu ? design_ : values_design_, chip_ ? &*chip_ : nullptr,
                               title};
    const bool passive = cells::converterBranch(design_, kind).isChoice("integrator", "passive");
    const auto run = options_.whole_columns || !passive ? runColumns : runColumnsSplit;
    ColumnRuns runs = run(pdk_, conditions_, array, stored, widths, simulator_);
    result_.spice_cpu_s += runs.cpu_s;
    return runs;
  }

  void compareS(const Grid& queries) {
    const netlist::ParameterSet none;
    std::optional<DrawnArray> drawn;
    if (chip_) drawn.emplace(*chip_, 1);
    const sim::AnalysisContext context{pdk_, conditions_, design_, none, simulator_, drawn ? &*drawn : nullptr};
    const ChargeRuns runs = runCharges(context, keys_.spice, queries);
    result_.spice_cpu_s += runs.cpu_s;
    const double operations = static_cast<double>(queries.size());
    result_.spice_multiply_cpu_s = runs.cpu_s / operations;
    result_.warnings.insert(result_.warnings.end(), runs.warnings.begin(), runs.warnings.end());
    result_.row_charge.resize(data_.keys.size());
    for (std::size_t k = 0; k < queries.size(); ++k) {
      result_.model_multiply_s += timedMultiply(model_.cell, keys_.wanted, queries[k]) / operations;
      std::vector<JudgedModel::Result> by_form;
      for (const auto& form : result_.forms) by_form.push_back(judged_->run(form, data_.queries[k]));
      for (std::size_t j = 0; j < runs.charge[k].size(); ++j) {
        ComparedPoint p{static_cast<int>(k), static_cast<int>(j), runs.charge[k][j], {}, {}};
        for (const auto& found : by_form) p.model.push_back(found.s[j]);
        p.powers = powers(keys_.wanted, j, queries[k], 1);
        result_.s.push_back(std::move(p));
        for (std::size_t i = 0; i < result_.row_charge.size(); ++i)
          result_.row_charge[i].push_back(cellCharge(i, j, queries[k][i]));
      }
      own_.push_back(std::move(by_form));
    }
  }

  /// What one cell of array 1 gives into a held line by the model, C.
  double cellCharge(std::size_t row, std::size_t column, double width) const {
    const double reference = model_.cell.extended ? model_.cell.extended->bit_line_reference_V : model_.cell.v_zero_V;
    return model::charge(counted_, keys_.wanted[row][column], width, reference);
  }

  /// What (V - v_zero)^k A, k = 0 .. 3, in the place of every cell's current would give (C), times `scale`: a cubic's
  /// charge is its coefficients times these.
  Row powers(const Grid& stored, std::size_t column, const Row& widths, double scale) const {
    Row sums(4, 0.0);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      double term = widths[i] * scale;
      for (double& sum : sums) {
        sum += term;
        term *= stored[i][column] - model_.cell.v_zero_V;
      }
    }
    return sums;
  }

  /// Effects that interact: the model alone says it, there is no need of transistors.
  void judgePairs() {
    const std::size_t full = fullForm(result_.forms);
    for (const FormPair& pair : formPairs(result_.forms)) {
      double s = 0, chain = 0, points_s = 0, points = 0;
      for (std::size_t k = 0; k < own_.size(); ++k) {
        const auto both = judged_->run(pair.without, data_.queries[k]);
        const auto mixed = [&](auto values) {
          const Row &all = values(own_[k][full]), &a = values(own_[k][pair.a]), &b = values(own_[k][pair.b]),
                    &none = values(both);
          double squares = 0;
          for (std::size_t i = 0; i < all.size(); ++i) {
            const double d = (all[i] - none[i]) - (all[i] - a[i]) - (all[i] - b[i]);
            squares += d * d;
          }
          return squares;
        };
        s += mixed([](const JudgedModel::Result& r) -> const Row& { return r.s; });
        chain += mixed([](const JudgedModel::Result& r) -> const Row& { return r.out; });
        points_s += static_cast<double>(both.s.size());
        points += static_cast<double>(both.out.size());
      }
      result_.pairs.push_back({result_.forms[pair.a].name, result_.forms[pair.b].name,
                               std::sqrt(s / points_s) / full_relu_,
                               std::sqrt(chain / points) / result_.full_scale_width});
    }
    std::sort(result_.pairs.begin(), result_.pairs.end(),
              [](const EffectPair& a, const EffectPair& b) { return a.chain > b.chain; });
  }

  void compareOutputs(const Grid& queries, const Grid& phi, const Grid& out) {
    for (std::size_t k = 0; k < queries.size(); ++k) {
      Row played;  // what array 2 really got
      for (double w : phi[k]) played.push_back(playable(design_, w));
      const int operation = static_cast<int>(k);
      for (std::size_t j = 0; j < phi[k].size(); ++j) {
        ComparedPoint p{operation, static_cast<int>(j), phi[k][j], {}, {}};
        for (const auto& found : own_[k]) p.model.push_back(found.phi[j]);
        p.powers = powers(keys_.wanted, j, queries[k], result_.full_scale_width / full_relu_);
        result_.phi.push_back(std::move(p));
      }
      std::vector<JudgedModel::Result> given;
      for (const auto& form : result_.forms) given.push_back(judged_->run(form, data_.queries[k], played));
      for (std::size_t e = 0; e < out[k].size(); ++e) {
        ComparedPoint second{operation, static_cast<int>(e), out[k][e], {}, {}};
        ComparedPoint chain = second;
        ComparedPoint code = second;
        code.spice = outputCode(code.spice, result_.full_scale_width, result_.top);
        for (std::size_t f = 0; f < result_.forms.size(); ++f) {
          second.model.push_back(given[f].out[e]);
          chain.model.push_back(own_[k][f].out[e]);
          code.model.push_back(result_.forms[f].counted
                                   ? outputCode(second.model[f], result_.full_scale_width, result_.top)
                                   : second.model[f] / design::pulseLsb(design_));
        }
        second.powers = powers(values_.wanted, e, played, result_.full_scale_width / full_signed_);
        result_.output.push_back(std::move(second));
        result_.chain.push_back(std::move(chain));
        result_.code.push_back(std::move(code));
      }
    }
  }

  const pdk::Pdk& pdk_;
  const pdk::Conditions& conditions_;
  const design::Design design_, values_design_;  ///< of array 1 and of array 2
  model::Model model_;                           ///< with the bit lines of this tile
  const model::Cell counted_;
  const TileData& data_;
  const CompareOptions& options_;
  sim::Simulator& simulator_;
  double full_relu_, full_signed_;
  std::optional<DrawnChip> chip_;
  Prepared keys_, values_;
  JudgedRun judged_run_;
  std::optional<JudgedModel> judged_;
  std::vector<std::vector<JudgedModel::Result>> own_;  ///< [operation][form], the whole chain
  TileComparison result_;
};

}  // namespace

TileComparison compareTile(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                           const model::Model& model, const TileData& data, const CompareOptions& options,
                           sim::Simulator& simulator) {
  requireTile(data);
  requireComparable(model);
  return Comparison(pdk, conditions, design, model, data, options, simulator).run();
}

}  // namespace gaincell::check
