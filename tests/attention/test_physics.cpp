// Effects: the fast engine against the oracle, limits with known answers, determinism.
#include <cmath>

#include "gaincell/attention/model_input.hpp"
#include "gaincell/attention/physics.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/support/error.hpp"
#include "helpers.hpp"

using namespace gaincell::attention;
using namespace gaincell::attention::testing;
namespace model = gaincell::model;

namespace {

model::JointDistribution spread(double share) {
  model::JointDistribution d;
  const double c[4] = {1, 13.6, 10, 46};
  d.names = {"c0", "c1", "c2", "c3"};
  d.transforms.resize(4);
  d.mean.assign(4, 0.0);
  d.covariance.assign(4, std::vector<double>(4, 0.0));
  for (std::size_t i = 0; i < 4; ++i) d.covariance[i][i] = std::pow(share * c[i], 2);
  d.covariance[1][3] = d.covariance[3][1] = 0.5 * share * share * c[1] * c[3];
  return d;
}

/// A converter of full scale `uA` x 15 ns with another gain and an offset.
model::Converter converter(double uA, double gain, double offset_ns, double saturation_ns, double shortest_ns) {
  model::Converter c = model::idealConverter(uA * 15, 15);
  c.slope_fC_per_ns /= gain;
  c.offset_ns = offset_ns;
  c.saturation_ns = saturation_ns;
  c.min_pulse_ns = shortest_ns;
  return c;
}

model::SignedConverter signedConverter(double uA, double gain, double offset_ns, double negative_gain,
                                       double negative_offset_ns, double threshold_fC) {
  model::SignedConverter c;
  c.positive = converter(uA, gain, offset_ns, 15, 0);
  c.negative_slope_fC_per_ns = uA / negative_gain;
  c.negative_offset_ns = negative_offset_ns;
  c.sign_threshold_fC = threshold_fC;
  return c;
}

model::JointDistribution converterSpread(double gain, double offset_ns) {
  model::JointDistribution d;
  d.names = {"gain", "offset_ns"};
  d.transforms.resize(2);
  d.mean = {0, 0};
  d.covariance = {{gain * gain, 0}, {0, offset_ns * offset_ns}};
  return d;
}

std::vector<std::pair<std::string, Physics>> physicsCases() {
  std::vector<std::pair<std::string, Physics>> all;
  const auto add = [&](const char* name, auto set) {
    Physics p;
    set(p);
    all.emplace_back(name, p);
  };
  add("mismatch", [](Physics& p) { p.mismatch = spread(0.05); });
  add("gain", [](Physics& p) {
    p.given_cell = [](Array a, std::size_t h, std::size_t s, std::size_t r, std::span<double> current) {
      const double gain = 1 + 0.1 * std::sin(static_cast<double>(static_cast<std::size_t>(a) + 3 * h + 7 * s + 11 * r));
      for (double& c : current) c *= gain;
    };
  });
  add("leakage", [](Physics& p) { p.leakage = Leakage{2e-3, 4e-3, 0.3, 0.55}; });
  add("any law of leakage",
      [](Physics& p) { p.held = [](double v, double age) { return 0.4 + (v - 0.4) / (1 + 3e-3 * age * (1 + v)); }; });
  add("write", [](Physics& p) {
    p.write = WriteError{{}, 0.004};
    for (int from = 0; from < 8; ++from) {
      p.write->stored.emplace_back();
      for (int to = 0; to < 8; ++to) p.write->stored.back().push_back(0.9 / 7 * to + 0.002 * (from - to));
    }
  });
  add("coupling", [](Physics& p) { p.storage_coupling = 0.05; });
  add("edge charge", [](Physics& p) { p.edge_charge_uA = {0.1, -0.05}; });
  add("conductance", [](Physics& p) {
    p.conductance_uS = {5, 0, 20};
    p.line = {Line{1e-12, 0}, Line{2e-12, 0}};
  });
  add("conductance that changes with the line, and wire", [](Physics& p) {
    p.edge_charge_uA = {0.02, 0.01};
    p.conductance_uS = {5, 0, 20};
    p.slope_uS_per_V = {-3, 10};
    p.line = {Line{1e-12, 20}, Line{2e-12, 30}};
  });
  add("wire alone", [](Physics& p) {
    p.conductance_uS = {5, 0, 20};
    p.line = {Line{0, 20}, Line{0, 30}};
  });
  add("converters", [](Physics& p) {
    p.relu = converter(20, 0.98, 0.06, 15.3, 0.15);
    p.relu->inl = {{0, 150, 300}, {0, 0.15, -0.15}};
    p.output = signedConverter(40, 1.01, 0.03, 0.97, -0.03, 0.6);
    p.relu_mismatch = converterSpread(0.02, 0.08);
    p.output_mismatch = converterSpread(0.02, 0.08);
    p.shortest_pulse = 0.02;
  });
  add("noise", [](Physics& p) {
    p.noise_uA = 0.5;
    p.jitter = 0.003;
  });
  add("everything", [](Physics& p) {
    p.mismatch = spread(0.03);
    p.leakage = Leakage{1e-3, 1e-3, 0.4, 0.5};
    p.write = WriteError{{}, 0.002};
    p.edge_charge_uA = {0.05};
    p.conductance_uS = {4};
    p.line = {Line{1e-12, 5}, Line{1e-12, 5}};
    p.relu = model::idealConverter(300, 15);
    p.relu_mismatch = converterSpread(0.01, 0);
    p.noise_uA = 0.2;
  });
  return all;
}

Settings base(const Physics& p) {
  Settings s;
  s.decay = 1e-3;
  s.window = 48;
  s.physics = std::make_shared<Physics>(p);
  return s;
}

}  // namespace

TEST_CASE("every effect: kernels against the oracle, streaming and threads to the bit") {
  const Data d = randomData({1, 2, 90, 16});
  Scalers scalers = usefulScalers(2);
  const auto run = [&](Settings s) { return outputOf(s, scalers, d); };
  Settings plain;
  plain.window = 48;
  plain.s_sat = 20;
  for (const double decay : {1e-3, 0.0})
    for (const auto& effect : physicsCases()) {
      CAPTURE(decay);
      plain.decay = decay;
      const auto without = run(plain);
      const auto& name = effect.first;
      const auto& physics = effect.second;
      CAPTURE(name);
      Settings s = base(physics);
      s.decay = decay;
      s.s_sat = 20;
      if (!physics.slope_uS_per_V.empty()) s.sign = -1;  // charge, line and slope turn together
      Intermediates want, got;
      std::vector<float> reference(d.q.size());
      referenceRun(s, scalers, d.shape, d.q, d.k, d.v, reference, &want);
      for (Kernel kernel : availableKernels()) {
        s.kernel = kernel;
        outputOf(s, scalers, d, &got);
        CHECK(largestDifference(got.s, want.s) < 5e-4);
        CHECK(largestDifference(got.phi, want.phi) < 2e-5);
        CHECK(largestDifference(got.tile_analog, want.tile_analog) < 5e-4);
      }
      s.kernel = Kernel::Auto;
      const auto whole = run(s);
      CHECK(whole != without);  // the effect does something
      s.threads = 2;
      CHECK(run(s) == whole);
      const Engine engine(s, scalers, 2, 16);
      std::vector<float> streamed(whole.size());
      for (std::size_t h = 0; h < 2; ++h) {
        Stream stream(engine, h);
        for (std::size_t t = 0; t < 90; ++t) {
          const std::size_t at = h * d.shape.perSequence() + t * 16;
          stream.push(&d.q[at], &d.k[at], &d.v[at], &streamed[at]);
        }
      }
      CHECK(streamed == whole);
    }
}

TEST_CASE("with every effect off the plain path runs, to the bit") {
  const Data d = randomData({1, 2, 80, 64});
  for (Kernel kernel : availableKernels()) {
    for (double decay : {0.0, 1e-3}) {
      CAPTURE(kernelName(kernel));
      Settings plain;
      plain.kernel = kernel;
      plain.decay = decay;
      plain.window = 64;
      Settings off = plain;
      off.physics = std::make_shared<Physics>();
      CHECK(std::string(Engine(off, usefulScalers(2), 2, 64).path()) == "codes");
      CHECK(outputOf(off, usefulScalers(2), d) == outputOf(plain, usefulScalers(2), d));
    }
  }
}

TEST_CASE("effects of size zero give the plain model") {
  const Data d = randomData({1, 1, 80, 64});
  Settings plain;
  plain.decay = 1e-3;
  plain.window = 64;
  Intermediates want, got;
  outputOf(plain, usefulScalers(1), d, &want);
  Physics p;
  p.mismatch = spread(0);
  p.leakage = Leakage{1e-3, 1e-3, 0.45, 0.45};
  p.relu = model::idealConverter(1200, 15);
  p.output = model::idealSignedConverter(600, 15);
  Settings s = plain;
  s.physics = std::make_shared<Physics>(p);
  outputOf(s, usefulScalers(1), d, &got);
  CHECK(largestDifference(got.s, want.s) < 2e-4);
  CHECK(largestDifference(got.phi, want.phi) < 3e-6);
  CHECK(largestDifference(got.tile_analog, want.tile_analog) < 2e-4);
}

TEST_CASE("mismatch belongs to the cell: a chip repeats, another differs, an overwritten column keeps its cells") {
  const Data d = randomData({1, 1, 64, 8});
  Data twice = d;
  twice.shape.tokens = 128;
  for (auto* x : {&twice.q, &twice.k, &twice.v}) x->insert(x->end(), x->begin(), x->end());
  Physics p;
  p.mismatch = spread(0.1);
  Settings s = base(p);
  s.window = 64;
  s.decay = 0;
  s.s_sat = 10;
  s.tiles = TileOrder::Slot;
  const auto once = outputOf(s, usefulScalers(1), d);
  CHECK(outputOf(s, usefulScalers(1), d) == once);
  p.chip = 1;
  Settings other = s;
  other.physics = std::make_shared<Physics>(p);
  CHECK(outputOf(other, usefulScalers(1), d) != once);
  // The second half writes the same values over the same slots; the last token then sees exactly what the last of the
  // first half saw.
  const auto full = outputOf(s, usefulScalers(1), twice);
  for (std::size_t e = 0; e < 8; ++e) CHECK(full[127 * 8 + e] == full[63 * 8 + e]);
}

TEST_CASE("a cell drawn from a whole curve has that deviation at the voltage it stores") {
  // One row, one token: S is the current of one cell, whatever the order of the curve.
  model::CurveVariation curve;
  curve.components_uA = {{0.3, -1, 2, 5, -7, 11, 13, 40}};
  curve.explained = {1};
  curve.scores.names = {"component_1"};
  curve.scores.transforms.assign(1, {});
  curve.scores.mean = {0};
  curve.scores.covariance = {{1}};
  for (const float level : {0.0F, 2.0F, 5.0F, 7.0F}) {
    const float stored = 0.9F * level / 7;
    Physics p;
    p.mismatch_curve = curve;
    Settings s = base(p);
    s.decay = 0;
    s.coefficients = {0, 10};
    const Shape shape{1, 1, 1, 1};
    const std::vector<float> q(1, 1.0F), k(1, stored);
    std::vector<float> out(1);
    Intermediates m;
    Engine(s, {}, 1, 1).run(shape, q, k, k, out, {&m, nullptr});
    const double y = static_cast<double>(stored) - 0.45;
    double shape_of = 0;
    for (std::size_t n = 8; n-- > 0;) shape_of = shape_of * y + curve.components_uA[0][n];
    static double score = 0;
    const double found = (static_cast<double>(m.s[0]) - 10 * y) / shape_of;
    if (level == 0.0F) score = found;
    CHECK(score != 0);
    CHECK(found == doctest::Approx(score).epsilon(1e-3));  // the cell's one draw, at every level
  }
}

TEST_CASE("leakage with the decay of the plain model is the plain decay; a long wait ends at the end voltage") {
  Physics p;
  p.leakage = Leakage{50, 50, 0.45, 0.45};  // gone after one token
  Settings s = base(p);
  s.decay = 0;
  s.window = 4;
  s.coefficients = {0, 10};
  s.levels_out = 0;
  const Shape shape{1, 1, 2, 16};
  const std::vector<float> one(32, 1.0F);
  std::vector<float> out(32);
  Intermediates m;
  Engine(s, {}, 1, 16).run(shape, one, one, one, out, {&m, nullptr});
  CHECK(m.s[0] == doctest::Approx(16 * 10 * 0.45));
  CHECK(m.s[2] == doctest::Approx(0.0).scale(1));  // the older key has decayed to zero weight
}

TEST_CASE("a law of leakage given as a function is the exponential one where it is exponential") {
  const Data d = randomData({1, 2, 200, 16});
  Physics exponential, function;
  exponential.leakage = Leakage{2e-3, 2e-3, 0.4, 0.4};
  function.held = [](double v, double age) { return 0.4 + (v - 0.4) * std::exp(-2e-3 * age); };
  Settings s = base(exponential), other = base(function);
  s.window = other.window = 150;
  Intermediates want, got;
  outputOf(s, usefulScalers(2), d, &want);
  outputOf(other, usefulScalers(2), d, &got);
  CHECK(largestDifference(got.s, want.s) < 2e-4);
  CHECK(largestDifference(got.tile_analog, want.tile_analog) < 2e-4);
}

TEST_CASE("leakage of a model whose decay is not exponential follows its curve, faster when it is hot") {
  model::Model m = model::paperModel();
  m.retention->exponential = false;
  m.retention->leakage_curve = model::LeakageCurve{1e-14, {0, 0.2, 0.45, 0.7, 0.9}, {4e-9, 1e-10, 0, -1e-10, -4e-9}};
  const auto scaled = [&](double temp_c, double low, double high) {
    model::LeakageCurve c = *m.retention->leakage_curve;
    for (double& i : c.current_A) i *= i > 0 ? low : high;
    return model::RetentionAtTemperature{temp_c, {5e-3 / low, 5e-3 / high}, {0.45, 0.45}, {}, 5e-3, false, c};
  };
  m.retention->temperatures = {scaled(0, 0.5, 0.6), scaled(27, 1, 1), scaled(85, 5, 3)};
  const auto after = [&](std::optional<double> temp_c, double v, double age) {
    EffectSwitches on;
    on.leakage = true;
    on.temp_c = temp_c;
    std::vector<std::string> warnings;
    Settings s = settingsFromModel(m, warnings);
    return physicsFromModel(m, on, s)->held(v, age);
  };
  CHECK(after({}, 0.9, 7) == doctest::Approx(model::decayed(*m.retention, 0.9, 7 * *m.timing_s.token)));
  CHECK(after({}, 0.9, 7) < 0.9);
  CHECK(after({}, 0.91, 7) == doctest::Approx(0.01 + after({}, 0.9, 7)));  // beyond the curve: as its end
  CHECK(after(85, 0.1, 7) == doctest::Approx(after({}, 0.1, 7 * 5)));      // each rail by its own factor
  CHECK(after(85, 0.8, 7) == doctest::Approx(after({}, 0.8, 7 * 3)));
  CHECK(after(85, 0.1, 7) > after({}, 0.1, 7) + 0.02);
  CHECK(after(60, 0.1, 7) ==
        doctest::Approx(model::decayed(model::retentionAt(*m.retention, 60), 0.1, 7 * *m.timing_s.token)));
  CHECK_THROWS_AS(after(86, 0.1, 7), gaincell::support::Error);
  m.retention->leakage_curve.reset();
  CHECK_THROWS_AS(after({}, 0.5, 1), gaincell::support::Error);
}

TEST_CASE("leakage of a model whose decay is exponential has each rail's time constant and end, at any temperature") {
  model::Model m = model::paperModel();
  m.retention->tau_s = {4e-3, 6e-3};
  m.retention->end_V = {0.42, 0.47};
  for (const auto& [t, factor] : {std::pair(0.0, 2.0), std::pair(27.0, 1.0), std::pair(85.0, 0.1)})
    m.retention->temperatures.push_back({t, {4e-3 * factor, 6e-3 * factor}, {0.42, 0.47}, {}, 0.02, true, {}});
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(m, warnings);
  for (const std::optional<double> temp : {std::optional<double>(), std::optional<double>(85.0)}) {
    EffectSwitches on;
    on.leakage = true;
    on.temp_c = temp;
    const auto physics = physicsFromModel(m, on, s);
    REQUIRE(physics->leakage.has_value());
    const double factor = temp ? 0.1 : 1;
    // As ratios: Approx is absolute for what is far below 1.
    CHECK(physics->leakage->lambda_low * 4e-3 * factor / 65e-9 == doctest::Approx(1));
    CHECK(physics->leakage->lambda_high * 6e-3 * factor / 65e-9 == doctest::Approx(1));
    CHECK(physics->leakage->end_low == doctest::Approx(0.42));
    CHECK(physics->leakage->end_high == doctest::Approx(0.47));
  }
}

TEST_CASE("effects that take cells out of the domain of the fit are said or refused") {
  const model::Model m = model::paperModel();
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(m, warnings);
  warnings.clear();
  EffectSwitches on;
  on.storage_coupling = 0.05;
  physicsFromModel(m, on, s, &warnings);
  CHECK(warnings.size() == 1);
  for (const double k : {-1.0, 0.5}) {
    on.storage_coupling = k;
    CHECK_THROWS_AS(physicsFromModel(m, on, s, &warnings), gaincell::support::Error);
  }
  on.storage_coupling = 0;
  on.write_sigma = 0.1;
  CHECK_THROWS_AS(physicsFromModel(m, on, s, &warnings), gaincell::support::Error);
}

TEST_CASE("energy follows the data, and the published model gives its published total") {
  Settings s;
  s.window = 1024;
  const Data d = randomData({1, 1, 1024, 64});
  std::vector<float> out(d.q.size());
  std::vector<Activity> activity;
  Engine(s, usefulScalers(1), 1, 64).run(d.shape, d.q, d.k, d.v, out, {nullptr, &activity});
  const Activity& a = activity.at(0);
  CHECK(a.tokens == 1024);
  CHECK(a.pairs == 1024 * 1025 / 2);
  CHECK(a.phi_nonzero < a.pairs);
  CHECK(a.phi_sum < a.phi_nonzero);
  CHECK(a.tiles == 64 * 64 * (16 * 17 / 2));
  // A window that is full all the time: 16 tiles in both arrays.
  Activity full;
  full.tokens = 10;
  full.pairs = 10 * 1024;
  full.tiles = 10 * 16 * 64;
  CHECK(energyOf(model::paperModel(), full, model::HeadSize{}).total() == doctest::Approx(10 * 6.1e-9).epsilon(1e-6));
}

TEST_CASE("counted data of a full window take what the model says a token takes") {
  model::Model m = model::paperModel();
  m.energy_J = model::Energy{};
  m.energy_J->write = 2e-15;
  m.energy_J->read_per_cell = 10e-15;
  m.energy_J->relu_converter_per_column_operation = 400e-15;
  m.energy_J->signed_converter_per_column_operation = 300e-15;
  m.energy_J->rest_by_level = model::RestPower{1e-9, {0, 0.9}, {1e-9, 1e-9}};
  Settings s;
  s.window = 100;
  s.tile_columns = 32;
  const model::HeadSize head = headOf(s, {1, 1, 500, 48});
  CHECK(head.rows == 48);
  CHECK(head.columns == 32);
  CHECK(head.tiles == 4);  // of a window of 100 tokens
  // Half a pulse into every one of the 128 columns and out of every one, ten tokens long.
  Activity a;
  a.tokens = 10;
  a.pairs = 10 * 128;
  a.q_width = 0.5 * 10 * 128 * 48;
  a.phi_sum = 0.5 * 10 * 128;
  a.tiles = 10 * 4 * 48;
  model::countToken(m, head);
  const EnergyReport e = energyOf(m, a, head);
  CHECK(e.total() == doctest::Approx(10 * *m.energy_J->per_token));
  CHECK(e.array1 == doctest::Approx(10 * m.energy_J->token->array1));
  CHECK(e.relu == doctest::Approx(10 * 128 * 400e-15));
  CHECK(e.rest == doctest::Approx(1e-9 * 10 * (2 * 48 * 128 * 65e-9 - 48 * 128 * 15e-9)));
  // Half the data, half of what follows them; writes and the digital part stay.
  a.q_width /= 2;
  CHECK(energyOf(m, a, head).array1 == doctest::Approx(e.array1 / 2));
  CHECK(energyOf(m, a, head).write == e.write);
}

TEST_CASE("a model that does not say its token time decays by what is given, and refuses leakage") {
  model::Model m = model::paperModel();
  m.timing_s.token.reset();
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(m, warnings);
  CHECK(s.decay == 0);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("how long a token takes") != std::string::npos);
  EffectSwitches on;
  on.leakage = true;
  CHECK_THROWS_WITH_AS(physicsFromModel(m, on, s), doctest::Contains("leakage"), gaincell::support::Error);
}

TEST_CASE("effects that a model does not describe are refused") {
  std::vector<std::string> warnings;
  Settings s = settingsFromModel(model::paperModel(), warnings);
  CHECK(warnings.empty());
  CHECK(s.decay == doctest::Approx(65e-9 / 5e-3));
  CHECK(s.coefficients == Settings{}.coefficients);
  CHECK(physicsFromModel(model::paperModel(), {}, s) == nullptr);
  EffectSwitches on;
  on.mismatch = true;
  CHECK_THROWS_AS(physicsFromModel(model::paperModel(), on, s), gaincell::support::Error);
}
