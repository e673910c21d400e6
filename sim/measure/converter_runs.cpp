#include "converter_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "gaincell/cells/array.hpp"
#include "gaincell/cells/column.hpp"

namespace gaincell::sim {

namespace {

using cells::ConverterKind;

double delivered(const Waveforms& waves, const std::string& name, double t0, double t1) {
  return waves.has(name) ? -waves.integral(name, t0, t1) : 0.0;
}

OperationEnergy energyBetween(const Waveforms& waves, double share, double vdd, double t0, double t1) {
  OperationEnergy e;
  e.bias = vdd * delivered(waves, "i(vbias)", t0, t1);
  e.supply = suppliesEnergy(waves, "", share, vdd, t0, t1) - e.bias;
  if (waves.has("i(vmid)")) e.rail = vdd * deliveredCharge(waves, "i(vmid)", t0, t1);
  for (const auto& name : waves.names())
    if (name.rfind("i(vck_", 0) == 0) e.clocks += vdd * deliveredCharge(waves, name, t0, t1);
  return e;
}

/// What a run's energies are counted with.
struct Counting {
  double share = 0;   ///< of the blocks all converters of an array have in common
  double vdd = 0;     ///< V
  double line_c = 0;  ///< F, of the bit line that the reset rail brings back
};

/// Energy of the operation that begins at t0: of its own charge alone. A reset does not quite end where it shall, and
/// here operations follow that are half the sweep apart: what the rail delivers for the one before is taken out, what
/// it still owes is added.
OperationEnergy energyOfOperation(const Waveforms& waves, const Counting& count, double t0, double t1) {
  OperationEnergy e = energyBetween(waves, count.share, count.vdd, t0, t1);
  if (!waves.has("i(vmid)")) return e;
  const double owed = count.line_c * (waves.at("v(bl)", t0) - waves.at("v(bl)", t1));
  const double net = delivered(waves, "i(vmid)", t0, t1);  // negative: a rail takes nothing back
  e.rail += count.vdd * (std::max(0.0, net + owed) - std::max(0.0, net));
  return e;
}

Operation measure(const Waveforms& waves, ConverterKind kind, const cells::ConverterTiming& timing,
                  const Counting& count, double charge, int index) {
  const double share = count.share, vdd = count.vdd;
  const double t0 = index * timing.period, t1 = t0 + timing.period;
  Operation op;
  op.charge = charge;
  // The output is watched over the whole operation: a pulse outside the window is a glitch and has to show.
  op.pulse = measurePulse(waves, "v(out)", vdd / 2, t0, t1);
  if (kind == ConverterKind::Signed) op.positive = waves.at("v(sgn)", t0 + timing.window_start) > vdd / 2;
  op.bit_line = waves.at("v(bl)", t0 + timing.input_end) - waves.at("v(bl)", t0 + timing.input_start);
  const double input = energyStart(timing), reset = timing.period;
  op.energy = energyOfOperation(waves, count, t0 + input, t1 + input);
  for (const auto& [from, to] : {std::pair{reset, reset + input}, {input, timing.input_end}, {timing.input_end, reset}})
    op.phases.push_back(energyBetween(waves, share, vdd, t0 + from, t0 + to).total());
  op.phases[0] = op.energy.total() - op.phases[1] - op.phases[2];
  return op;
}

}  // namespace

double suppliesEnergy(const Waveforms& waves, const std::string& tag, double share, double vdd, double t0, double t1) {
  const auto of = [&](const char* name) { return delivered(waves, fmt::format("i(v{}{})", name, tag), t0, t1); };
  return vdd * (of("dd") + of("bias") + share * of("share"));
}

std::vector<double> sweepOfFullScale(double limit, int points) {
  std::vector<double> x{0.0};
  for (int i = 0; i < points; ++i) x.push_back(limit * (2.0 * i / (points - 1) - 1.0));
  for (double mark : {0.02, 0.05, 0.95, 1.04})
    if (mark <= limit) x.insert(x.end(), {-mark, mark});
  std::sort(x.begin(), x.end());
  x.erase(std::unique(x.begin(), x.end(), [](double a, double b) { return std::fabs(a - b) < 1e-9; }), x.end());
  return x;
}

void tighten(netlist::Deck& deck) {
  constexpr double kStep = 20e-12;  // s
  auto& transient = std::get<netlist::Transient>(deck.analysis);
  transient.step = transient.max_step = kStep;
  deck.options["reltol"] = "1e-6";
  deck.options.erase("bypass");
  deck.options.erase("abstol");
}

std::vector<Operation> runOperations(const AnalysisContext& context, ConverterKind kind,
                                     const std::vector<double>& charges, int per_run, bool tight) {
  // 0, n/2, 1, n/2 + 1, ...: each operation follows one that is half the sweep away.
  std::vector<std::size_t> order;
  const std::size_t half = (charges.size() + 1) / 2;
  for (std::size_t i = 0; i < half; ++i) {
    order.push_back(i);
    if (half + i < charges.size()) order.push_back(half + i);
  }
  const auto timing = cells::converterTiming(kind, context.design);
  std::vector<Job> jobs;
  const std::size_t chunk = static_cast<std::size_t>(std::max(1, per_run));
  for (std::size_t begin = 0; begin < order.size(); begin += chunk) {
    const std::size_t end = std::min(order.size(), begin + chunk);
    std::vector<double> row{charges[begin == 0 ? order.back() : order[begin - 1]]};
    for (std::size_t i = begin; i < end; ++i) row.push_back(charges[order[i]]);
    const std::string name = fmt::format("operations_{}_{}{}", charges.size(), begin, tight ? "_tight" : "");
    const auto deck = context.deck(name, [&] {
      auto built = cells::converterDeck(context.pdk, context.conditions, kind, context.design, row);
      if (tight) tighten(built);
      return built;
    });
    jobs.push_back(context.job(deck, name));
  }
  const auto outcomes = context.simulator.runAll(jobs);
  Counting count{1.0 / cells::convertersOf(kind, context.design), context.conditions.vdd, 0};
  const design::Branch converter = cells::converterBranch(context.design, kind);
  count.line_c = cells::bitLineCapacitance(context.pdk, context.design, cells::arrayOf(kind));
  if (converter.isChoice("integrator", "passive")) count.line_c += converter.real("c_int");
  std::vector<Operation> operations(charges.size());
  for (std::size_t j = 0; j < outcomes.size(); ++j) {
    const Waveforms& waves = outcomes[j].orThrow(jobs[j].tag);
    for (std::size_t i = j * chunk; i < std::min(order.size(), (j + 1) * chunk); ++i)
      operations[order[i]] =
          measure(waves, kind, timing, count, charges[order[i]], static_cast<int>(i - j * chunk) + 1);
  }
  return operations;
}

}  // namespace gaincell::sim
