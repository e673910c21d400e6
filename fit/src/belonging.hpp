#pragma once
// What tables and studies say they belong to, and where two of them disagree.

#include <filesystem>
#include <optional>
#include <string>

#include "gaincell/fit/fit.hpp"

namespace gaincell::fit {

/// Nothing: not stated.
struct Belonging {
  std::optional<std::string> pdk, pdk_hash, corner;
  std::optional<double> temp_c, vdd_v;
  std::optional<model::DesignRecord> design;
};

Belonging belongingOf(const support::Provenance& provenance);
Belonging belongingOf(const GivenConditions& given);
Belonging belongingOf(const Inputs& inputs);
/// identity.json of a folder of tables; nothing when it has none. @throws Error FIT-0014 when it is not readable
std::optional<Belonging> readIdentity(const std::filesystem::path& folder);

/// Where two differ in what both state, as "corner: ss against tt"; process, design, conditions in this order. Empty:
/// nowhere.
std::string firstDifference(const Belonging& a, const Belonging& b);

/// @param where the data, for the message
/// @throws Error FIT-0016 when the caller's conditions are not those of the data
void requireGiven(const Belonging& given, const Belonging& says, const std::string& where);

/// What `more` states beyond `to`.
void complete(Belonging& to, const Belonging& more);
/// Takes over what is stated.
void apply(const Belonging& stated, Inputs& inputs);

/// Simulated with a program that did not say the design yet: nothing can be told about what it belongs to.
bool designUnstated(const Inputs& inputs);

}  // namespace gaincell::fit
