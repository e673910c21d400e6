#pragma once
/// @file
/// A small transformer with gain-cell attention, as a figure of merit that means something: its perplexity with these
/// cells and converters. File format: docs/attention.md ("The language model").

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gaincell/attention/adapt.hpp"
#include "gaincell/attention/engine.hpp"

namespace gaincell::attention {

class ArrayFile;

/// Pre-LayerNorm transformer, GELU (exact form), tied embedding; attention is the hardware's, scalers included.
class LanguageModel {
 public:
  /// Reads `weights.npz` and `config.json` of a folder. @throws Error (ATT-0050) when sizes do not fit
  static LanguageModel load(const std::filesystem::path& folder);

  struct Tokens {
    std::size_t rows = 0, length = 0;
    std::vector<std::int64_t> ids;  ///< [rows][length]
  };
  /// `val_tokens.npy` (one more token than the context: targets) or `calib_tokens.npy`.
  static Tokens readTokens(const std::filesystem::path& file);

  std::size_t layers() const noexcept { return layers_; }
  std::size_t heads() const noexcept { return heads_; }
  /// A scaler set of the file ("lin", "adapted"), one per layer.
  std::vector<Scalers> scalers(const std::string& set) const;
  /// Targets of the adaptation as stored, layer by layer.
  std::vector<SignalStatistics> targets() const;

  /// What replaces attention: q, k, v, out [1,H,T,D] of one layer and row.
  using Attention =
      std::function<void(std::size_t layer, const Shape&, const std::vector<float>& q, const std::vector<float>& k,
                         const std::vector<float>& v, std::vector<float>& out)>;

  /// exp of the mean of -ln softmax(logits)[target] over all positions.
  /// @param settings one for all layers; physics draws its own cells for every layer
  double perplexity(const Tokens& tokens, const Settings& settings, const std::vector<Scalers>& scalers,
                    int jobs) const;
  double perplexity(const Tokens& tokens, const Attention& attention, int jobs) const;
  /// Statistics of all layers from one forward over all rows, for the adaptation (heads of all layers in one list).
  SignalStatistics statistics(const Tokens& tokens, const Settings& settings, const std::vector<Scalers>& scalers,
                              int jobs) const;

 private:
  struct Linear {
    std::size_t out = 0, in = 0;
    std::vector<float> weight, bias;
  };
  struct Norm {
    std::vector<float> weight, bias;
  };
  struct Layer {
    Norm ln1, ln2;
    Linear qkv, proj, fc, fc_proj;
  };
  std::vector<float> forward(const std::int64_t* ids, std::size_t length, const Attention& attention) const;
  static void apply(const Linear& l, const std::vector<float>& x, std::size_t rows, std::vector<float>& y);
  static std::vector<float> normalized(const Norm& n, const std::vector<float>& x, std::size_t rows);

  std::size_t layers_ = 0, heads_ = 0, width_ = 0, vocabulary_ = 0, context_ = 0;
  std::vector<float> wte_, wpe_;
  std::vector<Layer> blocks_;
  Norm final_;
  std::filesystem::path folder_;
};

/// Scalers of all layers end to end, as the adaptation of a whole network sees them, and back.
Scalers joined(const std::vector<Scalers>& layers);
std::vector<Scalers> split(const Scalers& all, std::size_t heads);
SignalStatistics joined(const std::vector<SignalStatistics>& layers);

}  // namespace gaincell::attention
