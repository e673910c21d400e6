// Read disturb: what a read does to the stored voltage, while it lasts (coupling from the pair's output) and after it.

#include <algorithm>
#include <cmath>

#include "cell_measure.hpp"
#include "gaincell/design/conventions.hpp"
#include "registry.hpp"

namespace gaincell::sim {

namespace {

using netlist::Parameter;

netlist::ParameterSet settings(const pdk::Pdk&) {
  return netlist::ParameterSet({
      levelsSetting(64),
      Parameter::integer("reads", 16, 1, 1000, "reads in a row after one write"),
      Parameter::real("width", "s", 0, 0, 1e-6, "word-line pulse; 0: the longest of the design"),
      Parameter::real("write_width", "s", 15e-9, 2e-10, 1e-6, "write-enable pulse"),
      toleranceSetting(),
  });
}

AnalysisResult run(const AnalysisContext& context) {
  const auto& s = context.settings;
  const int reads = s.integer("reads");
  const auto levels = storedLevels(levelsOf(context), context.conditions.vdd);
  const double width = s.real("width") > 0 ? s.real("width") : design::longestPulse(context.design);
  std::vector<cells::CellStep> steps;
  for (const double level : levels)
    for (int r = 0; r < reads; ++r) steps.push_back({level, r == 0 ? s.real("write_width") : 0.0, width, 0});
  const auto sequence = cells::gainCellSequence(context.pdk, context.conditions, context.design, steps);
  const Outcome outcome = runSequence(context, sequence, "gain-cell-disturb", s.real("tolerance"));
  const Waveforms& waves = outcome.waves;

  support::Table table;
  table.columns = {"v_level_V", "v_before_V", "v_during_V", "v_after_V", "v_after_all_V", "change_per_read_V"};
  double coupling = 0, change = 0;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const auto& first = sequence.steps[k * static_cast<std::size_t>(reads)];
    const auto& last = sequence.steps[(k + 1) * static_cast<std::size_t>(reads) - 1];
    const double before = waves.at("v(xcell.sn)", first.before_read);
    const double during = waves.at("v(xcell.sn)", first.read_off - design::edgeTime(context.design));
    const double after_all = waves.at("v(xcell.sn)", last.after_read);
    const double per_read = (after_all - before) / reads;
    table.addRow({levels[k], before, during, waves.at("v(xcell.sn)", first.after_read), after_all, per_read});
    coupling = std::max(coupling, std::fabs(during - before));
    change = std::max(change, std::fabs(per_read));
  }
  AnalysisResult result;
  result.figures = {
      {"coupling_max", coupling, "V", "largest shift of the stored voltage while the word line is high"},
      {"change_per_read_max", change, "V", "largest lasting change of the stored voltage per read"},
  };
  result.tables["disturb"] = std::move(table);
  return result;
}

}  // namespace

Analysis gainCellDisturb() {
  return {"gain-cell", "disturb", "effect of reads on the stored voltage, while they last and after", settings, run};
}

}  // namespace gaincell::sim
