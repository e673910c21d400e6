#include "converter_parts.hpp"

namespace gaincell::cells {

namespace {

/// Transmission-gate master-slave flip-flop, D = pos, rising edge of sck: sgn, sgnb.
void addSignFlipFlop(Blocks& b, const design::Branch& set) {
  const PairSize inv = pairSize(set, "flipflop"), gate = pairSize(set, "flipflop_gate");
  b.inverter("sck_inv", "sck", "sckb", inv);
  b.inverter("sck_buf", "sckb", "sckd", inv);
  b.gate("master_in", "pos", "m1", "sckb", "sckd", gate);
  b.inverter("master", "m1", "m2", inv);
  b.inverter("master_back", "m2", "m3", inv);
  b.gate("master_hold", "m3", "m1", "sckd", "sckb", gate);
  b.gate("slave_in", "m2", "s1", "sckd", "sckb", gate);
  b.inverter("slave", "s1", "sgn", inv);
  b.inverter("slave_back", "sgn", "sgnb", inv);
  b.gate("slave_hold", "sgnb", "s1", "sckb", "sckd", gate);
}

}  // namespace

std::string defineSignedConverter(const pdk::Pdk& pdk, const design::Design& design, netlist::Circuit& circuit) {
  const design::Branch set = converterBranch(design, ConverterKind::Signed);
  netlist::Subcircuit sub;
  sub.name = isActive(set) ? "signed_converter_active" : "signed_converter";
  sub.description = "Signed charge-to-pulse converter: bit line to pulse and sign";
  sub.ports = converterPorts(ConverterKind::Signed, design);
  Blocks b(pdk, sub);
  addFrontEnd(b, ConverterKind::Signed, set);
  addSignFlipFlop(b, set);
  const PairSize nand = pairSize(set, "nand"), logic = pairSize(set, "logic"), gate = pairSize(set, "flipflop_gate");
  // same = XNOR(pos, sgn): the charge still has the sign it had at the sign clock.
  b.inverter("pos_inv", "pos", "posn", logic);
  b.gate("same_pos", "pos", "same", "sgn", "sgnb", gate);
  b.gate("same_neg", "posn", "same", "sgnb", "sgn", gate);
  const PairSize driver = pairSize(set, "switch_driver");
  std::vector<std::string> n_inputs{"same", "sgn", "dis"}, p_inputs{"same", "sgnb", "dis"};
  if (isActive(set)) {
    n_inputs.erase(n_inputs.begin());
    p_inputs.erase(p_inputs.begin());
  }
  b.nand("stop_n", n_inputs, "snb", nand);
  b.inverter("stop_n_inv", "snb", "sn", driver);
  b.nand("stop_p", p_inputs, "spb", nand);
  b.inverter("stop_p_inv", "spb", "sp", driver);
  addSink(b, set, "sn", "snb");
  addSource(b, set, "spb", "sp");
  b.nand("pulse", {"same", "win"}, "pulseb", nand);
  b.inverter("pulse_out", "pulseb", "out", pairSize(set, "pulse"));
  circuit.define(sub);
  return sub.name;
}

}  // namespace gaincell::cells
