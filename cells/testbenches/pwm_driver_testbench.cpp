// The PWM driver with its row: levels one after the other, the worst neighbours included.

#include <fmt/format.h>

#include "gaincell/cells/column.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"
#include "line_ladder.hpp"
#include "testbench_parts.hpp"

namespace gaincell::cells {

PwmDriverDeck pwmDriverDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                            const std::vector<int>& codes, double clock) {
  const int levels = design.integer("timing.levels");
  const double vdd = conditions.vdd, edge = design::edgeTime(design);
  for (const int code : codes)
    if (code < 0 || code >= levels)
      throw support::Error("CEL-0024", fmt::format("level {} is not one of the {} levels", code, levels),
                           "pwm-driver sequence", fmt::format("give levels from 0 to {}", levels - 1));
  if (codes.empty() || clock < 4 * edge)
    throw support::Error("CEL-0025", "a sequence needs at least one level and a clock period above four edges",
                         "pwm-driver sequence");
  PwmDriverDeck result;
  netlist::Deck& deck = result.deck;
  deck = pdk::emptyDeck(pdk, conditions, "PWM driver with its row");
  auto& c = deck.circuit;
  const std::string name = definePwmDriver(pdk, design, c);
  result.slot = (levels + 4) * clock;
  for (std::size_t k = 0; k < codes.size(); ++k)
    result.starts.push_back(2 * clock + result.slot * static_cast<double>(k));
  const auto train = [&](const std::string& node, bool high, const std::vector<double>& edges) {
    c.add(netlist::VoltageSource{node, node, "0", netlist::pulseTrain(0, vdd, high, edges, edge)});
  };
  netlist::Instance row{"row", name, {}, {}};
  for (int k = 0; k < levels; ++k) {
    std::vector<double> edges;  // from k periods after the start to the end of the slot; stop_0 before the start
    for (const double t : result.starts) {
      edges.push_back(k == 0 ? t - clock : t + k * clock);
      edges.push_back(t + levels * clock);
    }
    row.nodes.push_back(fmt::format("stop_{}", k));
    train(row.nodes.back(), false, edges);
  }
  for (int k = 0; k < levels; ++k) {
    std::vector<double> edges;
    bool high = codes.front() == k;
    const bool first = high;
    for (std::size_t s = 1; s < codes.size(); ++s)
      if ((codes[s] == k) != high) {
        edges.push_back(result.starts[s] - 1.5 * clock);
        high = !high;
      }
    row.nodes.push_back(fmt::format("sel_{}", k));
    train(row.nodes.back(), first, edges);
  }
  std::vector<double> window;
  for (const double t : result.starts) window.insert(window.end(), {t, t + (levels - 0.5) * clock});
  train("window_b", true, window);
  row.nodes.insert(row.nodes.end(), {"window_b", "wl_near", "wlb_near", "vdd"});
  c.add(row);
  c.add(netlist::VoltageSource{"vdd", "vdd", "0", netlist::Dc{vdd}});
  c.add(netlist::VoltageSource{"mid", "mid", "0", netlist::Dc{0.5 * vdd}});
  addReadGates(design, c, wordLine(pdk, design));
  deck.options.insert({{"method", "gear"}, {"reltol", "1e-4"}});
  deck.analysis = netlist::Transient{0.1e-9, result.starts.back() + result.slot - 2 * clock, 0.1e-9};
  deck.saves = {"v(wl_far)", "v(wlb_far)", "i(vvdd)"};
  return result;
}

}  // namespace gaincell::cells
