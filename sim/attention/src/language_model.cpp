#include "gaincell/attention/language_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>

#include "gaincell/attention/npz.hpp"
#include "gaincell/attention/physics.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"
#include "kernels.hpp"

namespace gaincell::attention {

using support::Error;

namespace {

[[noreturn]] void wrong(const std::string& what, const std::filesystem::path& where) {
  throw Error("ATT-0050", what, where.string(), "see the section on the language model in docs/attention.md");
}

std::vector<float> array(const ArrayFile& f, const std::string& name, std::size_t count) {
  auto a = f.floats(name).values;
  if (a.size() != count) wrong(fmt::format("'{}' holds {} values instead of {}", name, a.size(), count), f.where());
  return a;
}

/// Transposed for the kernels: [in][out].
std::vector<float> transposed(const std::vector<float>& w, std::size_t out, std::size_t in) {
  std::vector<float> t(w.size());
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t i = 0; i < in; ++i) t[i * out + o] = w[o * in + i];
  return t;
}

constexpr const char* kParts[4] = {"q", "k", "v", "o"};

}  // namespace

LanguageModel LanguageModel::load(const std::filesystem::path& folder) {
  LanguageModel m;
  m.folder_ = folder;
  nlohmann::json config;
  try {
    config = nlohmann::json::parse(support::readFile(folder / "config.json"));
    m.layers_ = config.at("n_layer");
    m.heads_ = config.at("n_head");
    m.width_ = config.at("n_embd");
    m.vocabulary_ = config.at("vocab");
    m.context_ = config.at("context");
  } catch (const nlohmann::json::exception& e) {
    wrong(std::string("the configuration cannot be read: ") + e.what(), folder / "config.json");
  }
  if (m.layers_ == 0 || m.layers_ > 1000 || m.heads_ == 0 || m.width_ == 0 || m.width_ % m.heads_ != 0 ||
      m.width_ % 16 != 0 || m.vocabulary_ % 16 != 0 || m.width_ > 65536 || m.vocabulary_ > (1U << 24))
    wrong("sizes of the network are out of range", folder / "config.json");
  const auto f = ArrayFile::open(folder / "weights.npz");
  const std::size_t e = m.width_, inner = 4 * e;
  m.wte_ = array(*f, "wte", m.vocabulary_ * e);
  m.wpe_ = array(*f, "wpe", m.context_ * e);
  const auto norm = [&](const std::string& name) {
    return Norm{array(*f, name + ".weight", e), array(*f, name + ".bias", e)};
  };
  const auto linear = [&](const std::string& name, std::size_t out, std::size_t in) {
    return Linear{out, in, transposed(array(*f, name + ".weight", out * in), out, in), array(*f, name + ".bias", out)};
  };
  for (std::size_t l = 0; l < m.layers_; ++l) {
    const std::string h = fmt::format("h{}.", l);
    m.blocks_.push_back({norm(h + "ln1"), norm(h + "ln2"), linear(h + "qkv", 3 * e, e), linear(h + "proj", e, e),
                         linear(h + "fc", inner, e), linear(h + "fc_proj", e, inner)});
  }
  m.final_ = norm("ln_f");
  return m;
}

LanguageModel::Tokens LanguageModel::readTokens(const std::filesystem::path& file) {
  std::vector<std::size_t> shape;
  Tokens t;
  t.ids = ArrayFile::open(file)->integers(file.stem().string(), &shape);
  if (shape.size() != 2) wrong("tokens must have two dimensions", file);
  t.rows = shape[0];
  t.length = shape[1];
  return t;
}

std::vector<Scalers> LanguageModel::scalers(const std::string& set) const {
  const auto f = ArrayFile::open(folder_ / "weights.npz");
  std::vector<Scalers> out;
  for (std::size_t l = 0; l < layers_; ++l) {
    const auto get = [&](const char* what, const char* part) {
      return array(*f, fmt::format("h{}.{}.{}_{}", l, set, what, part), heads_);
    };
    out.push_back({get("a", "q"), get("b", "q"), get("a", "k"), get("b", "k"), get("a", "v"), get("b", "v"),
                   get("a", "o"), get("b", "o")});
  }
  return out;
}

std::vector<SignalStatistics> LanguageModel::targets() const {
  const auto f = ArrayFile::open(folder_ / "weights.npz");
  std::vector<SignalStatistics> out(layers_);
  for (std::size_t l = 0; l < layers_; ++l)
    for (const char* part : kParts) {
      const auto s = array(*f, fmt::format("h{}.target.std_{}", l, part), heads_);
      const auto mean = array(*f, fmt::format("h{}.target.mean_{}", l, part), heads_);
      out[l].std.emplace_back(s.begin(), s.end());
      out[l].mean.emplace_back(mean.begin(), mean.end());
    }
  return out;
}

void LanguageModel::apply(const Linear& l, const std::vector<float>& x, std::size_t rows, std::vector<float>& y) {
  y.resize(rows * l.out);
  for (std::size_t r = 0; r < rows; ++r)
    std::copy(l.bias.begin(), l.bias.end(), y.begin() + static_cast<std::ptrdiff_t>(r * l.out));
  kernelTable(Kernel::Auto)->gemm({rows, l.out, l.in, x.data(), l.in, l.weight.data(), l.out, y.data(), l.out, true});
}

std::vector<float> LanguageModel::normalized(const Norm& n, const std::vector<float>& x, std::size_t rows) {
  const std::size_t e = n.weight.size();
  std::vector<float> y(x.size());
  for (std::size_t r = 0; r < rows; ++r) {
    const float* row = &x[r * e];
    double mean = 0, variance = 0;
    for (std::size_t i = 0; i < e; ++i) mean += static_cast<double>(row[i]);
    mean /= static_cast<double>(e);
    for (std::size_t i = 0; i < e; ++i) variance += std::pow(static_cast<double>(row[i]) - mean, 2);
    const double inverse = 1 / std::sqrt(variance / static_cast<double>(e) + 1e-5);
    for (std::size_t i = 0; i < e; ++i)
      y[r * e + i] = static_cast<float>((static_cast<double>(row[i]) - mean) * inverse) * n.weight[i] + n.bias[i];
  }
  return y;
}

std::vector<float> LanguageModel::forward(const std::int64_t* ids, std::size_t t, const Attention& attention) const {
  const std::size_t e = width_, d = e / heads_;
  if (t > context_) wrong(fmt::format("{} tokens where the context holds {}", t, context_), folder_);
  std::vector<float> x(t * e);
  for (std::size_t i = 0; i < t; ++i) {
    if (ids[i] < 0 || static_cast<std::size_t>(ids[i]) >= vocabulary_) wrong("a token is out of range", folder_);
    for (std::size_t c = 0; c < e; ++c) x[i * e + c] = wte_[static_cast<std::size_t>(ids[i]) * e + c] + wpe_[i * e + c];
  }
  std::vector<float> qkv, projected, hidden;
  std::vector<float> q(t * e), k(t * e), v(t * e), out(t * e), joinedHeads(t * e);
  for (std::size_t l = 0; l < layers_; ++l) {
    const Layer& b = blocks_[l];
    apply(b.qkv, normalized(b.ln1, x, t), t, qkv);
    for (std::size_t i = 0; i < t; ++i)
      for (std::size_t c = 0; c < e; ++c) {
        const std::size_t at = (c / d * t + i) * d + c % d;
        q[at] = qkv[i * 3 * e + c];
        k[at] = qkv[i * 3 * e + e + c];
        v[at] = qkv[i * 3 * e + 2 * e + c];
      }
    attention(l, {1, heads_, t, d}, q, k, v, out);
    for (std::size_t i = 0; i < t; ++i)
      for (std::size_t c = 0; c < e; ++c) joinedHeads[i * e + c] = out[(c / d * t + i) * d + c % d];
    apply(b.proj, joinedHeads, t, projected);
    for (std::size_t n = 0; n < x.size(); ++n) x[n] += projected[n];
    apply(b.fc, normalized(b.ln2, x, t), t, hidden);
    for (float& h : hidden) h = 0.5F * h * (1.0F + std::erf(h * 0.70710678F));
    apply(b.fc_proj, hidden, t, projected);
    for (std::size_t n = 0; n < x.size(); ++n) x[n] += projected[n];
  }
  return normalized(final_, x, t);
}

double LanguageModel::perplexity(const Tokens& tokens, const Attention& attention, int jobs) const {
  if (tokens.length < 2) wrong("rows need at least two tokens", folder_);
  const std::size_t t = tokens.length - 1, e = width_;
  const Linear head{vocabulary_, e, transposed(wte_, vocabulary_, e), std::vector<float>(vocabulary_, 0.0F)};
  std::vector<double> loss(tokens.rows, 0.0);
  support::parallelFor(tokens.rows, jobs, [&](std::size_t row) {
    const std::int64_t* ids = &tokens.ids[row * tokens.length];
    std::vector<float> logits;
    apply(head, forward(ids, t, attention), t, logits);
    for (std::size_t i = 0; i < t; ++i) {
      const float* p = &logits[i * vocabulary_];
      double top = -1e300, sum = 0;
      for (std::size_t c = 0; c < vocabulary_; ++c) top = std::max(top, static_cast<double>(p[c]));
      for (std::size_t c = 0; c < vocabulary_; ++c) sum += std::exp(static_cast<double>(p[c]) - top);
      if (ids[i + 1] < 0 || static_cast<std::size_t>(ids[i + 1]) >= vocabulary_)
        wrong("a token is out of range", folder_);
      loss[row] += top + std::log(sum) - static_cast<double>(p[ids[i + 1]]);
    }
  });
  double total = 0;
  for (double l : loss) total += l;
  return std::exp(total / static_cast<double>(tokens.rows * t));
}

namespace {

/// One engine per layer; with physics, every layer has cells of its own.
std::vector<Engine> enginesOf(const Settings& settings, const std::vector<Scalers>& scalers, std::size_t heads,
                              std::size_t dimension) {
  std::vector<Engine> engines;
  for (std::size_t l = 0; l < scalers.size(); ++l) {
    Settings s = settings;
    s.threads = 1;  // rows of text run in parallel instead
    if (s.physics) {
      auto p = std::make_shared<Physics>(*s.physics);
      p->head_offset += l * heads;
      s.physics = p;
    }
    engines.emplace_back(std::move(s), scalers[l], heads, dimension);
  }
  return engines;
}

}  // namespace

double LanguageModel::perplexity(const Tokens& tokens, const Settings& settings, const std::vector<Scalers>& scalers,
                                 int jobs) const {
  const auto engines = enginesOf(settings, scalers, heads_, width_ / heads_);
  return perplexity(
      tokens,
      [&](std::size_t l, const Shape& shape, const std::vector<float>& q, const std::vector<float>& k,
          const std::vector<float>& v, std::vector<float>& out) { engines[l].run(shape, q, k, v, out); },
      jobs);
}

SignalStatistics LanguageModel::statistics(const Tokens& tokens, const Settings& settings,
                                           const std::vector<Scalers>& scalers, int jobs) const {
  const auto engines = enginesOf(settings, scalers, heads_, width_ / heads_);
  // Sums of x and x^2 per row, then combined in row order: the result does not depend on the number of threads.
  const std::size_t signals = 4 * layers_ * heads_;
  std::vector<std::vector<double>> sums(tokens.rows, std::vector<double>(2 * signals, 0.0));
  support::parallelFor(tokens.rows, jobs, [&](std::size_t row) {
    forward(&tokens.ids[row * tokens.length], tokens.length,
            [&](std::size_t l, const Shape& shape, const std::vector<float>& q, const std::vector<float>& k,
                const std::vector<float>& v, std::vector<float>& out) {
              engines[l].run(shape, q, k, v, out);
              const Scalers& s = scalers[l];
              const std::vector<float>* x[4] = {&q, &k, &v, &out};
              const std::vector<float>* a[3] = {&s.a_q, &s.a_k, &s.a_v};
              const std::vector<float>* b[3] = {&s.b_q, &s.b_k, &s.b_v};
              for (std::size_t p = 0; p < 4; ++p)
                for (std::size_t h = 0; h < heads_; ++h) {
                  double* to = &sums[row][2 * ((p * layers_ + l) * heads_ + h)];
                  for (std::size_t i = 0; i < shape.perSequence(); ++i) {
                    const auto raw = static_cast<double>((*x[p])[h * shape.perSequence() + i]);
                    const double y =
                        p < 3 ? static_cast<double>((*a[p])[h]) * raw + static_cast<double>((*b[p])[h]) : raw;
                    to[0] += y;
                    to[1] += y * y;
                  }
                }
            });
  });
  const std::size_t dimension = width_ / heads_;
  const auto n = static_cast<double>(tokens.rows * tokens.length * dimension);
  SignalStatistics r;
  r.std.assign(4, std::vector<double>(layers_ * heads_));
  r.mean = r.std;
  for (std::size_t p = 0; p < 4; ++p)
    for (std::size_t h = 0; h < layers_ * heads_; ++h) {
      double sum = 0, squares = 0;
      for (const auto& row : sums) {
        sum += row[2 * (p * layers_ * heads_ + h)];
        squares += row[2 * (p * layers_ * heads_ + h) + 1];
      }
      r.mean[p][h] = sum / n;
      r.std[p][h] = std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1)));
    }
  return r;
}

namespace {
using Member = std::vector<float> Scalers::*;
constexpr Member kMembers[] = {&Scalers::a_q, &Scalers::b_q, &Scalers::a_k, &Scalers::b_k,
                               &Scalers::a_v, &Scalers::b_v, &Scalers::a_o, &Scalers::b_o};
}  // namespace

Scalers joined(const std::vector<Scalers>& layers) {
  Scalers all;
  for (const auto& l : layers)
    for (Member m : kMembers) (all.*m).insert((all.*m).end(), (l.*m).begin(), (l.*m).end());
  return all;
}

std::vector<Scalers> split(const Scalers& all, std::size_t heads) {
  std::vector<Scalers> out(all.a_q.size() / heads);
  for (std::size_t l = 0; l < out.size(); ++l)
    for (Member m : kMembers)
      (out[l].*m).assign((all.*m).begin() + static_cast<std::ptrdiff_t>(l * heads),
                         (all.*m).begin() + static_cast<std::ptrdiff_t>((l + 1) * heads));
  return out;
}

SignalStatistics joined(const std::vector<SignalStatistics>& layers) {
  SignalStatistics all = layers.at(0);
  for (std::size_t l = 1; l < layers.size(); ++l)
    for (std::size_t p = 0; p < 4; ++p) {
      all.std[p].insert(all.std[p].end(), layers[l].std[p].begin(), layers[l].std[p].end());
      all.mean[p].insert(all.mean[p].end(), layers[l].mean[p].begin(), layers[l].mean[p].end());
    }
  return all;
}

}  // namespace gaincell::attention
