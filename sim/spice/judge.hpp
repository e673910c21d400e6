#pragma once
/// @file
/// Whether a run succeeded, from its data; and what can be tried when it did not converge.

#include <map>
#include <string>
#include <vector>

#include "protocol.hpp"

namespace gaincell::sim {

struct Verdict {
  OutcomeKind kind = OutcomeKind::Incomplete;
  std::string message;
  Waveforms waves;  ///< filled when the run made the expected plot, named as in Deck::saves
};

/// Judges a run by its data: expected plot, expected vectors, last point at the end, finite values, no error text.
/// Return codes of the library say nothing.
Verdict judge(const netlist::Deck& deck, protocol::RunReply&& reply);

/// One step of the ladder of convergence aids: options put on top of the deck's own, and their names for the record.
struct Aid {
  std::string name;
  std::map<std::string, std::string> options;
};

/// The bounded ladder for a deck; each step is tried together with those before it. None of them relaxes reltol beyond
/// 2e-3.
std::vector<Aid> convergenceAids(const netlist::Deck& deck);

}  // namespace gaincell::sim
