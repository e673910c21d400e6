#include "gaincell/attention/run_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gaincell/attention/physics.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"

namespace gaincell::attention {

using support::Error;

InputHeader readHeader(const ArrayFile& input) {
  InputHeader h;
  std::vector<std::size_t> first;
  for (const char* name : {"q", "k", "v"}) {
    const auto stream = input.stream(name);
    const auto& info = stream->info();
    const std::string where = input.where() + ":" + name;
    if (info.type != ElementType::Float32)
      throw Error("ATT-0060", "the array is " + elementName(info.type) + ", not float32", where,
                  "save it with .astype(numpy.float32)");
    if (info.shape.size() != 4 || info.count() == 0)
      throw Error("ATT-0061", "the shape " + shapeText(info.shape) + " is not [batch, heads, tokens, dimension]", where,
                  "all four sizes must be at least 1");
    if (first.empty()) first = info.shape;
    if (info.shape != first)
      throw Error("ATT-0062", "the shape " + shapeText(info.shape) + " differs from that of q, " + shapeText(first),
                  where, "q, k and v must have the same shape");
  }
  h.shape = {first[0], first[1], first[2], first[3]};
  const std::pair<const char*, std::vector<float>*> parts[] = {
      {"a_q", &h.scalers.a_q}, {"b_q", &h.scalers.b_q}, {"a_k", &h.scalers.a_k}, {"b_k", &h.scalers.b_k},
      {"a_v", &h.scalers.a_v}, {"b_v", &h.scalers.b_v}, {"a_o", &h.scalers.a_o}, {"b_o", &h.scalers.b_o}};
  for (const auto& [name, to] : parts) {
    if (!input.contains(name)) continue;
    const FloatArray a = input.floats(name);
    if (a.shape.size() != 1 || a.values.size() != h.shape.heads)
      throw Error("ATT-0063", fmt::format("the shape {} does not fit {} heads", shapeText(a.shape), h.shape.heads),
                  input.where() + ":" + name, "give one value per head");
    *to = a.values;
  }
  return h;
}

InputData readInput(const ArrayFile& input) {
  InputData d;
  d.header = readHeader(input);
  d.q = input.floats("q").values;
  d.k = input.floats("k").values;
  d.v = input.floats("v").values;
  return d;
}

namespace {

void streamHead(const Engine& engine, std::size_t batch, std::size_t head, const Shape& shape, const float* q,
                const float* k, const float* v, float* out, Activity& activity) {
  Stream stream(engine, head, batch);
  for (std::size_t t = 0; t < shape.tokens; ++t) {
    const std::size_t at = t * shape.dimension;
    stream.push(q + at, k + at, v + at, out + at, &activity);
  }
}

std::vector<Activity> runWithIntermediates(const Engine& engine, const ArrayFile& input, NpzWriter& writer) {
  const InputData d = readInput(input);
  const Shape& s = d.header.shape;
  std::vector<float> out(d.q.size());
  Intermediates m;
  std::vector<Activity> activity;
  engine.run(s, d.q, d.k, d.v, out, {&m, &activity});
  const std::vector<std::size_t> each{s.batch, s.heads, s.tokens, s.dimension};
  const std::vector<std::size_t> square{s.batch, s.heads, s.tokens, s.tokens};
  const std::vector<std::size_t> tile{s.batch, s.heads, tileCount(engine.settings(), s.tokens), s.tokens, s.dimension};
  writer.add("out", out, each);
  writer.add("q_q", m.q_q, each);
  writer.add("k_q", m.k_q, each);
  writer.add("v_q", m.v_q, each);
  writer.add("S", m.s, square);
  writer.add("phi_S", m.phi, square);
  writer.add("tile_analog", m.tile_analog, tile);
  writer.add("tile_q", m.tile_q, tile);
  writer.add("tile_sum", m.tile_sum, each);
  return activity;
}

/// Every head in pieces: memory for a window and a piece, however many tokens there are.
template <typename Write>
std::vector<Activity> runPieces(const Engine& engine, const ArrayFile& input, const InputHeader& h, bool token_by_token,
                                Write write) {
  constexpr std::size_t kTokens = 1024;
  const Shape& s = h.shape;
  const auto q = input.stream("q"), k = input.stream("k"), v = input.stream("v");
  const std::vector<float> empty(kTokens * s.dimension);
  std::vector<float> data[3] = {empty, empty, empty}, out = empty;
  std::vector<Activity> total(s.heads);
  for (std::size_t n = 0; n < s.sequences(); ++n) {
    const std::size_t step = token_by_token ? 1 : kTokens;
    Stream stream(engine, n % s.heads, n / s.heads, step);
    for (std::size_t first = 0; first < s.tokens; first += kTokens) {
      const std::size_t count = std::min(kTokens, s.tokens - first);
      q->readFloats(data[0].data(), count * s.dimension);
      k->readFloats(data[1].data(), count * s.dimension);
      v->readFloats(data[2].data(), count * s.dimension);
      for (std::size_t t = 0; t < count; t += step) {
        const std::size_t at = t * s.dimension;
        stream.push(std::min(step, count - t), &data[0][at], &data[1][at], &data[2][at], &out[at], &total[n % s.heads]);
      }
      write(out.data(), count * s.dimension * sizeof(float));
      support::throwIfInterrupted();
    }
  }
  for (const auto* stream : {&q, &k, &v}) (*stream)->finish();
  return total;
}

/// Reads as many heads as there are threads, runs them side by side, hands the outputs to `write` in order.
template <typename Write>
std::vector<Activity> runHeads(const Engine& engine, const ArrayFile& input, const InputHeader& h,
                               const FileRunOptions& options, Write write) {
  const Shape& s = h.shape;
  const std::size_t each = s.perSequence();
  const bool streaming = options.streaming;
  if (engine.settings().window != 0 && each > options.largest_head)
    return runPieces(engine, input, h, streaming, write);
  const auto q = input.stream("q"), k = input.stream("k"), v = input.stream("v");
  const auto group = streaming ? static_cast<std::size_t>(std::max(1, engine.settings().threads)) : 1;
  std::vector<Activity> total(s.heads);
  std::vector<float> data[3], out(group * each);
  for (auto& d : data) d.resize(group * each);
  for (std::size_t first = 0; first < s.sequences(); first += group) {
    const std::size_t n = std::min(group, s.sequences() - first);
    q->readFloats(data[0].data(), n * each);
    k->readFloats(data[1].data(), n * each);
    v->readFloats(data[2].data(), n * each);
    std::vector<Activity> activity(n);
    support::parallelFor(n, static_cast<int>(group), [&](std::size_t i) {
      const std::size_t batch = (first + i) / s.heads, head = (first + i) % s.heads, at = i * each;
      const float *qi = &data[0][at], *ki = &data[1][at], *vi = &data[2][at];
      if (streaming) {
        streamHead(engine, batch, head, s, qi, ki, vi, &out[at], activity[i]);
      } else {
        engine.runHead(batch, head, s.tokens, qi, ki, vi, &out[at], &activity[i]);
      }
    });
    for (std::size_t i = 0; i < n; ++i) total[(first + i) % s.heads] += activity[i];
    write(out.data(), n * each * sizeof(float));
    support::throwIfInterrupted();
  }
  for (const auto* stream : {&q, &k, &v}) (*stream)->finish();
  return total;
}

}  // namespace

std::vector<Activity> runFile(const Settings& settings, const ArrayFile& input, const std::filesystem::path& output,
                              const FileRunOptions& options) {
  const InputHeader h = readHeader(input);
  const Engine engine(settings, h.scalers, h.shape.heads, h.shape.dimension);
  const std::vector<std::size_t> shape{h.shape.batch, h.shape.heads, h.shape.tokens, h.shape.dimension};
  if (output.extension() == ".npy") {
    if (options.intermediates)
      throw Error("ATT-0064", "a .npy file holds one array", output.string(), "write a .npz file for --intermediates");
    support::AtomicFile file(output, options.overwrite);
    file.write(npyHeader(ElementType::Float32, shape));
    auto activity = runHeads(engine, input, h, options, [&](const void* p, std::size_t n) {
      file.write({static_cast<const char*>(p), n});
    });
    file.commit();
    return activity;
  }
  NpzWriter writer(output, options.overwrite, options.compression);
  writer.comment(options.provenance);
  std::vector<Activity> activity;
  if (options.intermediates) {
    activity = runWithIntermediates(engine, input, writer);
  } else {
    writer.begin("out", ElementType::Float32, shape);
    activity = runHeads(engine, input, h, options, [&](const void* p, std::size_t n) { writer.append(p, n); });
  }
  writer.commit();
  return activity;
}

std::vector<ChipError> chipStudy(const Settings& settings, const Settings& plain, const InputData& input, int chips) {
  const Shape& shape = input.header.shape;
  const auto outputOf = [&](const Settings& s) {
    std::vector<float> out(input.q.size());
    Engine(s, input.header.scalers, shape.heads, shape.dimension).run(shape, input.q, input.k, input.v, out);
    return out;
  };
  const std::vector<float> want = outputOf(plain);
  const auto n = static_cast<double>(want.size());
  double mean = 0;
  for (float x : want) mean += static_cast<double>(x);
  mean /= n;
  std::vector<ChipError> result;
  for (int chip = 0; chip < chips; ++chip) {
    support::throwIfInterrupted();
    Settings s = settings;
    auto p = std::make_shared<Physics>(s.physics ? *s.physics : Physics{});
    p->chip = static_cast<std::uint64_t>(chip);
    s.physics = p;
    const std::vector<float> got = outputOf(s);
    ChipError e;
    e.chip = p->chip;
    double got_mean = 0, error = 0, ww = 0, gg = 0, wg = 0;
    for (float x : got) got_mean += static_cast<double>(x);
    got_mean /= n;
    for (std::size_t i = 0; i < want.size(); ++i) {
      const double w = static_cast<double>(want[i]), g = static_cast<double>(got[i]);
      error += (g - w) * (g - w);
      ww += (w - mean) * (w - mean);
      gg += (g - got_mean) * (g - got_mean);
      wg += (w - mean) * (g - got_mean);
      e.largest = std::max(e.largest, std::abs(g - w));
    }
    e.relative_rmse = ww > 0 ? std::sqrt(error / ww) : 0.0;
    e.correlation = ww > 0 && gg > 0 ? wg / std::sqrt(ww * gg) : 0.0;
    result.push_back(e);
  }
  return result;
}

}  // namespace gaincell::attention
