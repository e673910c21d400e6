#include <fmt/format.h>

#include <cmath>

#include "gaincell/cells/tile.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"
#include "testbench_parts.hpp"

namespace gaincell::cells {

using design::Design;
using netlist::Dc;

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw support::Error("CNV-0003", what, "stimulus of the tile",
                       "give keys as rows x cols, values as cols x rows, inputs within the levels of a pulse per row");
}

void checkVoltages(const std::vector<std::vector<double>>& matrix, int rows, int cols, double vdd, const char* name) {
  if (matrix.size() != static_cast<std::size_t>(rows))
    refuse(fmt::format("{} has {} rows, not {}", name, matrix.size(), rows));
  for (const auto& row : matrix) {
    if (row.size() != static_cast<std::size_t>(cols))
      refuse(fmt::format("{} has a row of {}, not {}", name, row.size(), cols));
    for (double v : row)
      if (!std::isfinite(v) || v < 0 || v > vdd) refuse(fmt::format("{} holds {} V, outside 0 .. {} V", name, v, vdd));
  }
}

void checkStimulus(const TileStimulus& s, const Design& design, double vdd) {
  const int rows = design.integer("array.rows"), cols = design.integer("array.cols"), top = design::topPulse(design);
  checkVoltages(s.keys, rows, cols, vdd, "keys");
  checkVoltages(s.values, cols, rows, vdd, "values");
  if (s.inputs.empty()) refuse("there is no operation");
  for (const auto& op : s.inputs) {
    if (op.size() != static_cast<std::size_t>(rows)) refuse(fmt::format("{} inputs for {} rows", op.size(), rows));
    for (int level : op)
      if (level < 0 || level > top) refuse(fmt::format("input {} is outside 0 .. {}", level, top));
  }
  if (s.written < 0 || s.written >= cols) refuse(fmt::format("token {} of {} cannot be written", s.written, cols));
}

/// The write path of one token: write bit lines move to their levels, write enables pulse, all park again.
class WritePath {
 public:
  /// @param lead s, from the write bit line's level to the write enable; its edges take two of the clock's
  WritePath(netlist::Circuit& circuit, const GainCellDesign& cell, double begin, double end, double edge, double lead)
      : c_(circuit), cell_(cell), begin_(begin), end_(end), edge_(edge), lead_(lead - 2 * edge) {}

  void bitLine(const std::string& node, double level) {
    netlist::Pwl pwl;
    pwl.points = {{0.0, cell_.wbl_idle},
                  {begin_ - lead_, cell_.wbl_idle},
                  {begin_ - lead_ + edge_, level},
                  {end_ + lead_ - edge_, level},
                  {end_ + lead_, cell_.wbl_idle}};
    c_.add(netlist::VoltageSource{node, node, "0", pwl});
  }
  void enable(const std::string& node, bool complement, bool selected) {
    const double idle = complement ? cell_.we_high : cell_.we_low;
    if (!selected) {
      c_.add(netlist::VoltageSource{node, node, "0", Dc{idle}});
      return;
    }
    c_.add(netlist::VoltageSource{
        node, node, "0", netlist::pulseTrain(cell_.we_low, cell_.we_high, complement, {begin_, end_ - edge_}, edge_)});
  }

 private:
  netlist::Circuit& c_;
  const GainCellDesign& cell_;
  double begin_, end_, edge_, lead_;
};

void addWrites(netlist::Circuit& c, const GainCellDesign& cell, const TileStimulus& s, int cols, double begin,
               double end, double edge, double lead) {
  WritePath path(c, cell, begin, end, edge, lead);
  const auto token = static_cast<std::size_t>(s.written);
  for (std::size_t i = 0; i < s.keys.size(); ++i) path.bitLine(fmt::format("kwbl_{}", i), s.keys[i][token]);
  for (std::size_t e = 0; e < s.values[token].size(); ++e) path.bitLine(fmt::format("vwbl_{}", e), s.values[token][e]);
  for (int j = 0; j < cols; ++j) {
    for (const char* array : {"k", "v"}) {
      path.enable(fmt::format("{}we_{}", array, j), false, j == s.written);
      if (cell.write_p) path.enable(fmt::format("{}web_{}", array, j), true, j == s.written);
    }
  }
  if (cell.write_p) c.add(netlist::VoltageSource{"nw", "nw", "0", Dc{cell.n_well}});
}

void setStoredValues(netlist::Deck& deck, const TileStimulus& s, double vdd) {
  for (std::size_t i = 0; i < s.keys.size(); ++i)
    for (std::size_t j = 0; j < s.keys[i].size(); ++j)
      deck.initial[fmt::format("xtile.xkeys_{}.xcell_{}.sn", j, i)] =
          static_cast<int>(j) == s.written ? vdd / 2 : s.keys[i][j];
  for (std::size_t j = 0; j < s.values.size(); ++j)
    for (std::size_t e = 0; e < s.values[j].size(); ++e)
      deck.initial[fmt::format("xtile.xvalues_{}.xcell_{}.sn", e, j)] =
          static_cast<int>(j) == s.written ? vdd / 2 : s.values[j][e];
}

}  // namespace

netlist::Deck tileDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design,
                       const TileStimulus& stimulus) {
  checkStimulus(stimulus, design, conditions.vdd);
  const int rows = design.integer("array.rows"), cols = design.integer("array.cols"), outputs = rows;
  const int operations = static_cast<int>(stimulus.inputs.size());
  const GainCellDesign cell = atSupply(resolveGainCell(design), pdk, conditions.vdd);
  const TileTiming timing = tileTiming(design);
  const ConverterTiming phases = converterTiming(ConverterKind::Relu, design);
  const double token = design.real("timing.token.period");
  if (token < timing.output_end)
    throw support::Error("CNV-0004",
                         fmt::format("a token of {} s ends before its output window at {} s", token, timing.output_end),
                         "timing.token", "lengthen timing.token.period or shorten the phases");

  netlist::Deck deck = pdk::emptyDeck(pdk, conditions, fmt::format("tile of {} x {} x {}", rows, cols, outputs));
  netlist::Circuit& c = deck.circuit;
  const std::string name = generator("tile").define(pdk, design, c);
  c.add(netlist::VoltageSource{"ddc", "vddc", "0", Dc{conditions.vdd}});
  deck.saves.push_back("i(vddc)");
  addConverterSources(deck, pdk,
                      {ConverterKind::Relu, design, "1", cols, operations, timing.relu_start, token, stimulus.level_low,
                       stimulus.level_high},
                      conditions.vdd);
  addConverterSources(deck, pdk,
                      {ConverterKind::Signed, design, "2", outputs, operations, timing.signed_start, token,
                       stimulus.level_low, stimulus.level_high},
                      conditions.vdd);
  const double last = (operations - 1) * token;
  addWrites(c, cell, stimulus, cols, last + timing.write_start, last + timing.write_end, phases.edge,
            design.real("timing.token.lead"));
  std::vector<double> starts;
  starts.reserve(static_cast<std::size_t>(operations));
  for (int k = 0; k < operations; ++k) starts.push_back(k * token + timing.relu_start + phases.input_start);
  for (int i = 0; i < rows; ++i) {
    std::vector<double> widths;
    for (const auto& op : stimulus.inputs) widths.push_back(op[static_cast<std::size_t>(i)] * design::pulseLsb(design));
    for (const char* line : {"wl", "wlb"}) {
      const std::string node = fmt::format("{}_{}", line, i);
      c.add(netlist::VoltageSource{node, node, "0",
                                   pulseSequence(starts, widths, phases.edge, conditions.vdd, line[2] == 'b')});
    }
  }
  c.add(netlist::Instance{"tile", name, c.find(name)->ports, {}});
  setStoredValues(deck, stimulus, conditions.vdd);
  for (int j = 0; j < cols; ++j) deck.saves.push_back(fmt::format("v(xtile.phi_{})", j));
  const OutputLoad load = outputLoad(ConverterKind::Signed, pdk, design);
  for (int e = 0; e < outputs; ++e) {
    for (const char* out : {"out", "sgn"}) {
      c.add(netlist::Capacitor{fmt::format("{}_{}", out, e), fmt::format("{}_{}", out, e), "0", load.c});
      deck.saves.push_back(fmt::format("v({}_{})", out, e));
    }
  }
  for (const std::string& node :
       {fmt::format("xtile.xkeys_{}.xcell_0.sn", stimulus.written), fmt::format("xtile.keys_bl_{}", stimulus.written),
        fmt::format("xtile.xrelu_{}.pos", stimulus.written), std::string("xtile.values_bl_0"),
        std::string("xtile.xsigned_0.pos"), fmt::format("xtile.xvalues_0.xcell_{}.sn", stimulus.written)})
    deck.saves.push_back("v(" + node + ")");
  setConverterTransient(deck, last + timing.stop);
  return deck;
}

}  // namespace gaincell::cells
