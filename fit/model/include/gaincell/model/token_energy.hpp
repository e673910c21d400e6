#pragma once
/// @file
/// Energy of a head: the one rule of counting. The model file, attention and floorplan all use it.
///
/// A token writes 2 x rows cells, is multiplied with every tile of both arrays, and every cell rests while it is not
/// read:
///
///     write        writes x energy of a write (DACs and write enables are in it)
///     array 1, 2   reads x energy of a read; a read counts by the width of its pulse, in longest pulses
///     converters   conversions x energy of one (the charge the bit line ends with, and its reset, are in it)
///     at rest      power at rest x (cells x token time - time in which they are read)
///     digital      the published figure: no circuit of this project
///
/// Where the model has energies of single events and the events were counted by what they depend on, each has its own:
///
///     read         by stored voltage and width of the pulse, linear between the model's; none of width 0
///     conversion   by the charge on the bit line, linear between the model's
///     write        by the level before and the level written; a fresh cell holds 0 V
///     at rest      by stored voltage
///
/// Else it is their mean: a read of a longest pulse times the sum of the widths, a conversion of any charge.
///
/// A read has no share of a bit line's rail: what its cells leave on an integrating line is the converter's to bring
/// back.

#include <string>
#include <vector>

#include "gaincell/model/model.hpp"

namespace gaincell::model {

/// The paper's figures of one token and head (64 elements, window of 1024 tokens, 16 tiles). They stand for nothing
/// else.
namespace published {
inline constexpr double kArray1_J = 1120e-12;  ///< array 1 with its ReLU converters
inline constexpr double kArray2_J = 700e-12;   ///< array 2 with its signed converters
inline constexpr double kDac_J = 330e-12;      ///< write DACs
inline constexpr double kDigital_J = 4e-9;     ///< digital control and routing (113.7 mW)
inline constexpr double kToken_J = 6.1e-9;     ///< all of it, as published; the parts add up to 6.15 nJ
inline constexpr double kToken_s = 65e-9;      ///< latency with write and reset
inline constexpr double kWrite_s = 20e-9;      ///< of it write and reset
inline constexpr double kReluFullScale_uA = 80, kSignedFullScale_uA = 40;  ///< of a full pulse: 1.2 and 0.6 pC
inline constexpr int kRows = 64, kColumns = 64, kTiles = 16;
inline constexpr const char* kSource = "Leroux, Manea et al., Nature Computational Science 5, 813-824 (2025)";
}  // namespace published

/// What is repeated in one head.
struct HeadSize {
  int rows = published::kRows;        ///< elements of a query: word lines of array 1, bit lines of array 2
  int columns = published::kColumns;  ///< tokens of a tile: bit lines of array 1, word lines of array 2
  int tiles = published::kTiles;
  double cells() const noexcept { return 2.0 * rows * columns * tiles; }
};

/// Arrays of the model: of its energies, else of its design; 64 x 64 where it states neither (as the format always
/// meant).
HeadSize arraysOf(const Model& model);
/// A head of such arrays for a window of tokens. @throws Error (MDL-0013) for sizes below 1
HeadSize headFor(HeadSize arrays, int window = 1024);

/// Reads by what is stored and how long the pulse was. Cells in use that got no pulse count with width 0: they rest.
struct ReadCounts {
  std::vector<double> v_storage_V, width_s;  ///< increasing; other values are shared by the two around
  std::vector<std::vector<double>> count;    ///< [stored voltage][width]
};
/// Conversions by charge on the bit line.
struct ConversionCounts {
  std::vector<double> charge_fC, count;
};
/// Writes by stored voltage.
struct WriteCounts {
  std::vector<double> v_storage_V;         ///< increasing
  std::vector<std::vector<double>> count;  ///< [previous][written]
};

/// What a head did.
struct HeadEvents {
  double tokens = 0;
  double writes = 0;              ///< cells written
  double reads1 = 0, reads2 = 0;  ///< cells read, each by the width of its pulse in longest pulses
  double relu = 0, output = 0;    ///< conversions
  // The same by what their energies depend on, where it was counted.
  std::optional<WriteCounts> writes_by_level = {};
  std::optional<ReadCounts> reads1_by_level = {}, reads2_by_level = {};
  std::optional<ConversionCounts> relu_by_charge = {}, output_by_charge = {};
};

/// J. Linear between the table's widths, from nothing at width 0, and between its voltages; its end values beyond.
double readEnergy(const ReadEnergy& table, double v_storage, double width_s);
/// J. Linear between the table's charges (there are some); its end values beyond.
double conversionEnergy(const Converter& converter, double charge_fC);
/// J. Bilinear between the table's levels; its end values beyond.
double writeEnergy(const WriteEnergy& table, double previous_V, double level_V);
/// W. Linear between the table's voltages; its end values beyond.
double restPower(const RestPower& table, double v_storage);

/// Share of the longest pulse that is assumed where nothing was counted: widths uniform from none to the longest.
inline constexpr double kMeanPulse = 0.5;
/// One token of a head whose tiles are all full.
HeadEvents fullToken(const HeadSize& head, double pulse_share = kMeanPulse);

/// J, by block.
struct HeadEnergy {
  double write = 0, array1 = 0, relu = 0, array2 = 0, output = 0, rest = 0;
  double digital = 0;  ///< published, not simulated
  double analog() const noexcept { return write + array1 + relu + array2 + output + rest; }
  double total() const noexcept { return analog() + digital; }
  bool complete = true;            ///< every analog block has its energies in the model
  std::vector<std::string> notes;  ///< what is missing, and what does not follow the events

  /// One block of the sum, named as in the model file.
  struct Part {
    std::string key, title;  ///< "relu_converters", "ReLU converters"
    double energy = 0;       ///< J
    bool of_tiles = true;    ///< every tile has its share; else of the head alone
  };
  /// The sum in its order. Converters are no part of their own where the array's figure holds them.
  std::vector<Part> parts() const;
};
HeadEnergy energyOf(const TokenBreakdown& token);

/// Where the model has energies of single events they are counted, by what they depend on where model and events know
/// it; where it has only those of array multiplies, these are charged per conversion and scaled with the cells of a
/// column.
/// @throws Error (MDL-0013) for a head without rows, columns or tiles
HeadEnergy energyOf(const Model& model, const HeadSize& head, const HeadEvents& events);

/// Fills array1_multiply, array2_multiply, per_array_multiply, token and per_token of the model's nominal energies from
/// those of its events, for a head of such arrays. What an event lacks leaves them empty.
void countToken(Model& model, const HeadSize& head);

}  // namespace gaincell::model
