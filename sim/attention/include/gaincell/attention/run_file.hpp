#pragma once
/// @file
/// Attention from numpy file to numpy file, one head at a time, or with a window a piece of a head at a time: inputs
/// may be larger than memory.

#include <filesystem>
#include <vector>

#include "gaincell/attention/engine.hpp"
#include "gaincell/attention/npz.hpp"

namespace gaincell::attention {

/// Sizes and scalers of an input file. @throws Error (ATT-0060..) for wrong shapes or types, before any data are read
struct InputHeader {
  Shape shape;
  Scalers scalers;
};
InputHeader readHeader(const ArrayFile& input);

struct FileRunOptions {
  bool streaming = false;  ///< through the ring buffer, token by token
  /// With a window: heads of more values than this are read in pieces, one after the other.
  std::size_t largest_head = std::size_t{1} << 24;
  bool intermediates = false;  ///< adds q_q .. tile_sum; the whole input must fit into memory
  Compression compression = Compression::Stored;
  support::Overwrite overwrite = support::Overwrite::No;
  std::string provenance;  ///< becomes the comment of a .npz
};

/// Runs `input` and writes `out` [B,H,T,D] to `output` (.npz, or .npy for `out` alone). Nothing is written on an error.
/// @returns activity per head
std::vector<Activity> runFile(const Settings& settings, const ArrayFile& input, const std::filesystem::path& output,
                              const FileRunOptions& options = {});

/// q, k, v of an input in memory.
struct InputData {
  InputHeader header;
  std::vector<float> q, k, v;
};
InputData readInput(const ArrayFile& input);

/// How the output of one chip differs from the plain model's.
struct ChipError {
  std::uint64_t chip = 0;
  double relative_rmse = 0;  ///< rms difference / rms of the plain output about its mean
  double largest = 0;        ///< largest absolute difference
  double correlation = 0;
};
/// Runs the physics of `settings` on chips 0 .. chips - 1 against the same settings without physics.
std::vector<ChipError> chipStudy(const Settings& settings, const Settings& plain, const InputData& input, int chips);

}  // namespace gaincell::attention
