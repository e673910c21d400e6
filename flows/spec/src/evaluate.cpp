#include <fmt/format.h>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gaincell/spec/spec.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::spec {

namespace {

/// All values of one measure.
struct Found {
  std::vector<double> values;
  std::string wrong_unit;
};

Found find(const std::vector<Measurement>& measurements, const Limit& limit) {
  Found found;
  for (const Measurement& m : measurements) {
    if (m.measure != limit.measure) continue;
    if (m.unit != limit.unit) found.wrong_unit = m.unit.empty() ? "none" : m.unit;
    found.values.push_back(m.value);
  }
  return found;
}

Verdict judge(const Limit& limit, const Found& found) {
  Verdict verdict{limit, std::nullopt, Outcome::Invalid, ""};
  // A prefix without a unit would read as one: 0.034, not 34 m.
  const auto show = [&](double value) {
    return limit.unit.empty() ? fmt::format("{:.4g}", value) : support::formatSi(value, limit.unit, 4);
  };
  if (found.values.empty()) {
    verdict.outcome = Outcome::Missing;
    verdict.reason = "not measured";
    return verdict;
  }
  const double value = found.values.front();
  for (const double other : found.values) {
    if (other == value || (std::isnan(other) && std::isnan(value))) continue;
    verdict.reason = fmt::format("measured twice with different values, {} and {}", show(value), show(other));
    return verdict;
  }
  if (!found.wrong_unit.empty()) {
    verdict.reason = fmt::format("measured in unit '{}', the limit is in '{}'", found.wrong_unit, limit.unit);
    return verdict;
  }
  if (!std::isfinite(value)) {
    verdict.reason = std::isnan(value) ? "not a number" : "infinite";
    return verdict;
  }
  verdict.value = value;
  verdict.outcome = Outcome::Fail;
  if (limit.min && value < *limit.min) {
    verdict.reason = fmt::format("{} is below the minimum of {}", show(value), show(*limit.min));
  } else if (limit.max && value > *limit.max) {
    verdict.reason = fmt::format("{} is above the maximum of {}", show(value), show(*limit.max));
  } else {
    verdict.outcome = Outcome::Pass;
  }
  return verdict;
}

}  // namespace

std::vector<Verdict> evaluate(const std::vector<Limit>& limits, const std::vector<Measurement>& measurements,
                              const std::map<std::string, std::string>& not_judged) {
  std::vector<Verdict> verdicts;
  for (const Limit& limit : limits) {
    const auto out = not_judged.find(limit.measure);
    verdicts.push_back(out != not_judged.end() ? Verdict{limit, std::nullopt, Outcome::NotRun, out->second}
                                               : judge(limit, find(measurements, limit)));
  }
  return verdicts;
}

bool met(const std::vector<Verdict>& verdicts) {
  bool passed = false;
  for (const Verdict& verdict : verdicts) {
    if (verdict.outcome == Outcome::Pass) {
      passed = true;
    } else if (verdict.outcome != Outcome::NotRun) {
      return false;
    }
  }
  return passed;
}

const char* outcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return "pass";
    case Outcome::Fail:
      return "fail";
    case Outcome::Invalid:
      return "invalid";
    case Outcome::Missing:
      return "missing";
    case Outcome::NotRun:
      return "not run";
  }
  return "invalid";
}

nlohmann::json toJson(const std::vector<Verdict>& verdicts) {
  nlohmann::json list = nlohmann::json::array();
  const auto optional = [](const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
  };
  for (const Verdict& v : verdicts) {
    list.push_back({{"measure", v.limit.measure},
                    {"description", v.limit.description},
                    {"condition", v.limit.condition},
                    {"value", optional(v.value)},
                    {"unit", v.limit.unit},
                    {"min", optional(v.limit.min)},
                    {"typ", optional(v.limit.typ)},
                    {"max", optional(v.limit.max)},
                    {"paper", optional(v.limit.paper)},
                    {"source", v.limit.source},
                    {"outcome", outcomeName(v.outcome)},
                    {"reason", v.reason}});
  }
  return list;
}

}  // namespace gaincell::spec
