#include "gaincell/cells/array.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using design::Design;

namespace {

/// Sections that stand for the word line before a slice; more change the result by less than the solver's tolerance.
constexpr int kSections = 3;

/// Lines of an element other than supplies, and the direction they run in.
struct Line {
  std::string name;
  bool along_row = false;
  bool write = false;
};

std::vector<Line> linesOf(const GainCellDesign& design, bool by_column) {
  std::vector<Line> lines = {{"wl", true, false},
                             {"wlb", true, false},
                             {"bl", false, false},
                             {"wbl", by_column, true},
                             {"we", !by_column, true}};
  if (design.write_p) lines.push_back({"web", !by_column, true});
  return lines;
}

std::string indexed(const std::string& name, int i) {
  return fmt::format("{}_{}", name, i);
}

/// Names and lines shared by the three levels of the description.
struct Builder {
  const pdk::Pdk& pdk;
  netlist::Circuit& circuit;
  GainCell cell;
  GainCellDesign design;
  design::Wire wire;
  std::vector<Line> lines;
  int rows, cols;
  bool write_wires;

  Builder(const pdk::Pdk& p, const Design& d, ArrayRole role, netlist::Circuit& c, bool slice)
      : pdk(p),
        circuit(c),
        cell(defineGainCell(p, d, c)),
        design(resolveGainCell(d)),
        wire(arrayWire(p, d)),
        lines(linesOf(cell.design, role == ArrayRole::Keys)),
        rows(arrayRows(d, role)),
        cols(arrayCols(d, role)),
        write_wires(!slice && wire.write_r > 0) {}

  bool wired(const Line& line) const { return !line.write || write_wires; }
  double resistance(const Line& line) const {
    return line.write ? wire.write_r : line.along_row ? wire.word_r : wire.bit_r;
  }
  bool hasWell() const { return cell.design.write_p.has_value(); }
  std::vector<std::string> supplies() const {
    return hasWell() ? std::vector<std::string>{"vdd", "nw"} : std::vector<std::string>{"vdd"};
  }

  /// One element: ports are the supplies, then for each line where it comes in and, when it has wire, where it goes on.
  std::string defineElement() {
    netlist::Subcircuit sub;
    sub.name = "array_element";
    sub.description = "gain cell with its piece of every line";
    sub.ports = supplies();
    GainCellNodes nodes;
    for (const auto& line : lines) {
      sub.ports.push_back(line.name);
      if (!wired(line)) continue;
      sub.ports.push_back(line.name + "_next");
      sub.add(netlist::Resistor{line.name, line.name, line.name + "_next", resistance(line)});
      const double c = line.write ? wire.write_c : line.along_row ? wire.word_c : wire.bit_c;
      if (c > 0) sub.add(netlist::Capacitor{line.name, line.name + "_next", "0", c});
    }
    const auto node = [&](const char* name) {
      const auto it = std::find_if(lines.begin(), lines.end(), [&](const Line& l) { return l.name == name; });
      return it != lines.end() && wired(*it) ? it->name + "_next" : std::string(name);
    };
    nodes.wl = node("wl");
    nodes.wlb = node("wlb");
    nodes.bl = node("bl");
    nodes.wbl = node("wbl");
    nodes.we = node("we");
    nodes.web = node("web");
    sub.add(placeGainCell(cell, "cell", nodes));
    circuit.define(sub);
    return sub.name;
  }

  /// Ports of a row: the supplies, its own lines, then for each column the lines that cross it.
  std::vector<std::string> rowPorts(int first, int last) const {
    std::vector<std::string> ports = supplies();
    for (const auto& line : lines)
      if (line.along_row) ports.push_back(line.name);
    for (int j = first; j <= last; ++j)
      for (const auto& line : lines) {
        if (line.along_row) continue;
        ports.push_back(indexed(line.name, j));
        if (wired(line)) ports.push_back(indexed(line.name + "_next", j));
      }
    return ports;
  }

  /// Lumps of a word line before (`count` elements become at most kSections) a slice; returns the node they end at.
  std::string lumpsBefore(netlist::Subcircuit& sub, const std::string& line, int count, double load) const {
    const int sections = std::min(count, kSections);
    std::string at = line;
    for (int k = 0; k < sections; ++k) {
      const std::string next = fmt::format("{}_lump_{}", line, k);
      sub.add(netlist::Resistor{next, at, next, wire.word_r * count / sections});
      sub.add(netlist::Capacitor{next, next, "0", (wire.word_c + load) * count / sections});
      at = next;
    }
    return at;
  }

  void lumpBehind(netlist::Subcircuit& sub, const std::string& line, const std::string& at, int count,
                  double load) const {
    if (count == 0) return;
    sub.add(netlist::Resistor{line + "_behind", at, line + "_behind", wire.word_r * count / 3.0});
    sub.add(netlist::Capacitor{line + "_behind", line + "_behind", "0", (wire.word_c + load) * count});
  }

  /// A row of elements first..last; a slice (first == last) carries the rest of its word lines as lumps.
  std::string defineRow(const std::string& element, int first, int last, bool slice) {
    netlist::Subcircuit sub;
    sub.name = slice ? fmt::format("array_row_slice_{}", first) : fmt::format("array_row_{}", cols);
    sub.description =
        slice ? fmt::format("column {} of a row, the rest of the word lines lumped", first) : "a row of array elements";
    sub.ports = rowPorts(first, last);
    const auto [load, load_b] = wordLineGateLoad(pdk, cell.design);
    std::map<std::string, std::string> at;  // where each row line has got to
    for (const auto& line : lines)
      if (line.along_row)
        at[line.name] =
            slice && !line.write ? lumpsBefore(sub, line.name, first, line.name == "wl" ? load : load_b) : line.name;
    for (int j = first; j <= last; ++j) {
      netlist::Instance e{indexed("e", j), element, supplies(), {}};
      for (const auto& line : lines) {
        const bool ends = j == last && !(slice && !line.write);  // the last element of a line goes on to an open end
        if (line.along_row) {
          e.nodes.push_back(at[line.name]);
          if (!wired(line)) continue;
          at[line.name] = ends ? line.name + "_end" : fmt::format("{}_at_{}", line.name, j);
          e.nodes.push_back(at[line.name]);
        } else {
          e.nodes.push_back(indexed(line.name, j));
          if (wired(line)) e.nodes.push_back(indexed(line.name + "_next", j));
        }
      }
      sub.add(e);
    }
    for (const auto& line : lines) {
      if (!line.along_row || !wired(line)) continue;
      if (slice) lumpBehind(sub, line.name, at[line.name], cols - 1 - first, line.name == "wl" ? load : load_b);
      // Closes the line's end electrically for the checks without changing it: a wire end carries no current.
      if (!slice || first == cols - 1) sub.add(netlist::Capacitor{line.name + "_end", at[line.name], "0", kEndC});
    }
    circuit.define(sub);
    return sub.name;
  }

  static constexpr double kEndC = 1e-20;  ///< F; four orders below one element's wire

  ArrayCircuit defineRows(const std::string& row, int first, int last, bool slice) {
    netlist::Subcircuit sub;
    sub.name = slice ? fmt::format("array_{}_{}_column_{}", rows, cols, first) : fmt::format("array_{}_{}", rows, cols);
    sub.description =
        fmt::format("{} x {} gain cells{}", rows, cols, slice ? fmt::format(", column {} alone", first) : "");
    sub.ports = supplies();
    for (const auto& line : lines) {
      if (line.along_row)
        for (int i = 0; i < rows; ++i) sub.ports.push_back(indexed(line.name, i));
      else
        for (int j = first; j <= last; ++j) sub.ports.push_back(indexed(line.name, j));
    }
    for (int i = 0; i < rows; ++i) {
      netlist::Instance x{indexed("row", i), row, supplies(), {}};
      for (const auto& line : lines)
        if (line.along_row) x.nodes.push_back(indexed(line.name, i));
      for (int j = first; j <= last; ++j)
        for (const auto& line : lines) {
          if (line.along_row) continue;
          const auto after = [&](int k) { return fmt::format("{}_{}_after_{}", line.name, j, k); };
          x.nodes.push_back(!wired(line) || i == 0 ? indexed(line.name, j) : after(i - 1));
          if (!wired(line)) continue;
          x.nodes.push_back(after(i));
          if (i == rows - 1) sub.add(netlist::Capacitor{fmt::format("{}_{}_end", line.name, j), after(i), "0", kEndC});
        }
      sub.add(x);
    }
    circuit.define(sub);
    return {sub.name, sub.ports, design, rows, cols};
  }
};

}  // namespace

int arrayRows(const Design& design, ArrayRole role) {
  return design.integer(role == ArrayRole::Keys ? "array.rows" : "array.cols");
}
int arrayCols(const Design& design, ArrayRole role) {
  return design.integer(role == ArrayRole::Keys ? "array.cols" : "array.rows");
}

namespace {

/// The process's wire times its cell size.
design::Wire wireOfProcess(const pdk::Pdk& pdk) {
  const auto width = pdk.layout.values.find("cell_width"), height = pdk.layout.values.find("cell_height");
  if (!(pdk.wire.row_r_per_m > 0) || !(pdk.wire.col_r_per_m > 0) || width == pdk.layout.values.end() ||
      height == pdk.layout.values.end())
    throw support::Error("ARR-0001", fmt::format("PDK '{}' declares no wire data or no cell size", pdk.name),
                         pdk.manifest.string(),
                         "use array.wire.source=given with r and c of word, bit and write lines");
  const double w = width->second, h = height->second;
  const double row_r = pdk.wire.row_r_per_m * w, row_c = pdk.wire.row_c_per_m * w;
  return {row_r, row_c, pdk.wire.col_r_per_m * h, pdk.wire.col_c_per_m * h, row_r, row_c};
}

bool isProcessWire(const Design& design) {
  return design.isChoice("array.wire.source", "pdk");
}

}  // namespace

LineWire lineWire(const pdk::Pdk& pdk, const Design& design, const std::string& line) {
  if (!isProcessWire(design)) {
    const design::Branch wire = design.branch("array.wire." + line);
    return {wire.real("r"), wire.real("c")};
  }
  const design::Wire wire = wireOfProcess(pdk);
  return line == "word"  ? LineWire{wire.word_r, wire.word_c}
         : line == "bit" ? LineWire{wire.bit_r, wire.bit_c}
                         : LineWire{wire.write_r, wire.write_c};
}

design::Wire arrayWire(const pdk::Pdk& pdk, const Design& design) {
  const LineWire word = lineWire(pdk, design, "word"), bit = lineWire(pdk, design, "bit"),
                 write = lineWire(pdk, design, "write");
  return {word.r, word.c, bit.r, bit.c, write.r, write.c};
}

double bitLineCapacitance(const pdk::Pdk& pdk, const Design& design, ArrayRole role) {
  const double wire = isProcessWire(design) ? wireOfProcess(pdk).bit_c : design.real("array.wire.bit.c");
  return arrayRows(design, role) * (wire + bitLineLoad(design));
}

ArrayCircuit defineArray(const pdk::Pdk& pdk, const Design& design, ArrayRole role, netlist::Circuit& circuit) {
  Builder b(pdk, design, role, circuit, false);
  const std::string row = b.defineRow(b.defineElement(), 0, b.cols - 1, false);
  return b.defineRows(row, 0, b.cols - 1, false);
}

ArrayCircuit defineArraySlice(const pdk::Pdk& pdk, const Design& design, ArrayRole role, int column,
                              netlist::Circuit& circuit) {
  Builder b(pdk, design, role, circuit, true);
  if (column < 0 || column >= b.cols)
    throw support::Error("ARR-0002", fmt::format("the array has no column {}", column), "",
                         fmt::format("columns are 0 to {}", b.cols - 1));
  const std::string row = b.defineRow(b.defineElement(), column, column, true);
  return b.defineRows(row, column, column, true);
}

std::string arrayStorageNode(int row, int column) {
  return fmt::format("xarray.xrow_{}.xe_{}.xcell.sn", row, column);
}

std::pair<double, double> wordLineGateLoad(const pdk::Pdk& pdk, const GainCellDesign& design) {
  const auto load = [&](const pdk::Role& role) {
    double per_width = 1.33e-9;  // F/m
    if (const auto t = pdk.targets.find(role.device); t != pdk.targets.end())
      if (const auto c = t->second.find("cgg"); c != t->second.end()) per_width = c->second;
    return per_width * role.w;
  };
  return {load(design.read_n), load(design.read_p)};
}

void driveArray(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ArrayCircuit& array,
                const ArrayDrive& drive, netlist::Deck& deck) {
  using netlist::Dc;
  const GainCellDesign design = atSupply(array.design, pdk, conditions.vdd);
  netlist::Circuit& c = deck.circuit;
  const auto hold = [&](const std::string& port, double volt) {
    c.add(netlist::VoltageSource{port, port, "0", Dc{volt}});
  };
  c.add(netlist::VoltageSource{"dd", drive.supply_r > 0 ? "vdd_ideal" : "vdd", "0", Dc{conditions.vdd}});
  if (drive.supply_r > 0) c.add(netlist::Resistor{"supply", "vdd_ideal", "vdd", drive.supply_r});
  for (const auto& port : array.ports) {
    const std::string kind = port.substr(0, port.find('_'));
    if (kind == "wl" || kind == "wlb") {
      const double width = drive.widths.at(std::stoul(port.substr(port.find('_') + 1)));
      const bool complement = kind == "wlb";
      const std::string node = drive.driver_r > 0 ? port + "_drive" : port;
      netlist::Stimulus pulse = Dc{complement ? conditions.vdd : 0.0};
      if (width > 0)
        pulse = netlist::pulseTrain(0, conditions.vdd, complement, {drive.start, drive.start + width}, drive.edge);
      c.add(netlist::VoltageSource{port, node, "0", pulse});
      if (drive.driver_r > 0) c.add(netlist::Resistor{port, node, port, drive.driver_r});
    } else if (kind == "wbl") {
      hold(port, design.wbl_idle);
    } else if (kind == "we") {
      hold(port, design.we_low);
    } else if (kind == "web") {
      hold(port, design.we_high);
    } else if (kind == "nw") {
      hold(port, design.n_well);
    }
  }
  c.add(netlist::Instance{"array", array.subcircuit, array.ports, {}});
}

namespace {

/// Every row pulses for 1 LSB to the longest pulse, stored levels form a diagonal ramp; bit lines are held at VDD/2 by
/// sources bl_j, whose currents are the cells' (positive: into the bit line).
netlist::Deck arrayTestbench(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design,
                             ArrayRole role) {
  netlist::Deck deck = pdk::emptyDeck(pdk, conditions, "gain-cell array: one read");
  const ArrayCircuit array = defineArray(pdk, design, role, deck.circuit);
  const double lsb = design::pulseLsb(design);
  const int top = design::topPulse(design), levels = design::storedLevels(design);
  ArrayDrive drive;
  drive.start = lsb;
  drive.edge = design::edgeTime(design);
  for (int i = 0; i < array.rows; ++i) {
    drive.widths.push_back(lsb * (1 + i % top));
    for (int j = 0; j < array.cols; ++j)
      deck.initial[arrayStorageNode(i, j)] = design::storedVoltage(design, (i + j) % levels, conditions.vdd);
  }
  driveArray(pdk, conditions, array, drive, deck);
  for (int j = 0; j < array.cols; ++j) {
    deck.circuit.add(netlist::VoltageSource{indexed("bl", j), indexed("bl", j), "0", netlist::Dc{conditions.vdd / 2}});
    deck.saves.push_back(fmt::format("i(vbl_{})", j));
  }
  deck.analysis = netlist::Transient{lsb / 10, (top + 3) * lsb, 0, false};
  return deck;
}

Generator arrayOf(ArrayRole role, const char* kind, const char* description) {
  Generator g;
  g.kind = kind;
  g.description = description;
  g.define = [role](const pdk::Pdk& pdk, const Design& design, netlist::Circuit& circuit) {
    return defineArray(pdk, design, role, circuit).subcircuit;
  };
  g.testbench = [role](const pdk::Pdk& pdk, const pdk::Conditions& conditions, const Design& design) {
    return arrayTestbench(pdk, conditions, design, role);
  };
  return g;
}

}  // namespace

Generator arrayGenerator() {
  return arrayOf(
      ArrayRole::Keys, "array",
      "gain cells of array 1 (keys) with the wire of every line: array.rows word lines, array.cols bit lines");
}

Generator valueArrayGenerator() {
  return arrayOf(
      ArrayRole::Values, "value-array",
      "gain cells of array 2 (values): array.cols word lines, array.rows bit lines, write enables along rows");
}

}  // namespace gaincell::cells
