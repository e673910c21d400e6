#pragma once
/// @file
/// A column: gain cells on one bit line with its wire, and the converter at its end.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/cells/converter.hpp"
#include "gaincell/cells/gain_cell.hpp"

namespace gaincell::cells {

/// Parameters of a sub-block inside a bigger one: `relu_c_int` of a column is `c_int` of its ReLU converter.
void declarePrefixed(netlist::ParameterSet& set, const std::string& prefix, const netlist::ParameterSet& block);
/// The sub-block's own parameters with the values set in the bigger block.
netlist::ParameterSet extractPrefixed(const netlist::ParameterSet& set, const std::string& prefix,
                                      netlist::ParameterSet block);

/// Copies the parameters whose names start with the prefix and that both sets have: given ones as given, defaults as
/// defaults.
void copyPrefixed(const netlist::ParameterSet& from, const std::string& prefix, netlist::ParameterSet& to);

/// How write-enable and write bit lines run. The cells of one token share the write enable, so that a token is written
/// at once: a column of array 1 (keys), a row of array 2 (values).
enum class WriteSelect { Column, Row };

/// Cells on one bit line with its wire ladder: cell i is instance "cell_i", row 0 is nearest the port `bl`.
struct CellColumn {
  std::string subcircuit;
  std::vector<std::string> ports;  ///< bl, vdd, wl_i, wlb_i; by column wbl_i, we, web; by row wbl, we_i, web_i; nw
  GainCellDesign design;
};
/// `web` and `nw` exist when the cell's variant has them.
CellColumn defineCellColumn(const pdk::Pdk& pdk, const netlist::ParameterSet& cell, int rows, double wire_r,
                            double wire_c, WriteSelect select, netlist::Circuit& circuit);

/// Kind of converter a column ends in, from its parameter `converter`.
ConverterKind columnConverter(const netlist::ParameterSet& set);
/// The converter's own parameters inside the column's.
netlist::ParameterSet columnConverterParameters(const pdk::Pdk& pdk, const netlist::ParameterSet& set);
/// Parameters of the gain cell as arrays default to it: variant `lean` where the PDK has one.
netlist::ParameterSet arrayCellParameters(const pdk::Pdk& pdk);
netlist::ParameterSet columnParameters(const pdk::Pdk& pdk);

/// What a column's testbench plays: operations back to back on fixed stored voltages.
struct ColumnStimulus {
  std::vector<double> stored;               ///< V, one per row
  std::vector<std::vector<double>> inputs;  ///< [operation][row], 0 .. 15 LSB: pulse width in ns
  double level_low = 0;                     ///< V, end levels of the stored voltages, for a replica bias
  std::optional<double> level_high = {};    ///< V; the supply when not given
};

/// Column testbench. Supplies "vddc" (cells), "vdd" (converter), "vbias", "vmid"; one source per word line and
/// complement, per clock.
/// @throws Error (CNV-0002) when a shape or a value is wrong, (CNV-0001) for phases.
netlist::Deck columnDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const netlist::ParameterSet& set,
                         const ColumnStimulus& stimulus);

/// One cell with its bit line held at `bitline` (V): charge per pulse by stored voltage and width. One deck per stored
/// voltage; pulses of the given widths (s) follow each other every `spacing` seconds; the charge is the integral of
/// i(vhold).
netlist::Deck cellChargeDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const netlist::ParameterSet& cell,
                             double stored, double bitline, const std::vector<double>& widths, double spacing);

Generator columnGenerator();

}  // namespace gaincell::cells
