#include "converter_parts.hpp"
#include "drivers_parts.hpp"

namespace gaincell::cells {

std::string defineReluConverter(const pdk::Pdk& pdk, const design::Design& design, netlist::Circuit& circuit) {
  const design::Branch set = converterBranch(design, ConverterKind::Relu);
  netlist::Subcircuit sub;
  sub.name = isActive(set) ? "relu_converter_active" : "relu_converter";
  sub.description = "ReLU charge-to-pulse converter: bit line to word-line pulse";
  sub.ports = converterPorts(ConverterKind::Relu, design);
  Blocks b(pdk, sub);
  addFrontEnd(b, ConverterKind::Relu, set);
  const PairSize nand = pairSize(set, "nand");
  if (isActive(set)) {
    // The discharge runs on after the decision: the integrator stays defined, and the energy is spent in its bias
    // anyway.
    b.inverter("dis_inv", "dis", "snb", pairSize(set, "logic"));
    b.inverter("dis_buf", "snb", "sn", pairSize(set, "switch_driver"));
  } else {
    b.nand("stop", {"dis", "pos"}, "snb", nand);
    b.inverter("stop_inv", "snb", "sn", pairSize(set, "switch_driver"));
  }
  addSink(b, set, "sn", "snb");
  b.nand("pulse", {"pos", "win"}, "pulseb", nand);
  addWordLineChains(b, design.branch("driver"), "pulseb", "out", "outb");
  circuit.define(sub);
  return sub.name;
}

}  // namespace gaincell::cells
