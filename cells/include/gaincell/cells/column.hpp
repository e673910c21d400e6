#pragma once
/// @file
/// A column: gain cells on one bit line with its wire, and the converter at its end.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/cells/array.hpp"
#include "gaincell/cells/converter.hpp"
#include "gaincell/cells/gain_cell.hpp"

namespace gaincell::cells {

/// Cells on one bit line with its wire ladder: cell i is instance "cell_i", row 0 is nearest the port `bl`.
struct CellColumn {
  std::string subcircuit;
  std::vector<std::string> ports;  ///< bl, vdd, wl_i, wlb_i; by column wbl_i, we, web; by row wbl, we_i, web_i; nw
  GainCellDesign design;
};
/// `web` and `nw` exist when the design has write_p.
CellColumn defineCellColumn(const pdk::Pdk& pdk, const design::Design& design, ArrayRole role,
                            netlist::Circuit& circuit);

/// Array whose bit lines end in converters of a kind, and the other way round.
ArrayRole arrayOf(ConverterKind kind);
/// Kind of circuit a column with that converter is: "column" (ReLU), "value-column" (signed).
const char* columnKind(ConverterKind kind);
ConverterKind columnConverter(const std::string& kind);

/// What a column's testbench plays: operations back to back on fixed stored voltages.
struct ColumnStimulus {
  std::vector<double> stored;               ///< V, one per row
  std::vector<std::vector<double>> inputs;  ///< [operation][row], pulse width in LSB
  double level_low = 0;                     ///< V, end levels of the stored voltages, for a replica bias
  std::optional<double> level_high = {};    ///< V; the supply when not given
};

/// Column testbench. Supplies "vddc" (cells), "vdd" (converter), "vbias", "vmid"; one source per word line and
/// complement, per clock.
/// @throws Error (CNV-0002) when a shape or a value is wrong, (CNV-0001) for phases.
netlist::Deck columnDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, ConverterKind kind,
                         const design::Design& design, const ColumnStimulus& stimulus);

/// One cell with its bit line held at `bitline` (V): charge per pulse by stored voltage and width. One deck per stored
/// voltage; pulses of the given widths (s) follow each other every `spacing` seconds; the charge is the integral of
/// i(vhold).
netlist::Deck cellChargeDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const design::Design& design,
                             double stored, double bitline, const std::vector<double>& widths, double spacing);

/// Kinds "column" (array 1, ReLU converter) and "value-column" (array 2, signed converter).
Generator columnGenerator();
Generator valueColumnGenerator();

}  // namespace gaincell::cells
