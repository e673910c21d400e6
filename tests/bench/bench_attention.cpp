// Speed of the behavioral attention simulator as ratios to an OpenBLAS float32 GEMM of 1024 x 1024 x 1536 that runs
// alternately with it. CPU time of the calling thread, except where threads are compared (wall time).
//   bench_attention                       the table of figures
//   bench_attention --benchmark_filter=T  only some
// GAINCELL_BENCH_AVX2=1 compares on AVX2: OpenBLAS with its Haswell kernels, the simulator with its AVX2 ones.
#include <benchmark/benchmark.h>
#include <cblas.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "gaincell/attention/engine.hpp"
#include "gaincell/attention/npz.hpp"
#include "gaincell/attention/physics.hpp"

extern "C" void openblas_set_num_threads(int);
extern "C" char* openblas_get_corename(void);

namespace {

using namespace gaincell::attention;

double seconds(clockid_t clock) {
  timespec t = {};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Problem {
  explicit Problem(Shape s) : shape(s), out(s.sequences() * s.perSequence()) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (auto* x : {&q, &k, &v}) {
      x->resize(out.size());
      for (auto& e : *x) e = normal(random);
    }
    scalers = Scalers::identity(s.heads);  // about two thirds of phi above zero
    std::fill(scalers.a_q.begin(), scalers.a_q.end(), 0.2F);
    std::fill(scalers.b_q.begin(), scalers.b_q.end(), 0.4F);
    for (auto* a : {&scalers.a_k, &scalers.a_v}) std::fill(a->begin(), a->end(), 0.2F);
    for (auto* b : {&scalers.b_k, &scalers.b_v}) std::fill(b->begin(), b->end(), 0.46F);
  }
  Shape shape;
  std::vector<float> q, k, v, out;
  Scalers scalers;
};

double gemmSeconds() {
  static std::vector<float> a(1024 * 1536, 0.5F), b(1536 * 1024, 0.25F), c(1024 * 1024);
  const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1024, 1024, 1536, 1.0F, a.data(), 1536, b.data(), 1024, 0.0F,
              c.data(), 1024);
  benchmark::DoNotOptimize(c.data());
  return seconds(CLOCK_THREAD_CPUTIME_ID) - start;
}

double median(std::vector<double> x) {
  std::nth_element(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2), x.end());
  return x[x.size() / 2];
}

/// Runs `work` alternately with the GEMM and reports the ratio of the medians.
template <typename Work>
void against(benchmark::State& state, double limit, Work work) {
  work();
  gemmSeconds();
  std::vector<double> mine, blas;
  for (auto unused : state) {
    (void)unused;
    const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    work();
    mine.push_back(seconds(CLOCK_THREAD_CPUTIME_ID) - start);
    state.PauseTiming();
    blas.push_back(gemmSeconds());
    state.ResumeTiming();
  }
  state.counters["ratio_to_sgemm"] = median(mine) / median(blas);
  if (limit > 0) state.counters["limit"] = limit;
  state.counters["sgemm_ms"] = 1e3 * median(blas);
  state.counters["cpu_ms"] = 1e3 * median(mine);
}

bool onAvx2() {
  return std::getenv("GAINCELL_BENCH_AVX2") != nullptr;
}

Settings standard(double decay) {
  Settings s;
  if (onAvx2()) s.kernel = Kernel::Avx2;
  s.window = 1024;
  s.decay = decay;
  return s;
}

void attention(benchmark::State& state, Settings settings, double limit, Shape shape) {
  Problem p(shape);
  const Engine engine(settings, p.scalers, shape.heads, shape.dimension);
  state.SetLabel(std::string(engine.path()) + ", " + kernelName(engine.kernel()));
  against(state, limit, [&] { engine.run(p.shape, p.q, p.k, p.v, p.out); });
}

Settings mismatched() {
  Settings s = standard(1.6e-4);
  auto physics = std::make_shared<Physics>();
  gaincell::model::JointDistribution d;
  d.names = {"c0", "c1", "c2", "c3"};
  d.transforms.resize(4);
  d.mean.assign(4, 0.0);
  d.covariance.assign(4, std::vector<double>(4, 0.0));
  for (std::size_t i = 0; i < 4; ++i) d.covariance[i][i] = std::pow(0.05 * s.coefficients[i], 2);
  physics->mismatch = d;
  s.physics = physics;
  return s;
}

void streaming(benchmark::State& state, double decay) {
  const Shape shape{1, 12, 2048, 64};
  Problem p(shape);
  const Engine engine(standard(decay), p.scalers, shape.heads, shape.dimension);
  std::vector<Stream> streams;
  for (std::size_t h = 0; h < shape.heads; ++h) streams.emplace_back(engine, h);
  std::size_t t = 0;
  const auto token = [&] {
    for (std::size_t h = 0; h < shape.heads; ++h) {
      const std::size_t at = (h * shape.tokens + t % shape.tokens) * shape.dimension;
      streams[h].push(&p.q[at], &p.k[at], &p.v[at], &p.out[at]);
    }
    ++t;
  };
  while (t < 1024) token();
  std::vector<double> cpu;
  for (auto unused : state) {
    (void)unused;
    const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int n = 0; n < 64; ++n) token();
    cpu.push_back((seconds(CLOCK_THREAD_CPUTIME_ID) - start) / (64.0 * static_cast<double>(shape.heads)));
  }
  state.counters["cpu_us_per_token_head"] = 1e6 * median(cpu);
  state.counters["limit"] = 25;
}

/// One thread against two, alternately. By wall time: the fastest of each, as other work on the machine only ever slows
/// a run down. By CPU time: the CPU of one thread to that of the busier of two, which says how well the work is shared
/// whatever else the machine does (medians).
void threads(benchmark::State& state) {
  const Shape shape{1, 12, 1024, 64};
  Problem p(shape);
  Settings s = standard(1.6e-4);
  const Engine one(s, p.scalers, shape.heads, shape.dimension);
  s.threads = 2;
  const Engine two(s, p.scalers, shape.heads, shape.dimension);
  struct Times {
    double wall, busiest;
  };
  const auto timed = [&](const Engine& e) {
    const double wall = seconds(CLOCK_MONOTONIC), all = seconds(CLOCK_PROCESS_CPUTIME_ID),
                 mine = seconds(CLOCK_THREAD_CPUTIME_ID);
    e.run(p.shape, p.q, p.k, p.v, p.out);
    const double caller = seconds(CLOCK_THREAD_CPUTIME_ID) - mine;
    return Times{seconds(CLOCK_MONOTONIC) - wall, std::max(caller, seconds(CLOCK_PROCESS_CPUTIME_ID) - all - caller)};
  };
  timed(one);
  std::vector<double> wall1, wall2, cpu1, cpu2;
  for (auto unused : state) {
    (void)unused;
    const Times a = timed(one), b = timed(two);
    wall1.push_back(a.wall);
    cpu1.push_back(a.busiest);
    wall2.push_back(b.wall);
    cpu2.push_back(b.busiest);
  }
  state.counters["speedup_by_wall"] =
      *std::min_element(wall1.begin(), wall1.end()) / *std::min_element(wall2.begin(), wall2.end());
  state.counters["speedup_by_cpu"] = median(cpu1) / median(cpu2);
  state.counters["at_least"] = 1.8;
}

/// Makes peakMegabytes() start again from the memory in use now.
void resetPeak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}
double peakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) / 1024;
  return 0;
}

/// One head, window 1024: the time per (query, key) pair in the window must not grow with T, so the cost is linear
/// beyond the window; memory grows with T x D alone.
void length(benchmark::State& state) {
  const auto tokens = static_cast<std::size_t>(state.range(0));
  Problem p({1, 1, tokens, 64});
  const Engine engine(standard(1.6e-4), p.scalers, 1, 64);
  std::vector<double> cpu;
  resetPeak();
  const double before = peakMegabytes();
  for (auto unused : state) {
    (void)unused;
    const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    engine.run(p.shape, p.q, p.k, p.v, p.out);
    cpu.push_back(seconds(CLOCK_THREAD_CPUTIME_ID) - start);
  }
  const auto t = static_cast<double>(tokens), w = std::min(t, 1024.0);
  state.counters["cpu_us_per_token"] = 1e6 * median(cpu) / t;
  state.counters["cpu_ns_per_pair"] = 1e9 * median(cpu) / (w * (w + 1) / 2 + (t - w) * w);
  state.counters["peak_growth_MB"] = peakMegabytes() - before;
  state.counters["growth_B_per_token"] = (peakMegabytes() - before) * 1048576 / t;
  state.counters["txt_would_be_MB"] = static_cast<double>(tokens) * static_cast<double>(tokens) * 4 / 1048576;
}

void registerAll() {
  using benchmark::RegisterBenchmark;
  const Shape shape{1, 12, 1024, 64};
  const auto add = [&](const std::string& name, const Settings& s, double limit) {
    RegisterBenchmark(name.c_str(), [=](benchmark::State& st) { attention(st, s, limit, shape); })
        ->Unit(benchmark::kMillisecond)
        ->Iterations(15);
  };
  add("exact_decay", standard(1.6e-4), 2.2);
  add("no_decay", standard(0), 0.7);
  add("per_cell_mismatch_exact_decay", mismatched(), 2.5);
  Settings s = standard(1.6e-4);
  s.levels_q = s.levels_kv = s.levels_out = 0;
  add("not_quantized_exact_decay", s, 2);
  s = standard(1.6e-4);
  s.kernel = Kernel::Generic;
  add("exact_decay_generic_kernel", s, 6);
  RegisterBenchmark("streaming_exact_decay", [](benchmark::State& st) { streaming(st, 1.6e-4); })->Iterations(20);
  RegisterBenchmark("streaming_no_decay", [](benchmark::State& st) { streaming(st, 0); })->Iterations(20);
  RegisterBenchmark("two_threads", threads)->Iterations(25)->UseRealTime();
  RegisterBenchmark("length", length)->Arg(1024)->Arg(4096)->Arg(16384)->Iterations(5);
}

}  // namespace

int main(int argc, char** argv) {
  // Settings of the environment may force OpenBLAS to kernels that are slow here; the comparison is with its own
  // choice.
  const char* set = std::getenv("OPENBLAS_CORETYPE");
  const bool right = onAvx2() ? set != nullptr && std::string(set) == "Haswell" : set == nullptr;
  if (!right || std::getenv("OPENBLAS_L2_SIZE") != nullptr) {
    onAvx2() ? setenv("OPENBLAS_CORETYPE", "Haswell", 1) : unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
    execv("/proc/self/exe", argv);  // OpenBLAS reads them when it is loaded
  }
  openblas_set_num_threads(1);
  std::printf("OpenBLAS kernels: %s, one thread\n", openblas_get_corename());
  benchmark::Initialize(&argc, argv);
  registerAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
