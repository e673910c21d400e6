// The ladder's and the budget's arithmetic, without a simulator.
#include <doctest/doctest.h>

#include <cmath>

#include "gaincell/check/ladder.hpp"

using namespace gaincell;
using namespace gaincell::check;
using doctest::Approx;

TEST_CASE("an interval over stimuli is Student's") {
  // Mean 2, standard deviation 1, three values: 4.303 / sqrt(3).
  const Interval i = intervalOf({1, 2, 3});
  CHECK(i.mean == Approx(2));
  CHECK(i.half_width == Approx(4.302653 / std::sqrt(3.0)).epsilon(1e-5));
  CHECK(std::isnan(intervalOf({5}).half_width));
}

TEST_CASE("every rung is compared with the one above it, S only where both give it") {
  Rung fine{"fine", {{1, 2}, {3, 4}}, {{10, 0}, {5, 5}}, {20, 30}, 8};
  Rung middle{"middle", {}, {{13, 4}, {5, 5}}, {21, 30}, 2};
  Rung rough{"rough", {{1, 3}, {3, 4}}, {{13, 4}, {5, 12}}, {21, 26}, 1};
  const auto errors = rungErrors({fine, middle, rough}, 100, 50);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].finer == "fine");
  CHECK_FALSE(errors[0].s);
  CHECK(errors[0].phi.mean ==
        Approx(std::sqrt((9 + 16) / 2.0) / 50 / 2));  // of two operations, one without a difference
  CHECK(errors[0].latency.mean == Approx(0.5));
  CHECK(errors[0].speed_up == Approx(4));
  CHECK(errors[1].finer == "middle");
  CHECK(errors[1].phi.mean == Approx(std::sqrt(49 / 2.0) / 50 / 2));
  CHECK(errors[1].latency.mean == Approx(-2));
  // Energy against the next finer rung that gives one.
  CHECK_FALSE(errors[1].energy);
  fine.energy = {10, 20};
  rough.energy = {11, 26};
  const auto with_energy = rungErrors({fine, middle, rough}, 100, 50);
  CHECK_FALSE(with_energy[0].energy);
  REQUIRE(with_energy[1].energy);
  CHECK(with_energy[1].energy->mean == Approx(0.2));
  const auto direct = rungErrors({fine, rough}, 100, 50);
  REQUIRE(direct[0].s);
  CHECK(direct[0].s->mean == Approx(std::sqrt(1 / 2.0) / 100 / 2));
}

TEST_CASE("pairs leave both effects out, and only those") {
  model::Model m = model::paperModel();
  model::ExtendedCell e;
  e.current_uA = {0, 9};
  e.edge_charge_fC = {0.1};
  e.conductance_uS = {2};
  m.cell.extended = e;
  const auto forms = modelForms(m, {});
  const auto pairs = formPairs(forms);
  const ModelForm& full = forms[fullForm(forms)];
  bool found = false;
  for (const FormPair& p : pairs) {
    CHECK(p.without.counted == full.counted);
    if (forms[p.a].name != "pulse-edge charge" || forms[p.b].name != "bit-line conductance") continue;
    found = true;
    CHECK_FALSE(p.without.effects.edge_charge);
    CHECK_FALSE(p.without.effects.conductance);
    CHECK(p.without.effects.wire);
    CHECK(p.without.effects.higher_order);
    CHECK(p.without.effects.converter_inl);
  }
  CHECK(found);
}
