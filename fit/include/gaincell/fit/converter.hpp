#pragma once
/// @file
/// Fits of the charge-to-pulse converters.

#include <limits>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::fit {

/// One operation: net charge into the bit line (C), pulse width (s), sign bit (+1, -1).
struct Operation {
  double charge, width, sign = 1;
  double bit_line = std::numeric_limits<double>::quiet_NaN();  ///< step of the bit line when the input has ended, V
};

/// From charge_C, width_s and optionally sign (+1 where absent) and bit_line_V.
std::vector<Operation> operations(const support::Table& table);

/// Width above full scale.
struct Plateau {
  double width = 0, sigma = 0;  ///< s: median of the widths within 1 % of the largest, and its standard error
  std::size_t points = 0;
};

/// Straight line of one branch.
struct BranchFit {
  double slope = 0, offset = 0;              ///< C/s, s
  double slope_sigma = 0, offset_sigma = 0;  ///< standard errors
  double rms = 0, max = 0;                   ///< s, inside the window
  std::size_t points = 0;
};

struct ConverterOptions {
  double pulse_max = 15e-9;  ///< s, widest input pulse: makes s_sat of a charge
  double lsb = 1e-9;         ///< s
};

/// Widths between 5 and 95 % of saturation decide slope and offset; saturation is the median of the widths within 1 %
/// of the largest.
/// @throws Error FIT-0001 fewer than 3 points there; FIT-0007 no pulse at all
struct ReluFit {
  model::Converter converter;
  BranchFit branch;
  Plateau saturation;
  std::vector<std::string> warnings;
};
ReluFit fitRelu(const std::vector<Operation>& data, const ConverterOptions& options = {});

struct SignedFit {
  model::SignedConverter converter;
  BranchFit positive, negative;
  Plateau saturation;
  std::vector<std::string> warnings;
};
SignedFit fitSigned(const std::vector<Operation>& data, const ConverterOptions& options = {});

/// Puts energies by charge (charge_C, total_J) into a converter.
void addEnergy(model::Converter& converter, const support::Table& energy);

}  // namespace gaincell::fit
