#include "testbench_parts.hpp"

namespace gaincell::cells {

using netlist::Dc;
using netlist::ParameterSet;

void addConverterSources(netlist::Deck& deck, const pdk::Pdk& pdk, ConverterKind kind, const ParameterSet& set,
                         double vdd, int operations) {
  netlist::Circuit& c = deck.circuit;
  const ConverterTiming timing = converterTiming(kind, set);
  c.add(netlist::VoltageSource{"dd", "vdd", "0", Dc{vdd}});
  c.add(netlist::VoltageSource{"bias", "vbias", "0", Dc{vdd}});
  deck.saves.insert(deck.saves.end(), {"i(vdd)", "i(vbias)"});
  const bool shared = hasSharedLine(set);
  c.add(netlist::CurrentSource{"ref", "vbias", shared ? "ref" : "nb", Dc{set.real(variantPrefix(set) + "i_ref")}});
  if (shared) {
    netlist::Instance line{"bias", defineSharedBias(pdk, set, c), {"ref", "nb"}, {}};
    if (c.find(line.subcircuit)->ports.size() > 2) line.nodes.push_back("vbias");
    c.add(line);
  }
  if (!isActive(set)) {
    c.add(netlist::VoltageSource{"mid", "vmid", "0", Dc{vdd / 2}});
    deck.saves.push_back("i(vmid)");
  }
  for (const Clock& clock : converterClocks(kind, set)) {
    c.add(netlist::VoltageSource{"ck_" + clock.port, clock.port, "0", clockWaveform(clock, timing, vdd, operations)});
    deck.saves.push_back("i(vck_" + clock.port + ")");
  }
}

void setConverterTransient(netlist::Deck& deck, double stop) {
  constexpr double kStep = 0.1e-9;  // s; larger steps miss edges of the comparator
  deck.options["method"] = "gear";
  deck.options["reltol"] = "1e-4";
  deck.analysis = netlist::Transient{kStep, stop, kStep, false};
}

netlist::Pwl pulseSequence(const std::vector<double>& starts, const std::vector<double>& widths, double edge,
                           double vdd, bool complement) {
  std::vector<double> edges;
  for (std::size_t k = 0; k < starts.size(); ++k) {
    if (widths[k] <= 0) continue;
    edges.push_back(starts[k]);
    edges.push_back(starts[k] + widths[k]);
  }
  return netlist::pulseTrain(0.0, vdd, complement, edges, edge);
}

}  // namespace gaincell::cells
