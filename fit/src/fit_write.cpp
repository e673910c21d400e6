// What a write leaves: stored voltages, settling, feedthrough.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "events.hpp"
#include "run.hpp"

namespace gaincell::fit {

using support::Table;

void Run::write() {
  const Table& t = *in_.write;
  const std::size_t previous = t.column("v_previous_V"), target = t.column("v_target_V"),
                    stored = t.column("v_stored_V");
  const auto settle = std::find(t.columns.begin(), t.columns.end(), "settle_s");
  std::set<double> levels;
  for (const auto& row : t.rows) levels.insert(row[target]);
  model::Write w;
  w.level_V.assign(levels.begin(), levels.end());
  const auto index = [&](double v) {
    return static_cast<std::size_t>(
        std::min_element(w.level_V.begin(), w.level_V.end(),
                         [&](double a, double b) { return std::fabs(a - v) < std::fabs(b - v); }) -
        w.level_V.begin());
  };
  const std::size_t n = w.level_V.size();
  w.stored_V.assign(n, std::vector<double>(n, std::nan("")));
  for (const auto& row : t.rows) {
    w.stored_V[index(row[previous])][index(row[target])] = row[stored];
    if (settle != t.columns.end()) {
      const double s = row[static_cast<std::size_t>(settle - t.columns.begin())];
      if (std::isfinite(s)) w.settle_s = std::max(w.settle_s, s);
    }
  }
  writeTransitions(w);
  fillWriteGaps(w);
  model_.write = std::move(w);
}

/// Settling and feedthrough of every write; nothing when a pair of levels was not simulated or did not settle.
void Run::writeTransitions(model::Write& w) {
  const Table& t = *in_.write;
  if (std::find(t.columns.begin(), t.columns.end(), "v_settled_V") == t.columns.end() ||
      std::find(t.columns.begin(), t.columns.end(), "settle_s") == t.columns.end())
    return;
  const auto settle = byLevel(t, "settle_s", w.level_V), stored = byLevel(t, "v_stored_V", w.level_V),
             settled = byLevel(t, "v_settled_V", w.level_V);
  if (!settle || !stored || !settled) {
    warn("not every write settles, or not every pair of levels was written: no table of settling and feedthrough");
    return;
  }
  w.transitions = model::WriteTransitions{*settle, *stored};
  double worst = 0;
  for (std::size_t p = 0; p < settled->size(); ++p)
    for (std::size_t l = 0; l < settled->size(); ++l) {
      double& step = w.transitions->feedthrough_V[p][l];
      step -= (*settled)[p][l];
      if (std::fabs(step) > std::fabs(worst)) worst = step;
    }
  parameter("write: slowest to within half a level", "ns", w.settle_s * 1e9);
  parameter("write: largest feedthrough when the switch closes", "mV", worst * 1e3);
}

/// Previous levels that were not simulated are taken from the nearest one that was.
void Run::fillWriteGaps(model::Write& w) {
  const std::size_t n = w.level_V.size();
  bool gaps = false;
  const auto measured = w.stored_V;
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t l = 0; l < n; ++l) {
      if (std::isfinite(measured[p][l])) continue;
      gaps = true;
      double best = HUGE_VAL;
      for (std::size_t q = 0; q < n; ++q)
        if (std::isfinite(measured[q][l]) && std::fabs(w.level_V[q] - w.level_V[p]) < best) {
          best = std::fabs(w.level_V[q] - w.level_V[p]);
          w.stored_V[p][l] = measured[q][l];
        }
    }
  if (gaps) warn("not every previous level was written over: the nearest simulated one stands in");
}

}  // namespace gaincell::fit
