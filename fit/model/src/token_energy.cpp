#include "gaincell/model/token_energy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "faults.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::model {

using support::Error;

namespace {

void requireSize(const HeadSize& h) {
  if (h.rows < 1 || h.columns < 1 || h.tiles < 1)
    throw Error(kNoHead, fmt::format("a head of {} tiles of {} x {} cells", h.tiles, h.rows, h.columns), "energy",
                "rows, columns and tiles are at least 1");
}

bool published64(const HeadSize& h) {
  return h.rows == published::kRows && h.columns * h.tiles == published::kColumns * published::kTiles;
}

/// Where `at` lies on a grid: the point before it and the share of the one after. The end points beyond.
struct Place {
  std::size_t before = 0;
  double share = 0;
};
Place placeOf(const std::vector<double>& grid, double at) {
  if (grid.size() < 2 || at <= grid.front()) return {};
  if (at >= grid.back()) return {grid.size() - 2, 1};
  const auto after = static_cast<std::size_t>(std::upper_bound(grid.begin(), grid.end(), at) - grid.begin());
  return {after - 1, (at - grid[after - 1]) / (grid[after] - grid[after - 1])};
}
double between(const std::vector<double>& values, const Place& p) {
  return p.share == 0 ? values[p.before] : values[p.before] + p.share * (values[p.before + 1] - values[p.before]);
}
/// `of(index)`: values at a point of the first grid.
template <typename Of>
double blend(const Place& p, Of of) {
  return p.share == 0 ? of(p.before) : (1 - p.share) * of(p.before) + p.share * of(p.before + 1);
}

void addWrite(const Energy& e, const HeadEvents& n, HeadEnergy& out) {
  if (e.write_by_level && n.writes_by_level) {
    const WriteCounts& w = *n.writes_by_level;
    for (std::size_t a = 0; a < w.v_storage_V.size(); ++a)
      for (std::size_t b = 0; b < w.v_storage_V.size(); ++b)
        if (w.count[a][b] != 0)
          out.write += w.count[a][b] * writeEnergy(*e.write_by_level, w.v_storage_V[a], w.v_storage_V[b]);
  } else if (e.write) {
    if (n.writes_by_level) out.notes.push_back("writes: the mean over levels, the model has no other");
    out.write = *e.write * n.writes;
  } else if (e.token) {
    out.write = e.token->write * n.tokens;
    out.notes.push_back("writes: one energy per token, not following the cells written");
  } else {
    out.complete = false;
    out.notes.push_back("energy of a write is not in the model");
  }
}

/// One array with its converters.
struct ArrayEvents {
  const char* name;
  double reads, conversions, line_share;  ///< of a bit line's cells against those of `multiply`
  int bit_lines;                          ///< of the array of `multiply`
  std::optional<double> conversion, multiply;
  const std::optional<ReadCounts>& reads_by_level;
  const std::optional<ConversionCounts>& by_charge;
  const Converter* converter;  ///< with energies by charge, else null
};

double readsOf(const ReadEnergy& table, const ReadCounts& reads) {
  double sum = 0;
  for (std::size_t l = 0; l < reads.v_storage_V.size(); ++l)
    for (std::size_t w = 0; w < reads.width_s.size(); ++w)
      if (reads.count[l][w] != 0) sum += reads.count[l][w] * readEnergy(table, reads.v_storage_V[l], reads.width_s[w]);
  return sum;
}

double conversionsOf(const ArrayEvents& a, HeadEnergy& out) {
  const std::vector<double>& known = a.converter->energy_charge_fC;
  double sum = 0, beyond = 0, all = 0;
  for (std::size_t k = 0; k < a.by_charge->count.size(); ++k) {
    const double n = a.by_charge->count[k], charge = a.by_charge->charge_fC[k];
    all += n;
    if (charge < known.front() || charge > known.back()) beyond += n;
    if (n != 0) sum += n * conversionEnergy(*a.converter, charge);
  }
  if (beyond > 1e-3 * all)
    out.notes.push_back(fmt::format(
        "{} array: {:.1f} % of the conversions are of charges beyond the model's {:.0f} .. {:.0f} fC; counted as of "
        "the nearest",
        a.name, 100 * beyond / all, known.front(), known.back()));
  return sum;
}

void addArray(const Energy& e, const ArrayEvents& a, double& cells, double& converters, HeadEnergy& out) {
  if (e.read_per_cell && a.conversion) {
    const bool counted = a.reads_by_level && a.by_charge;
    const bool by_level = a.reads_by_level && e.read_by_level, by_charge = a.by_charge && a.converter != nullptr;
    cells = by_level ? readsOf(*e.read_by_level, *a.reads_by_level) : *e.read_per_cell * a.reads;
    converters = by_charge ? conversionsOf(a, out) : *a.conversion * a.conversions;
    if (counted && !by_level)
      out.notes.push_back(
          fmt::format("reads of the {} array: the mean over stored levels, the model has no other", a.name));
    if (counted && !by_charge)
      out.notes.push_back(
          fmt::format("conversions of the {} array: the mean over charges, the model has no other", a.name));
  } else if (a.multiply) {
    cells = *a.multiply * a.line_share * a.conversions / a.bit_lines;
    out.notes.push_back(
        fmt::format("{} multiply with its converters: one energy per array multiply, not following the data", a.name));
  } else {
    out.complete = false;
    out.notes.push_back(fmt::format("energy of the {} multiply is not in the model", a.name));
  }
}

void addRest(const Model& m, const HeadSize& head, const HeadEvents& n, HeadEnergy& out) {
  const Energy& e = *m.energy_J;
  if (!e.rest_by_level) return out.notes.push_back("power of cells at rest is not in the model");
  if (!m.timing_s.token) return out.notes.push_back("cells at rest are left out: the token time is not in the model");
  const double token = *m.timing_s.token, all = head.cells() * token * n.tokens;
  if (!n.reads1_by_level || !n.reads2_by_level) {
    out.rest = e.rest_by_level->mean_W * (all - (n.reads1 + n.reads2) * m.timing_s.pulse_max);
    return;
  }
  double used = 0;  // cell seconds of cells that hold a token
  for (const auto* reads : {&*n.reads1_by_level, &*n.reads2_by_level})
    for (std::size_t l = 0; l < reads->v_storage_V.size(); ++l) {
      double rest = 0;
      for (std::size_t w = 0; w < reads->width_s.size(); ++w) {
        rest += reads->count[l][w] * (token - reads->width_s[w]);
        used += reads->count[l][w] * token;
      }
      out.rest += rest * restPower(*e.rest_by_level, reads->v_storage_V[l]);
    }
  out.rest += restPower(*e.rest_by_level, 0) * std::max(0.0, all - used);
}

void addDigital(const Energy& e, const HeadSize& head, const HeadEvents& n, HeadEnergy& out) {
  out.digital = (e.token ? e.token->digital : published::kDigital_J) * n.tokens;
  out.notes.push_back(fmt::format("digital control and routing: published figure of a head, not simulated{}",
                                  published64(head) ? "" : " and not scaled to the size of this one"));
}

}  // namespace

double readEnergy(const ReadEnergy& table, double v_storage, double width) {
  if (width <= 0) return 0;
  return blend(placeOf(table.v_storage_V, v_storage), [&](std::size_t l) {
    const double first = table.width_s.front();
    if (width < first) return table.energy_J[l].front() * width / first;
    return between(table.energy_J[l], placeOf(table.width_s, width));
  });
}

double conversionEnergy(const Converter& c, double charge) {
  return between(c.energy_J, placeOf(c.energy_charge_fC, charge));
}

double writeEnergy(const WriteEnergy& table, double previous, double level) {
  const Place to = placeOf(table.level_V, level);
  return blend(placeOf(table.level_V, previous), [&](std::size_t l) { return between(table.energy_J[l], to); });
}

double restPower(const RestPower& table, double v_storage) {
  return between(table.power_W, placeOf(table.v_storage_V, v_storage));
}

HeadSize arraysOf(const Model& m) {
  if (m.energy_J && m.energy_J->token)
    return {m.energy_J->token->rows, m.energy_J->token->columns, m.energy_J->token->tiles};
  HeadSize size;
  if (!m.design) return size;
  const auto rows = m.design->number("array.rows"), columns = m.design->number("array.cols");
  if (!rows || !columns) return size;
  size.rows = static_cast<int>(*rows);
  size.columns = static_cast<int>(*columns);
  return headFor(size);
}

HeadSize headFor(HeadSize arrays, int window) {
  requireSize({arrays.rows, arrays.columns, window});
  arrays.tiles = (window + arrays.columns - 1) / arrays.columns;
  return arrays;
}

HeadEvents fullToken(const HeadSize& h, double pulse_share) {
  const double reads = pulse_share * h.cells() / 2;
  HeadEvents n;
  n.tokens = 1;
  n.writes = 2.0 * h.rows;
  n.reads1 = n.reads2 = reads;
  n.relu = 1.0 * h.columns * h.tiles;
  n.output = 1.0 * h.rows * h.tiles;
  return n;
}

std::vector<HeadEnergy::Part> HeadEnergy::parts() const {
  std::vector<Part> out = {{"write", "writes with DACs", write, false}};
  const auto array = [&](const char* key, const char* title, double cells, const char* converter_key,
                         const char* converter, double conversions) {
    out.push_back({key, conversions > 0 ? fmt::format("{}, cells", title) : fmt::format("{} with {}", title, converter),
                   cells, true});
    if (conversions > 0) out.push_back({converter_key, converter, conversions, true});
  };
  array("array1", "array 1", array1, "relu_converters", "ReLU converters", relu);
  array("array2", "array 2", array2, "signed_converters", "signed converters", output);
  out.push_back({"at_rest", "cells at rest", rest, true});
  out.push_back({"digital", "digital control and routing (published)", digital, false});
  return out;
}

HeadEnergy energyOf(const TokenBreakdown& t) {
  HeadEnergy e;
  e.write = t.write, e.array1 = t.array1, e.relu = t.relu, e.array2 = t.array2, e.output = t.output;
  e.rest = t.rest, e.digital = t.digital;
  return e;
}

HeadEnergy energyOf(const Model& m, const HeadSize& head, const HeadEvents& n) {
  requireSize(head);
  HeadEnergy out;
  if (!m.energy_J) {
    out.complete = false;
    out.notes.push_back("the model has no energies");
    return out;
  }
  const Energy& e = *m.energy_J;
  const HeadSize of = arraysOf(m);
  const auto either = [&](const std::optional<double>& own) { return own ? own : e.per_array_multiply; };
  const auto share = [](int a, int b) { return static_cast<double>(a) / b; };
  const auto byCharge = [](const Converter* c) { return c != nullptr && !c->energy_J.empty() ? c : nullptr; };
  addWrite(e, n, out);
  addArray(e,
           {"first", n.reads1, n.relu, share(head.rows, of.rows), of.columns, e.relu_converter_per_column_operation,
            either(e.array1_multiply), n.reads1_by_level, n.relu_by_charge,
            byCharge(m.relu_converter ? &*m.relu_converter : nullptr)},
           out.array1, out.relu, out);
  addArray(e,
           {"second", n.reads2, n.output, share(head.columns, of.columns), of.rows,
            e.signed_converter_per_column_operation, either(e.array2_multiply), n.reads2_by_level, n.output_by_charge,
            byCharge(m.signed_converter ? &m.signed_converter->positive : nullptr)},
           out.array2, out.output, out);
  if (e.per_token && !e.token)
    out.notes.push_back(
        "a file from before the breakdown of a token: its reads hold the charge of a held bit line's rail");
  // Figures of whole multiplies hold what their cells take at rest.
  if (e.read_per_cell) addRest(m, head, n, out);
  addDigital(e, head, n, out);
  return out;
}

void countToken(Model& m, const HeadSize& head) {
  requireSize(head);
  if (!m.energy_J) return;
  Energy& e = *m.energy_J;
  e.array1_multiply = e.array2_multiply = e.per_array_multiply = e.per_token = std::nullopt;
  e.token.reset();
  const HeadEnergy h = energyOf(m, head, fullToken(head));
  const auto multiply = [&](double cells, double converters) -> std::optional<double> {
    if (cells == 0) return std::nullopt;
    return (cells + converters) / head.tiles;
  };
  e.array1_multiply = multiply(h.array1, h.relu);
  e.array2_multiply = multiply(h.array2, h.output);
  if (e.array1_multiply && e.array2_multiply) e.per_array_multiply = (*e.array1_multiply + *e.array2_multiply) / 2;
  if (!h.complete) return;
  e.token = TokenBreakdown{head.rows, head.columns, head.tiles, kMeanPulse, h.write,  h.array1,
                           h.relu,    h.array2,     h.output,   h.rest,     h.digital};
  e.per_token = h.total();
}

}  // namespace gaincell::model
