#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "../sim/decks.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/sim/deck_vetting.hpp"
#include "gaincell/support/error.hpp"
#include "judge.hpp"

using namespace gaincell;

namespace {
std::string idOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const support::Error& e) {
    return e.id();
  }
  return "none";
}
}  // namespace

TEST_CASE("waveforms interpolate, integrate and find crossings on uneven points") {
  sim::Waveforms w;
  w.add("time", {0, 1, 3, 4});
  w.add("v(x)", {0, 2, -2, 0});
  CHECK(w.at("V(X)", 0.5) == doctest::Approx(1.0));
  CHECK(w.at("v(x)", -1) == 0.0);
  CHECK(w.at("v(x)", 9) == 0.0);
  CHECK(w.at("v(x)", 2) == doctest::Approx(0.0).scale(1));
  CHECK(w.integral("v(x)", 0, 4) == doctest::Approx(0.0).scale(1));
  CHECK(w.integral("v(x)", 0, 2) == doctest::Approx(2.0));
  CHECK(w.integral("v(x)", 0.5, 0.75) == doctest::Approx(0.3125));
  CHECK(w.integral("v(x)", 2, 0) == doctest::Approx(-2.0));
  const auto down = w.crossings("v(x)", 0.0, false, 0, 4);
  REQUIRE(down.size() == 1);
  CHECK(down[0] == doctest::Approx(2.0));
  const auto up = w.crossings("v(x)", 1.0, true, 0, 4);
  REQUIRE(up.size() == 1);
  CHECK(up[0] == doctest::Approx(0.5));
  CHECK(w.crossings("v(x)", 1.0, true, 0.6, 4).empty());
  CHECK(idOf([&] { w["v(y)"]; }) == "SIM-0001");
}

TEST_CASE("a failed outcome throws with its reason, an interrupted one as such") {
  sim::Outcome o;
  o.kind = sim::OutcomeKind::TimedOut;
  o.message = "not done after 3 s";
  CHECK(idOf([&] { o.orThrow("sample 3"); }) == "SIM-0002");
  o.kind = sim::OutcomeKind::Interrupted;
  CHECK_THROWS_AS(o.orThrow("x"), support::Interrupted);
}

TEST_CASE("a run is judged by its data: NaN and infinity in any vector, missing vectors, an early end") {
  const netlist::Deck deck = sim_test::rcDeck(1e3, 1e-12, 4e-9);  // saves v(a), v(b) and i(vin)
  const auto reply = [] {
    sim::protocol::RunReply r;
    r.stage = sim::protocol::Stage::Ran;
    r.plot = "tran1";
    r.names = {"time", "a", "b", "vin#branch"};
    r.data = {{0, 1e-9, 4e-9}, {0, 1, 1}, {0, 0.6, 0.98}, {0, -4e-4, -2e-5}};
    return r;
  };
  const auto good = sim::judge(deck, reply());
  REQUIRE(good.kind == sim::OutcomeKind::Ok);
  CHECK(good.waves["v(b)"] == std::vector<double>{0, 0.6, 0.98});
  CHECK(good.waves["i(vin)"][1] == -4e-4);
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    for (std::size_t vector = 0; vector < 4; ++vector)
      for (std::size_t point = 0; point < 3; ++point) {
        CAPTURE(bad);
        CAPTURE(vector);
        CAPTURE(point);
        auto r = reply();
        r.data[vector][point] = bad;
        CHECK(sim::judge(deck, std::move(r)).kind == sim::OutcomeKind::NotFinite);
      }
  auto unasked = reply();  // what nobody saved is nobody's trouble
  unasked.names.push_back("c");
  unasked.data.push_back({std::nan(""), 0, 0});
  CHECK(sim::judge(deck, std::move(unasked)).kind == sim::OutcomeKind::Ok);
  auto missing = reply();
  missing.names[3] = "vout#branch";
  CHECK(sim::judge(deck, std::move(missing)).kind == sim::OutcomeKind::Incomplete);
  auto early = reply();
  early.data[0].back() = 3.9e-9;
  CHECK(sim::judge(deck, std::move(early)).kind == sim::OutcomeKind::Incomplete);
}

TEST_CASE("decks that run commands are refused with the line") {
  CHECK_NOTHROW(sim::vetDeckText("title\n* a comment about shell\nr1 a 0 1k\n.op\n.end\n", "t"));
  for (const char* bad :
       {".control", "  .CONTROL", "*# set x", "shell rm x", "osdi a.osdi", "codemodel b.cm", "pre_osdi c"}) {
    CAPTURE(bad);
    const std::string text = std::string("title\nr1 a 0 1k\n") + bad + "\n.end\n";
    try {
      sim::vetDeckText(text, "deck.cir");
      FAIL("not refused");
    } catch (const support::Error& e) {
      CHECK(e.id() == "SIM-0006");
      CHECK(e.where() == "deck.cir:3");
    }
  }
}

TEST_CASE("the register of analyses names what there is") {
  CHECK(idOf([] { sim::analysis("no-such-kind", "iv"); }) == "SIM-0005");
}

TEST_CASE("standalone decks put alters in as literals on the altered instance alone") {
  sim::Job job = sim_test::jobOf(sim_test::inverterDeck());
  job.alters = {{"m.xb.xsecond.mn", "delvto", 0.05},
                {"m.xb.xsecond.mn", "mulu0", 0.9},
                {"vdd", "dc", 0.8},
                {"coa", "capacitance", 2e-15}};
  const std::string text = sim::standaloneDeck(job);
  CHECK(text.find("delvto=0.05") != std::string::npos);
  CHECK(text.find("delvto=0.05") == text.rfind("delvto=0.05"));
  CHECK(text.find("vdd vdd 0 0.8") != std::string::npos);
  CHECK(text.find("coa oa 0 2e-15") != std::string::npos);
  CHECK(text.find(".control") == std::string::npos);
  job.alters = {{"m.xb.xsecond.mq", "delvto", 0.05}};
  CHECK(idOf([&] { sim::standaloneDeck(job); }) == "SIM-0007");
  job.alters = {{"m.xb.xthird.mn", "delvto", 0.05}};
  CHECK(idOf([&] { sim::standaloneDeck(job); }) == "SIM-0007");
  job.alters = {{"coa", "delvto", 0.05}};
  CHECK(idOf([&] { sim::standaloneDeck(job); }) == "SIM-0008");
}
