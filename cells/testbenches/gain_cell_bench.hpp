#pragma once
/// @file
/// What all testbench decks of the gain cell share. Private to the testbenches.

#include <string>

#include "gaincell/cells/gain_cell.hpp"

namespace gaincell::cells {

/// A deck under construction: supply and bit line are driven, the cell is placed, everything else follows.
struct CellBench {
  netlist::Deck deck;
  GainCell cell;
  GainCellDesign design;  ///< levels at the deck's supply
  double vdd = 0;         ///< V
  double edge = 0;        ///< s, of word line and write enable

  void drive(const std::string& node, netlist::Stimulus stimulus);
  /// Constant write enable (both polarities) and n-well.
  void driveWriteEnable(bool on);
  /// Constant word line, both polarities.
  void driveWordLine(bool on);
};

CellBench startCellBench(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                         const std::string& title, StorageNode storage);

/// Saves the storage node and the currents of all voltage sources.
void saveAll(CellBench& bench);

}  // namespace gaincell::cells
