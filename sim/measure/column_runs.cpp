#include "column_runs.hpp"

#include <fmt/format.h>

#include "gaincell/design/conventions.hpp"

namespace gaincell::sim {

double CellCharges::of(int level, double input) const {
  if (!(input > 0)) return 0.0;
  const auto l = static_cast<std::size_t>(level);
  return offset[l] + current[l] * input * lsb;
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

support::Table measureTable(const AnalysisContext& context) {
  const double longest = design::longestPulse(context.design), vdd = context.conditions.vdd;
  // The first pulse settles the drain of the pair; the line goes through the other four.
  const std::vector<double> widths{longest, design::pulseLsb(context.design), longest / 3, longest * 2 / 3, longest};
  const double spacing = longest * 4 / 3;
  std::vector<Job> jobs;
  CellCharges charges;
  for (int l = 0; l < design::storedLevels(context.design); ++l) {
    charges.stored.push_back(design::storedVoltage(context.design, l, vdd));
    const std::string name = fmt::format("cell_{}", l);
    const auto build = [&] {
      return cells::cellChargeDeck(context.pdk, context.conditions, context.design, charges.stored.back(), vdd / 2,
                                   widths, spacing);
    };
    // Nominal devices: the reference of a column under variation stays the ideal cell.
    jobs.push_back({context.deck(name, build), {}, name, {}});
  }
  const auto outcomes = context.simulator.runAll(jobs);
  for (std::size_t l = 0; l < outcomes.size(); ++l) {
    const Waveforms& waves = outcomes[l].orThrow(jobs[l].tag);
    double n = 0, st = 0, sq = 0, stt = 0, stq = 0;
    for (std::size_t k = 1; k < widths.size(); ++k) {
      const auto from = static_cast<double>(k);
      const double q = waves.integral("i(vhold)", from * spacing, (from + 1) * spacing), t = widths[k];
      n += 1, st += t, sq += q, stt += t * t, stq += t * q;
    }
    charges.current.push_back((n * stq - st * sq) / (n * stt - st * st));
    charges.offset.push_back((sq - charges.current.back() * st) / n);
  }
  return charges.table();
}

}  // namespace

CellCharges measureCellCharges(const AnalysisContext& context) {
  const support::Table t = context.nominalTable("cell_charge", [&] { return measureTable(context); });
  return {t.values("offset_C"), t.values("current_A"), t.values("v_storage_V"), design::pulseLsb(context.design)};
}

}  // namespace gaincell::sim
