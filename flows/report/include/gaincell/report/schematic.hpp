#pragma once
/// @file
/// The circuit diagram of the 6T gain cell.

#include <string>

namespace gaincell::report {

/// Sizes as they are to stand beside the devices, e.g. "n_svt 0.10/0.20". Empty ones are left out.
struct CellSizes {
  std::string write_n, write_p;  ///< an empty write_p with a write_n draws a single write device
  std::string pair_n, pair_p, read_n, read_p;
  std::string capacitor;  ///< "8 fF"
  std::string supply;     ///< "0.9 V"
};

/// A complete <svg>; lines and texts take the colour of the page. For Drawing::svg.
std::string cellSchematic(const CellSizes& sizes);

}  // namespace gaincell::report
