// Write and read in time: one cell operated through a list of steps. One cell rather than one per level, so that a
// Monte-Carlo sample is one cell and its figures at different levels belong together.

#include <cmath>

#include "gain_cell_bench.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

namespace {

/// Quiet times of the sequence, s: long against the edges, short against anything that leaks.
constexpr double kSetup = 0.3e-9;  ///< write bit line stable before the write enable rises, and after it fell
constexpr double kGuard = 0.8e-9;  ///< around the read pulse

/// A line that moves between levels.
class Line {
 public:
  Line(double level, double edge) : edge_(edge) { points_.points.emplace_back(0.0, level); }
  /// Moves to `level`, half way at time t.
  void move(double t, double level) {
    const double from = points_.points.back().second;
    if (level == from) return;
    points_.points.emplace_back(t - 0.5 * edge_, from);
    points_.points.emplace_back(t + 0.5 * edge_, level);
  }
  netlist::Pwl take() { return std::move(points_); }

 private:
  double edge_;
  netlist::Pwl points_;
};

struct Lines {
  Line wbl, we, web, wl, wlb;
};

CellStepTimes schedule(const CellStep& step, const CellBench& bench, double t, Lines& lines) {
  const GainCellDesign& d = bench.design;
  CellStepTimes times;
  times.begin = t;
  t += kSetup;
  times.write_on = times.write_off = t;
  if (step.write_width > 0) {
    lines.wbl.move(t, step.discharge_width > 0 ? 0.0 : step.level);
    t += kSetup;
    lines.we.move(t, d.we_high);
    lines.web.move(t, d.we_low);
    if (step.discharge_width > 0) {
      t += step.discharge_width;
      lines.wbl.move(t, step.level);
    }
    times.write_on = t;
    t += step.write_width;
    times.write_off = t;
    lines.we.move(t, d.we_low);
    lines.web.move(t, d.we_high);
    t += kSetup;
    lines.wbl.move(t, d.wbl_idle);
    t += kGuard;
  }
  times.before_read = t;
  times.read_on = times.read_off = t += kGuard;
  if (step.read_width > 0) {
    lines.wl.move(t, bench.vdd);
    lines.wlb.move(t, 0.0);
    times.read_off = t += step.read_width;
    lines.wl.move(t, 0.0);
    lines.wlb.move(t, bench.vdd);
  }
  times.after_read = times.end = t + kGuard;
  return times;
}

void checkStep(const CellStep& step, double vdd, double edge) {
  const auto bad = [&](double width) { return !std::isfinite(width) || (width != 0 && width < 2 * edge); };
  if (bad(step.write_width) || bad(step.read_width) || bad(step.discharge_width))
    throw support::Error("CEL-0013", "a pulse is shorter than its two edges", "gain-cell sequence",
                         "give at least two edges, or 0 for no pulse");
  if (!(step.level >= 0 && step.level <= vdd * (1 + 1e-9)))
    throw support::Error("CEL-0014", "a stored level lies outside 0..VDD", "gain-cell sequence");
}

}  // namespace

CellSequence gainCellSequence(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                              const std::vector<CellStep>& steps) {
  if (steps.empty()) throw support::Error("CEL-0015", "the sequence has no step", "gain-cell sequence");
  CellBench bench = startCellBench(pdk, conditions, design, "Write and read", StorageNode::Internal);
  const GainCellDesign& d = bench.design;
  const double e = bench.edge;
  Lines lines{Line(d.wbl_idle, e), Line(d.we_low, e), Line(d.we_high, e), Line(0.0, e), Line(bench.vdd, e)};
  CellSequence sequence;
  double t = 0;
  for (const auto& step : steps) {
    checkStep(step, bench.vdd, bench.edge);
    sequence.steps.push_back(schedule(step, bench, t, lines));
    t = sequence.steps.back().end;
  }
  bench.drive("wbl", lines.wbl.take());
  bench.drive("we", lines.we.take());
  if (d.write_p) {
    bench.drive("web", lines.web.take());
    bench.drive("nw", netlist::Dc{d.n_well});
  }
  bench.drive("wl", lines.wl.take());
  bench.drive("wlb", lines.wlb.take());
  // Charges of tens of femtocoulombs to 1e-4: steps of a few per cent of the shortest pulse, gear against ringing at
  // the edges. abstol and gmin lie below the cell's leakage (a picoampere).
  bench.deck.options.insert({{"method", "gear"}, {"reltol", "1e-4"}, {"abstol", "1e-14"}, {"gmin", "1e-16"}});
  bench.deck.analysis = netlist::Transient{0.2e-9, t, 0.2e-9};
  bench.deck.initial["xcell.sn"] = d.wbl_idle;
  saveAll(bench);
  sequence.deck = std::move(bench.deck);
  return sequence;
}

}  // namespace gaincell::cells
