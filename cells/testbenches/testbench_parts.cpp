#include "testbench_parts.hpp"

#include <fmt/format.h>

namespace gaincell::cells {

using design::Branch;
using netlist::Dc;

std::string converterNode(const ConverterSite& site, const std::string& port, int column) {
  if (port == "nb" && !hasSharedLine(converterBranch(site.design, site.kind)) && site.columns > 1)
    return fmt::format("nb{}_{}", site.tag, column);
  return port + site.tag;
}

namespace {

void addBias(netlist::Circuit& c, const pdk::Pdk& pdk, const ConverterSite& site, double vdd) {
  const Branch set = converterBranch(site.design, site.kind);
  const std::string supply = "vbias" + site.tag, shared = "vshare" + site.tag;
  if (set.isChoice("bias", "replica")) {
    const std::string low = "level_low" + site.tag, high = "level_high" + site.tag;
    const double inset = site.design.real("reference.replica.inset");
    c.add(netlist::VoltageSource{low, low, "0", Dc{site.level_low + inset}});
    c.add(netlist::VoltageSource{high, high, "0", Dc{site.level_high.value_or(vdd) - inset}});
    c.add(netlist::Instance{"bias" + site.tag,
                            defineReplicaBias(pdk, site.kind, site.design, c),
                            {"pr" + site.tag, low, high, shared},
                            {}});
  } else if (hasSharedLine(set)) {
    c.add(netlist::CurrentSource{"ref" + site.tag, shared, "ref" + site.tag, Dc{set.real("i_ref")}});
    netlist::Instance line{
        "bias" + site.tag, defineSharedBias(pdk, site.kind, site.design, c), {"ref" + site.tag, "nb" + site.tag}, {}};
    if (c.find(line.subcircuit)->ports.size() > 2) line.nodes.push_back(shared);
    c.add(line);
  } else {
    for (int j = 0; j < site.columns; ++j) {
      const std::string node = converterNode(site, "nb", j);
      c.add(netlist::CurrentSource{"ref_" + node, supply, node, Dc{set.real("i_ref")}});
    }
  }
}

}  // namespace

void addConverterSources(netlist::Deck& deck, const pdk::Pdk& pdk, const ConverterSite& site, double vdd) {
  netlist::Circuit& c = deck.circuit;
  ConverterTiming timing = converterTiming(site.kind, site.design);
  const Branch converter = converterBranch(site.design, site.kind);
  const double own_period = timing.period;
  if (site.period > 0) timing.period = site.period;
  const auto supply = [&](const std::string& name, const std::string& node, double v) {
    c.add(netlist::VoltageSource{name + site.tag, node + site.tag, "0", Dc{v}});
    deck.saves.push_back("i(v" + name + site.tag + ")");
  };
  supply("dd", "vdd", vdd);
  if (converter.isChoice("bias", "diode")) supply("bias", "vbias", vdd);
  if (!isActive(converter)) supply("mid", "vmid", vdd / 2);
  if (hasSharedBlock(converter)) supply("share", "vshare", vdd);
  addBias(c, pdk, site, vdd);
  for (Clock clock : converterClocks(site.kind, site.design)) {
    // Between operations the comparator sleeps as it does while integrating.
    if (clock.port == "cenb" && !clock.high.empty() && timing.period > own_period + 1e-9)
      clock.high.emplace_back(own_period, timing.period - 0.5e-9);
    const std::string name = "ck" + site.tag + "_" + clock.port;
    std::string node = clock.port + site.tag;
    if (clock.port == "win" && hasReplicaWindow(converter)) {
      for (auto& [on, off] : clock.high) {
        on -= converter.real("window.delay");
        off -= converter.real("window.delay");
      }
      c.add(netlist::Instance{"window" + site.tag,
                              defineWindowDelay(pdk, site.kind, site.design, c),
                              {node + "_in", node, "vshare" + site.tag},
                              {}});
      node += "_in";
    }
    c.add(netlist::VoltageSource{name, node, "0", clockWaveform(clock, timing, vdd, site.operations, site.start)});
    deck.saves.push_back("i(v" + name + ")");
  }
}

void setConverterTransient(netlist::Deck& deck, double stop) {
  constexpr double kStep = 0.1e-9;  // s; larger steps miss edges of the comparator
  deck.options["method"] = "gear";
  deck.options["reltol"] = "1e-4";
  deck.analysis = netlist::Transient{kStep, stop, kStep, false};
}

void setColumnTransient(netlist::Deck& deck, ConverterKind kind, double stop) {
  constexpr double kStep = 0.1e-9, kLargest = 0.15e-9;  // s
  deck.options["method"] = "gear";
  deck.options["reltol"] = "1e-4";
  if (kind == ConverterKind::Signed) {
    deck.options["reltol"] = "5e-5";
    deck.options["vntol"] = "1e-7";  // V
  }
  deck.options.emplace("bypass", "1");
  deck.options["abstol"] = "1e-9";  // A; the default, 1e-12, costs iterations on sources that rest
  deck.analysis = netlist::Transient{kStep, stop, kLargest, false};
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
