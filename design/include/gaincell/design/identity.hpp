#pragma once
/// @file
/// What a result belongs to: made in one place, written into models and records, compared in one place.

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::design {

struct Identity {
  std::string design, design_hash;            ///< name and Design::hash()
  std::map<std::string, std::string> values;  ///< of the design, so that a difference can be named
  std::string pdk, pdk_hash;
  pdk::Conditions conditions;

  bool known() const noexcept { return !design_hash.empty(); }
};

Identity identityOf(const Design& design, const pdk::Pdk& pdk, const pdk::Conditions& conditions);

/// What a comparison is about: parts that may differ.
enum class May { Nothing, DifferInConditions };

/// Where two identities differ, the most telling first: process, conditions, leaves of the design (only those below the
/// `branches` when given: a model of the cell alone does not care for drivers). Empty: they belong together.
std::vector<std::string> differences(const Identity& a, const Identity& b, May may = May::Nothing,
                                     const std::vector<std::string>& branches = {});

/// The refusal of two things that do not belong together, with the first differences.
/// @throws Error (DSG-0020)
void requireSame(const Identity& a, const std::string& what_a, const Identity& b, const std::string& what_b,
                 May may = May::Nothing, const std::vector<std::string>& branches = {});

nlohmann::json toJson(const Identity& identity);
Identity identityFromJson(const nlohmann::json& json);

}  // namespace gaincell::design
