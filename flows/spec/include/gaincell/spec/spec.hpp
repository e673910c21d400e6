#pragma once
/// @file
/// Limits on measured figures, and the one strict evaluator that says which are met. The limits themselves belong to
/// the design (`limits` of its file); what a measure means belongs to the flow that measures it.

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace gaincell::spec {

/// What is demanded of one measure. At least one of `min` and `max` is set; both bounds belong to the allowed range.
struct Limit {
  std::string measure;      ///< dotted identifier, "cell.iv.i_low"
  std::string description;  ///< for people, "Current of a stored 0 V"
  std::string unit;         ///< unit of every number below; "" for a pure number
  std::optional<double> min, typ, max;
  std::optional<double> paper;  ///< the published figure, same unit
  std::string condition;        ///< what was simulated, for people: "tt, 27 C, 0.9 V"
  std::string source;           ///< where the limit comes from
};

/// A measured figure. A value that could not be measured is NaN, or is not in the list at all.
struct Measurement {
  std::string measure;
  double value = 0;
  std::string unit;
};

enum class Outcome {
  Pass,     ///< finite and inside the limits
  Fail,     ///< finite and outside
  Invalid,  ///< NaN, infinite, in another unit, or measured twice with different values: never a pass
  Missing,  ///< it was to be measured, but is not there: never a pass
  NotRun,   ///< not part of this run, or measured under conditions the limit does not speak of: says nothing
};

struct Verdict {
  Limit limit;
  std::optional<double> value;  ///< what was measured, when there is a number
  Outcome outcome = Outcome::NotRun;
  std::string reason;  ///< one clause for people, "9.1 uA is below the minimum of 9.5 uA"
};

/// One verdict per limit, in their order.
/// @param not_judged measures that this run says nothing about, and why
std::vector<Verdict> evaluate(const std::vector<Limit>& limits, const std::vector<Measurement>& measurements,
                              const std::map<std::string, std::string>& not_judged = {});

/// True when every verdict is Pass or NotRun and at least one is Pass.
bool met(const std::vector<Verdict>& verdicts);

const char* outcomeName(Outcome outcome);
nlohmann::json toJson(const std::vector<Verdict>& verdicts);

}  // namespace gaincell::spec
