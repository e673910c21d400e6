#include "gaincell/attention/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>

#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"
#include "rows.hpp"

namespace gaincell::attention {

using support::Error;

Activity& Activity::operator+=(const Activity& o) {
  tokens += o.tokens;
  pairs += o.pairs;
  q_width += o.q_width;
  phi_nonzero += o.phi_nonzero;
  phi_sum += o.phi_sum;
  phi_saturated += o.phi_saturated;
  tiles += o.tiles;
  tiles_idle += o.tiles_idle;
  tiles_saturated += o.tiles_saturated;
  if (o.levels == 0) return *this;
  if (levels == 0) {
    levels = o.levels, steps = o.steps, v_low = o.v_low, v_high = o.v_high, pulse_s = o.pulse_s;
    relu_full_scale_fC = o.relu_full_scale_fC, output_full_scale_fC = o.output_full_scale_fC;
  }
  if (levels != o.levels || steps != o.steps || v_low != o.v_low || v_high != o.v_high || pulse_s != o.pulse_s ||
      relu_full_scale_fC != o.relu_full_scale_fC || output_full_scale_fC != o.output_full_scale_fC)
    throw Error("ATT-0041", "activities of different levels, pulses or full scales are added", "attention activity");
  const auto add = [](std::vector<double>& to, const std::vector<double>& from) {
    to.resize(from.size());
    for (std::size_t n = 0; n < from.size(); ++n) to[n] += from[n];
  };
  add(reads1, o.reads1);
  add(reads2, o.reads2);
  add(writes, o.writes);
  add(relu_charges, o.relu_charges);
  add(output_charges, o.output_charges);
  settle();
  return *this;
}

void Activity::settle() {
  if (levels == 0) return;
  const auto widths = [&](const std::vector<double>& reads) {
    double sum = 0;
    for (std::size_t n = 0; n < reads.size(); ++n) sum += reads[n] * static_cast<double>(n % (steps + 1));
    return sum / static_cast<double>(steps);
  };
  q_width = widths(reads1);
  // Every cell of a row gets the row's pulse.
  const double cells = pairs > 0 ? std::accumulate(reads2.begin(), reads2.end(), 0.0) / pairs : 1;
  phi_sum = widths(reads2) / cells;
}

Scalers completeScalers(Scalers s, std::size_t heads) {
  const Scalers one = Scalers::identity(heads);
  const auto fill = [&](std::vector<float>& v, const std::vector<float>& standard, const char* name) {
    if (v.empty()) v = standard;
    if (v.size() != heads)
      throw Error("ATT-0022", fmt::format("{} values of {} for {} heads", v.size(), name, heads), "scalers",
                  "give one value per head");
    for (float x : v)
      if (!std::isfinite(x)) throw Error("ATT-0023", fmt::format("a value of {} is not finite", name), "scalers");
  };
  fill(s.a_q, one.a_q, "a_q");
  fill(s.b_q, one.b_q, "b_q");
  fill(s.a_k, one.a_k, "a_k");
  fill(s.b_k, one.b_k, "b_k");
  fill(s.a_v, one.a_v, "a_v");
  fill(s.b_v, one.b_v, "b_v");
  fill(s.a_o, one.a_o, "a_o");
  fill(s.b_o, one.b_o, "b_o");
  for (auto* a : {&s.a_q, &s.a_k, &s.a_v, &s.a_o})
    for (float& x : *a) x = std::max(x, 1e-20F);
  return s;
}

HeadSinks sinksOf(Intermediates& m, const Shape& shape, std::size_t sequence, std::size_t tiles) {
  const std::size_t each = sequence * shape.perSequence(), square = sequence * shape.tokens * shape.tokens;
  const std::size_t tile = sequence * tiles * shape.perSequence();
  return {shape.tokens,   &m.q_q[each],         &m.k_q[each],    &m.v_q[each],     &m.s[square],
          &m.phi[square], &m.tile_analog[tile], &m.tile_q[tile], &m.tile_sum[each]};
}

void allocate(Intermediates& m, const Shape& shape, std::size_t tiles) {
  const std::size_t each = shape.sequences() * shape.perSequence();
  for (auto* v : {&m.q_q, &m.k_q, &m.v_q, &m.tile_sum}) v->assign(each, 0.0F);
  for (auto* v : {&m.s, &m.phi}) v->assign(shape.sequences() * shape.tokens * shape.tokens, 0.0F);
  for (auto* v : {&m.tile_analog, &m.tile_q}) v->assign(each * tiles, 0.0F);
}

namespace {

/// Checks `count` tokens of x, the first of which is token `first` of the sequence.
void requireFinite(const Plan& plan, const float* x, std::size_t first, std::size_t count, const char* name,
                   std::size_t batch, std::size_t head) {
  const std::size_t d = plan.dimension;
  if (plan.kernels->finite(x, count * d)) return;
  const float* bad = std::find_if(x, x + count * d, [](float e) { return !std::isfinite(e); });
  const auto i = static_cast<std::size_t>(bad - x);
  throw Error("ATT-0021", "the input holds NaN or infinity",
              fmt::format("{}[{}, {}, {}, {}]", name, batch, head, first + i / d, i % d),
              "check where the array comes from");
}

}  // namespace

struct Engine::Impl {
  Settings settings;
  Scalers scalers;
  std::size_t heads, dimension;
  mutable std::mutex mutex;
  mutable std::map<std::size_t, std::shared_ptr<const Plan>> plans;  ///< by window

  std::shared_ptr<const Plan> plan(std::size_t tokens) const {
    const std::size_t window = windowOf(settings, tokens);
    const std::lock_guard lock(mutex);
    // With a window, shorter sequences than it use its tables as they are: only ages below the length occur.
    auto& slot = plans[settings.window == 0 ? window : settings.window];
    if (!slot)
      slot =
          std::make_shared<Plan>(settings, scalers, heads, dimension, settings.window == 0 ? window : settings.window);
    return slot;
  }
};

Engine::Engine(Settings settings, Scalers scalers, std::size_t heads, std::size_t dimension) {
  check(settings);
  if (heads == 0 || dimension == 0 || dimension > 65536)
    throw Error("ATT-0024", fmt::format("{} heads of dimension {}", heads, dimension), "attention settings",
                "both must be at least 1, the dimension at most 65536");
  if (settings.window > (std::size_t{1} << 22))
    throw Error("ATT-0025", fmt::format("a window of {} tokens", settings.window), "attention settings",
                "at most 4194304 columns per head are supported");
  if (kernelTable(settings.kernel) == nullptr)
    throw Error("ATT-0020", "this machine cannot run the kernel '" + kernelName(settings.kernel) + "'",
                "attention settings", "use auto");
  if (settings.physics && !settings.physics->any()) settings.physics.reset();  // the plain path, to the bit
  auto impl = std::make_shared<Impl>();
  impl->settings = std::move(settings);
  impl->scalers = completeScalers(std::move(scalers), heads);
  impl->heads = heads;
  impl->dimension = dimension;
  impl_ = std::move(impl);
}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

const Settings& Engine::settings() const noexcept {
  return impl_->settings;
}
const char* Engine::path() const noexcept {
  const auto plan = impl_->plan(1);
  return plan->codes ? "codes" : plan->lines ? "lines" : "planes";
}
Kernel Engine::kernel() const noexcept {
  for (Kernel k : {Kernel::Generic, Kernel::Avx2, Kernel::Avx512})
    if (kernelTable(k) == kernelTable(impl_->settings.kernel)) return k;
  return Kernel::Generic;
}

namespace {

/// One head of a whole sequence: packing, then rows in blocks.
struct HeadTask {
  std::size_t batch, head;
  const float *q, *k, *v;
  float* out;
  HeadSinks sinks;
  bool has_sinks = false;
  std::unique_ptr<Columns> columns;
};

void packHead(const Plan& plan, HeadTask& t, std::size_t tokens, bool counted) {
  requireFinite(plan, t.q, 0, tokens, "q", t.batch, t.head);
  if (t.columns) {
    t.columns->restart(t.batch, t.head);
  } else {
    t.columns = std::make_unique<Columns>(plan, t.batch, t.head, (tokens + kBlock - 1) / kBlock, counted);
  }
  for (std::size_t first = 0; first < tokens; first += kBlock) {  // checked and packed while in the cache
    const std::size_t count = std::min(kBlock, tokens - first), at = first * plan.dimension;
    requireFinite(plan, t.k + at, first, count, "k", t.batch, t.head);
    requireFinite(plan, t.v + at, first, count, "v", t.batch, t.head);
    t.columns->write(first, count, t.k + at, t.v + at);
  }
  if (t.sinks.k_q == nullptr) return;
  const Scalers& s = plan.scalers;
  const auto high = static_cast<float>(plan.settings.value_max);
  const std::size_t n = tokens * plan.dimension;
  plan.kernels->quantizeValues(t.k, n, s.a_k[t.head], s.b_k[t.head], high, plan.step_kv, t.sinks.k_q);
  plan.kernels->quantizeValues(t.v, n, s.a_v[t.head], s.b_v[t.head], high, plan.step_kv, t.sinks.v_q);
}

/// Brings a block of rows of the next head into the cache while this one computes: it is read once, in order, and would
/// wait for memory.
void prefetchBlock(const HeadTask& t, std::size_t tokens, std::size_t dimension, std::size_t block) {
  constexpr std::size_t kLine = 64 / sizeof(float);
  const std::size_t begin = block * kBlock * dimension, end = std::min((block + 1) * kBlock, tokens) * dimension;
  for (const float* x : {t.q, t.k, t.v})
    for (std::size_t i = begin; i < end; i += kLine) __builtin_prefetch(x + i, 0, 2);
}

void runBlock(const Plan& plan, RowWorker& worker, const HeadTask& t, std::size_t tokens, std::size_t block,
              Activity* activity) {
  const std::size_t i0 = block * kBlock, rows = std::min(kBlock, tokens - i0);
  const std::size_t at = i0 * plan.dimension;
  worker.run(*t.columns, t.batch, t.head, i0, rows, t.q + at, t.out + at, t.has_sinks ? &t.sinks : nullptr, activity);
}

}  // namespace

void Engine::run(const Shape& shape, std::span<const float> q, std::span<const float> k, std::span<const float> v,
                 std::span<float> out, const RunOptions& options) const {
  const std::size_t need = shape.sequences() * shape.perSequence();
  if (shape.heads != impl_->heads || shape.dimension != impl_->dimension || q.size() != need || k.size() != need ||
      v.size() != need || out.size() != need)
    throw Error(
        "ATT-0026",
        fmt::format("q, k, v and out hold {}, {}, {} and {} values where [{}, {}, {}, {}] asks for {}", q.size(),
                    k.size(), v.size(), out.size(), shape.batch, shape.heads, shape.tokens, shape.dimension, need),
        "attention input", "all four must have the same shape [B, H, T, D]");
  if (!options.phi.empty() && options.phi.size() != shape.sequences() * shape.tokens * shape.tokens)
    throw Error("ATT-0039", fmt::format("{} given pulses", options.phi.size()), "attention input",
                fmt::format("phi is [B, H, T, T]: {} values", shape.sequences() * shape.tokens * shape.tokens));
  if (need == 0) return;
  const auto plan = impl_->plan(shape.tokens);
  const std::size_t tiles = tileCount(impl_->settings, shape.tokens);
  if (options.intermediates != nullptr) allocate(*options.intermediates, shape, tiles);
  const auto threads = static_cast<std::size_t>(std::max(1, impl_->settings.threads));
  const int jobs = static_cast<int>(threads);
  const std::size_t blocks = (shape.tokens + kBlock - 1) / kBlock;
  std::vector<Activity> activity(options.activity != nullptr ? threads * shape.heads : 0);  // by thread and head
  const auto taskOf = [&](std::size_t sequence) {
    const std::size_t at = sequence * shape.perSequence();
    HeadTask task{sequence / shape.heads, sequence % shape.heads, &q[at], &k[at], &v[at], &out[at], {}, false, {}};
    if (options.intermediates != nullptr) {
      task.sinks = sinksOf(*options.intermediates, shape, sequence, tiles);
      task.has_sinks = true;
    }
    if (!options.phi.empty()) {
      task.sinks.tokens = shape.tokens;
      task.sinks.given_phi = &options.phi[sequence * shape.tokens * shape.tokens];
      task.has_sinks = true;
    }
    return task;
  };
  const bool counted = !activity.empty();
  const auto rows = [&](RowWorker& worker, const HeadTask& task, std::size_t thread, std::size_t block) {
    runBlock(*plan, worker, task, shape.tokens, block, counted ? &activity[thread * shape.heads + task.head] : nullptr);
  };

  // Whole heads where there are enough for every thread: no waiting for each other, and memory for as many heads as
  // there are threads.
  const std::size_t whole = shape.sequences() / threads * threads;
  support::parallelFor(whole > 0 ? threads : 0, jobs, [&](std::size_t w) {
    RowWorker worker(*plan);
    std::unique_ptr<Columns> memory;
    for (std::size_t n = w; n < whole; n += threads) {
      HeadTask task = taskOf(n);
      task.columns = std::move(memory);
      packHead(*plan, task, shape.tokens, counted);
      const HeadTask next = taskOf(n + threads < whole ? n + threads : n);
      for (std::size_t b = 0; b < blocks; ++b) {
        prefetchBlock(next, shape.tokens, shape.dimension, b);
        rows(worker, task, w, b);
      }
      memory = std::move(task.columns);
    }
  });
  // The rows of the others are shared out: thread w takes every `threads`-th block, so that long and short rows are
  // shared evenly.
  std::vector<HeadTask> rest;
  for (std::size_t n = whole; n < shape.sequences(); ++n) rest.push_back(taskOf(n));
  support::parallelFor(rest.size(), jobs, [&](std::size_t n) { packHead(*plan, rest[n], shape.tokens, counted); });
  support::parallelFor(rest.empty() ? 0 : threads, jobs, [&](std::size_t w) {
    RowWorker worker(*plan);
    for (std::size_t n = 0; n < rest.size(); ++n)
      for (std::size_t b = (w + n) % threads; b < blocks; b += threads) rows(worker, rest[n], w, b);
  });
  if (options.activity != nullptr) {
    options.activity->assign(shape.heads, {});
    for (std::size_t n = 0; n < activity.size(); ++n) (*options.activity)[n % shape.heads] += activity[n];
  }
}

void Engine::runHead(std::size_t batch, std::size_t head, std::size_t tokens, const float* q, const float* k,
                     const float* v, float* out, Activity* activity) const {
  if (head >= impl_->heads) throw Error("ATT-0027", fmt::format("no head {}", head), "attention input");
  if (tokens == 0) return;
  const auto plan = impl_->plan(tokens);
  HeadTask task{batch, head, q, k, v, out, {}, false, {}};
  packHead(*plan, task, tokens, activity != nullptr);
  const std::size_t blocks = (tokens + kBlock - 1) / kBlock;
  const auto threads = static_cast<std::size_t>(std::max(1, impl_->settings.threads));
  std::vector<Activity> counts(activity != nullptr ? threads : 0);
  support::parallelFor(threads, static_cast<int>(threads), [&](std::size_t w) {
    RowWorker worker(*plan);
    for (std::size_t b = w; b < blocks; b += threads)
      runBlock(*plan, worker, task, tokens, b, counts.empty() ? nullptr : &counts[w]);
  });
  for (const auto& c : counts) *activity += c;
}

struct Stream::Impl {
  Impl(std::shared_ptr<const Plan> p, std::size_t b, std::size_t h, std::size_t most)
      : plan(std::move(p)),
        batch(b),
        head(h),
        ahead(most),
        columns(*plan, b, h, (plan->window + ahead - 1 + kBlock - 1) / kBlock + 1, true) {
    const auto threads = static_cast<std::size_t>(std::max(1, plan->settings.threads));
    for (std::size_t n = 0; n < std::min(threads, ahead / kBlock + 1); ++n) workers.emplace_back(*plan);
  }
  std::shared_ptr<const Plan> plan;
  std::size_t batch, head, ahead, position = 0;
  Columns columns;
  std::vector<RowWorker> workers;
};

Stream::Stream(const Engine& engine, std::size_t head, std::size_t batch, std::size_t ahead) {
  const auto& e = *engine.impl_;
  if (e.settings.window == 0)
    throw Error("ATT-0028", "streaming needs a window", "attention settings", "set the number of columns (--window)");
  if (head >= e.heads) throw Error("ATT-0029", fmt::format("no head {}", head), "attention input");
  impl_ = std::make_unique<Impl>(e.plan(e.settings.window), batch, head, std::max<std::size_t>(1, ahead));
}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
std::size_t Stream::position() const noexcept {
  return impl_->position;
}

void Stream::push(const float* q, const float* k, const float* v, float* out, Activity* activity) {
  push(1, q, k, v, out, activity);
}

void Stream::push(std::size_t count, const float* q, const float* k, const float* v, float* out, Activity* activity) {
  Impl& s = *impl_;
  const std::size_t first = s.position, d = s.plan->dimension;
  if (count > s.ahead)
    throw Error("ATT-0038", fmt::format("{} tokens at once where {} were announced", count, s.ahead),
                "attention input");
  requireFinite(*s.plan, q, first, count, "q", s.batch, s.head);
  requireFinite(*s.plan, k, first, count, "k", s.batch, s.head);
  requireFinite(*s.plan, v, first, count, "v", s.batch, s.head);
  s.columns.write(first, count, k, v);
  // Rows of one block of columns at a time, as whole sequences have them.
  const std::size_t blocks = count == 0 ? 0 : (first + count - 1) / kBlock - first / kBlock + 1;
  const std::size_t threads = std::min(s.workers.size(), blocks);
  std::vector<Activity> counts(activity != nullptr && threads > 1 ? threads : 0);
  const auto rows = [&](std::size_t w, std::size_t b) {
    const std::size_t begin = std::max(first, (first / kBlock + b) * kBlock);
    const std::size_t end = std::min(first + count, (first / kBlock + b + 1) * kBlock), at = (begin - first) * d;
    s.workers[w].run(s.columns, s.batch, s.head, begin, end - begin, q + at, out + at, nullptr,
                     counts.empty() ? activity : &counts[w]);
  };
  support::parallelFor(threads, static_cast<int>(threads), [&](std::size_t w) {
    for (std::size_t b = w; b < blocks; b += threads) rows(w, b);
  });
  for (const auto& c : counts) *activity += c;
  s.position += count;
}

}  // namespace gaincell::attention
