#include "gaincell/sim/analysis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"

namespace gaincell::sim {

double AnalysisResult::figure(const std::string& name) const {
  const auto it = std::find_if(figures.begin(), figures.end(), [&](const Figure& f) { return f.name == name; });
  if (it != figures.end()) return it->value;
  std::string known;
  for (const auto& f : figures) known += (known.empty() ? "" : ", ") + f.name;
  throw support::Error("SIM-0004", fmt::format("the analysis has no figure '{}'", name), "", "figures are: " + known);
}

std::shared_ptr<const netlist::Deck> AnalysisContext::deck(const std::string& name,
                                                           const std::function<netlist::Deck()>& build) const {
  if (!decks) return std::make_shared<const netlist::Deck>(build());
  auto& cached = (*decks)[name];
  if (!cached) cached = std::make_shared<const netlist::Deck>(build());
  return cached;
}

support::Table AnalysisContext::nominalTable(const std::string& name,
                                             const std::function<support::Table()>& measure) const {
  if (!nominal_tables) return measure();
  const auto found = nominal_tables->find(name);
  return found != nominal_tables->end() ? found->second : nominal_tables->emplace(name, measure()).first->second;
}

std::shared_ptr<const netlist::Deck> Variation::realisation(std::shared_ptr<const netlist::Deck> deck) const {
  return deck;
}

Job AnalysisContext::job(std::shared_ptr<const netlist::Deck> of_deck, std::string tag) const {
  Job job;
  if (variation) job.alters = variation->alters(*of_deck);
  if (variation) of_deck = variation->realisation(std::move(of_deck));
  job.deck = std::move(of_deck);
  job.tag = std::move(tag);
  return job;
}

const Analysis& analysis(const std::string& kind, const std::string& name) {
  std::vector<std::string> of_kind;
  std::set<std::string> kinds;
  for (const auto& a : analyses()) {
    if (a.kind == kind && a.name == name) return a;
    if (a.kind == kind) of_kind.push_back(a.name);
    kinds.insert(a.kind);
  }
  if (!of_kind.empty())
    throw support::Error("SIM-0005", fmt::format("there is no analysis '{}' of a {}", name, kind), "",
                         support::didYouMean(name, of_kind, fmt::format("analyses are: {}", fmt::join(of_kind, ", "))));
  throw support::Error("SIM-0005", fmt::format("there are no analyses of '{}'", kind), "",
                       support::didYouMean(kind, {kinds.begin(), kinds.end()},
                                           fmt::format("kinds with analyses are: {}", fmt::join(kinds, ", "))));
}

}  // namespace gaincell::sim
