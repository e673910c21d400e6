// The word-line driver on its load: the ladder of a row and the read gates of its cells.

#include <fmt/format.h>

#include "gaincell/cells/drivers.hpp"
#include "gaincell/design/conventions.hpp"
#include "line_ladder.hpp"
#include "testbench_parts.hpp"

namespace gaincell::cells {

netlist::Deck wordLineDriverDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                                 const std::vector<double>& widths, double first, double period) {
  const double vdd = conditions.vdd;
  netlist::Deck deck = pdk::emptyDeck(pdk, conditions, "Word-line driver with its row");
  auto& c = deck.circuit;
  const std::string driver = defineWordLineDriver(pdk, design, c);
  std::vector<double> starts;
  for (std::size_t k = 0; k < widths.size(); ++k) starts.push_back(first + period * static_cast<double>(k));
  c.add(netlist::VoltageSource{"vdd", "vdd", "0", netlist::Dc{vdd}});
  c.add(netlist::VoltageSource{"mid", "mid", "0", netlist::Dc{0.5 * vdd}});
  c.add(netlist::VoltageSource{"in", "in", "0", pulseSequence(starts, widths, design::edgeTime(design), vdd, false)});
  c.add(netlist::Instance{"driver", driver, {"in", "wl_near", "wlb_near", "vdd"}, {}});

  addReadGates(design, c, wordLine(pdk, design));

  const double stop = starts.back() + period;
  deck.options.insert({{"method", "gear"}, {"reltol", "1e-4"}});
  deck.analysis = netlist::Transient{0.1e-9, stop, 0.1e-9};
  deck.saves = {"v(in)", "v(wl_near)", "v(wlb_near)", "v(wl_far)", "v(wlb_far)", "i(vvdd)", "i(vin)"};
  return deck;
}

}  // namespace gaincell::cells
