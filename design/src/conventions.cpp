#include "gaincell/design/conventions.hpp"

namespace gaincell::design {

void declareCommon(Schema& schema) {
  const SchemaBranch array(schema, "array"), timing(schema, "timing"), levels(schema, "levels");
  array.integer("rows", 1, 1024, "word lines of array 1 and elements of a query; array 2 has as many bit lines");
  array.integer("cols", 1, 1024, "bit lines of array 1: tokens of a tile; array 2 has as many word lines");
  const SchemaBranch wire = array.in("wire");
  wire.oneOf(
      "source", {"paper", "layout", "given", "pdk"},
      "where the wire of one element comes from: paper, layout, given: the values of this branch; pdk: the process's "
      "wire data times its cell size");
  const SchemaBranch stated = wire.when("source", {"paper", "layout", "given"});
  for (const auto& [line, what] : {std::pair{"word", "word line and complement"},
                                   {"bit", "bit line"},
                                   {"write", "write bit line and write enable"}}) {
    stated.in(line).real("r", "ohm", 0, 1e4, std::string("series resistance of one element, ") + what);
    stated.in(line).real("c", "F", 0, 1e-12, std::string("capacitance of one element, ") + what);
  }
  timing.time("lsb", "one step of a pulse width: a period of the clock");
  timing.integer("levels", 2, 64, "levels of an input pulse, 0 included: widths of 0, 1, 2 ... LSB");
  timing.real("edge", "s", 1e-13, 1e-6, "rise and fall time of clocks and word lines");
  timing.in("token").time("write", "write enable of one token");
  timing.in("token").time("lead",
                          "write bit lines hold the level so long before the write enable rises, and after it fell");
  timing.in("token").time("period", "from one token to the next");
  levels.integer("stored", 2, 256, "levels of a stored voltage, from one end level to the other");
  levels.ofModels().integer("output", 2, 1024, "codes of an output: a counter of half as many, and the sign");
}

double pulseLsb(const Design& design) {
  return design.real("timing.lsb");
}
int topPulse(const Design& design) {
  return design.integer("timing.levels") - 1;
}
double longestPulse(const Design& design) {
  return topPulse(design) * pulseLsb(design);
}
double edgeTime(const Design& design) {
  return design.real("timing.edge");
}
double shortestPulse(const Design& design) {
  return 2 * edgeTime(design);
}
int outputLevels(const Design& design) {
  return design.integer("levels.output");
}
double weightOfLevel(const Design& design, double level) {
  return kHighestWeight * level / (storedLevels(design) - 1);
}
int mirroredLevel(const Design& design, int level) {
  return kMirrored ? storedLevels(design) - 1 - level : level;
}
double storedWeight(const Design& design, double weight, double vdd) {
  const double share = weight / kHighestWeight;
  return storedVoltage(design, (kMirrored ? 1 - share : share) * (storedLevels(design) - 1), vdd);
}
int storedLevels(const Design& design) {
  return design.integer("levels.stored");
}
double storedVoltage(const Design& design, double level, double low, double high) {
  return low + (high - low) * level / (storedLevels(design) - 1);
}
double storedVoltage(const Design& design, double level, double vdd) {
  return vdd * level / (storedLevels(design) - 1);
}

}  // namespace gaincell::design
