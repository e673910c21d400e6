#include "column_runs.hpp"

#include <fmt/format.h>

namespace gaincell::sim {

double CellCharges::of(int level, double input) const {
  if (!(input > 0)) return 0.0;
  const auto l = static_cast<std::size_t>(level);
  return offset[l] + current[l] * input * cells::kPulseLsb;
}

double CellCharges::sum(const std::vector<int>& levels, const std::vector<double>& inputs) const {
  double q = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) q += of(levels[i], inputs[i]);
  return q;
}

support::Table CellCharges::table() const {
  support::Table t;
  t.columns = {"v_storage_V", "offset_C", "current_A"};
  for (std::size_t l = 0; l < stored.size(); ++l) t.addRow({stored[l], offset[l], current[l]});
  return t;
}

namespace {

support::Table measureTable(const AnalysisContext& context, const netlist::ParameterSet& cell, int levels) {
  // The first pulse settles the drain of the pair; the line goes through the other four.
  const std::vector<double> widths{15e-9, 1e-9, 5e-9, 10e-9, 15e-9};
  constexpr double kSpacing = 20e-9;  // s
  const double vdd = context.conditions.vdd;
  std::vector<Job> jobs;
  CellCharges charges;
  for (int l = 0; l < levels; ++l) {
    charges.stored.push_back(vdd * l / (levels - 1));
    const std::string name = fmt::format("cell_{}", l);
    const auto build = [&] {
      return cells::cellChargeDeck(context.pdk, context.conditions, cell, charges.stored.back(), vdd / 2, widths,
                                   kSpacing);
    };
    // Nominal devices: the reference of a column under variation stays the ideal cell.
    jobs.push_back({context.deck(name, build), {}, name, {}});
  }
  const auto outcomes = context.simulator.runAll(jobs);
  for (std::size_t l = 0; l < outcomes.size(); ++l) {
    const Waveforms& waves = outcomes[l].orThrow(jobs[l].tag);
    double n = 0, st = 0, sq = 0, stt = 0, stq = 0;
    for (std::size_t k = 1; k < widths.size(); ++k) {
      const double q = waves.integral("i(vhold)", static_cast<double>(k) * kSpacing,
                                      static_cast<double>(k + 1) * kSpacing),
                   t = widths[k];
      n += 1, st += t, sq += q, stt += t * t, stq += t * q;
    }
    charges.current.push_back((n * stq - st * sq) / (n * stt - st * st));
    charges.offset.push_back((sq - charges.current.back() * st) / n);
  }
  return charges.table();
}

}  // namespace

CellCharges measureCellCharges(const AnalysisContext& context, const netlist::ParameterSet& cell, int levels) {
  const support::Table t = context.nominalTable("cell_charge", [&] { return measureTable(context, cell, levels); });
  return {t.values("offset_C"), t.values("current_A"), t.values("v_storage_V")};
}

}  // namespace gaincell::sim
