#pragma once
/// @file
/// The array: rows x columns of gain cells with the resistance and capacitance of every line, element by element.
///
/// Word lines (and complements) run along rows, from the driver before column 0. Bit lines run along columns; row 0 is
/// nearest the read-out. The cells of one token share a write enable, so that a token is written at once: in array 1
/// (keys) write enables run along columns and write bit lines along rows, in array 2 (values) the other way round.
/// Write lines without resistance have no wire at all.
///
///   wl_i --R-- o --R-- o ...      one element: R in each line, C from each line to ground, the cell at the far end
///              |C      |C
///             cell    cell

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gaincell/cells/gain_cell.hpp"
#include "gaincell/design/conventions.hpp"

namespace gaincell::cells {

/// Which of the two arrays of a tile: its size follows from `array.rows` and `array.cols`.
enum class ArrayRole {
  Keys,    ///< array 1: array.rows word lines, array.cols bit lines; a token is a column
  Values,  ///< array 2: array.cols word lines, array.rows bit lines; a token is a row
};
int arrayRows(const design::Design& design, ArrayRole role);  ///< word lines
int arrayCols(const design::Design& design, ArrayRole role);  ///< bit lines

/// The wire of the design. @throws Error (ARR-0001) when it is the process's and that has no wire data or cell size.
design::Wire arrayWire(const pdk::Pdk& pdk, const design::Design& design);
/// The wire of one element in one line ("word", "bit", "write"): a kind depends on no other line. @throws as
/// arrayWire().
struct LineWire {
  double r = 0, c = 0;  ///< ohm, F
};
LineWire lineWire(const pdk::Pdk& pdk, const design::Design& design, const std::string& line);

/// What a whole bit line shows to a converter (F): wire and cells at rest.
double bitLineCapacitance(const pdk::Pdk& pdk, const design::Design& design, ArrayRole role);

/// A defined array, or one column of it, and how to reach its cells.
struct ArrayCircuit {
  std::string subcircuit;
  std::vector<std::string> ports;  ///< vdd, [nw], wl_i, wlb_i, bl_j, wbl_*, we_*, [web_*]
  GainCellDesign design;
  int rows = 0, cols = 0;
};

/// Defines the whole array. Cell (i, j) is instance "cell" of "e_j" of "row_i", so that 1024 x 1024 stays a small
/// description.
ArrayCircuit defineArray(const pdk::Pdk& pdk, const design::Design& design, ArrayRole role, netlist::Circuit& circuit);

/// Defines column `column` alone, with the same instance names (and so the same mismatch draws) as in the whole array.
/// Of each word line, the elements before the column become at most three equal sections, those behind it one section
/// with the same low-frequency impedance (R/3, C); the gates of the other cells on it become capacitors. Its own bit
/// line stays element by element. Write lines have no wire: they rest while reading.
ArrayCircuit defineArraySlice(const pdk::Pdk& pdk, const design::Design& design, ArrayRole role, int column,
                              netlist::Circuit& circuit);

/// Node of a stored voltage in a deck whose array is instance "array".
std::string arrayStorageNode(int row, int column);

/// Capacitance one cell puts on a word line and on its complement (F): gate widths times the PDK's declared gate
/// capacitance per width of the flavour (`targets`, 1.33 fF/um when it declares none: gc28's).
std::pair<double, double> wordLineGateLoad(const pdk::Pdk& pdk, const GainCellDesign& design);

/// Sources for everything but bit lines: supplies, resting write lines, word-line pulses that begin to rise at `start`
/// and last `widths[i]` at half height (0: no pulse), and the call of the array. Source names: dd, nw, wl_i, wlb_i,
/// wbl_*, we_*, web_*.
struct ArrayDrive {
  std::vector<double> widths;  ///< s, one per row
  double start = 0;            ///< s
  double edge = 0;             ///< s
  double driver_r = 0;         ///< ohm, output resistance of each word-line driver; 0: ideal
  double supply_r = 0;         ///< ohm, resistance of the supply shared by all cells of the deck; 0: ideal
};
void driveArray(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const ArrayCircuit& array,
                const ArrayDrive& drive, netlist::Deck& deck);

/// Registration of kinds "array" and "value-array".
Generator arrayGenerator();
Generator valueArrayGenerator();

}  // namespace gaincell::cells
