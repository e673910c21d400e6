#include "gaincell/cells/tile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "converter_parts.hpp"
#include "gaincell/cells/array.hpp"
#include "gaincell/design/conventions.hpp"

namespace gaincell::cells {

using design::Design;

TileTiming tileTiming(const Design& design) {
  const auto relu = converterTiming(ConverterKind::Relu, design);
  const auto out = converterTiming(ConverterKind::Signed, design);
  const double lead = design.real("timing.token.lead");
  TileTiming t;
  t.write_start = lead;
  t.write_end = t.write_start + design.real("timing.token.write");
  // The bit lines are reset while the token is still being written; the input waits for its end.
  t.relu_start = std::max(0.0, t.write_end + lead - relu.input_start);
  t.signed_start = t.relu_start + relu.window_start - out.input_start;
  t.output_end = t.signed_start + out.window_end;
  t.stop = t.signed_start + out.period;
  return t;
}

namespace {

/// Array with its word-line wires: cell column c is instance "column_c", the word line of row r enters at "wl_r".
void addArray(netlist::Subcircuit& sub, const CellColumn& column, const std::string& prefix, int rows, int cols,
              bool by_column, const std::vector<std::string>& word, const std::vector<std::string>& complement,
              double r, double c) {
  const auto line = [&](const char* what, int row, int col) {
    return fmt::format("{}_{}_{}_{}", prefix, what, row, col);
  };
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j) {
      const auto row = static_cast<std::size_t>(i);
      for (const auto& [what, source] : {std::pair{"wl", word[row]}, {"wlb", complement[row]}}) {
        const std::string node = line(what, i, j);
        sub.add(netlist::Resistor{node, j == 0 ? source : line(what, i, j - 1), node, r});
        sub.add(netlist::Capacitor{node, node, "0", c});
      }
    }
  }
  for (int j = 0; j < cols; ++j) {
    netlist::Instance x{fmt::format("{}_{}", prefix, j), column.subcircuit, {}, {}};
    for (const auto& port : column.ports) {
      if (port == "bl")
        x.nodes.push_back(fmt::format("{}_bl_{}", prefix, j));
      else if (port == "vdd")
        x.nodes.push_back("vddc");
      else if (port.rfind("wl_", 0) == 0)
        x.nodes.push_back(line("wl", std::stoi(port.substr(3)), j));
      else if (port.rfind("wlb_", 0) == 0)
        x.nodes.push_back(line("wlb", std::stoi(port.substr(4)), j));
      else if (port == "nw")
        x.nodes.push_back("nw");
      else if (by_column && (port == "we" || port == "web"))
        x.nodes.push_back(fmt::format("k{}_{}", port, j));
      else
        x.nodes.push_back((by_column ? "k" : "v") + (port == "wbl" ? fmt::format("wbl_{}", j) : port));
    }
    sub.add(x);
  }
}

/// A row of equal converters below an array.
struct ConverterRow {
  std::string name, subcircuit;
  std::vector<std::string> ports;
  int count = 0;
  std::string array, out, tag;  ///< bit lines "<array>_bl_j", outputs "<out>_j", shared nets "<port><tag>"
  bool own_bias = false;        ///< each has its own bias node
};

/// Ports the instances use and nothing inside drives become the tile's.
void collectPorts(netlist::Subcircuit& sub, const std::vector<std::string>& nodes) {
  for (const auto& node : nodes)
    if (std::find(sub.ports.begin(), sub.ports.end(), node) == sub.ports.end()) sub.ports.push_back(node);
}

void addConverters(netlist::Subcircuit& sub, const ConverterRow& row) {
  for (int j = 0; j < row.count; ++j) {
    netlist::Instance x{fmt::format("{}_{}", row.name, j), row.subcircuit, {}, {}};
    for (const auto& port : row.ports) {
      if (port == "bl")
        x.nodes.push_back(fmt::format("{}_bl_{}", row.array, j));
      else if (port == "out" || port == "outb" || port == "sgn")
        x.nodes.push_back(fmt::format("{}_{}", port == "out" ? row.out : port == "outb" ? "phib" : "sgn", j));
      else if (port == "nb" && row.own_bias)
        x.nodes.push_back(fmt::format("nb{}_{}", row.tag, j));
      else
        x.nodes.push_back(port + row.tag);
      if (port != "bl" && port != "outb" && !(port == "out" && row.out == "phi")) collectPorts(sub, {x.nodes.back()});
    }
    sub.add(x);
  }
}

std::string defineTile(const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
  // Array 2 has a word line per token and a bit line per element of a value, as many as a key has.
  const int rows = design.integer("array.rows"), cols = design.integer("array.cols"), outputs = rows;
  const LineWire wire = lineWire(pdk, design, "word");
  tileTiming(design);  // refuses illegal phases
  const CellColumn keys = defineCellColumn(pdk, design, ArrayRole::Keys, circuit);
  const CellColumn values = defineCellColumn(pdk, design, ArrayRole::Values, circuit);
  const std::string relu_name = defineConverter(pdk, ConverterKind::Relu, design, circuit);
  const std::string sign_name = defineConverter(pdk, ConverterKind::Signed, design, circuit);

  netlist::Subcircuit sub;
  sub.name = fmt::format("tile_{}x{}x{}", rows, cols, outputs);
  sub.description = "Keys with ReLU converters, values with signed converters";
  std::vector<std::string> wl, wlb, phi, phib;
  for (int i = 0; i < rows; ++i) wl.push_back(fmt::format("wl_{}", i)), wlb.push_back(fmt::format("wlb_{}", i));
  for (int j = 0; j < cols; ++j) phi.push_back(fmt::format("phi_{}", j)), phib.push_back(fmt::format("phib_{}", j));
  collectPorts(sub, wl);
  collectPorts(sub, wlb);
  addArray(sub, keys, "keys", rows, cols, true, wl, wlb, wire.r, wire.c);
  addArray(sub, values, "values", cols, outputs, false, phi, phib, wire.r, wire.c);
  for (const auto& element : sub.elements)
    if (const auto* x = std::get_if<netlist::Instance>(&element))
      for (const auto& node : x->nodes)
        if (node == "vddc" || node == "nw" || node.rfind("kw", 0) == 0 || node.rfind("vw", 0) == 0)
          collectPorts(sub, {node});
  addConverters(sub, {"relu", relu_name, converterPorts(ConverterKind::Relu, design), cols, "keys", "phi", "1",
                      !hasSharedLine(converterBranch(design, ConverterKind::Relu))});
  addConverters(sub, {"signed", sign_name, converterPorts(ConverterKind::Signed, design), outputs, "values", "out", "2",
                      !hasSharedLine(converterBranch(design, ConverterKind::Signed))});
  circuit.define(sub);
  return sub.name;
}

}  // namespace

Generator tileGenerator() {
  Generator g;
  g.kind = "tile";
  g.description = "keys with ReLU converters, values with signed converters: one sub-tile of a head";
  g.define = defineTile;
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    // Ramps of stored levels and inputs: every level and every input occurs.
    TileStimulus s;
    const int levels = design::storedLevels(design), top = design::topPulse(design);
    const auto level = [&](int i) { return design::storedVoltage(design, i % levels, conditions.vdd); };
    s.keys.resize(static_cast<std::size_t>(design.integer("array.rows")));
    s.values.resize(static_cast<std::size_t>(design.integer("array.cols")));
    for (std::size_t i = 0; i < s.keys.size(); ++i)
      for (int j = 0; j < design.integer("array.cols"); ++j)
        s.keys[i].push_back(level(static_cast<int>(3 * i) + 5 * j));
    for (std::size_t j = 0; j < s.values.size(); ++j)
      for (int e = 0; e < design.integer("array.rows"); ++e)
        s.values[j].push_back(level(static_cast<int>(5 * j) + 3 * e + 1));
    std::vector<int> row;
    for (std::size_t i = 0; i < s.keys.size(); ++i) row.push_back(top - static_cast<int>(i) % (top + 1));
    s.inputs = {row};
    return tileDeck(pdk, conditions, design, s);
  };
  return g;
}

}  // namespace gaincell::cells
