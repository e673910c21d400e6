#pragma once
/// @file
/// Behavioral model against transistors, both dot products of one tile (paper, figures 5a and 5b).
///
/// Transistors: every bit line is simulated with its cells, wire and converter (two operations back to back, the second
/// one counts); array 2 is driven by the pulses that array 1's converters gave. The charge of each bit line is
/// simulated once more into an ideal integrator, which gives S. Model: the same data through the model file, once in
/// its plain form (cubic current, ideal converter lines) and once in its extended form (charge per pulse edge, higher
/// order, converter offset and INL).
///
/// Signs: charge is positive into the bit line, as in the circuits. Stored voltages are those of the cells: a weight w
/// of the behavioral simulator is stored as VDD - w, so that a positive product pushes charge into the bit line.

#include <string>
#include <vector>

#include "gaincell/model/model.hpp"
#include "gaincell/sim/analysis.hpp"

namespace gaincell::flows {

/// What one tile holds and is asked.
struct TileData {
  std::vector<std::vector<double>> keys;    ///< V at the cells, [row][token]
  std::vector<std::vector<double>> values;  ///< V at the cells, [token][output]
  std::vector<std::vector<int>> queries;    ///< input pulse of each row in LSB of 1 ns, 0..15; [operation][row]
};

/// Random stored levels (8) and queries (16 levels, a fraction of them zero), each a function of the seed.
TileData randomTile(std::uint64_t seed, int rows, int tokens, int outputs, int operations, double vdd);
/// Structured patterns: "zero", "max", "one-hot", "checkerboard", "near-saturation". @throws Error (CHK-0001) naming
/// them.
TileData structuredTile(const std::string& pattern, int rows, int tokens, int outputs, double vdd);

/// A form of the model: each adds one effect to the one before, so that the drop of the error is that effect's share.
struct ModelForm {
  std::string name;  ///< the effect it adds
  model::Cell cell;
  bool fitted_converters = false;  ///< offset, slope and INL of the model's converters instead of ideal lines
};
/// "cubic" (plain: cubic current, ideal converters), "higher order", "edge charge", "converters" (the full model).
/// Effects the model does not have are left out.
std::vector<ModelForm> modelForms(const model::Model& model);

/// One quantity at one place, in the transistors and in every form of the model.
struct ComparedPoint {
  int operation = 0, index = 0;  ///< token (S, phi) or output
  double spice = 0;
  std::vector<double> model;  ///< by form
};

struct Agreement {
  double nrmse = 0;       ///< rms difference / full scale
  double max = 0;         ///< largest difference / full scale
  double bias = 0;        ///< mean difference / full scale
  double r2 = 0;          ///< coefficient of determination of the model for the transistors
  double beyond_lsb = 0;  ///< share of points more than one LSB (1/15 of full scale) apart
};
Agreement agreementOf(const std::vector<ComparedPoint>& points, double full_scale, std::size_t form);

struct TileComparison {
  std::vector<ModelForm> forms;
  std::vector<ComparedPoint> s;       ///< C
  std::vector<ComparedPoint> phi;     ///< s
  std::vector<ComparedPoint> output;  ///< s, signed; the model gets the transistors' phi pulses
  std::vector<ComparedPoint> chain;   ///< s, signed; the model gets its own phi pulses
  double full_scale_charge = 0;       ///< C, of the ReLU converter
  double full_scale_width = 15e-9;    ///< s
  double spice_cpu_s = 0;             ///< CPU seconds of all simulator runs
  double spice_multiply_cpu_s = 0;    ///< of them those of one array multiply (S), per operation
  double model_multiply_s = 0;        ///< seconds of the plain model per array multiply
  std::vector<std::string> warnings;
};

/// Circuits the comparison runs on: parameters of kinds "array" and "column" (both converters).
struct TileCircuits {
  netlist::ParameterSet array, relu_column, signed_column;
};

/// @throws Error (CHK-0002) shapes that do not match, (SIM-0002) a failed simulation.
TileComparison compareTile(const pdk::Pdk& pdk, const pdk::Conditions& conditions, const TileCircuits& circuits,
                           const model::Model& model, const TileData& data, sim::Simulator& simulator);

}  // namespace gaincell::flows
