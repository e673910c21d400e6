// Counts of a run by what energies depend on, against counting cell by cell.

#include <functional>
#include <utility>

#include "gaincell/attention/model_input.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/token_energy.hpp"
#include "gaincell/support/error.hpp"
#include "helpers.hpp"

using namespace gaincell::attention;
using namespace gaincell::attention::testing;
namespace model = gaincell::model;

namespace {

/// A value shared by the two grid points around it.
void share(double at, std::size_t points, const std::function<void(std::size_t, double)>& add) {
  const auto before = std::min(static_cast<std::size_t>(at), points - 2);
  const double part = at - static_cast<double>(before);
  if (part != 1) add(before, 1 - part);
  if (part != 0) add(before + 1, part);
}

double levelOf(const Settings& s, float value, std::size_t levels) {
  const double at = static_cast<double>(value) / s.value_max * static_cast<double>(levels - 1);
  const double level = s.levels_kv > 0 ? std::round(at) : at;
  return s.stored_zero > s.stored_max ? static_cast<double>(levels - 1) - level : level;
}

/// Pair by pair and cell by cell from the intermediates of one head.
Activity byHand(const Settings& s, const Shape& shape, const Intermediates& m, const Activity& like) {
  Activity a = like;
  for (auto* counts : {&a.reads1, &a.reads2, &a.writes, &a.relu_charges, &a.output_charges})
    std::fill(counts->begin(), counts->end(), 0.0);
  const std::size_t t = shape.tokens, d = shape.dimension, window = windowOf(s, t), steps = a.steps;
  const auto bin = [](double charge, double full) {
    const double at = std::round(std::clamp(charge / full, -1.5, 1.5) * Activity::kBinsPerFullScale);
    return static_cast<std::size_t>(at + 192);
  };
  const auto cell = [&](std::vector<double>& reads, float value, double pulse) {
    share(levelOf(s, value, a.levels), a.levels, [&](std::size_t level, double x) {
      share(pulse * static_cast<double>(steps), steps + 1,
            [&](std::size_t step, double y) { reads[level * (steps + 1) + step] += x * y; });
    });
  };
  for (std::size_t i = 0; i < t; ++i) {
    for (std::size_t e = 0; e < d; ++e)
      for (const auto* x : {&m.k_q, &m.v_q}) {
        const double from = i < window ? 0 : levelOf(s, (*x)[(i - window) * d + e], a.levels);
        share(levelOf(s, (*x)[i * d + e], a.levels), a.levels, [&](std::size_t to, double p) {
          share(from, a.levels, [&](std::size_t n, double r) { a.writes[n * a.levels + to] += p * r; });
        });
      }
    for (std::size_t j = i + 1 > window ? i + 1 - window : 0; j <= i; ++j) {
      ++a.relu_charges[bin(static_cast<double>(m.s[i * t + j]), s.s_sat)];
      for (std::size_t e = 0; e < d; ++e) {
        cell(a.reads1, m.k_q[j * d + e], static_cast<double>(m.q_q[i * d + e]));
        cell(a.reads2, m.v_q[j * d + e], static_cast<double>(m.phi[i * t + j]));
      }
    }
    for (std::size_t tile = 0; tile < tileCount(s, t); ++tile) {
      const std::size_t first = tile * s.tile_columns, oldest = i + 1 > window ? i + 1 - window : 0;
      if (first > i || (s.tiles == TileOrder::Absolute && first + s.tile_columns <= oldest)) continue;
      for (std::size_t e = 0; e < d; ++e)
        ++a.output_charges[bin(static_cast<double>(m.tile_analog[(tile * t + i) * d + e]), s.out_sat)];
    }
  }
  return a;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double sum = 0;
  for (std::size_t n = 0; n < a.size(); ++n) sum += std::abs(a[n] - b[n]);
  return sum;
}

double sumOf(const std::vector<double>& x) {
  double sum = 0;
  for (const double n : x) sum += n;
  return sum;
}

bool same(const Activity& a, const Activity& b) {
  return a.reads1 == b.reads1 && a.reads2 == b.reads2 && a.writes == b.writes && a.relu_charges == b.relu_charges &&
         a.output_charges == b.output_charges && a.q_width == b.q_width && a.phi_sum == b.phi_sum &&
         a.tokens == b.tokens && a.pairs == b.pairs && a.phi_nonzero == b.phi_nonzero &&
         a.phi_saturated == b.phi_saturated && a.tiles == b.tiles && a.tiles_idle == b.tiles_idle;
}

const std::vector<std::pair<const char*, std::function<void(Settings&)>>> kForms = {
    {"levels", [](Settings&) {}},
    {"decay", [](Settings& s) { s.decay = 1e-3; }},
    {"stored upside down", [](Settings& s) { std::swap(s.stored_zero, s.stored_max); }},
    {"nothing quantized", [](Settings& s) { s.levels_q = s.levels_kv = 0; }},
    {"slots", [](Settings& s) { s.tiles = TileOrder::Slot; }},
    {"more levels", [](Settings& s) { s.levels_q = 8, s.levels_kv = 12; }},
};

}  // namespace

TEST_CASE("reads, writes and conversions are counted cell by cell") {
  const Shape shape{1, 1, 150, 20};
  const Data d = randomData(shape);
  for (const auto& form : kForms) {  // clang 14 does not let CAPTURE refer to a structured binding
    const auto& change = form.second;
    CAPTURE(std::string(form.first));
    Settings s;
    s.window = 70;
    s.tile_columns = 16;
    change(s);
    Intermediates m;
    std::vector<Activity> activity;
    std::vector<float> out(d.q.size());
    Engine(s, usefulScalers(1), 1, shape.dimension).run(shape, d.q, d.k, d.v, out, {&m, &activity});
    const Activity& a = activity.at(0);
    const Activity want = byHand(s, shape, m, a);
    REQUIRE(a.levels == (s.levels_kv > 0 ? static_cast<std::size_t>(s.levels_kv) : 16));
    CHECK(sumOf(want.reads1) == doctest::Approx(a.pairs * 20));
    const double shared = s.levels_kv > 0 ? 0 : 0.01;  // fixed point of values between levels
    CHECK(difference(a.reads1, want.reads1) <= (1e-6 + shared) * sumOf(want.reads1));
    CHECK(difference(a.reads2, want.reads2) <= (0.001 + shared) * sumOf(want.reads2));
    CHECK(difference(a.writes, want.writes) <= 1e-6 + shared * sumOf(want.writes));
    // Charges next to the edge of a bin may round the other way.
    CHECK(difference(a.relu_charges, want.relu_charges) <= 0.002 * a.pairs);
    CHECK(difference(a.output_charges, want.output_charges) <= 0.002 * a.tiles);
    CHECK(sumOf(a.relu_charges) == a.pairs);
    CHECK(sumOf(a.output_charges) == a.tiles);
    CHECK(sumOf(a.writes) == doctest::Approx(2.0 * 150 * 20));
    // The sums that utilisation shows.
    double q = 0, phi = 0;
    for (std::size_t i = 0; i < shape.tokens; ++i)
      for (std::size_t e = 0; e < shape.dimension; ++e)
        q += std::min(70.0, static_cast<double>(i) + 1) * static_cast<double>(m.q_q[i * shape.dimension + e]);
    for (const float x : m.phi) phi += static_cast<double>(x);
    CHECK(a.q_width == doctest::Approx(q).epsilon(s.levels_q > 0 ? 1e-6 : 1e-3));
    CHECK(a.phi_sum == doctest::Approx(phi).epsilon(1e-4));
  }
}

TEST_CASE("counts do not depend on threads, calls or streaming") {
  const Shape shape{2, 3, 200, 20};
  const Data d = randomData(shape);
  for (const auto& form : kForms) {  // clang 14 does not let CAPTURE refer to a structured binding
    const auto& change = form.second;
    CAPTURE(std::string(form.first));
    Settings s;
    s.window = 70;
    s.tile_columns = 16;
    change(s);
    const auto counted = [&](int threads) {
      s.threads = threads;
      std::vector<Activity> a;
      std::vector<float> out(d.q.size());
      Engine(s, usefulScalers(3), 3, shape.dimension).run(shape, d.q, d.k, d.v, out, {nullptr, &a});
      return a;
    };
    const auto one = counted(1);
    for (const int threads : {2, 5}) {
      const auto many = counted(threads);
      for (std::size_t h = 0; h < 3; ++h) CHECK(same(one[h], many[h]));
    }
    s.threads = 1;
    const Engine engine(s, usefulScalers(3), 3, shape.dimension);
    for (std::size_t h = 0; h < 3; ++h) {
      Activity whole, tokens, pieces;
      std::vector<float> out(shape.perSequence());
      for (std::size_t b = 0; b < 2; ++b) {
        const std::size_t at = (b * 3 + h) * shape.perSequence();
        engine.runHead(b, h, shape.tokens, &d.q[at], &d.k[at], &d.v[at], out.data(), &whole);
        Stream single(engine, h, b), several(engine, h, b, 33);
        for (std::size_t t = 0; t < shape.tokens; ++t) {
          const std::size_t n = at + t * shape.dimension;
          single.push(&d.q[n], &d.k[n], &d.v[n], out.data(), &tokens);
        }
        for (std::size_t t = 0; t < shape.tokens; t += 33) {
          const std::size_t n = at + t * shape.dimension;
          several.push(std::min<std::size_t>(33, shape.tokens - t), &d.q[n], &d.k[n], &d.v[n], out.data(), &pieces);
        }
      }
      CHECK(same(one[h], whole));
      CHECK(same(one[h], tokens));
      CHECK(same(one[h], pieces));
    }
  }
}

TEST_CASE("an activity asked for late counts from there on") {
  const Shape shape{1, 1, 120, 20};
  const Data d = randomData(shape);
  Settings s;
  s.window = 70;
  const Engine engine(s, usefulScalers(1), 1, 20);
  Stream stream(engine, 0);
  Activity first, second, whole;
  std::vector<float> out(20);
  for (std::size_t t = 0; t < 120; ++t) {
    if (t == 50) continue;  // not a token of either
    const std::size_t n = t * 20;
    stream.push(&d.q[n], &d.k[n], &d.v[n], out.data(), t < 30 ? nullptr : t < 90 ? &first : &second);
  }
  Stream again(engine, 0);
  for (std::size_t t = 0; t < 120; ++t) {
    if (t == 50) continue;
    const std::size_t n = t * 20;
    Activity ignored;
    again.push(&d.q[n], &d.k[n], &d.v[n], out.data(), t < 30 ? &ignored : &whole);
  }
  first += second;
  CHECK(same(first, whole));
}

TEST_CASE("energy follows levels, widths and charges of the data") {
  model::Model m = model::paperModel();
  model::Energy e;
  e.write = 1e-15;
  e.read_per_cell = 10e-15;
  e.relu_converter_per_column_operation = 400e-15;
  e.signed_converter_per_column_operation = 300e-15;
  // A read takes 20 fJ at 0 V and none at 0.9 V, with 15 ns; a part of it with the first nanosecond.
  e.read_by_level = model::ReadEnergy{{0, 0.9}, {1e-9, 15e-9}, {{6e-15, 20e-15}, {0, 0}}};
  e.write_by_level = model::WriteEnergy{{0, 0.9}, {{0, 9e-15}, {1e-15, 2e-15}}};
  e.rest_by_level = model::RestPower{1e-9, {0, 0.9}, {1e-9, 1e-9}};
  m.energy_J = e;
  model::Converter relu = model::idealConverter(1200, 15);
  relu.energy_charge_fC = {-1800, 0, 1800};
  relu.energy_J = {200e-15, 300e-15, 900e-15};
  m.relu_converter = relu;
  m.signed_converter = model::idealSignedConverter(600, 15);
  m.signed_converter->positive.energy_charge_fC = {-900, 0, 900};
  m.signed_converter->positive.energy_J = {500e-15, 100e-15, 200e-15};

  const Shape shape{1, 1, 60, 20};
  const Data d = randomData(shape);
  for (const bool upside_down : {false, true}) {
    CAPTURE(upside_down);
    Settings s;
    if (upside_down) std::swap(s.stored_zero, s.stored_max);
    Intermediates i;
    std::vector<Activity> activity;
    std::vector<float> out(d.q.size());
    Engine(s, usefulScalers(1), 1, 20).run(shape, d.q, d.k, d.v, out, {&i, &activity});
    double reads1 = 0, reads2 = 0, conversions1 = 0, conversions2 = 0, writes = 0;
    const auto volt = [&](float value) {
      return upside_down ? 0.9 - static_cast<double>(value) : static_cast<double>(value);
    };
    const auto read = [&](float value, float pulse) {
      const double ns = 15 * static_cast<double>(pulse);
      return (1 - volt(value) / 0.9) * (ns < 1 ? 6e-15 * ns : 6e-15 + 1e-15 * (ns - 1));
    };
    for (std::size_t t = 0; t < 60; ++t)
      for (std::size_t n = 0; n < 20; ++n) {
        writes += 10e-15 * (volt(i.k_q[t * 20 + n]) + volt(i.v_q[t * 20 + n]));  // fresh: from 0 V
        const double charge = 15 * static_cast<double>(i.tile_analog[t * 20 + n]);
        conversions2 += charge < 0 ? 100e-15 - 400e-15 * std::max(charge, -900.0) / 900
                                   : 100e-15 + 100e-15 * std::min(charge, 900.0) / 900;
      }
    for (std::size_t t = 0; t < 60; ++t)
      for (std::size_t j = 0; j <= t; ++j) {
        const double charge = std::clamp(15 * static_cast<double>(i.s[t * 60 + j]), -1800.0, 1800.0);
        conversions1 += charge < 0 ? 300e-15 + 100e-15 * charge / 1800 : 300e-15 + 600e-15 * charge / 1800;
        for (std::size_t n = 0; n < 20; ++n) {
          reads1 += read(i.k_q[j * 20 + n], i.q_q[t * 20 + n]);
          reads2 += read(i.v_q[j * 20 + n], i.phi[t * 60 + j]);
        }
      }
    const EnergyReport r = energyOf(m, activity.at(0), headOf(s, shape));
    CHECK(r.array1 == doctest::Approx(reads1).epsilon(1e-5));
    CHECK(r.array2 == doctest::Approx(reads2).epsilon(1e-3));
    CHECK(r.relu == doctest::Approx(conversions1).epsilon(1e-3));
    CHECK(r.output == doctest::Approx(conversions2).epsilon(1e-3));
    CHECK(r.write == doctest::Approx(writes).epsilon(1e-5));
    CHECK(r.notes.size() == 1);  // the digital part
    // A cell rests for the token, less the pulse it is read with.
    const double token = *m.timing_s.token;
    CHECK(r.rest == doctest::Approx(
                        1e-9 * (2 * 20 * 64 * 60 * token - (activity[0].q_width + 20 * activity[0].phi_sum) * 15e-9)));
    // A model without tables counts means, and says so.
    model::Model plain = m;
    plain.energy_J->read_by_level.reset();
    plain.energy_J->write_by_level.reset();
    plain.relu_converter->energy_J.clear();
    plain.relu_converter->energy_charge_fC.clear();
    const EnergyReport p = energyOf(plain, activity.at(0), headOf(s, shape));
    CHECK(p.array1 == doctest::Approx(10e-15 * activity[0].q_width));
    CHECK(p.relu == doctest::Approx(400e-15 * activity[0].pairs));
    CHECK(p.write == doctest::Approx(1e-15 * 2 * 60 * 20));
    CHECK(p.notes.size() == 5);
  }
}

TEST_CASE("counts of other levels are not added") {
  const Data d = randomData({1, 1, 4, 16});
  std::vector<Activity> a, b;
  std::vector<float> out(d.q.size());
  Settings s;
  Engine(s, usefulScalers(1), 1, 16).run(d.shape, d.q, d.k, d.v, out, {nullptr, &a});
  s.levels_kv = 4;
  Engine(s, usefulScalers(1), 1, 16).run(d.shape, d.q, d.k, d.v, out, {nullptr, &b});
  CHECK_THROWS_WITH_AS(a[0] += b[0], doctest::Contains("different levels"), gaincell::support::Error);
}
