#include "gaincell/cells/designs.hpp"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <sstream>

#include "converter_parts.hpp"
#include "gaincell/cells/array.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/cells/tile.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::cells {

using design::Design;
using support::Error;

std::shared_ptr<const design::Schema> designSchema(const pdk::Pdk& pdk) {
  auto schema = std::make_shared<design::Schema>();
  declareGainCell(pdk, *schema);
  design::declareCommon(*schema);
  declareConverters(*schema);
  declareWordLineDriver(*schema);
  declarePwmDriver(*schema);
  declareWritePath(*schema);
  declareLevelReference(*schema);
  return schema;
}

Design loadDesign(const std::string& reference, const pdk::Pdk& pdk) {
  const auto folder = design::designFolder(pdk);
  const std::string chosen = reference.empty() ? pdk.default_design : reference;
  if (chosen.empty())
    throw Error("CEL-0031", fmt::format("process '{}' has no designs", pdk.name), pdk.manifest.string(),
                "give a design file with all sizes (--design FILE.json); 'gaincell design list' shows what there is");
  return loadDesign(design::readChain(chosen, folder), pdk);
}

void requireProcess(const design::Chain& chain, const std::string& pdk) {
  if (!chain.pdk.empty() && chain.pdk != pdk)
    throw Error("CEL-0030", fmt::format("the design is for process {}, not {}", chain.pdk, pdk),
                chain.documents.front().name, fmt::format("use --pdk {}, or a design of {}", chain.pdk, pdk));
}

Design loadDesign(const design::Chain& chain, const pdk::Pdk& pdk, std::vector<Error>* faults) {
  requireProcess(chain, pdk.name);
  Design design = design::build(chain, designSchema(pdk), faults);
  design.pdk = pdk.name;
  return design;
}

std::set<std::string> leavesOf(const std::string& kind, const pdk::Pdk& pdk, const Design& design) {
  std::set<std::string> reads;
  const Design recorded = design.recording(reads);
  generator(kind).testbench(pdk, {pdk.corners.front().name, pdk.temp_nom_c, pdk.vdd}, recorded);
  return reads;
}

std::vector<std::string> kindsReading(const std::string& path, const pdk::Pdk& pdk, const Design& design) {
  std::vector<std::string> out;
  for (const auto& g : generators())
    if (leavesOf(g.kind, pdk, design).count(path)) out.push_back(g.kind);
  return out;
}

std::vector<Derived> derivedValues(const pdk::Pdk& pdk, const Design& design) {
  const OutputLoad word = outputLoad(ConverterKind::Relu, pdk, design);
  const TileTiming timing = tileTiming(design);
  std::vector<Derived> out = {
      {"relu.line.c", bitLineCapacitance(pdk, design, ArrayRole::Keys), "F",
       "array.rows, array.wire.bit.c, cell.load.bit, widths of the read gate"},
      {"signed.line.c", bitLineCapacitance(pdk, design, ArrayRole::Values), "F",
       "array.cols, array.wire.bit.c, cell.load.bit, widths of the read gate"},
      {"relu.load.c", word.c, "F", "array.rows, array.wire.word.c, cell.load.word, widths of the read gate"},
      {"relu.load.r", word.r, "ohm", "array.rows, array.wire.word.r"},
      {"timing.longest", design::longestPulse(design), "s", "timing.lsb, timing.levels"},
      {"timing.token.output_end", timing.output_end, "s", "timing.token"},
  };
  if (design.isChoice("array.wire.source", "pdk")) {
    const design::Wire wire = arrayWire(pdk, design);
    for (const auto& [name, value, unit] : {std::tuple{"array.wire.word.r", wire.word_r, "ohm"},
                                            {"array.wire.word.c", wire.word_c, "F"},
                                            {"array.wire.bit.r", wire.bit_r, "ohm"},
                                            {"array.wire.bit.c", wire.bit_c, "F"}})
      out.push_back({name, value, unit, "wire data and cell size of the process"});
  }
  return out;
}

}  // namespace gaincell::cells
