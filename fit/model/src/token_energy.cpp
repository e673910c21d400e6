#include "gaincell/model/token_energy.hpp"

#include <fmt/format.h>

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

void addWrite(const Energy& e, const HeadEvents& n, HeadEnergy& out) {
  if (e.write) {
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
};

void addArray(const Energy& e, const ArrayEvents& a, double& cells, double& converters, HeadEnergy& out) {
  if (e.read_per_cell && a.conversion) {
    cells = *e.read_per_cell * a.reads;
    converters = *a.conversion * a.conversions;
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
  const double read = (n.reads1 + n.reads2) * m.timing_s.pulse_max;
  out.rest = e.rest_by_level->mean_W * (head.cells() * *m.timing_s.token * n.tokens - read);
}

void addDigital(const Energy& e, const HeadSize& head, const HeadEvents& n, HeadEnergy& out) {
  out.digital = (e.token ? e.token->digital : published::kDigital_J) * n.tokens;
  out.notes.push_back(fmt::format("digital control and routing: published figure of a head, not simulated{}",
                                  published64(head) ? "" : " and not scaled to the size of this one"));
}

}  // namespace

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
  return {1, 2.0 * h.rows, reads, reads, 1.0 * h.columns * h.tiles, 1.0 * h.rows * h.tiles};
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
  addWrite(e, n, out);
  addArray(e,
           {"first", n.reads1, n.relu, share(head.rows, of.rows), of.columns, e.relu_converter_per_column_operation,
            either(e.array1_multiply)},
           out.array1, out.relu, out);
  addArray(e,
           {"second", n.reads2, n.output, share(head.columns, of.columns), of.rows,
            e.signed_converter_per_column_operation, either(e.array2_multiply)},
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
