#pragma once
// The inner loops, one table of functions per instruction set. Only raw pointers cross this boundary: the files that
// are compiled for newer instruction sets must not instantiate shared inline code.
#include <cstddef>
#include <cstdint>

namespace gaincell::attention {

enum class Kernel;

inline constexpr std::size_t kBlock = 64;  ///< columns (and rows) of one block of the score matrix

/// First multiply of one block on integer levels. With u = 2 l - (N - 1) in {-7, -5 .. 7} the cubic in u is spanned by
/// 1, g1 = u, g2 = (u^2 - 25)/8, g3 = (u^3 - 25 u)/24, all small integers: three exact 8-bit dot products.
struct ScoreBlock {
  std::size_t rows = 0, quads = 0;  ///< query rows; dimension/4 (padded)
  const std::uint8_t* q = nullptr;  ///< [rows][quads*4] query levels
  const float* q_sum = nullptr;     ///< [rows] sum of the levels
  const std::int8_t* k = nullptr;   ///< [3][quads][kBlock][4] g1, g2, g3
  const float* by_age[4] =
      {};  ///< factors of q_sum, g1, g2, g3 at row 0, column 0; column + 1: next; row + 1: previous
  float inverse_sat = 0;
  float* phi = nullptr;              ///< [rows][kBlock]
  float* s = nullptr;                ///< [rows][kBlock] or null
  std::uint64_t* nonzero = nullptr;  ///< [rows] bit per column with phi > 0
};

/// First multiply of one block on currents: S = sum over the terms of factor[age] (q k).
struct CurrentBlock {
  struct Term {
    const float* q = nullptr;       ///< [rows][q_stride]
    const float* k = nullptr;       ///< [dimension][kBlock]
    const float* factor = nullptr;  ///< at row 0, column 0; column + 1: next; row + 1: previous. Null: all 1
  };
  std::size_t rows = 0, columns = 0, dimension = 0, q_stride = 0;  ///< columns: a multiple of 16
  const Term* terms = nullptr;
  std::size_t count = 0;        ///< of terms
  const float* even = nullptr;  ///< [rows] S of a term that all keys share, or null
  float inverse_sat = 0;
  float* phi = nullptr;              ///< [rows][kBlock], columns beyond `columns` left alone
  float* s = nullptr;                ///< [rows][kBlock] or null
  std::uint64_t* nonzero = nullptr;  ///< [rows] bit per column with phi > 0
};

/// What the second multiply weighs the columns of one block by: weights = factor[age] phi in [first, last), else 0.
struct Weights {
  std::size_t rows = 0, first = 0, last = 0;
  const float* phi = nullptr;     ///< [rows][kBlock]
  const float* factor = nullptr;  ///< as in CurrentBlock
  bool indicator = false;         ///< 1 instead of phi where it is > 0
  float* weights = nullptr;       ///< [rows][kBlock]
  float* sums = nullptr;          ///< [rows] sum of the weights times `scale`; or null
  float scale = 0;
};

/// Second multiply of one block over the set bits only: acc[r][e] += (phi table[age])[code[j][e]] by an 8-entry table
/// per age, or without decay, fused as in gemm, acc[r][e] += phi currents[j][e].
struct WeighBlock {
  std::size_t rows = 0, width = 0;         ///< width: outputs, multiple of 16
  const float* phi = nullptr;              ///< [rows][kBlock]
  const std::uint64_t* columns = nullptr;  ///< [rows] columns to add
  const std::uint8_t* codes = nullptr;     ///< [kBlock][width]
  const std::int32_t* codes32 = nullptr;   ///< the same widened, or null
  const float* table = nullptr;            ///< entry of row 0, column 0: row + 1 is 8 on, column + 1 is 8 back
  const float* currents = nullptr;         ///< [kBlock][width], or null: by codes and table
  float* acc = nullptr;                    ///< [rows][width]
  bool accumulate = true;                  ///< false: acc starts from zero
  const float* start = nullptr;            ///< [rows] added to every element first, or null
};

/// Output conversion of one tile: sum += grid(clamp(acc * inverse_sat, -1, 1)).
struct OutputTile {
  std::size_t count = 0;  ///< a multiple of 16
  const float* acc = nullptr;
  float inverse_sat = 0;
  float step = 0;        ///< 0: not quantized
  float code_max = 0;    ///< largest code (counter), or huge
  bool counter = false;  ///< value = code / code_max instead of code * step
  float* sum = nullptr;
  float* quantized = nullptr;  ///< or null
};

/// c[m][n] = (accumulate ? c : 0) + a[m][k] b[k][n]; n a multiple of 16; every element one chain over k. With `output`
/// the products go through the output conversion at once, into output->sum [m][ldc]; c is not written.
struct Product {
  std::size_t m = 0, n = 0, k = 0;
  const float* a = nullptr;
  std::size_t lda = 0;
  const float* b = nullptr;
  std::size_t ldb = 0;
  float* c = nullptr;
  std::size_t ldc = 0;
  bool accumulate = false;
  const float* start = nullptr;  ///< [m] added to every element first, or null
  const OutputTile* output = nullptr;
};

/// Bit lines whose cells have the same pulses, on lines that move. Currents in uA, widths in longest pulses, so
/// that a charge is a current too.
struct LineBlock {
  std::size_t lanes = kBlock;                  ///< lines, a multiple of 16, at most kBlock
  std::size_t cells = 0;                       ///< that have a pulse, the longest first
  const float* width = nullptr;                ///< [cells]
  const std::uint32_t* position = nullptr;     ///< [cells] element of the wire; 0 is nearest the converter
  const std::uint32_t* by_position = nullptr;  ///< [cells] which of them come first on the wire
  const float* const* current = nullptr;       ///< [cells] -> [lanes], uA
  const float* const* edge = nullptr;          ///< the same, or null
  const float* const* conductance = nullptr;   ///< uS
  const float* const* slope = nullptr;         ///< uS/V, or null
  float capacity = 0;                          ///< uA of a full pulse per V of the line; 0: held
  float wire = 0;                              ///< V per uA and element
  float* scratch = nullptr;                    ///< [3 cells][kBlock]
  float* ends = nullptr;                       ///< [cells]
  float* held = nullptr;                       ///< [lanes] charge into a line that is held, the wire's drop included
  float* moved = nullptr;                      ///< [lanes] charge into the line as it is
};

struct KernelTable {
  /// code = round((clamp(max-scaled x)) / step): a x + b in two roundings, clamp to [0, high].
  void (*quantizeCodes)(const float* x, std::size_t n, float a, float b, float high, float step, std::uint8_t* codes);
  /// The same as values; step 0: clamp only.
  void (*quantizeValues)(const float* x, std::size_t n, float a, float b, float high, float step, float* values);
  /// Whether no value is NaN or infinite.
  bool (*finite)(const float* x, std::size_t n);
  /// out = table[code], a table of eight.
  void (*lookUp)(const std::uint8_t* codes, std::size_t n, const float* table, float* out);
  void (*scores)(const ScoreBlock&);
  void (*currents)(const CurrentBlock&);
  void (*weigh)(const WeighBlock&);
  void (*gemm)(const Product&);
  void (*output)(const OutputTile&);
  /// phi[c] = clamp(s[c] * inverse, 0, 1) for first <= c < last, 0 elsewhere in the block. @returns bit per phi > 0
  std::uint64_t (*convert)(const float* s, std::size_t first, std::size_t last, float inverse, float* phi);
  void (*weights)(const Weights&);
  /// chosen[r] = bits[r] & range. @returns number of set bits
  std::size_t (*select)(const std::uint64_t* bits, std::size_t rows, std::uint64_t range, std::uint64_t* chosen);
  void (*lines)(const LineBlock&);
};

/// Null when this machine (or this build) cannot run it. Auto: the best there is.
const KernelTable* kernelTable(Kernel kernel) noexcept;

const KernelTable* genericKernels() noexcept;
const KernelTable* avx2Kernels() noexcept;    ///< null when not built for x86-64
const KernelTable* avx512Kernels() noexcept;  ///< null when not built for x86-64

}  // namespace gaincell::attention
