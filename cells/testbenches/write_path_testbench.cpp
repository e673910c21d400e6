// The write path on its lines: the far cell of a write bit line and of a write-enable line, worst case for both.

#include <fmt/format.h>

#include "gaincell/cells/array.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"
#include "line_ladder.hpp"

namespace gaincell::cells {

namespace {

constexpr double kGap = 0.5e-9;  // s, between select, clock and park: no two of them move together

/// A digital line that is toggled at given times.
struct Toggled {
  bool starts_high = false;
  std::vector<double> edges;
};

struct Schedule {
  std::vector<Toggled> select;  // one per level
  Toggled park{true, {}}, clock;
  std::vector<CellStepTimes> steps;
  double end = 0;
};

Schedule schedule(const std::vector<int>& levels, int count, double discharge, double width) {
  Schedule s;
  s.select.resize(static_cast<std::size_t>(count));
  double t = 1e-9;
  for (const int level : levels) {
    CellStepTimes times;
    times.begin = t;
    const auto select = [&](int k, double at) { s.select[static_cast<std::size_t>(k)].edges.push_back(at); };
    s.park.edges.push_back(t);
    const int first = discharge > 0 ? 0 : level;
    select(first, t);
    t += kGap;
    s.clock.edges.push_back(t);
    t += discharge;
    if (first != level) {
      select(first, t);
      select(level, t);
    }
    times.write_on = t;
    t += width;
    times.write_off = t;
    s.clock.edges.push_back(t);
    t += kGap;
    select(level, t);
    s.park.edges.push_back(t);
    t += 2 * kGap;
    times.before_read = times.after_read = times.read_on = times.read_off = times.end = t;
    s.steps.push_back(times);
  }
  s.end = t;
  return s;
}

void drive(netlist::Circuit& c, const std::string& node, const Toggled& line, double vdd, double edge) {
  c.add(netlist::VoltageSource{node, node, "0", netlist::pulseTrain(0, vdd, line.starts_high, line.edges, edge)});
}

/// References, DAC and the write bit line with the junctions of the cells that are not written.
void addWriteBitLine(const design::Design& design, const LineWire& wire, const WritePath& path,
                     const GainCellDesign& cell, double idle, double vdd, netlist::Circuit& c) {
  netlist::Instance dac{"dac", path.dac, {}, {}};
  const auto reference = [&](const std::string& name, double level) {
    c.add(netlist::VoltageSource{name, fmt::format("{}_src", name), "0", netlist::Dc{level}});
    c.add(netlist::Resistor{name, fmt::format("{}_src", name), name, design.real("write.reference.r")});
    dac.nodes.push_back(name);
  };
  for (int k = 0; k < path.levels; ++k) reference(fmt::format("ref_{}", k), design::storedVoltage(design, k, vdd));
  reference("park", idle);
  for (int k = 0; k < path.levels; ++k) dac.nodes.push_back(fmt::format("sel_{}", k));
  dac.nodes.insert(dac.nodes.end(), {"selpark", "wbl_near", "vdd"});
  c.add(dac);
  addLadder(
      c, "wbl", {design.integer("array.cols"), wire.r, wire.c},
      [&](const std::string& name, const std::string& node, int m) {
        const std::string held = fmt::format("{}_sn", name);
        c.add(netlist::Mosfet{name, cell.write_n.device, node, "0", held, "0", cell.write_n.w, cell.write_n.l, m});
        if (cell.write_p)
          c.add(netlist::Mosfet{fmt::format("{}_p", name), cell.write_p->device, node, "vdd", held, "vdd",
                                cell.write_p->w, cell.write_p->l, m});
        c.add(netlist::Capacitor{fmt::format("{}_sn", name), held, "0", cell.c_storage * m});
      });
}

/// The write-enable lines with the gates of the token's other cells, whose channels rest near VDD/2.
void addWriteEnable(const design::Design& design, const LineWire& wire, const WritePath& path,
                    const GainCellDesign& cell, netlist::Circuit& c) {
  c.add(netlist::Instance{"driver", path.driver, {"column", "clock", "we_near", "web_near", "vdd"}, {}});
  const Ladder line{design.integer("array.rows"), wire.r, wire.c};
  addLadder(c, "we", line, [&](const std::string& name, const std::string& node, int m) {
    c.add(netlist::Mosfet{name, cell.write_n.device, "mid", node, "mid", "0", cell.write_n.w, cell.write_n.l, m});
  });
  addLadder(c, "web", line, [&](const std::string& name, const std::string& node, int m) {
    if (cell.write_p)
      c.add(
          netlist::Mosfet{name, cell.write_p->device, "mid", node, "mid", "vdd", cell.write_p->w, cell.write_p->l, m});
  });
}

}  // namespace

WritePathDeck writePathDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                            const std::vector<int>& levels, double discharge, double width) {
  const double vdd = conditions.vdd, edge = design::edgeTime(design);
  WritePathDeck result;
  netlist::Deck& deck = result.deck;
  deck = pdk::emptyDeck(pdk, conditions, "Write path with the far cell of its lines");
  auto& c = deck.circuit;
  const WritePath path = defineWritePath(pdk, design, c);
  for (const int level : levels)
    if (level < 0 || level >= path.levels)
      throw support::Error("CEL-0022", fmt::format("level {} is not one of the DAC's {} levels", level, path.levels),
                           "write-path sequence");
  if (levels.empty() || width < 2 * edge || (discharge != 0 && discharge < 2 * edge))
    throw support::Error("CEL-0023", "a write needs at least one level and pulses longer than their edges",
                         "write-path sequence");
  const GainCell cell = defineGainCell(pdk, design, c);
  const double idle = design.real("cell.write.idle") * (vdd / pdk.vdd);
  const LineWire wire = lineWire(pdk, design, "write");
  const Schedule plan = schedule(levels, path.levels, discharge, width);
  result.steps = plan.steps;

  c.add(netlist::VoltageSource{"vdd", "vdd", "0", netlist::Dc{vdd}});
  c.add(netlist::VoltageSource{"mid", "mid", "0", netlist::Dc{0.5 * vdd}});
  c.add(netlist::VoltageSource{"wlb", "wlb", "0", netlist::Dc{vdd}});
  c.add(netlist::VoltageSource{"column", "column", "0", netlist::Dc{vdd}});
  for (int k = 0; k < path.levels; ++k)
    drive(c, fmt::format("sel_{}", k), plan.select[static_cast<std::size_t>(k)], vdd, edge);
  drive(c, "selpark", plan.park, vdd, edge);
  drive(c, "clock", plan.clock, vdd, edge);
  addWriteBitLine(design, wire, path, cell.design, idle, vdd, c);
  addWriteEnable(design, wire, path, cell.design, c);
  const std::string ground(1, '0');  // gcc 12 sees an overlap in assigning the one-letter literal
  GainCellNodes nodes;
  nodes.wbl = "wbl_far";
  nodes.we = "we_far";
  nodes.web = "web_far";
  nodes.wl = ground;
  nodes.bl = "mid";
  nodes.nw = "vdd";
  c.add(placeGainCell(cell, "cell", nodes));

  deck.options.insert({{"method", "gear"}, {"reltol", "1e-4"}, {"abstol", "1e-14"}, {"gmin", "1e-15"}});
  deck.initial["xcell.sn"] = idle;
  deck.analysis = netlist::Transient{0.2e-9, plan.end, 0.2e-9};
  deck.saves = {"v(xcell.sn)", "v(wbl_far)", "v(wbl_near)", "v(we_far)", "i(vvdd)", "i(vpark)"};
  for (int k = 0; k < path.levels; ++k) deck.saves.push_back(fmt::format("i(vref_{})", k));
  return result;
}

}  // namespace gaincell::cells
