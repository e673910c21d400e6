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

ParameterSet extractPrefixed(const ParameterSet& set, const std::string& prefix, ParameterSet block) {
  for (const auto& p : block.declared()) {
    const std::string name = prefix + p.name;
    if (!set.isSet(name)) continue;
    if (p.kind == ParameterKind::Choice)
      block.set(p.name, set.choice(name));
    else
      block.set(p.name, p.kind == ParameterKind::Integer ? static_cast<double>(set.integer(name)) : set.real(name));
  }
  return block;
}

std::vector<std::string> cellColumnPorts(int rows, WriteSelect select) {
  std::vector<std::string> ports{"bl", "vdd"};
  for (int i = 0; i < rows; ++i) {
    ports.push_back(fmt::format("wl_{}", i));
    ports.push_back(fmt::format("wlb_{}", i));
  }
  if (select == WriteSelect::Column) {
    for (int i = 0; i < rows; ++i) ports.push_back(fmt::format("wbl_{}", i));
    ports.insert(ports.end(), {"we", "web"});
  } else {
    ports.push_back("wbl");
    for (int i = 0; i < rows; ++i) {
      ports.push_back(fmt::format("we_{}", i));
      ports.push_back(fmt::format("web_{}", i));
    }
  }
  return ports;
}

std::string defineCellColumn(const pdk::Pdk& pdk, const ParameterSet& cell, int rows, double wire_r, double wire_c, WriteSelect select,
                             netlist::Circuit& circuit) {
  const std::string cell_name = generator("gain-cell").define(pdk, cell, circuit);
  const auto& cell_ports = circuit.find(cell_name)->ports;
  netlist::Subcircuit sub;
  const bool by_column = select == WriteSelect::Column;
  sub.name = fmt::format("cell_column_{}_{}", rows, by_column ? "keys" : "values");
  sub.description = fmt::format("{} gain cells on one bit line, write enable by {}", rows, by_column ? "column" : "row");
  sub.ports = cellColumnPorts(rows, select);
  Blocks b(pdk, sub);
  for (int i = 0; i < rows; ++i) {
    const std::string at = fmt::format("bl_{}", i), before = i == 0 ? "bl" : fmt::format("bl_{}", i - 1);
    b.resistor(fmt::format("bl_{}", i), before, at, wire_r);
    b.capacitor(fmt::format("bl_{}", i), at, "0", wire_c);
    netlist::Instance x{fmt::format("cell_{}", i), cell_name, {}, {}};
    for (const auto& port : cell_ports) {
      if (port == "bl")
        x.nodes.push_back(at);
      else if (port == "vdd")
        x.nodes.push_back("vdd");
      else if (port == "wl" || port == "wlb" || (port == "wbl" && by_column) || ((port == "we" || port == "web") && !by_column))
        x.nodes.push_back(fmt::format("{}_{}", port, i));
      else
        x.nodes.push_back(port);
    }
    sub.add(x);
  }
  circuit.define(sub);
  return sub.name;
}

ConverterKind columnConverter(const ParameterSet& set) {
  return set.isChoice("converter", "relu") ? ConverterKind::Relu : ConverterKind::Signed;
}

ParameterSet columnConverterParameters(const pdk::Pdk& pdk, const ParameterSet& set) {
  const ConverterKind kind = columnConverter(set);
  return extractPrefixed(set, kind == ConverterKind::Relu ? "relu_" : "signed_", converterParameters(pdk, kind));
}

ParameterSet columnParameters(const pdk::Pdk& pdk) {
  ParameterSet set({Parameter::integer("rows", 64, 1, 1024, "gain cells on the bit line"),
                    Parameter::oneOf("converter", "relu", {"relu", "signed"}, "converter at the end of the bit line"),
                    Parameter::real("wire_r", "ohm", 2.0, 1e-3, 1e4, "series resistance per array element (assumption of the paper's model)"),
                    Parameter::real("wire_c", "F", 0.8e-15, 0, 1e-12, "wire capacitance per array element (assumption of the paper's model)")});
  declarePrefixed(set, "cell_", generator("gain-cell").parameters(pdk));
  declarePrefixed(set, "relu_", converterParameters(pdk, ConverterKind::Relu));
  declarePrefixed(set, "signed_", converterParameters(pdk, ConverterKind::Signed));
  return set;
}

namespace {

std::string defineColumn(const pdk::Pdk& pdk, const ParameterSet& set, netlist::Circuit& circuit) {
  const int rows = set.integer("rows");
  const ConverterKind kind = columnConverter(set);
  const ParameterSet converter = columnConverterParameters(pdk, set);
  const ParameterSet cell = extractPrefixed(set, "cell_", generator("gain-cell").parameters(pdk));
  const WriteSelect select = kind == ConverterKind::Relu ? WriteSelect::Column : WriteSelect::Row;
  const std::string cells = defineCellColumn(pdk, cell, rows, set.real("wire_r"), set.real("wire_c"), select, circuit);
  const std::string converter_name = defineConverter(pdk, kind, converter, circuit);

  netlist::Subcircuit sub;
  sub.name = fmt::format("column_{}", rows);
  sub.description = fmt::format("{} gain cells with their bit line and converter", rows);
  netlist::Instance stack{"cells", cells, cellColumnPorts(rows, select), {}};
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
