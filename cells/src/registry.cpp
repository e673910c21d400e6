#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gaincell/cells/array.hpp"
#include "gaincell/cells/column.hpp"
#include "gaincell/cells/converter.hpp"
#include "gaincell/cells/drivers.hpp"
#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/cells/tile.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"

namespace gaincell::cells {

const std::vector<Generator>& generators() {
  static const std::vector<Generator> list = {
      gainCellGenerator(),       reluConverterGenerator(), signedConverterGenerator(), columnGenerator(),
      valueColumnGenerator(),    tileGenerator(),          arrayGenerator(),           valueArrayGenerator(),
      wordLineDriverGenerator(), writePathGenerator(),     levelReferenceGenerator(),  pwmDriverGenerator(),
  };
  return list;
}

const Generator& generator(const std::string& kind) {
  std::vector<std::string> kinds;
  for (const auto& g : generators()) {
    if (g.kind == kind) return g;
    kinds.push_back(g.kind);
  }
  throw support::Error("CEL-0001", fmt::format("there is no circuit kind '{}'", kind), "",
                       support::didYouMean(kind, kinds, fmt::format("kinds are {}", fmt::join(kinds, ", "))));
}

}  // namespace gaincell::cells
