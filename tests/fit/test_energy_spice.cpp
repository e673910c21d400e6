// Energy of a multiply: columns of transistors against the model of the same design, same levels, same pulses.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "gaincell/cells/column.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/fit/fit.hpp"
#include "gaincell/model/token_energy.hpp"
#include "gaincell/sim/analysis.hpp"

using namespace gaincell;

namespace {

constexpr int kRows = 16, kColumns = 4, kOperations = 3;

const pdk::Pdk& gc28() {
  static const pdk::Pdk pdk = pdk::findPdk("gc28");
  return pdk;
}

const design::Design& small() {
  static const design::Design design = [] {
    auto d = cells::loadDesign("lean", gc28());
    d.set("array.rows", "16", "test");
    d.set("array.cols", "16", "test");
    return d;
  }();
  return design;
}

sim::AnalysisResult run(const std::string& kind, const std::string& name,
                        const std::map<std::string, std::string>& settings = {},
                        const std::map<std::string, support::Table>* data = nullptr) {
  static sim::Simulator simulator([] {
    sim::SimulatorOptions o;
    o.jobs = 2;
    return o;
  }());
  const auto& analysis = sim::analysis(kind, name);
  auto with = analysis.settings(gc28());
  for (const auto& [key, value] : settings) with.set(key, std::string_view(value));
  const pdk::Conditions nominal{"tt", 27, gc28().vdd};
  sim::AnalysisContext context{gc28(), nominal, small(), with, simulator};
  std::map<std::string, sim::GivenData> given;
  if (data != nullptr)
    for (const auto& [what, table] : *data) given[what] = {table};
  context.data = &given;
  return analysis.run(context);
}

/// Level or pulse of a place, alike in all runs. Half of the columns hold mostly low voltages, which give much charge.
support::Table drawn(int columns, int most, int shift) {
  support::Table t;
  for (int c = 0; c < columns; ++c) t.columns.push_back(fmt::format("c{}", c));
  for (int r = 0; r < kRows; ++r) {
    std::vector<double> row;
    for (int c = 0; c < columns; ++c) row.push_back((r * 7 + c * (r + 3) + shift) % (c % 2 == 0 ? most : most / 2 + 1));
    t.addRow(row);
  }
  return t;
}

model::Model fitted() {
  fit::Inputs in;
  in.conditions = {"gc28", "tt", 27, 0.9};
  const auto add = [&](const char* kind, const char* name) {
    for (const auto& [table, t] : run(kind, name).tables) in.add(kind, t);
  };
  for (const char* name : {"charge", "energy"}) add("gain-cell", name);
  for (const char* kind : {"relu-converter", "signed-converter"}) add(kind, "transfer");
  model::Model m = fit::fitModel(in).model;
  m.timing_s.pulse_max = design::longestPulse(small());
  return m;
}

}  // namespace

TEST_CASE("the energy of a multiply is that of its transistors, whatever the data, in both arrays") {
  const model::Model m = fitted();
  for (const bool keys : {true, false}) {
    const auto kind = keys ? cells::ConverterKind::Relu : cells::ConverterKind::Signed;
    const support::Table stored = drawn(kColumns, 8, 2), inputs = drawn(kOperations, 16, keys ? 5 : 1);
    const std::map<std::string, support::Table> data{{"stored", stored}, {"inputs", inputs}};
    const auto simulated = run(keys ? "column" : "value-column", "mac", {}, &data);
    const support::Table& mac = simulated.tables.at("mac");
    REQUIRE(mac.rows.size() == kColumns * kOperations);
    const double period = cells::converterTiming(kind, small()).period;
    model::Model at = m;
    at.timing_s.token = period;  // cells rest for as long as the columns were simulated
    double spice = 0, counted = 0, mean = 0, worst = 0;
    for (int c = 0; c < kColumns; ++c)
      for (int o = 0; o < kOperations; ++o) {
        const auto& row = mac.rows[static_cast<std::size_t>(c * kOperations + o)];
        double transistors = 0;
        for (const char* part : {"cells_J", "converter_J", "clocks_J", "word_lines_J"})
          transistors += row[mac.column(part)];
        model::HeadEvents n;
        n.tokens = 1;
        model::ReadCounts reads{{}, {}, std::vector<std::vector<double>>(8, std::vector<double>(16, 0.0))};
        for (int l = 0; l < 8; ++l) reads.v_storage_V.push_back(design::storedVoltage(small(), l, 0.9));
        for (int w = 0; w < 16; ++w) reads.width_s.push_back(w * design::pulseLsb(small()));
        double widths = 0;
        for (std::size_t r = 0; r < kRows; ++r) {
          const double width = inputs.rows[r][static_cast<std::size_t>(o)];
          reads.count[static_cast<std::size_t>(stored.rows[r][static_cast<std::size_t>(c)])]
                     [static_cast<std::size_t>(width)] += 1;
          widths += width / 15;
        }
        const model::ConversionCounts conversions{{row[mac.column("charge_C")] * 1e15}, {1}};
        model::ReadCounts none = reads;
        for (auto& counts : none.count) counts.assign(16, 0.0);
        (keys ? n.reads1_by_level : n.reads2_by_level) = reads;
        (keys ? n.reads2_by_level : n.reads1_by_level) = none;
        (keys ? n.relu_by_charge : n.output_by_charge) = conversions;
        (keys ? n.output_by_charge : n.relu_by_charge) = model::ConversionCounts{{0}, {0}};
        (keys ? n.reads1 : n.reads2) = widths;
        (keys ? n.relu : n.output) = 1;
        const auto e = model::energyOf(at, {kRows, 1, 1}, n);
        // The other array's cells, which rest at 0 V, are no part of the column.
        const double other = model::restPower(*m.energy_J->rest_by_level, 0) * kRows * period;
        const double of_model = e.array1 + e.relu + e.array2 + e.output + e.rest - other;
        MESSAGE((keys ? "column " : "value column "), c, " operation ", o, ": charge ",
                row[mac.column("charge_C")] * 1e15, " fC, ", transistors * 1e15, " fJ, model ", of_model * 1e15, " fJ");
        spice += transistors;
        counted += of_model;
        worst = std::max(worst, std::fabs(of_model / transistors - 1));
        mean += *m.energy_J->read_per_cell * widths + *(keys ? m.energy_J->relu_converter_per_column_operation
                                                             : m.energy_J->signed_converter_per_column_operation);
      }
    MESSAGE((keys ? "array 1: " : "array 2: "), spice * 1e12, " pJ, model ", counted * 1e12, " pJ, means ", mean * 1e12,
            " pJ, worst column ", 100 * worst, " %");
    CHECK(counted == doctest::Approx(spice).epsilon(0.03));
    CHECK(worst < 0.06);
  }
}
