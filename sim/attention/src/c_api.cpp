#include "gaincell/attention/c_api.h"

#include <exception>
#include <stdexcept>
#include <string>

#include "gaincell/attention/model_input.hpp"
#include "gaincell/model/io.hpp"

namespace att = gaincell::attention;

struct gaincell_attention {
  att::Engine engine;
  std::size_t heads, dimension;
};

namespace {

thread_local std::string last_error;

/// Runs `body`; no exception leaves the library.
template <typename Body>
int guarded(Body body) noexcept {
  try {
    last_error.clear();
    body();
    return 0;
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown error";
  }
  return 1;
}

std::vector<float> values(const float* p, std::size_t heads) {
  return p == nullptr ? std::vector<float>() : std::vector<float>(p, p + heads);
}

att::Settings settingsOf(const gaincell_attention_settings& c) {
  namespace model = gaincell::model;
  const std::string name = c.model == nullptr ? "paper" : c.model;
  std::vector<std::string> warnings;
  att::Settings s = att::settingsFromModel(name == "paper" ? model::paperModel() : model::readModel(name), warnings);
  s.window = c.window;
  s.tile_columns = c.tile_columns;
  s.levels_q = c.levels_q;
  s.levels_kv = c.levels_kv;
  s.levels_out = c.levels_out;
  if (c.decay >= 0) s.decay = c.decay;
  if (c.linear != 0) s.useLinearNetwork();
  s.threads = c.threads;
  return s;
}

}  // namespace

void gaincell_attention_defaults(gaincell_attention_settings* s) {
  if (s != nullptr) *s = {"paper", 1, 64, 0, 64, 16, 8, 32, -1.0, 0, 1};
}

int gaincell_attention_create(const gaincell_attention_settings* settings, const gaincell_attention_scalers* scalers,
                              gaincell_attention** result) {
  if (result != nullptr) *result = nullptr;
  return guarded([&] {
    if (settings == nullptr || result == nullptr) throw std::invalid_argument("settings and result must not be NULL");
    att::Scalers s;
    const std::size_t h = settings->heads;
    if (scalers != nullptr)
      s = {values(scalers->a_q, h), values(scalers->b_q, h), values(scalers->a_k, h), values(scalers->b_k, h),
           values(scalers->a_v, h), values(scalers->b_v, h), values(scalers->a_o, h), values(scalers->b_o, h)};
    *result = new gaincell_attention{att::Engine(settingsOf(*settings), std::move(s), h, settings->dimension), h,
                                     settings->dimension};
  });
}

void gaincell_attention_destroy(gaincell_attention* simulator) {
  delete simulator;
}

int gaincell_attention_run(const gaincell_attention* simulator, size_t batch, size_t tokens, const float* q,
                           const float* k, const float* v, float* out) {
  return guarded([&] {
    if (simulator == nullptr || q == nullptr || k == nullptr || v == nullptr || out == nullptr)
      throw std::invalid_argument("no argument may be NULL");
    const att::Shape shape{batch, simulator->heads, tokens, simulator->dimension};
    const std::size_t n = shape.sequences() * shape.perSequence();
    simulator->engine.run(shape, {q, n}, {k, n}, {v, n}, {out, n});
  });
}

const char* gaincell_attention_error(void) {
  return last_error.c_str();
}
