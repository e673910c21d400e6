#include "devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/fit/regression.hpp"

namespace gaincell::check {

namespace {

constexpr int kPoints = 29;  // of a cell's I(V): four between two of the 8 levels

/// Number behind `key` in a path of names joined by dots ("cell_" in "column.cells.cell_12.pair_n"); -1: not there.
int numberAfter(std::string_view path, std::string_view key) {
  for (std::size_t at = path.find(key); at != std::string_view::npos; at = path.find(key, at + 1)) {
    if (at > 0 && path[at - 1] != '.') continue;
    int value = -1;
    const char* begin = path.data() + at + key.size();
    const auto parsed = std::from_chars(begin, path.data() + path.size(), value);
    if (parsed.ec == std::errc() && (parsed.ptr == path.data() + path.size() || *parsed.ptr == '.')) return value;
  }
  return -1;
}

std::string placeOf(int array, std::size_t row, std::size_t column) {
  return fmt::format("array{}.row{}.column{}", array, row, column);
}

std::string lastName(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

std::vector<double> fitDeviation(const std::vector<double>& v, const std::vector<double>& current, double v_zero,
                                 std::size_t coefficients) {
  fit::Design matrix{coefficients, {}};
  for (double x : v) {
    double basis = 1;
    for (std::size_t k = 0; k < coefficients; ++k, basis *= x - v_zero) matrix.x.push_back(basis);
  }
  return fit::leastSquares(matrix, current, "deviation of a drawn cell", fit::Robust::No).coefficients;
}

}  // namespace

DrawnChip::DrawnChip(const pdk::Pdk& pdk, std::uint64_t seed, bool converters)
    : model_(pdk, montecarlo::VariationOptions{}),
      draws_(seed, montecarlo::Sampling::PseudoRandom, 1),
      converters_(converters) {}

sim::Alter DrawnChip::alter(const montecarlo::Quantity& q, const std::string& place) const {
  double value = q.nominal;
  for (const auto& t : q.terms)
    value += t.coefficient * draws_.normal(0, {place + "." + lastName(t.draw.instance), t.draw.parameter});
  return {q.device, q.parameter, std::max(value, q.floor)};
}

std::vector<sim::Alter> DrawnChip::alters(const netlist::Deck& deck, int array, std::size_t column) const {
  std::vector<sim::Alter> out;
  for (const auto& q : model_.quantities(deck)) {
    const int slice_row = numberAfter(q.path, "row_"), slice_column = numberAfter(q.path, "e_");
    const int row = slice_row >= 0 ? slice_row : numberAfter(q.path, "cell_");
    if (row >= 0)
      out.push_back(alter(q, placeOf(array, static_cast<std::size_t>(row),
                                     slice_column >= 0 ? static_cast<std::size_t>(slice_column) : column)));
    else if (converters_)
      out.push_back(
          alter(q, fmt::format("array{}.converter{}.{}", array, column, q.path.substr(0, q.path.rfind('.')))));
  }
  return out;
}

std::vector<sim::Alter> DrawnChip::alters(const std::vector<montecarlo::Quantity>& cell, int array, std::size_t row,
                                          std::size_t column) const {
  std::vector<sim::Alter> out;
  out.reserve(cell.size());
  for (const auto& q : cell) out.push_back(alter(q, placeOf(array, row, column)));
  return out;
}

std::vector<std::vector<CellDeviation>> cellDeviations(const DrawnChip& chip, const pdk::Pdk& pdk,
                                                       const pdk::Conditions& conditions, const design::Design& design,
                                                       int array, std::size_t rows, std::size_t columns,
                                                       const model::Cell& nominal, sim::Simulator& simulator,
                                                       double& cpu_s) {
  const auto deck = std::make_shared<const netlist::Deck>(cells::gainCellStaticDeck(pdk, conditions, design, kPoints));
  const auto quantities = chip.model().quantities(*deck);
  std::vector<sim::Job> jobs = {{deck, {}, "cell-nominal", {}}};
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      jobs.push_back({deck, chip.alters(quantities, array, i, j), fmt::format("cell-{}-{}-{}", array, i, j), {}});
  const auto outcomes = simulator.runAll(jobs, fmt::format("drawn cells of array {}", array));
  const sim::Waveforms& reference = outcomes[0].orThrow(jobs[0].tag);
  const auto &v = reference["v(xcell.sn)"], &i_nominal = reference["i(vbl)"];
  std::vector<std::vector<CellDeviation>> out(rows);
  for (std::size_t k = 1; k < outcomes.size(); ++k) {
    const auto& current = outcomes[k].orThrow(jobs[k].tag)["i(vbl)"];
    cpu_s += outcomes[k].cpu_s;
    std::vector<double> difference;
    for (std::size_t p = 0; p < current.size(); ++p) difference.push_back(current[p] - i_nominal[p]);
    const std::size_t order = nominal.extended ? std::min<std::size_t>(nominal.extended->current_uA.size(), 10) : 4;
    out[(k - 1) / columns].push_back({fitDeviation(v, difference, nominal.v_zero_V, 4),
                                      fitDeviation(v, difference, nominal.v_zero_V, std::max<std::size_t>(order, 4))});
  }
  return out;
}

}  // namespace gaincell::check
