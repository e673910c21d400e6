#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "agreement.hpp"
#include "check.hpp"
#include "devices.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "transistors.hpp"

namespace gaincell::flows {

using support::Error;

namespace {

using cells::ConverterKind;
using Row = std::vector<double>;

/// The design with one of its arrays of the size of what it stores.
design::Design sizedFor(design::Design design, ConverterKind kind, const Grid& stored) {
  const double lines = static_cast<double>(stored.size()), columns = static_cast<double>(stored.front().size());
  const bool keys = kind == ConverterKind::Relu;
  design.set("array.rows", keys ? lines : columns, "tile data");
  design.set("array.cols", keys ? columns : lines, "tile data");
  return design;
}

void checkShapes(const TileData& data) {
  const auto fail = [](const std::string& what) {
    throw Error("CHK-0002", what, "tile data",
                "give keys [row][token], values [token][output], queries [operation][row]");
  };
  if (data.keys.empty() || data.values.empty() || data.queries.empty()) fail("a tile needs keys, values and queries");
  for (const auto& row : data.keys)
    if (row.size() != data.values.size())
      fail(fmt::format("{} tokens in the keys, {} in the values", row.size(), data.values.size()));
  for (const auto& query : data.queries)
    if (query.size() != data.keys.size()) fail(fmt::format("{} inputs for {} rows", query.size(), data.keys.size()));
}

void checkModel(const model::Model& m) {
  if (!m.relu_converter || !m.signed_converter)
    throw Error("CHK-0003", "the model has no converters", "model",
                "fit it with the transfer tables of both converters");
  if (m.cell.sign_convention != model::SignConvention::IntoBitLine)
    throw Error("CHK-0005", "the model counts current out of the bit line", "model, cell/sign_convention",
                "compare with a model that was fitted to simulations; published coefficients have other converters");
}

Grid widthsOf(const std::vector<std::vector<int>>& queries, double lsb) {
  Grid widths;
  for (const auto& query : queries) {
    widths.emplace_back();
    for (int q : query) widths.back().push_back(q * lsb);
  }
  return widths;
}

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
        model_(model),
        data_(data),
        options_(options),
        simulator_(simulator),
        full_relu_(design::topPulse(design) * cells::lsbCharge(ConverterKind::Relu, design)),
        full_signed_(design::topPulse(design) * cells::lsbCharge(ConverterKind::Signed, design)),
        tile_(model, full_relu_, full_signed_, design::longestPulse(design)) {}

  TileComparison run() {
    result_.data = data_.name;
    result_.full_scale_charge = full_relu_;
    result_.full_scale_width = design::longestPulse(design_);
    result_.top = design::topPulse(design_);
    result_.cubic_A = model::coefficients(model_.cell, model::SignConvention::IntoBitLine);
    if (options_.mismatch != DrawnDevices::None)
      chip_.emplace(pdk_, options_.seed, options_.mismatch == DrawnDevices::All);
    keys_ = prepare(ConverterKind::Relu, data_.keys);
    values_ = prepare(ConverterKind::Signed, data_.values);
    result_.forms = modelForms(model_, {options_.simulated_write && model_.write, chip_.has_value()});
    const Grid queries = widthsOf(data_.queries, design::pulseLsb(design_));
    compareS(queries);
    const ColumnRuns phi = columns(ConverterKind::Relu, keys_.spice, queries, "ReLU converters of array 1");
    const ColumnRuns out = columns(ConverterKind::Signed, values_.spice, phi.width, "signed converters of array 2");
    compareOutputs(queries, phi.width, out.width);
    return std::move(result_);
  }

 private:
  /// An array on both sides.
  struct Prepared {
    Grid spice;  ///< V at the cells
    ModelArray model;
  };

  Prepared prepare(ConverterKind kind, const Grid& wanted) {
    const int array = kind == ConverterKind::Relu ? 1 : 2;
    Prepared p{wanted, {}};
    p.model.wanted = wanted;
    if (options_.simulated_write) {
      const netlist::ParameterSet settings = sim::analysis("gain-cell", "write").settings(pdk_);
      p.spice = writtenVoltages({pdk_, conditions_, design_, settings, simulator_}, wanted, options_.seed, array);
      if (model_.write) p.model.stored = writtenVoltages(*model_.write, wanted, options_.seed, array);
    }
    const design::Branch converter = cells::converterBranch(design_, kind);
    const design::Wire wire = cells::arrayWire(pdk_, design_);
    const auto timing = cells::converterTiming(kind, design_);
    // An active integrator holds its line.
    if (converter.isChoice("integrator", "passive"))
      p.model.line_capacitance = converter.real("c_int") + static_cast<double>(wanted.size()) * wire.bit_c;
    p.model.wire_r = wire.bit_r;
    p.model.hold = timing.period + 0.5 * (timing.input_start + timing.input_end);
    if (chip_)
      p.model.deviation = cellDeviations(*chip_, pdk_, conditions_, design_, array, wanted.size(),
                                         wanted.front().size(), model_.cell, simulator_, result_.spice_cpu_s);
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
    const Effects& full = result_.forms[fullForm(result_.forms)].effects;
    for (std::size_t k = 0; k < queries.size(); ++k) {
      result_.model_multiply_s += timedMultiply(model_.cell, data_.keys, queries[k]) / operations;
      for (std::size_t j = 0; j < runs.charge[k].size(); ++j) {
        ComparedPoint p{static_cast<int>(k), static_cast<int>(j), runs.charge[k][j], {}, {}};
        for (const auto& form : result_.forms)
          p.model.push_back(tile_.charge(form.effects, keys_.model, j, queries[k], BitLine::Held));
        p.powers = powers(keys_.model, j, queries[k], 1);
        result_.s.push_back(std::move(p));
        for (std::size_t i = 0; i < result_.row_charge.size(); ++i)
          result_.row_charge[i].push_back(tile_.cellCharge(full, keys_.model, i, j, queries[k][i]));
      }
    }
  }

  /// @param scale value of a charge of 1 C
  Row powers(const ModelArray& array, std::size_t column, const Row& widths, double scale) const {
    Row sums = tile_.powers(array, column, widths);
    for (double& x : sums) x *= scale;
    return sums;
  }

  double output(const ModelForm& form, std::size_t element, const Row& phi) const {
    return tile_.output(form.effects, tile_.charge(form.effects, values_.model, element, phi, BitLine::Integrating));
  }

  void compareOutputs(const Grid& queries, const Grid& phi, const Grid& out) {
    for (std::size_t k = 0; k < queries.size(); ++k) {
      Row played;  // what array 2 really got
      for (double w : phi[k]) played.push_back(playable(design_, w));
      const int operation = static_cast<int>(k);
      std::vector<Row> own;  // phi by form
      for (const auto& form : result_.forms) {
        own.emplace_back();
        for (std::size_t j = 0; j < phi[k].size(); ++j)
          own.back().push_back(
              tile_.phi(form.effects, tile_.charge(form.effects, keys_.model, j, queries[k], BitLine::Integrating)));
      }
      for (std::size_t j = 0; j < phi[k].size(); ++j) {
        ComparedPoint p{operation, static_cast<int>(j), phi[k][j], {}, {}};
        for (const Row& widths : own) p.model.push_back(widths[j]);
        p.powers = powers(keys_.model, j, queries[k], result_.full_scale_width / full_relu_);
        result_.phi.push_back(std::move(p));
      }
      for (std::size_t e = 0; e < out[k].size(); ++e) {
        ComparedPoint second{operation, static_cast<int>(e), out[k][e], {}, {}};
        ComparedPoint chain = second;
        ComparedPoint code = second;
        code.spice = outputCode(code.spice, result_.full_scale_width, result_.top);
        for (std::size_t f = 0; f < result_.forms.size(); ++f) {
          second.model.push_back(output(result_.forms[f], e, played));
          chain.model.push_back(output(result_.forms[f], e, own[f]));
          code.model.push_back(result_.forms[f].effects.quantization
                                   ? outputCode(second.model[f], result_.full_scale_width, result_.top)
                                   : second.model[f] / design::pulseLsb(design_));
        }
        second.powers = powers(values_.model, e, played, result_.full_scale_width / full_signed_);
        result_.output.push_back(std::move(second));
        result_.chain.push_back(std::move(chain));
        result_.code.push_back(std::move(code));
      }
    }
  }

  const pdk::Pdk& pdk_;
  const pdk::Conditions& conditions_;
  const design::Design design_, values_design_;  ///< of array 1 and of array 2
  const model::Model& model_;
  const TileData& data_;
  const CompareOptions& options_;
  sim::Simulator& simulator_;
  double full_relu_, full_signed_;
  BehavioralTile tile_;
  std::optional<DrawnChip> chip_;
  Prepared keys_, values_;
  TileComparison result_;
};

}  // namespace

TileComparison compareTile(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                           const model::Model& model, const TileData& data, const CompareOptions& options,
                           sim::Simulator& simulator) {
  checkShapes(data);
  checkModel(model);
  return Comparison(pdk, conditions, design, model, data, options, simulator).run();
}

}  // namespace gaincell::flows
