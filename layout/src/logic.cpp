#include "logic.hpp"

#include <fmt/format.h>
#include <bit>
#include <cmath>

namespace gaincell::layout {

namespace {

// Textbook NAND2 equivalents (Weste and Harris, CMOS VLSI Design): flip-flop 6, full adder 7, half adder 3, bit
// comparator 4, transmission gate with its inverter 1.
constexpr int kFlipFlop = 6, kFullAdder = 7, kHalfAdder = 3, kBitComparator = 4, kTransmissionGate = 1;

int bitsFor(int values) {
  return static_cast<int>(std::bit_width(static_cast<unsigned>(values - 1)));
}

Figure gates(const std::string& what, int count, const std::string& parts) {
  return {"NAND2 gates of " + what, static_cast<double>(count), "", Origin::Assumption, parts};
}

/// Full adders of a tree over n numbers of b bits; the word grows by one bit a level.
int treeAdders(int n, int b) {
  int adders = 0;
  for (; n > 1; n = (n + 1) / 2) adders += n / 2 * ++b;
  return adders;
}

}  // namespace

LogicGates logicGates(const Organisation& o) {
  LogicGates logic;
  const int levels = 1 << o.stored_bits;
  const int dac = o.stored_bits * kFlipFlop + levels * 2 + levels * kTransmissionGate;
  logic.write_dac = gates("a write DAC", dac,
                          fmt::format("{}-bit register, {}-way decoder, {} switches to a resistor string shared by all",
                                      o.stored_bits, levels, levels));
  const int counting = o.output_bits - 1;
  logic.counter = gates("a counter", counting * (kFlipFlop + kHalfAdder) + kFlipFlop + 4,
                        fmt::format("{} counting bits, sign flip-flop, clock gate", counting));
  logic.decoder = gates("a tile's write decoders", 2 * o.columns * (bitsFor(o.columns * 2) / 2 + 1 + 4),
                        "two rows of column decoders, an AND tree and a write-enable driver pair per column");
  const int sum_bits = o.output_bits + bitsFor(o.tiles * 2) - 1;
  logic.adder = gates(
      "an adder", treeAdders(o.tiles, o.output_bits) * kFullAdder + sum_bits * kFlipFlop,
      fmt::format("tree over {} inputs of {} bits, output register of {} bits", o.tiles, o.output_bits, sum_bits));
  const int registers = o.rows * (o.query_bits + 2 * o.stored_bits) * kFlipFlop;
  const int pwm = o.rows * o.query_bits * kBitComparator + o.query_bits * (kFlipFlop + kHalfAdder);
  const int address = bitsFor(o.tiles * o.columns * 2) * (kFlipFlop + kHalfAdder) + o.tiles * 4;
  constexpr int kSequencer = 300;
  logic.control =
      gates("a head's control", registers + pwm + address + kSequencer,
            fmt::format("query, key and value registers {}, pulse-width comparators {}, ring-buffer address {}, "
                        "phase sequencer {} (assumed)",
                        registers, pwm, address, kSequencer));
  return logic;
}

}  // namespace gaincell::layout
