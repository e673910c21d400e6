#pragma once
/// @file
/// From tables to a model file: reads the inputs of docs/fitting.md, runs every fit they allow, and reports.

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"
#include "gaincell/support/csv.hpp"

namespace gaincell::fit {

/// Tables of one set of conditions; what is missing is not fitted. Columns: docs/fitting.md.
struct Inputs {
  std::optional<support::Table> iv, charge, decay, transient, leakage, write, read_energy, write_energy, rest_power;
  std::optional<support::Table> relu_transfer, signed_transfer, relu_energy, signed_energy;
  std::optional<support::Table> cell_mismatch, cell_process, relu_mismatch, signed_mismatch;
  model::Conditions conditions;
  support::Provenance provenance;
  std::optional<model::DesignRecord> design;      ///< none: measured data
  std::optional<model::Timing> timing;            ///< of the design; none: the model's phases stay unknown
  std::optional<model::Conventions> conventions;  ///< of the design; none: the model states none
  std::string source;                             ///< folder, for messages
  std::vector<std::string> files;                 ///< that were used, for the report

  /// Puts a table where it belongs. @param kind circuit kind ("gain-cell", ...); @param columns decide the rest
  /// @return whether it was one of the tables above
  bool add(const std::string& kind, support::Table table);
};

/// Conditions that the caller states, for data that do not say theirs.
struct GivenConditions {
  std::optional<std::string> pdk, corner;
  std::optional<double> temp_c, vdd_v;
};

/// Reads every table of `dir` (or dir/data) named <kind>_..., and samples.csv files of Monte-Carlo runs beside them.
/// What they belong to says identity.json, which the program writes beside its tables; else the first line of the CSV
/// files; else the caller; else 27 C, 0.9 V, corner tt, PDK "import".
/// @throws Error FIT-0009 when the folder holds none; FIT-0014 for an identity.json that cannot be read; FIT-0015 for a
///   table that says something else than identity.json or the tables before it, by its name; FIT-0016 when the caller
///   says something else
Inputs readInputs(const std::filesystem::path& dir, const GivenConditions& given = {});
/// Adds the samples.csv of a Monte-Carlo run of `kind`. @param process global instead of local variation
void addSamples(Inputs& inputs, const std::string& kind, support::Table samples, bool process);

/// Adds a Monte-Carlo run folder (study.json and samples.csv): the samples at the conditions of `inputs`.
/// @throws Error FIT-0011, FIT-0012 when the folder is no run or does not say its design; FIT-0013 when it varies
///   mismatch and process together, or belongs to another process, design or other conditions, with the first
///   difference
void addRun(Inputs& inputs, const std::filesystem::path& dir);
/// A Monte-Carlo run folder alone: its design and conditions, its samples, and the mean current of the samples at each
/// level as nominal iv table.
/// @throws Error FIT-0011..0013; FIT-0016 when the caller says other conditions
Inputs readRun(const std::filesystem::path& dir, const GivenConditions& given = {});

/// Where the inputs have a design, its rows, columns, levels and pulses count instead of those here.
struct Options {
  double v_zero = 0.45;  ///< V, or half the supply
  double bit_line_reference = 0.45;
  double pulse_max = 15e-9;     ///< s
  double pulse_lsb = 1e-9;      ///< s, one output level of a converter
  int levels = 8;               ///< stored levels, for the hold times and the power at rest
  int rows = 64, columns = 64;  ///< of array 1, for energies
  int window = 1024;            ///< tokens that a head holds, for the energy of a token
  /// Fits the cubic at the stored levels alone: what an array sums. Voltages between them only serve the extended form.
  bool cubic_at_levels = false;
  /// Form of the extended cell, where another point of a grid has chosen it.
  std::optional<model::ExtendedCell> extended_like = std::nullopt;
};

/// One number of the report.
struct Parameter {
  std::string name, unit;
  double value = 0;
  std::optional<double> low, high;  ///< 95 % confidence interval
  std::optional<double> paper;      ///< the published figure
};

/// Everything a reader needs to judge the fits; plain data.
struct FitReport {
  std::vector<Parameter> parameters;
  std::map<std::string, support::Table>
      residuals;  ///< "cell", "retention", "relu", "signed", "variability", ...: data, model, residual
  std::vector<std::string> warnings;
  std::vector<std::string> files;
};

struct FitResult {
  model::Model model;
  FitReport report;
};

/// Runs all fits. Currents of the model are positive into the bit line.
/// @throws Error FIT-0010 without iv or charge data; and the errors of the single fits
FitResult fitModel(const Inputs& inputs, const Options& options = {});

/// One model of several conditions: the first is nominal, the others become the grid; the temperature law of retention
/// is fitted over those of the nominal corner and supply.
/// @throws Error FIT-0017 when two of them belong to different processes or designs, when one does not say its design,
///   or when two have the same conditions
FitResult fitGrid(const std::vector<Inputs>& inputs, const Options& options = {});

nlohmann::json toJson(const FitReport& report);
/// Tables for people: parameters with intervals and the published figures, warnings.
std::string toText(const FitReport& report);

}  // namespace gaincell::fit
