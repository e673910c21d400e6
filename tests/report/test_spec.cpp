#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "gaincell/spec/spec.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;
using spec::Outcome;

namespace {

spec::Limit limit(std::optional<double> min, std::optional<double> max, std::vector<std::string> corners = {}) {
  return {.measure = std::string("m"),
          .description = {},
          .unit = std::string("A"),
          .min = min,
          .typ = {},
          .max = max,
          .paper = {},
          .condition = {},
          .corners = std::move(corners),
          .scope = std::string("cell"),
          .source = {}};
}

Outcome judged(const spec::Limit& l, double value, const std::string& unit = "A") {
  const auto verdicts = spec::evaluate({"s", "", {l}}, {{"m", value, unit, "tt"}}, "tt");
  REQUIRE(verdicts.size() == 1);
  return verdicts[0].outcome;
}

std::string errorOf(const std::string& limits) {
  try {
    spec::parseSpecification(R"({"schema":"gaincell-spec/1","name":"x","limits":)" + limits + "}", "x.json");
  } catch (const support::Error& e) {
    return e.id() + " " + e.where();
  }
  return "";
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
  const spec::Specification s{"s", "", {limit(-1, 1)}};
  const auto only = [](const std::vector<spec::Verdict>& verdicts) { return verdicts.at(0).outcome; };
  CHECK(only(spec::evaluate(s, {}, "tt")) == Outcome::Missing);
  CHECK(only(spec::evaluate(s, {{"m", 0, "A", "ss"}}, "tt")) == Outcome::Missing);
  CHECK(only(spec::evaluate(s, {{"m", 0, "A", "tt"}, {"m", 0, "A", "tt"}}, "tt")) == Outcome::Pass);
  CHECK(only(spec::evaluate(s, {{"m", 0, "A", "tt"}, {"m", 5, "A", "tt"}}, "tt")) == Outcome::Invalid);
  CHECK(only(spec::evaluate(s, {}, "tt", {"fit"})) == Outcome::NotRun);
  CHECK(only(spec::evaluate(s, {}, "tt", {"cell"})) == Outcome::Missing);
}

TEST_CASE("a corner set needs every corner, and the whole needs every verdict") {
  const spec::Specification s{"s", "", {limit(-1, 1, {"ss", "ff"})}};
  const auto both = spec::evaluate(s, {{"m", 0, "A", "ss"}, {"m", 2, "A", "ff"}, {"m", 0, "A", "tt"}}, "tt");
  REQUIRE(both.size() == 2);
  CHECK(both[0].outcome == Outcome::Pass);
  CHECK(both[1].outcome == Outcome::Fail);
  CHECK(both[1].reason == "2 A is above the maximum of 1 A");
  spec::Limit share = limit(std::nullopt, 0.03);
  share.unit.clear();
  CHECK(spec::evaluate({"s", "", {share}}, {{"m", 0.034, "", "tt"}}, "tt").at(0).reason ==
        "0.034 is above the maximum of 0.03");
  CHECK_FALSE(spec::met(both));
  CHECK_FALSE(spec::met(spec::evaluate(s, {{"m", 0, "A", "ss"}}, "tt")));
  CHECK(spec::met(spec::evaluate(s, {{"m", 0, "A", "ss"}, {"m", 0, "A", "ff"}}, "tt")));
  CHECK_FALSE(spec::met(spec::evaluate(s, {}, "tt", {"other"})));  // nothing was shown
  CHECK_FALSE(spec::met({}));
  const nlohmann::json json = spec::toJson(both);
  CHECK(json[0]["outcome"] == "pass");
  CHECK(json[1]["value"] == 2.0);
}

TEST_CASE("bad specification files are refused with the place") {
  const std::string tail = R"("description":"d","unit":"A","scope":"c","source":"s"})";
  CHECK(errorOf("[]") == "SPC-0012 x.json");
  CHECK(errorOf(R"([{"measure":"a",)" + tail + "]") == "SPC-0008 x.json: /limits/0");
  CHECK(errorOf(R"([{"measure":"a","typ":1,)" + tail + "]") == "SPC-0008 x.json: /limits/0");
  CHECK(errorOf(R"([{"measure":"a","min":2,"max":1,)" + tail + "]") == "SPC-0009 x.json: /limits/0");
  CHECK(errorOf(R"([{"measure":"a","min":1,"typ":0,)" + tail + "]") == "SPC-0009 x.json: /limits/0");
  CHECK(errorOf(R"([{"measure":"a","min":"1",)" + tail + "]") == "SPC-0004 x.json: /limits/0/min");
  CHECK(errorOf(R"([{"measure":"a","min":null,)" + tail + "]") == "SPC-0004 x.json: /limits/0/min");
  CHECK(errorOf(R"([{"measure":"a","mim":1,"max":1,)" + tail + "]") == "SPC-0005 x.json: /limits/0");
  CHECK(errorOf(R"([{"measure":"a","max":1e999,)" + tail + "]") == "SPC-0010 x.json");
  CHECK(errorOf(R"([{"measure":"a","max":1,"corners":[],)" + tail + "]") == "SPC-0006 x.json: /limits/0/corners");
  CHECK(errorOf(R"([{"measure":"a","max":1,)" + tail + R"(,{"measure":"a","max":2,)" + tail + "]") ==
        "SPC-0013 x.json: /limits/1");
  CHECK(errorOf(R"([{"measure":"a","max":1,)" + tail + "]") == "");
}

TEST_CASE("the default specification reads and covers the flow's parts") {
  const spec::Specification& s = spec::defaultSpecification();
  std::set<std::string> scopes;
  for (const spec::Limit& l : s.limits) scopes.insert(l.scope);
  for (const char* scope : {"cell", "fit", "monte-carlo", "converter", "chain", "check"}) CHECK(scopes.contains(scope));
}
