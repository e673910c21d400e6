#pragma once
/// @file
/// Behavioral model against transistors, both dot products of one tile (paper, figures 5a and 5b).
///
/// Transistors: every bit line is simulated with its cells, wire and converter; array 2 is driven by the pulses that
/// array 1's converters gave. The charge of each bit line of array 1 is simulated once more into an ideal integrator,
/// which gives S. Model: the engine of `gaincell attend` on the same data with the same model file, from its plain form
/// (cubic current, ideal converter lines) to the form with every effect the file knows (forms.hpp).
///
/// Data are values of a network; what they are stored as, and which charge counts positive, say the conventions of the
/// model file and of the design, which must agree.

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/check/forms.hpp"
#include "gaincell/model/model.hpp"
#include "gaincell/sim/analysis.hpp"

namespace gaincell::check {

using Grid = std::vector<std::vector<double>>;

/// What one tile holds and is asked.
struct TileData {
  std::string name;                       ///< where it comes from, for people
  Grid keys;                              ///< values of the network, [row][token]
  Grid values;                            ///< values of the network, [token][output]
  std::vector<std::vector<int>> queries;  ///< input pulse of each row in LSB; [operation][row]
};

/// Size of the compared tile: of a design's arrays, or of a part of them.
struct TileSize {
  int rows = 0, tokens = 0, outputs = 0;  ///< elements of a query, tokens, elements of a value
  int operations = 1;                     ///< queries
};
/// Random levels of keys and values, and queries, of the design's levels, each a function of the seed.
TileData randomTile(const design::Design& design, std::uint64_t seed, const TileSize& size);
/// Structured patterns: "zero", "max", "one-hot", "checkerboard", "near-saturation". @throws Error (CHK-0001) naming
/// them.
TileData structuredTile(const design::Design& design, const std::string& pattern, const TileSize& size);
/// The shipped queries, keys and values of a trained transformer (examples/data/README.md).
std::filesystem::path exampleData();
/// Which part of a file of queries, keys and values becomes the tile.
struct TileSelection {
  std::size_t batch = 0, head = 0;
  std::size_t tile = 0;  ///< keys and values are those of tokens tile * tokens ... of the sequence
};
/// Queries, keys and values of a numpy file (`gaincell attend`'s input, scalers included), scaled, clamped and
/// quantized as the behavioral simulator does it. The queries are those of the last tokens of the tile, which see all
/// of it. @throws Error (CHK-0004) when the file has no such tile.
TileData fileTile(const design::Design& design, const std::filesystem::path& file, const TileSelection& selection,
                  const TileSize& size);

/// One quantity at one place, in the transistors and in every form of the model.
struct ComparedPoint {
  int operation = 0, index = 0;  ///< token (S, phi) or output
  double spice = 0;
  std::vector<double> model;  ///< by form
  /// By how much each coefficient of a cubic moves the unclipped value: of cells with that cubic, ideal converters.
  /// Empty: not linear in them.
  std::vector<double> powers;
};

/// How much two effects depend on each other: what both together move, less what each moves alone, rms over the points.
struct EffectPair {
  std::string a, b;
  double s = 0, chain = 0;  ///< of full scale
};

struct TileComparison {
  std::string data;  ///< TileData::name
  std::vector<ModelForm> forms;
  std::vector<ComparedPoint> s;       ///< C
  std::vector<ComparedPoint> phi;     ///< s
  std::vector<ComparedPoint> output;  ///< s, signed; the model gets the transistors' phi pulses
  std::vector<ComparedPoint> chain;   ///< s, signed; the model gets its own phi pulses
  std::vector<ComparedPoint> code;    ///< LSB: `output` as the counter reads the transistors' pulses
  std::vector<EffectPair> pairs;      ///< of the full model's effects, the strongest first
  Grid row_charge;                    ///< C, [row][point of s]: what each row gives by the full model
  std::array<double, 4> cubic_A{};    ///< A/V^k: of the model file
  double full_scale_charge = 0;       ///< C, of the ReLU converter
  double full_scale_width = 0;        ///< s, the longest pulse
  int top = 0;                        ///< LSB, the same
  double spice_cpu_s = 0;             ///< CPU seconds of all simulator runs
  double spice_multiply_cpu_s = 0;    ///< of them those of one array multiply (S), per operation
  double model_multiply_s = 0;        ///< seconds of the plain model per array multiply
  std::vector<std::string> warnings;
};

/// Which devices vary.
enum class DrawnDevices { None, Cells, All };

struct CompareOptions {
  bool simulated_write = false;  ///< stored voltages are those a simulated write leaves; else exactly the wanted ones
  DrawnDevices mismatch = DrawnDevices::None;
  bool whole_columns = false;  ///< cells and converter of a bit line in one deck; else one after the other
  std::uint64_t seed = 1;      ///< of drawn devices and of the levels before the write
};

/// @throws Error (CHK-0002) shapes that do not match, (CHK-0003) a model without converters, (SIM-0002) a failed
/// simulation.
TileComparison compareTile(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                           const model::Model& model, const TileData& data, const CompareOptions& options,
                           sim::Simulator& simulator);

}  // namespace gaincell::check
