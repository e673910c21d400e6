#pragma once
/// @file
/// Specifications: limits on measured figures, and the one strict evaluator that says which are met.
///
/// The file format ("gaincell-spec/1") is described by flows/spec/spec.schema.json; flows/spec/default.json is the
/// specification that `gaincell flow` uses when none is given.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gaincell::spec {

/// What is demanded of one measure. At least one of `min` and `max` is set; both bounds belong to the allowed range.
struct Limit {
  std::string measure;      ///< dotted identifier, "cell.iv.i_low"
  std::string description;  ///< for people, "Current of a stored 0 V"
  std::string unit;         ///< SI unit of every number below; "" for a pure number
  std::optional<double> min, typ, max;
  std::optional<double> paper;       ///< the published figure, same unit
  std::string condition;             ///< for people, "tt, 27 C, 0.9 V, 15 ns pulse"
  std::vector<std::string> corners;  ///< corners that must all meet it; empty: the run's own corner
  std::string scope;                 ///< which part of the flow measures it: "cell", "monte-carlo", "fit", ...
  std::string source;                ///< where the limit comes from
};

struct Specification {
  std::string name, source;
  std::vector<Limit> limits;
};

/// A measured figure. A value that could not be measured is NaN, or is not in the list at all.
struct Measurement {
  std::string measure;
  double value = 0;
  std::string unit;
  std::string corner;  ///< "tt"
};

enum class Outcome {
  Pass,     ///< finite and inside the limits
  Fail,     ///< finite and outside
  Invalid,  ///< NaN, infinite, in another unit, or measured twice with different values: never a pass
  Missing,  ///< its scope was run, but the measure is not there: never a pass
  NotRun,   ///< its scope was not part of this run: says nothing
};

struct Verdict {
  Limit limit;
  std::string corner;           ///< corner this verdict is about
  std::optional<double> value;  ///< what was measured, when there is a number
  Outcome outcome = Outcome::NotRun;
  std::string reason;  ///< one clause for people, "9.1 uA is below the minimum of 9.5 uA"
};

/// Reads a specification. @throws Error (SPC-0001..) with file and JSON path for unknown keys, missing or non-finite
/// limits, min > typ or typ > max, no limit at all, duplicate (measure, corner).
Specification readSpecification(const std::filesystem::path& path);
Specification parseSpecification(std::string_view text, const std::string& where);

/// The specification shipped with the program (compiled in; flows/spec/default.json in the source tree).
const Specification& defaultSpecification();

/// One verdict per limit and corner, in the order of the specification.
/// @param corner the corner of limits that name none
/// @param scopes the parts of the flow that were run; limits of other scopes come out NotRun. Empty: all.
std::vector<Verdict> evaluate(const Specification& specification, const std::vector<Measurement>& measurements,
                              const std::string& corner, const std::set<std::string>& scopes = {});

/// True when every verdict is Pass or NotRun and at least one is Pass.
bool met(const std::vector<Verdict>& verdicts);

const char* outcomeName(Outcome outcome);
nlohmann::json toJson(const std::vector<Verdict>& verdicts);

}  // namespace gaincell::spec
