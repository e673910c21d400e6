#pragma once
/// @file
/// Arrays and columns of macro-models: the subcircuits that `gaincell model export --format ngspice` writes, in the
/// place of transistors. They are the export itself, so what is compared here is what a user of the export gets.

#include <vector>

#include "gaincell/cells/column.hpp"
#include "gaincell/model/model.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/sim/array_engine.hpp"

namespace gaincell::macro {

/// What `--fidelity` may be.
enum class Fidelity { Spice, Macro, Compare };
/// @throws Error (MAC-0001) naming the choices
Fidelity fidelityOf(const std::string& name);

/// One multiply of an array of macro cells into ideal integrators: C per column. @param edge s, of
/// the word lines. @param cpu seconds of the simulator, added to
std::vector<double> macroArray(const model::Model& model, double edge, const sim::ArrayOperands& operands,
                               sim::Simulator& simulator, double& cpu);

/// Operations of one column of macro cells with its macro converter: pulse widths in s, negative for the other sign.
/// @throws Error (MAC-0002) when the model does not have that converter
std::vector<double> macroColumn(const model::Model& model, cells::ConverterKind kind,
                                const cells::ConverterTiming& timing, double lsb, const cells::ColumnStimulus& stimulus,
                                sim::Simulator& simulator, double& cpu);

/// `mac` of arrays and columns by macro-models, on the operands that the transistor analysis draws. With
/// Fidelity::Compare the transistors are simulated as well: figures max_error and nrmse (of full scale) and cpu_ratio.
/// @throws Error (MAC-0003) for other analyses; (DSG-0020) when the model is of another cell, process or condition
sim::AnalysisResult macroAnalysis(const sim::AnalysisContext& context, const std::string& kind,
                                  const std::string& analysis, const model::Model& model, Fidelity fidelity);

}  // namespace gaincell::macro
