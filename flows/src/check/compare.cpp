#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "check.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/sim/array_engine.hpp"
#include "gaincell/sim/pulse.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::flows {

using support::Error;

namespace {

using Row = std::vector<double>;

Row columnOf(const std::vector<Row>& grid, std::size_t j) {
  Row out;
  for (const auto& row : grid) out.push_back(row[j]);
  return out;
}

Row widthsOf(const std::vector<int>& query) {
  Row w;
  for (int q : query) w.push_back(q * cells::kPulseLsb);
  return w;
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

// --- model -------------------------------------------------------------------------------------------------------

/// Charge of a bit line; the bit line rests at its reference.
double lineCharge(const model::Cell& cell, const Row& stored, const Row& widths) {
  const double v_bl = cell.extended ? cell.extended->bit_line_reference_V : cell.v_zero_V;
  double q = 0;
  for (std::size_t i = 0; i < stored.size(); ++i)
    if (widths[i] > 0) q += model::charge(cell, stored[i], widths[i], v_bl);
  return q;
}

/// Converters of one form: the model's own, or ideal lines of slope and full scale only.
struct Converters {
  const model::Model& model;
  double full_charge1, full_charge2, full_width;

  double phi(const ModelForm& form, double charge) const {
    if (form.fitted_converters) return model::pulseWidth(*model.relu_converter, charge);
    return full_width * std::clamp(charge / full_charge1, 0.0, 1.0);
  }
  double output(const ModelForm& form, double charge) const {
    if (form.fitted_converters) return model::pulseWidth(*model.signed_converter, charge);
    return full_width * std::clamp(charge / full_charge2, -1.0, 1.0);
  }
};

// --- transistors -------------------------------------------------------------------------------------------------

/// Widths of one column's operations, signed where the converter has a sign; the first operation is played twice and
/// the first play thrown away.
struct ColumnRunner {
  const pdk::Pdk& pdk;
  const pdk::Conditions& conditions;
  const netlist::ParameterSet& set;
  cells::ConverterKind kind;
  cells::ConverterTiming timing;

  ColumnRunner(const pdk::Pdk& p, const pdk::Conditions& c, const netlist::ParameterSet& s)
      : pdk(p),
        conditions(c),
        set(s),
        kind(cells::columnConverter(s)),
        timing(cells::converterTiming(kind, cells::columnConverterParameters(p, s))) {}

  sim::Job job(const Row& stored, const std::vector<Row>& widths, const std::string& tag) const {
    cells::ColumnStimulus stimulus{stored, {}};
    for (std::size_t k = 0; k <= widths.size(); ++k) {
      Row lsb;
      for (double w : widths[k == 0 ? 0 : k - 1]) lsb.push_back(w / cells::kPulseLsb);
      stimulus.inputs.push_back(lsb);
    }
    return {std::make_shared<netlist::Deck>(cells::columnDeck(pdk, conditions, set, stimulus)), {}, tag, {}};
  }

  Row read(const sim::Waveforms& waves, std::size_t operations) const {
    Row out;
    for (std::size_t k = 1; k <= operations; ++k) {
      const double t0 = static_cast<double>(k) * timing.period;
      const double width = sim::measurePulse(waves, "v(out)", conditions.vdd / 2, t0, t0 + timing.period).width;
      const bool negative =
          kind == cells::ConverterKind::Signed && waves.at("v(sgn)", t0 + timing.window_start) < conditions.vdd / 2;
      out.push_back(negative ? -width : width);
    }
    return out;
  }
};

/// Runs every column of an array with its converter; result [column][operation].
std::vector<Row> runColumns(const ColumnRunner& runner, const std::vector<Row>& stored, const std::vector<Row>& widths,
                            const std::string& name, sim::Simulator& simulator, double& cpu) {
  std::vector<sim::Job> jobs;
  for (std::size_t j = 0; j < stored.front().size(); ++j)
    jobs.push_back(runner.job(columnOf(stored, j), widths, fmt::format("{}_{}", name, j)));
  const auto outcomes = simulator.runAll(jobs, name);
  std::vector<Row> out;
  for (std::size_t j = 0; j < outcomes.size(); ++j) {
    cpu += outcomes[j].cpu_s;
    out.push_back(runner.read(outcomes[j].orThrow(jobs[j].tag), widths.size()));
  }
  return out;
}

/// Phi pulses as the word-line widths of array 2: [operation][token].
std::vector<Row> transposed(const std::vector<Row>& by_column) {
  std::vector<Row> out(by_column.front().size());
  for (const auto& column : by_column)
    for (std::size_t k = 0; k < column.size(); ++k) out[k].push_back(column[k]);
  return out;
}

/// Seconds of one multiply by the model. It takes microseconds: repeated until the clock resolves it.
double timedMultiply(const model::Cell& cell, const std::vector<Row>& columns, const Row& widths) {
  using Clock = std::chrono::steady_clock;
  constexpr int kRepeats = 200;
  volatile double sink = 0;
  const auto start = Clock::now();
  for (int r = 0; r < kRepeats; ++r)
    for (const auto& column : columns) sink = lineCharge(cell, column, widths);
  static_cast<void>(sink);
  return std::chrono::duration<double>(Clock::now() - start).count() / kRepeats;
}

void compareCharges(TileComparison& result, const pdk::Pdk& pdk, const pdk::Conditions& conditions,
                    const TileCircuits& circuits, const TileData& data, sim::Simulator& simulator) {
  const netlist::ParameterSet none;
  const sim::AnalysisContext context{pdk, conditions, circuits.array, none, simulator};
  for (std::size_t k = 0; k < data.queries.size(); ++k) {
    const Row widths = widthsOf(data.queries[k]);
    const sim::ArrayRun run = sim::runArray(context, {data.keys, widths}, {});
    result.spice_cpu_s += run.cpu_s;
    result.spice_multiply_cpu_s += run.cpu_s / static_cast<double>(data.queries.size());
    for (const auto& w : run.warnings) result.warnings.push_back(w);
    std::vector<Row> columns;
    for (std::size_t j = 0; j < run.charge.size(); ++j) columns.push_back(columnOf(data.keys, j));
    result.model_multiply_s +=
        timedMultiply(result.forms.front().cell, columns, widths) / static_cast<double>(data.queries.size());
    for (std::size_t j = 0; j < columns.size(); ++j) {
      ComparedPoint p{static_cast<int>(k), static_cast<int>(j), run.charge[j], {}};
      for (const auto& form : result.forms) p.model.push_back(lineCharge(form.cell, columns[j], widths));
      result.s.push_back(p);
    }
  }
}

/// Phi of every token by one form: [token].
Row modelPhi(const Converters& converters, const ModelForm& form, const TileData& data, const Row& query) {
  Row phi;
  for (std::size_t j = 0; j < data.values.size(); ++j)
    phi.push_back(converters.phi(form, lineCharge(form.cell, columnOf(data.keys, j), query)));
  return phi;
}

}  // namespace

std::vector<ModelForm> modelForms(const model::Model& m) {
  ModelForm form{"cubic", m.cell, false};
  form.cell.extended.reset();
  std::vector<ModelForm> forms = {form};
  if (m.cell.extended) {
    form = {"higher order", m.cell, false};
    form.cell.extended->edge_charge_fC.clear();
    form.cell.extended->conductance_uS.clear();
    forms.push_back(form);
    if (!m.cell.extended->edge_charge_fC.empty()) {
      form = {"edge charge", m.cell, false};
      form.cell.extended->conductance_uS.clear();
      forms.push_back(form);
    }
  }
  form = forms.back();
  form.name = "converters";
  form.fitted_converters = true;
  forms.push_back(form);
  return forms;
}

Agreement agreementOf(const std::vector<ComparedPoint>& points, double full_scale, std::size_t form) {
  Agreement a;
  double squares = 0, mean = 0, variance = 0;
  const double n = static_cast<double>(points.size());
  for (const auto& p : points) mean += p.spice / n;
  for (const auto& p : points) {
    const double d = p.model[form] - p.spice;
    squares += d * d;
    variance += (p.spice - mean) * (p.spice - mean);
    a.bias += d / n / full_scale;
    a.max = std::max(a.max, std::fabs(d) / full_scale);
    if (std::fabs(d) > full_scale / cells::kPulseLevels) a.beyond_lsb += 1 / n;
  }
  a.nrmse = std::sqrt(squares / n) / full_scale;
  a.r2 = variance > 0 ? 1 - squares / variance : std::nan("");
  return a;
}

TileComparison compareTile(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const TileCircuits& circuits,
                           const model::Model& m, const TileData& data, sim::Simulator& simulator) {
  checkShapes(data);
  if (!m.relu_converter || !m.signed_converter)
    throw Error("CHK-0003", "the model has no converters", "model",
                "fit it with the transfer tables of both converters");
  TileComparison result;
  const ColumnRunner relu(pdk, conditions, circuits.relu_column), signed_(pdk, conditions, circuits.signed_column);
  const double full1 =
      cells::kPulseLevels * cells::lsbCharge(relu.kind, cells::columnConverterParameters(pdk, circuits.relu_column));
  const double full2 = cells::kPulseLevels *
                       cells::lsbCharge(signed_.kind, cells::columnConverterParameters(pdk, circuits.signed_column));
  result.full_scale_charge = full1;
  result.forms = modelForms(m);
  const Converters converters{m, full1, full2, result.full_scale_width};

  compareCharges(result, pdk, conditions, circuits, data, simulator);

  std::vector<Row> queries;
  for (const auto& q : data.queries) queries.push_back(widthsOf(q));
  const auto phi_columns =
      runColumns(relu, data.keys, queries, "array 1 with ReLU converters", simulator, result.spice_cpu_s);
  const auto phi = transposed(phi_columns);
  const auto out =
      runColumns(signed_, data.values, phi, "array 2 with signed converters", simulator, result.spice_cpu_s);

  for (std::size_t k = 0; k < queries.size(); ++k) {
    std::vector<Row> phi_by_form;
    for (const auto& form : result.forms) phi_by_form.push_back(modelPhi(converters, form, data, queries[k]));
    const int op = static_cast<int>(k);
    for (std::size_t j = 0; j < phi_columns.size(); ++j) {
      ComparedPoint p{op, static_cast<int>(j), phi_columns[j][k], {}};
      for (const auto& widths : phi_by_form) p.model.push_back(widths[j]);
      result.phi.push_back(p);
    }
    for (std::size_t e = 0; e < out.size(); ++e) {
      const Row stored = columnOf(data.values, e);
      ComparedPoint second{op, static_cast<int>(e), out[e][k], {}}, chain = second;
      for (std::size_t f = 0; f < result.forms.size(); ++f) {
        const ModelForm& form = result.forms[f];
        second.model.push_back(converters.output(form, lineCharge(form.cell, stored, phi[k])));
        chain.model.push_back(converters.output(form, lineCharge(form.cell, stored, phi_by_form[f])));
      }
      result.output.push_back(second);
      result.chain.push_back(chain);
    }
  }
  return result;
}

}  // namespace gaincell::flows
