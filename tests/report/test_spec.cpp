#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "gaincell/spec/spec.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using spec::Outcome;

namespace {

spec::Limit limit(std::optional<double> min, std::optional<double> max) {
  return {.measure = std::string("m"),
          .description = {},
          .unit = std::string("A"),
          .min = min,
          .typ = {},
          .max = max,
          .paper = {},
          .condition = {},
          .source = {}};
}

Outcome judged(const spec::Limit& l, double value, const std::string& unit = "A") {
  const auto verdicts = spec::evaluate({l}, {{"m", value, unit}});
  REQUIRE(verdicts.size() == 1);
  return verdicts[0].outcome;
}

}  // namespace

TEST_CASE("bounds belong to the range, and one-sided limits leave the other side open") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  CHECK(judged(limit(-1, 1), -1) == Outcome::Pass);
  CHECK(judged(limit(-1, 1), 1) == Outcome::Pass);
  CHECK(judged(limit(-1, 1), std::nextafter(1.0, 2.0)) == Outcome::Fail);
  CHECK(judged(limit(-1, 1), std::nextafter(-1.0, -2.0)) == Outcome::Fail);
  CHECK(judged(limit(std::nullopt, 1), -1e300) == Outcome::Pass);
  CHECK(judged(limit(1, std::nullopt), 1e300) == Outcome::Pass);
  SUBCASE("0.0 is a number like any other") {
    CHECK(judged(limit(1e-9, std::nullopt), 0.0) == Outcome::Fail);
    CHECK(judged(limit(std::nullopt, 0.0), 0.0) == Outcome::Pass);
    CHECK(judged(limit(std::nullopt, 0.0), -0.0) == Outcome::Pass);
    CHECK(judged(limit(0.0, std::nullopt), -1e-30) == Outcome::Fail);
    CHECK(judged(limit(std::nullopt, 0.0), 1e-30) == Outcome::Fail);
  }
  SUBCASE("what is not a finite number in the limit's unit never passes") {
    for (const double bad : {nan, inf, -inf}) {
      CHECK(judged(limit(-1, 1), bad) == Outcome::Invalid);
      CHECK(judged(limit(std::nullopt, 1), bad) == Outcome::Invalid);
      CHECK(judged(limit(1, std::nullopt), bad) == Outcome::Invalid);
    }
    CHECK(judged(limit(-1, 1), 0.5, "V") == Outcome::Invalid);
    CHECK(judged(limit(-1, 1), 0.5, "") == Outcome::Invalid);
  }
}

TEST_CASE("missing, repeated and unrun measures") {
  const std::vector<spec::Limit> one = {limit(-1, 1)};
  const auto only = [](const std::vector<spec::Verdict>& verdicts) { return verdicts.at(0).outcome; };
  CHECK(only(spec::evaluate(one, {})) == Outcome::Missing);
  CHECK(only(spec::evaluate(one, {{"other", 0, "A"}})) == Outcome::Missing);
  CHECK(only(spec::evaluate(one, {{"m", 0, "A"}, {"m", 0, "A"}})) == Outcome::Pass);
  CHECK(only(spec::evaluate(one, {{"m", 0, "A"}, {"m", 5, "A"}})) == Outcome::Invalid);
  // What this run says nothing about is not judged, whatever was measured, and the reason is told.
  const auto not_run = spec::evaluate(one, {{"m", 5, "A"}}, {{"m", "the limit speaks of tt"}});
  CHECK(only(not_run) == Outcome::NotRun);
  CHECK(not_run[0].reason == "the limit speaks of tt");
  CHECK_FALSE(not_run[0].value.has_value());
  CHECK(only(spec::evaluate(one, {}, {{"other", "x"}})) == Outcome::Missing);
}

TEST_CASE("the whole needs every verdict") {
  spec::Limit second = limit(-1, 1);
  second.measure = "n";
  const std::vector<spec::Limit> two = {limit(-1, 1), second};
  const auto both = spec::evaluate(two, {{"m", 0, "A"}, {"n", 2, "A"}});
  REQUIRE(both.size() == 2);
  CHECK(both[0].outcome == Outcome::Pass);
  CHECK(both[1].outcome == Outcome::Fail);
  CHECK(both[1].reason == "2 A is above the maximum of 1 A");
  spec::Limit share = limit(std::nullopt, 0.03);
  share.unit.clear();
  CHECK(spec::evaluate({share}, {{"m", 0.034, ""}}).at(0).reason == "0.034 is above the maximum of 0.03");
  CHECK_FALSE(spec::met(both));
  CHECK_FALSE(spec::met(spec::evaluate(two, {{"m", 0, "A"}})));
  CHECK(spec::met(spec::evaluate(two, {{"m", 0, "A"}, {"n", 0, "A"}})));
  CHECK(spec::met(spec::evaluate(two, {{"m", 0, "A"}}, {{"n", "not part of this run"}})));
  CHECK_FALSE(spec::met(spec::evaluate(two, {}, {{"m", "x"}, {"n", "x"}})));  // nothing was shown
  CHECK_FALSE(spec::met({}));
  const nlohmann::json json = spec::toJson(both);
  CHECK(json[0]["outcome"] == "pass");
  CHECK(json[1]["value"] == 2.0);
}
