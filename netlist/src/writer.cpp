#include "gaincell/netlist/writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "gaincell/netlist/check.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"
#include "writers/writers.hpp"

namespace gaincell::netlist {

namespace {
/// The register of dialects: one line per dialect.
const std::vector<const DialectWriter*>& dialects() {
  static const std::vector<const DialectWriter*> all = {
      &ngspiceWriter(), &xyceWriter(), &spectreWriter(), &hspiceWriter(), &cdlWriter(),
  };
  return all;
}
}  // namespace

const DialectWriter& dialect(std::string_view name) {
  for (const DialectWriter* d : dialects())
    if (d->name() == name) return *d;
  throw support::Error(
      "NET-0013", fmt::format("there is no netlist dialect '{}'", name), "",
      support::didYouMean(name, dialectNames(), fmt::format("dialects are: {}", fmt::join(dialectNames(), ", "))));
}

std::vector<std::string> dialectNames() {
  std::vector<std::string> names;
  for (const DialectWriter* d : dialects()) names.emplace_back(d->name());
  return names;
}

std::string toText(const Deck& deck, std::string_view dialect_name) {
  check(deck.circuit);
  std::ostringstream out;
  dialect(dialect_name).write(deck, out);
  return out.str();
}

}  // namespace gaincell::netlist
