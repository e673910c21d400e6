#include "gaincell/cells/column.hpp"

#include <fmt/format.h>

#include "converter_parts.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using netlist::Parameter;
using netlist::ParameterKind;
using netlist::ParameterSet;

void declarePrefixed(ParameterSet& set, const std::string& prefix, const ParameterSet& block) {
  std::vector<Parameter> declared = block.declared();
  for (auto& p : declared) p.name = prefix + p.name;
  set.declare(declared);
}

namespace {

/// Value and givenness of one parameter, from one set to another.
void copyValue(const ParameterSet& from, const std::string& source, const Parameter& p, ParameterSet& to,
               const std::string& target) {
  const bool given = from.isSet(source);
  if (p.kind == ParameterKind::Choice) {
    given ? to.set(target, from.choice(source)) : to.setDefaultChoice(target, from.choice(source));
    return;
  }
  const double value = p.kind == ParameterKind::Integer ? static_cast<double>(from.integer(source)) : from.real(source);
  given ? to.set(target, value) : to.setDefault(target, value);
}

}  // namespace

ParameterSet extractPrefixed(const ParameterSet& set, const std::string& prefix, ParameterSet block) {
  const auto declared = block.declared();
  for (const auto& p : declared) copyValue(set, prefix + p.name, p, block, p.name);
  return block;
}

void copyPrefixed(const ParameterSet& from, const std::string& prefix, ParameterSet& to) {
  for (const auto& p : from.declared())
    if (p.name.rfind(prefix, 0) == 0 && to.has(p.name)) copyValue(from, p.name, p, to, p.name);
}

namespace {

std::string indexed(const char* name, int i) {
  return fmt::format("{}_{}", name, i);
}

std::vector<std::string> cellColumnPorts(const GainCellDesign& design, int rows, WriteSelect select) {
  const bool by_column = select == WriteSelect::Column, complement = design.write_p.has_value();
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

CellColumn defineCellColumn(const pdk::Pdk& pdk, const ParameterSet& parameters, int rows, double wire_r, double wire_c,
                            WriteSelect select, netlist::Circuit& circuit) {
  const GainCell cell = defineGainCell(pdk, parameters, circuit);
  const bool by_column = select == WriteSelect::Column;
  netlist::Subcircuit sub;
  sub.name = fmt::format("cell_column_{}_{}", rows, by_column ? "keys" : "values");
  sub.description =
      fmt::format("{} gain cells on one bit line, write enable by {}", rows, by_column ? "column" : "row");
  sub.ports = cellColumnPorts(cell.design, rows, select);
  Blocks b(pdk, sub);
  for (int i = 0; i < rows; ++i) {
    GainCellNodes nodes;
    nodes.bl = indexed("bl", i);
    nodes.wl = indexed("wl", i);
    nodes.wlb = indexed("wlb", i);
    nodes.wbl = by_column ? indexed("wbl", i) : "wbl";
    nodes.we = by_column ? "we" : indexed("we", i);
    nodes.web = by_column ? "web" : indexed("web", i);
    b.resistor(nodes.bl, i == 0 ? "bl" : indexed("bl", i - 1), nodes.bl, wire_r);
    b.capacitor(nodes.bl, nodes.bl, "0", wire_c);
    sub.add(placeGainCell(cell, indexed("cell", i), nodes));
  }
  circuit.define(sub);
  return {sub.name, sub.ports, cell.design};
}

ConverterKind columnConverter(const ParameterSet& set) {
  return set.isChoice("converter", "relu") ? ConverterKind::Relu : ConverterKind::Signed;
}

ParameterSet columnConverterParameters(const pdk::Pdk& pdk, const ParameterSet& set) {
  const ConverterKind kind = columnConverter(set);
  return extractPrefixed(set, kind == ConverterKind::Relu ? "relu_" : "signed_", converterParameters(pdk, kind));
}

ParameterSet arrayCellParameters(const pdk::Pdk& pdk) {
  ParameterSet cell = gainCellParameters(pdk);
  // The converters' charges are those of the lean cell; the reference cell alone takes what the paper allows for both.
  if (pdk.variants.contains("lean")) cell.setDefaultChoice("variant", "lean");
  return cell;
}

ParameterSet columnParameters(const pdk::Pdk& pdk) {
  ParameterSet set({Parameter::integer("rows", 64, 1, 1024, "gain cells on the bit line"),
                    Parameter::oneOf("converter", "relu", {"relu", "signed"}, "converter at the end of the bit line"),
                    Parameter::real("wire_r", "ohm", 2.0, 1e-3, 1e4,
                                    "series resistance per array element (assumption of the paper's model)"),
                    Parameter::real("wire_c", "F", 0.8e-15, 0, 1e-12,
                                    "wire capacitance per array element (assumption of the paper's model)")});
  declarePrefixed(set, "cell_", arrayCellParameters(pdk));
  declarePrefixed(set, "relu_", converterParameters(pdk, ConverterKind::Relu));
  declarePrefixed(set, "signed_", converterParameters(pdk, ConverterKind::Signed));
  return set;
}

namespace {

std::string defineColumn(const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
  const int rows = set.integer("rows");
  const ConverterKind kind = columnConverter(set);
  const ParameterSet converter = columnConverterParameters(pdk, set);
  const ParameterSet cell = extractPrefixed(set, "cell_", gainCellParameters(pdk));
  const WriteSelect select = kind == ConverterKind::Relu ? WriteSelect::Column : WriteSelect::Row;
  const CellColumn cells = defineCellColumn(pdk, cell, rows, set.real("wire_r"), set.real("wire_c"), select, circuit);
  const std::string converter_name = defineConverter(pdk, kind, converter, circuit);

  netlist::Subcircuit sub;
  sub.name = fmt::format("column_{}", rows);
  sub.description = fmt::format("{} gain cells with their bit line and converter", rows);
  netlist::Instance stack{"cells", cells.subcircuit, cells.ports, {}};
  stack.nodes[1] = "vddc";
  netlist::Instance end{"converter", converter_name, converterPorts(kind, converter), {}};
  for (const auto& node : stack.nodes)
    if (node != "bl") sub.ports.push_back(node);
  for (const auto& node : end.nodes)
    if (node != "bl") sub.ports.push_back(node);
  sub.add(stack);
  sub.add(end);
  circuit.define(sub);
  return sub.name;
}

}  // namespace

Generator columnGenerator() {
  Generator g;
  g.kind = "column";
  g.description = "gain cells on one bit line with the converter at its end";
  g.parameters = columnParameters;
  g.define = defineColumn;
  g.testbench = [](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ParameterSet& set) {
    // A ramp of stored levels against a ramp of inputs: a known sum with every level and every input in it.
    ColumnStimulus stimulus;
    const int rows = set.integer("rows");
    stimulus.inputs.resize(2);
    for (int i = 0; i < rows; ++i) {
      stimulus.stored.push_back(conditions.vdd * (i % 8) / 7.0);
      stimulus.inputs[0].push_back(15 - i % 16);
      stimulus.inputs[1].push_back((5 * i) % 16);
    }
    return columnDeck(pdk, conditions, set, stimulus);
  };
  return g;
}

}  // namespace gaincell::cells
