#include "gaincell/sim/array_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/cells/converter.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::sim {

namespace {

constexpr double kInputStart = 1e-9;  // s, after the operating point
constexpr double kSettle = 2e-9;      // s, after the last pulse: many word-line time constants
/// Feedback capacitor and gain of the ideal integrator. The capacitor keeps its swing near the supply at full scale;
/// the gain keeps the bit line within some microvolts of VDD/2.
constexpr double kIntegratorC = 10e-12;
constexpr double kIntegratorGain = 1e6;

std::string indexed(const char* name, int i) {
  return fmt::format("{}_{}", name, i);
}

/// What is multiplied, and how.
struct Multiply {
  const pdk::Pdk& pdk;
  const pdk::Conditions& conditions;
  const design::Design& design;
  cells::ArrayRole role;
  const ArrayOperands& operands;
  const ArrayOptions& options;

  int rows() const { return cells::arrayRows(design, role); }
  int cols() const { return cells::arrayCols(design, role); }
  double edge() const { return design::edgeTime(design); }
};

void checkOperands(const Multiply& m) {
  const ArrayOperands& operands = m.operands;
  const auto rows = static_cast<std::size_t>(m.rows()), cols = static_cast<std::size_t>(m.cols());
  const double shortest = 2 * m.edge();
  const auto refuse = [](const std::string& what, const std::string& where) {
    throw support::Error("ARE-0001", what, where,
                         "stored voltages are [rows][cols] in volt, pulse widths [rows] in seconds");
  };
  if (operands.stored.size() != rows)
    refuse(fmt::format("{} rows of stored voltages for an array of {} rows", operands.stored.size(), rows), "stored");
  for (std::size_t i = 0; i < rows; ++i) {
    if (operands.stored[i].size() != cols)
      refuse(fmt::format("{} stored voltages for {} columns", operands.stored[i].size(), cols),
             fmt::format("stored[{}]", i));
    for (const double v : operands.stored[i])
      if (!(v >= -0.5 && v <= 5.0)) refuse(fmt::format("a stored voltage of {} V", v), fmt::format("stored[{}]", i));
  }
  if (operands.widths.size() != rows)
    refuse(fmt::format("{} pulse widths for {} rows", operands.widths.size(), rows), "widths");
  for (const double w : operands.widths)
    if (!(w == 0.0 || (w >= shortest && w <= 1e-6)))
      refuse(fmt::format("a pulse width of {} s (0, or two edges, {} s, to 1 us)", w, shortest), "widths");
}

double longest(const ArrayOperands& operands) {
  return *std::max_element(operands.widths.begin(), operands.widths.end());
}

double inputStart(const ArrayOptions& options) {
  return options.back_end ? options.back_end->input_start : kInputStart;
}

/// An inverting integrator: the bit line is a virtual ground at VDD/2 and the charge that entered it is C times the
/// fall of the output. Charge is a state of the simulator's integration here, so it stays exact over steps that would
/// spoil the integral of a sampled current.
void addIntegrator(netlist::Deck& deck, const std::string& bit_line, int column) {
  deck.circuit.add(netlist::VoltageControlledVoltage{indexed("int", column), indexed("out", column), "mid", "mid",
                                                     bit_line, kIntegratorGain});
  deck.circuit.add(netlist::Capacitor{indexed("int", column), bit_line, indexed("out", column), kIntegratorC});
  deck.saves.push_back(fmt::format("v(out_{})", column));
}

/// Everything of a deck but the columns' ends.
netlist::Deck baseDeck(const Multiply& m, std::string title) {
  netlist::Deck deck = pdk::emptyDeck(m.pdk, m.conditions, std::move(title));
  deck.saves = {"i(vdd)", "v(vdd)"};
  if (m.options.bypass) deck.options.emplace("bypass", "1");
  if (m.options.back_end) {
    deck.analysis = m.options.back_end->analysis;
  } else {
    // Few, large steps: breakpoints of the pulses still hold, and only the final charge is read.
    const double stop = kInputStart + longest(m.operands) + m.edge() + kSettle;
    deck.options.emplace("method", "trap");
    deck.analysis = netlist::Transient{stop, stop, stop, false};
    deck.circuit.add(netlist::VoltageSource{"mid", "mid", "0", netlist::Dc{m.conditions.vdd / 2}});
  }
  return deck;
}

void addColumn(netlist::Deck& deck, const Multiply& m, int column) {
  for (std::size_t i = 0; i < m.operands.stored.size(); ++i)
    deck.initial[cells::arrayStorageNode(static_cast<int>(i), column)] =
        m.operands.stored[i][static_cast<std::size_t>(column)];
  const std::string bit_line = indexed("bl", column);
  if (m.options.back_end) {
    m.options.back_end->attach(deck, bit_line, column);
  } else {
    deck.initial[bit_line] = m.conditions.vdd / 2;
    addIntegrator(deck, bit_line, column);
  }
}

cells::ArrayDrive driveOf(const Multiply& m) {
  cells::ArrayDrive drive;
  drive.widths = m.operands.widths;
  drive.start = inputStart(m.options);
  drive.edge = m.edge();
  drive.driver_r = m.options.driver_r;
  drive.supply_r = m.options.supply_r;
  return drive;
}

netlist::Deck sliceDeck(const Multiply& m, int column) {
  netlist::Deck deck = baseDeck(m, fmt::format("array multiply, column {} alone", column));
  const cells::ArrayCircuit circuit = cells::defineArraySlice(m.pdk, m.design, m.role, column, deck.circuit);
  cells::ArrayDrive drive = driveOf(m);
  drive.supply_r *= circuit.cols;  // a slice draws its share: the drop of all columns together, were they alike
  cells::driveArray(m.pdk, m.conditions, circuit, drive, deck);
  if (column == circuit.cols - 1)
    for (int i = 0; i < circuit.rows; ++i) deck.saves.push_back(fmt::format("v(xarray.xrow_{}.wl_at_{})", i, column));
  addColumn(deck, m, column);
  return deck;
}

netlist::Deck wholeDeck(const Multiply& m) {
  netlist::Deck deck = baseDeck(m, "array multiply, whole array");
  const cells::ArrayCircuit circuit = cells::defineArray(m.pdk, m.design, m.role, deck.circuit);
  cells::driveArray(m.pdk, m.conditions, circuit, driveOf(m), deck);
  for (int j = 0; j < circuit.cols; ++j) addColumn(deck, m, j);
  return deck;
}

/// Charge drawn from VDD (source vdd carries it from plus to minus, hence the sign) times VDD.
double supplyEnergy(const Waveforms& waves, double vdd) {
  return -vdd * waves.integral("i(vdd)", 0, waves["time"].back());
}

SliceValidity validate(const ArrayRun& run, const Multiply& m) {
  SliceValidity v;
  const ArrayOptions& options = m.options;
  const double vdd = m.conditions.vdd, start = inputStart(options), lsb = design::pulseLsb(m.design);
  for (std::size_t i = 0; i < m.operands.widths.size(); ++i) {
    const double width = m.operands.widths[i];
    if (width < lsb) continue;
    const double level = run.waves.back().at(fmt::format("v(xarray.xrow_{}.wl_at_{})", i, m.cols() - 1), start + width);
    v.word_line_drop = std::max(v.word_line_drop, (vdd - level) / vdd);
  }
  if (options.supply_r > 0) {
    // Currents add over the columns; their largest values need not coincide, so this is an upper bound.
    double current = 0;
    for (const auto& waves : run.waves) {
      const auto& drawn = waves["i(vdd)"];
      current += -*std::min_element(drawn.begin(), drawn.end());
    }
    v.supply_drop = current * options.supply_r / vdd;
  }
  v.valid = v.word_line_drop <= options.max_drop && v.supply_drop <= options.max_drop;
  v.statement = fmt::format(
      "slices are valid while word lines and supply drop by at most {:.2g} % of VDD: word line {:.2g} %, supply {:.2g} "
      "%: {}",
      100 * options.max_drop, 100 * v.word_line_drop, 100 * v.supply_drop, v.valid ? "holds" : "VIOLATED");
  return v;
}

/// Decks come from the context's cache under a name that says all they depend on apart from the design and conditions
/// of the study.
std::string deckName(const Multiply& m, int column) {
  std::string text;
  for (const auto& row : m.operands.stored)
    for (const double v : row) text += support::formatNumber(v) + ",";
  for (const double w : m.operands.widths) text += support::formatNumber(w) + ",";
  const ArrayOptions& o = m.options;
  return fmt::format("array_{}_{}_{}_{}_{}_{}_{:x}", m.role == cells::ArrayRole::Keys ? "keys" : "values", column,
                     o.bypass, o.driver_r, o.supply_r, o.back_end ? o.back_end->input_start : 0.0,
                     std::hash<std::string>{}(text));
}

std::vector<Outcome> runDecks(const AnalysisContext& context, const Multiply& m, bool whole) {
  const int count = whole ? 1 : m.cols();
  std::vector<Job> jobs;
  for (int j = 0; j < count; ++j) {
    const auto deck = context.deck(deckName(m, whole ? -1 : j), [&] { return whole ? wholeDeck(m) : sliceDeck(m, j); });
    jobs.push_back(context.job(deck, whole ? "array-whole" : fmt::format("array-column-{}", j)));
  }
  return context.simulator.runAll(jobs, context.variation ? "" : whole ? "array" : "columns");
}

}  // namespace

double arrayCharge(const Waveforms& waves, int column) {
  const auto& out = waves[fmt::format("v(out_{})", column)];
  return kIntegratorC * (out.front() - out.back());
}

double arrayFullScale(const design::Design& design, cells::ArrayRole role) {
  const auto converter = role == cells::ArrayRole::Keys ? cells::ConverterKind::Relu : cells::ConverterKind::Signed;
  return cells::fullScaleCharge(converter, design);
}

std::vector<netlist::Deck> arrayDecks(const pdk::Pdk& pdk, const pdk::Conditions& conditions,
                                      const design::Design& design, cells::ArrayRole role,
                                      const ArrayOperands& operands, const ArrayOptions& options) {
  const Multiply m{pdk, conditions, design, role, operands, options};
  checkOperands(m);
  if (options.engine == ArrayEngine::Whole) return {wholeDeck(m)};
  std::vector<netlist::Deck> decks;
  decks.reserve(static_cast<std::size_t>(m.cols()));
  for (int j = 0; j < m.cols(); ++j) decks.push_back(sliceDeck(m, j));
  return decks;
}

ArrayRun runArray(const AnalysisContext& context, cells::ArrayRole role, const ArrayOperands& operands,
                  const ArrayOptions& options) {
  const Multiply m{context.pdk, context.conditions, context.design, role, operands, options};
  checkOperands(m);
  const bool whole = options.engine == ArrayEngine::Whole;
  const int cols = m.cols();
  ArrayRun run;
  run.engine = options.engine;
  for (auto& outcome : runDecks(context, m, whole)) {
    const std::size_t index = run.waves.size();
    outcome.orThrow(whole ? "array" : fmt::format("column {}", index));
    for (const auto& aid : outcome.aids)
      run.warnings.push_back(
          fmt::format("{} converged with {}", whole ? "the array" : fmt::format("column {}", index), aid));
    run.cpu_s += outcome.cpu_s;
    run.iterations += outcome.iterations;
    run.supply_energy += supplyEnergy(outcome.waves, context.conditions.vdd);
    run.waves.push_back(std::move(outcome.waves));
  }
  if (!options.back_end)
    for (int j = 0; j < cols; ++j)
      run.charge.push_back(arrayCharge(run.waves[whole ? 0 : static_cast<std::size_t>(j)], j));
  if (whole) {
    run.validity.statement = "the array was simulated as a whole: no assumption about its columns";
    return run;
  }
  run.validity = validate(run, m);
  if (run.validity.valid) return run;
  if (cols * m.rows() > options.whole_up_to_cells) {
    run.warnings.push_back(run.validity.statement + "; check against --with engine=whole at a smaller size");
    return run;
  }
  ArrayOptions again = options;
  again.engine = ArrayEngine::Whole;
  ArrayRun instead = runArray(context, role, operands, again);
  instead.warnings.push_back(run.validity.statement + "; simulated as a whole instead");
  instead.cpu_s += run.cpu_s;
  return instead;
}

}  // namespace gaincell::sim
