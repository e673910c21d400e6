#include "gaincell/cells/column.hpp"

#include <fmt/format.h>

#include "converter_parts.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using design::Design;

namespace {

std::string indexed(const char* name, int i) {
  return fmt::format("{}_{}", name, i);
}

std::vector<std::string> cellColumnPorts(const GainCellDesign& design, int rows, ArrayRole role) {
  const bool by_column = role == ArrayRole::Keys, complement = design.write_p.has_value();
  std::vector<std::string> ports{"bl", "vdd"};
  for (int i = 0; i < rows; ++i) {
    ports.push_back(indexed("wl", i));
    ports.push_back(indexed("wlb", i));
  }
  if (!by_column) ports.push_back("wbl");
  for (int i = 0; i < rows; ++i) {
    if (by_column) {
      ports.push_back(indexed("wbl", i));
      continue;
    }
    ports.push_back(indexed("we", i));
    if (complement) ports.push_back(indexed("web", i));
  }
  if (by_column) ports.push_back("we");
  if (by_column && complement) ports.push_back("web");
  if (complement) ports.push_back("nw");
  return ports;
}

}  // namespace

CellColumn defineCellColumn(const pdk::Pdk& pdk, const Design& design, ArrayRole role, netlist::Circuit& circuit) {
  const GainCell cell = defineGainCell(pdk, design, circuit);
  const LineWire wire = lineWire(pdk, design, "bit");
  const int rows = arrayRows(design, role);
  const bool by_column = role == ArrayRole::Keys;
  netlist::Subcircuit sub;
  sub.name = fmt::format("cell_column_{}_{}", rows, by_column ? "keys" : "values");
  sub.description =
      fmt::format("{} gain cells on one bit line, write enable by {}", rows, by_column ? "column" : "row");
  sub.ports = cellColumnPorts(cell.design, rows, role);
  Blocks b(pdk, sub);
  for (int i = 0; i < rows; ++i) {
    GainCellNodes nodes;
    nodes.bl = indexed("bl", i);
    nodes.wl = indexed("wl", i);
    nodes.wlb = indexed("wlb", i);
    nodes.wbl = by_column ? indexed("wbl", i) : "wbl";
    nodes.we = by_column ? "we" : indexed("we", i);
    nodes.web = by_column ? "web" : indexed("web", i);
    b.resistor(nodes.bl, i == 0 ? "bl" : indexed("bl", i - 1), nodes.bl, wire.r);
    b.capacitor(nodes.bl, nodes.bl, "0", wire.c);
    sub.add(placeGainCell(cell, indexed("cell", i), nodes));
  }
  circuit.define(sub);
  return {sub.name, sub.ports, cell.design};
}

ArrayRole arrayOf(ConverterKind kind) {
  return kind == ConverterKind::Relu ? ArrayRole::Keys : ArrayRole::Values;
}

const char* columnKind(ConverterKind kind) {
  return kind == ConverterKind::Relu ? "column" : "value-column";
}

ConverterKind columnConverter(const std::string& kind) {
  return kind == columnKind(ConverterKind::Relu) ? ConverterKind::Relu : ConverterKind::Signed;
}

namespace {

std::string defineColumn(const pdk::Pdk& pdk, ConverterKind kind, const Design& design, netlist::Circuit& circuit) {
  const int rows = arrayRows(design, arrayOf(kind));
  const CellColumn cells = defineCellColumn(pdk, design, arrayOf(kind), circuit);
  const std::string converter_name = defineConverter(pdk, kind, design, circuit);

  netlist::Subcircuit sub;
  sub.name = fmt::format("column_{}", rows);
  sub.description = fmt::format("{} gain cells with their bit line and converter", rows);
  netlist::Instance stack{"cells", cells.subcircuit, cells.ports, {}};
  stack.nodes[1] = "vddc";
  netlist::Instance end{"converter", converter_name, converterPorts(kind, design), {}};
  for (const auto& node : stack.nodes)
    if (node != "bl") sub.ports.push_back(node);
  for (const auto& node : end.nodes)
    if (node != "bl") sub.ports.push_back(node);
  sub.add(stack);
  sub.add(end);
  circuit.define(sub);
  return sub.name;
}

/// A ramp of stored levels against a ramp of inputs: a known sum with every level and every input in it.
netlist::Deck columnTestbench(const pdk::Pdk& pdk, const pdk::Conditions& conditions, ConverterKind kind,
                              const Design& design) {
  ColumnStimulus stimulus;
  const int rows = arrayRows(design, arrayOf(kind)), levels = design::storedLevels(design),
            top = design::topPulse(design);
  stimulus.inputs.resize(2);
  for (int i = 0; i < rows; ++i) {
    stimulus.stored.push_back(design::storedVoltage(design, i % levels, conditions.vdd));
    stimulus.inputs[0].push_back(top - i % (top + 1));
    stimulus.inputs[1].push_back((5 * i) % (top + 1));
  }
  return columnDeck(pdk, conditions, kind, design, stimulus);
}

Generator columnOf(ConverterKind kind, const char* description) {
  Generator g;
  g.kind = columnKind(kind);
  g.description = description;
  g.define = [kind](const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
    return defineColumn(pdk, kind, design, circuit);
  };
  g.testbench = [kind](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    return columnTestbench(pdk, conditions, kind, design);
  };
  return g;
}

}  // namespace

Generator columnGenerator() {
  return columnOf(ConverterKind::Relu,
                  "gain cells on one bit line of array 1 (keys) with the ReLU converter at its end");
}

Generator valueColumnGenerator() {
  return columnOf(ConverterKind::Signed,
                  "gain cells on one bit line of array 2 (values) with the signed converter at its end");
}

}  // namespace gaincell::cells
