#pragma once
/// @file
/// The model file in memory: what the simulations know about a cell and its converters. Field names and units are those
/// of model.json ("gaincell-model/1"); accessors in SI are in evaluate.hpp. Reading and writing: io.hpp.
///
/// Sections a study did not characterise are empty optionals (null in the file): a reader must refuse or warn, never
/// guess.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/support/provenance.hpp"

namespace gaincell::model {

inline constexpr const char* kSchemaId = "gaincell-model/1";

/// Which bit-line current counts as positive.
enum class SignConvention {
  IntoBitLine,   ///< positive when the cell pushes charge INTO the bit line (simulations): dI/dV < 0
  OutOfBitLine,  ///< positive when the cell pulls charge OUT of the bit line (the published coefficients): dI/dV > 0
};

/// Where the figures of the section were obtained.
struct Conditions {
  std::string pdk;     ///< PDK name; "paper" for the published figures
  std::string corner;  ///< tt, ss, ff, sf, fs
  double temp_c = 27;  ///< degrees Celsius
  double vdd_v = 0.9;  ///< V
};

/// The design whose circuits the figures are of. Values stay text, as its file states them: they name a difference, and
/// give the sizes that figures are counted with.
struct DesignRecord {
  std::string name, hash;                     ///< content hash of the values
  std::map<std::string, std::string> values;  ///< by path ("cell.pair_n.w"); may be empty

  std::string shortHash() const { return hash.substr(0, 8); }
  /// The value as a number, where there is one.
  std::optional<double> number(const std::string& path) const;
};

/// Where two designs differ, as "cell.pair_n.w: 1.5e-07 against 1e-07" ("-" where one has none); by name and hash when
/// their values do not tell. Empty: they are the same.
std::vector<std::string> differences(const DesignRecord& a, const DesignRecord& b);

/// Map of one variable to the one that is jointly normal, z(x).
struct Transform {
  /// "identity": z = x; "log": z = ln(x); "johnson-su": z = gamma + delta asinh((x - xi)/lambda)
  /// (N. L. Johnson, Biometrika 36, 149-176, 1949).
  std::string kind = "identity";
  double gamma = 0, delta = 1, xi = 0, lambda = 1;  ///< johnson-su only
};

/// A joint distribution of device-to-device variation: z = transform(x) is normal with `mean` and `covariance`.
/// For cells x is the deviation of c0..c3 from the nominal coefficients (uA, uA/V, ...), to be ADDED to them.
struct JointDistribution {
  std::vector<std::string> names;               ///< n variable names
  std::vector<Transform> transforms;            ///< n
  std::vector<double> mean;                     ///< n, of z
  std::vector<std::vector<double>> covariance;  ///< n x n, of z; symmetric, positive semi-definite
  int samples = 0;                              ///< Monte-Carlo samples it was estimated from
  std::vector<double> normality_p;              ///< n, p-value of the normality test of z (Anderson-Darling)
};

/// Variation of the whole I(V) curve, where a cubic cannot carry it: the deviation of a device from the nominal current
/// is sum_j x_j * sum_k components_uA[j][k] y^k uA, y = V - v_zero_V, with x drawn from `scores`. The components are
/// the principal components of the samples' currents at the stored levels, each level scaled to its own spread.
struct CurveVariation {
  std::vector<std::vector<double>> components_uA;  ///< [component][power of y], uA/V^k
  std::vector<double> explained;  ///< share of the (scaled) variance that the first 1, 2, ... components carry
  JointDistribution scores;       ///< one variable per component
  /// What drawing gave back against the samples: the spread farthest off among the levels (model / samples), and the
  /// largest |difference| of a correlation between two levels.
  double worst_sigma_ratio = 1, worst_correlation_error = 0;
};

/// One candidate term of the extended cell form and what it was worth.
struct ExtendedTerm {
  std::string name;          ///< "order", "edge_charge", "bit_line_conductance", ...
  double nrmse_without = 0;  ///< cross-validated NRMSE without the term
  double nrmse_with = 0;     ///< and with it
  bool kept = false;
};

/// How the output conductance of a cell changes with the bit-line voltage.
struct ConductanceSlope {
  std::vector<double> slope_uS_per_V;  ///< h: (uS/V)/V^k
};

/// Standard errors of the coefficients of an extended form, from the scatter of its residuals; same order and units.
struct ExtendedErrors {
  std::vector<double> current_uA, edge_charge_fC, conductance_uS, slope_uS_per_V;
};

/// Charge of one pulse of width t at stored voltage V: Q = a(V) + b(V) t - (g(V) d + h(V) d^2) t, polynomials in
/// y = V - v_zero_V, lowest order first. Q counts in the direction of Cell::sign_convention, and so does d, the
/// distance of the bit line from bit_line_reference_V: a positive charge moves the line to positive d, and g is
/// positive either way.
struct ExtendedCell {
  std::vector<double> current_uA;      ///< b: uA/V^k
  std::vector<double> edge_charge_fC;  ///< a: fC/V^k; empty: no edge charge
  std::vector<double> conductance_uS;  ///< g: uS/V^k; empty: not characterised
  std::optional<ConductanceSlope> conductance_slope;
  double bit_line_reference_V = 0.45;  ///< bit-line voltage at which a and b hold
  double nrmse = 0;                    ///< cross-validated, of charge, normalised by the largest |charge|
  double nrmse_fit = 0;                ///< on the data of the fit
  std::vector<ExtendedTerm> terms;
  std::optional<ExtendedErrors> standard_errors;
};

/// Bit-line current of one cell: I(V) = sum_k c_k (V - v_zero_V)^k while the word line is high.
struct Cell {
  SignConvention sign_convention = SignConvention::IntoBitLine;
  double v_zero_V = 0.45;
  std::array<double, 4> coefficients_uA{};      ///< c_k in uA/V^k
  std::array<double, 2> domain_V{0, 0.9};       ///< stored voltages of the fit
  double nrmse = 0;                             ///< rms residual / full_scale_uA
  double full_scale_uA = 0;                     ///< the normaliser: largest |I| of the data
  double r2 = 0;                                ///< coefficient of determination
  std::vector<std::vector<double>> covariance;  ///< 4 x 4, of the estimated coefficients (uA/V^k)(uA/V^l)
  int points = 0;                               ///< data points of the fit; 0: published figure
  std::optional<ExtendedCell> extended;
  /// Share by which the stored deviation grows while the read gate is open (node coupling): I_transient(y) = I_dc((1+k)
  /// y). For information; coefficients fitted from pulses already contain it.
  std::optional<double> storage_coupling;
  std::optional<JointDistribution> mismatch;  ///< local: every cell draws its own
  std::optional<JointDistribution> process;   ///< global: all cells of a chip share one draw
  /// The same two for the whole curve; where present they are what samples are drawn from.
  std::optional<CurveVariation> mismatch_curve, process_curve;
};

/// A value for each of the two rails the storage node can start from.
struct PerRail {
  double low = 0, high = 0;
};

/// Leakage of the storage node where an exponential does not hold: dV/dt = current_A(V) / capacitance_F.
struct LeakageCurve {
  double capacitance_F = 0;
  std::vector<double> voltage_V;  ///< increasing
  std::vector<double> current_A;  ///< into the node, at each voltage; linear between
};

/// Time for one stored level to drift by half a level.
struct LevelHold {
  double level_V = 0;
  std::optional<double> half_level_s;  ///< none: never within the simulated window
  double window_s = 0;                 ///< the time looked at
};

/// Storage decay as it was simulated at one temperature.
struct RetentionAtTemperature {
  double temp_c = 27;
  PerRail tau_s, end_V, residual;  ///< as in Retention
  double window_s = 0;             ///< of the fit of tau, the longer of both rails
  bool exponential = true;
  std::optional<LeakageCurve> leakage_curve;
};

/// Storage decay: V(t) = end + (V0 - end) exp(-t/tau) from each rail.
struct Retention {
  PerRail tau_s;  ///< by least squares over the fit window: the time to 1/e only where the decay is exponential
  PerRail end_V;
  PerRail residual;  ///< rms misfit / swing of the fit window, per rail
  std::array<double, 2> fit_window_low_s{}, fit_window_high_s{};
  bool exponential = true;  ///< residual <= 2 % on both rails; otherwise use the leakage curve
  std::optional<LeakageCurve> leakage_curve;
  /// Every temperature the decay was simulated at, its own included, increasing; retentionAt() evaluates between them.
  /// Empty where only one is known.
  std::vector<RetentionAtTemperature> temperatures;
  std::vector<LevelHold> levels;
};

/// Error of a converter's pulse against its clamped straight line, by input charge; linear between, zero outside.
struct InlTable {
  std::vector<double> charge_fC;  ///< increasing; signed converters include negative charge
  std::vector<double> error_ns;   ///< width - clamp(offset + |charge|/slope, 0, saturation)
};

/// Spread of single figures of a converter over Monte-Carlo, those that are no parameter of its line included.
struct FigureSpread {
  std::vector<std::string> names;  ///< with the unit: "slope_fC_per_ns", "saturation_ns", "inl_ns", ...
  std::vector<double> mean, sigma, smallest, largest;
  int samples = 0;
};

/// Straight line with clamps: width = clamp(offset_ns + charge/slope, 0, saturation_ns); widths below min_pulse_ns
/// vanish.
struct Converter {
  double slope_fC_per_ns = 0;
  double offset_ns = 0;
  double saturation_ns = 15;  ///< width at full scale and above
  double s_sat_uA = 0;      ///< full scale over the longest pulse: Conventions::full_scale_fC, else of the fitted line
  double min_pulse_ns = 0;  ///< shortest pulse that reaches the output
  double lsb_ns = 1;
  double residual_rms_ns = 0, residual_max_ns = 0;  ///< against the straight line, 0.05 to 0.95 full scale
  InlTable inl;
  /// Charge over the step it leaves on the bit line when the input ends; large where an amplifier holds the bit line.
  std::optional<double> integration_capacitance_F;
  /// Deviations of "gain" (relative) and "offset_ns" from converter to converter; of a signed converter also of
  /// "negative_gain" and "negative_offset_ns".
  std::optional<JointDistribution> mismatch;
  std::optional<FigureSpread> mismatch_figures;
  std::vector<double> energy_charge_fC, energy_J;  ///< energy of one operation by input charge; may be empty
};

/// The signed converter adds the other polarity and the decision.
struct SignedConverter {
  Converter positive;                   ///< charge into the bit line
  double negative_slope_fC_per_ns = 0;  ///< > 0: |charge| per ns
  double negative_offset_ns = 0;
  double sign_threshold_fC = 0;  ///< net charge at which the sign bit flips
  /// Half the distance of the two charges it was found between.
  std::optional<double> sign_threshold_uncertainty_fC;
};

/// Energy of one read by stored voltage and pulse width.
struct ReadEnergy {
  std::vector<double> v_storage_V, width_s;   ///< increasing
  std::vector<std::vector<double>> energy_J;  ///< [stored voltage][width]
};

/// Energy of one write by level.
struct WriteEnergy {
  std::vector<double> level_V;                ///< increasing
  std::vector<std::vector<double>> energy_J;  ///< [previous level][level]
};

/// Power of a cell at rest by stored voltage.
struct RestPower {
  double mean_W = 0;                         ///< over the stored levels
  std::vector<double> v_storage_V, power_W;  ///< increasing voltages
};

/// Where the energy of a token goes: J, of one head whose window is full. How it is counted: token_energy.hpp.
struct TokenBreakdown {
  int rows = 64, columns = 64;  ///< of array 1; array 2 has them the other way round
  int tiles = 16;
  double pulse_share = 0.5;                             ///< mean width of the pulses into both arrays, of the longest
  double write = 0;                                     ///< cells with DACs and write enables
  double array1 = 0, relu = 0, array2 = 0, output = 0;  ///< cells with word lines; conversions
  double rest = 0;                                      ///< cells while they are not read
  double digital = 0;  ///< control and routing: always the published figure, no circuit of this project
};

/// J per event. Empty: not characterised. A read is one on a bit line that integrates: without the charge that a held
/// bit line's rail would deliver, which there is the converter's to bring back.
struct Energy {
  std::optional<double> write;                                ///< one cell, mean over level transitions
  std::optional<double> read_per_cell;                        ///< one cell, full-width pulse, mean over levels
  std::optional<double> relu_converter_per_column_operation;  ///< converter alone
  std::optional<double> signed_converter_per_column_operation;
  std::optional<double> per_array_multiply;  ///< one array with its converters, mean of both kinds
  /// The same, by array: of the sizes in `token`, else of the design's, else 64 x 64.
  std::optional<double> array1_multiply, array2_multiply;
  std::optional<double> per_token;  ///< one head, analog and digital parts: the sum of `token`
  std::optional<ReadEnergy> read_by_level;
  std::optional<WriteEnergy> write_by_level;
  std::optional<RestPower> rest_by_level;
  std::optional<TokenBreakdown> token;
};

/// s. Phases come from the design that was simulated; of measured data they are unknown.
struct Timing {
  std::optional<double> write_reset, integrate, phi_pulse, readout_pulse;
  std::optional<double> token;
  double pulse_max = 15e-9;  ///< widest input pulse
};

/// How each write goes, by previous level and level.
struct WriteTransitions {
  std::vector<std::vector<double>> settle_s;       ///< [previous][level]: time to within half a level
  std::vector<std::vector<double>> feedthrough_V;  ///< [previous][level]: step of the node when the write switch closes
};

/// What the write path really stores.
struct Write {
  std::vector<double> level_V;                ///< asked for, n levels
  std::vector<std::vector<double>> stored_V;  ///< [previous level][level]: voltage after the write switch has closed
  double settle_s = 0;                        ///< slowest time to within half a level
  std::optional<WriteTransitions> transitions;
};

/// The bit lines of one array.
struct BitLines {
  int cells = 64;                ///< on a line: rows of array 1, tokens of a tile in array 2
  double full_scale_fC = 0;      ///< charge that the ideal converter turns into the longest pulse
  double capacitance_F = 0;      ///< that integrates: capacitor and wire; 0: an amplifier holds the line
  double wire_ohm_per_cell = 0;  ///< resistance of one element
  double read_delay_s = 0;       ///< from a write to the middle of the first read
};

/// What the numbers of a network mean in the hardware: the one place that says so. Set from the design
/// (design/conventions.hpp), read by everything that turns values into voltages, charges, pulses and codes.
/// docs/conventions.md states it as a table.
struct Conventions {
  SignConvention positive_charge = SignConvention::IntoBitLine;  ///< that gives a positive output
  bool mirrored = true;                                          ///< the least weight is stored as the highest voltage
  std::array<double, 2> weights{0, 0.9};         ///< values of the network that are stored at the end levels
  std::array<double, 2> levels_of_supply{0, 1};  ///< lowest and highest stored voltage over the supply
  int stored_levels = 8, input_levels = 16, output_levels = 32;
  std::string output_code = "counter";  ///< "counter": magnitude and sign; "paper-code": steps of 2/(N-1)
  double lsb_s = 1e-9;                  ///< one step of a pulse
  double edge_s = 0;                    ///< rise and fall of word lines
  double shortest_pulse_s = 0;          ///< a word line plays none that is shorter
  double write_s = 0;                   ///< write enable of one token
  BitLines array1, array2;
};

/// Where the model may be used. Outside, tools refuse or warn; they never extrapolate silently.
struct Validity {
  std::array<double, 2> v_storage_V{0, 0.9};
  std::array<double, 2> pulse_width_s{0, 15e-9};
  std::array<double, 2> temp_c{27, 27};
  std::array<double, 2> vdd_V{0.9, 0.9};
  std::array<double, 2> hold_s{0, 0};  ///< storage times the retention law was fitted on
  std::vector<std::string> notes;      ///< warnings of the fit, for people
};

/// Everything that depends on the conditions.
struct Section {
  Conditions conditions;
  Cell cell;
  std::optional<Retention> retention;
  std::optional<Converter> relu_converter;
  std::optional<SignedConverter> signed_converter;
  std::optional<Energy> energy_J;
  std::optional<Write> write;
};

/// How `at()` goes between the points of `grid`.
struct Interpolation {
  std::string corner = "exact";        ///< corners are never mixed
  std::string temperature = "linear";  ///< coefficients, converters, energies linear in T; ln(tau) linear in 1/T
  std::string supply = "linear";
};

/// A model file: the nominal section, and optionally the same at other corners, temperatures and supplies.
struct Model : Section {
  support::Provenance provenance;
  std::optional<DesignRecord> design;      ///< none: measured data, the paper
  std::optional<Conventions> conventions;  ///< none: measured data; see requireConventions (conventions.hpp)
  Timing timing_s;
  Validity validity;
  Interpolation interpolation;
  std::vector<Section> grid;
};

/// The published coefficients and figures (Leroux, Manea et al., 2025; authors' model code): 16 input levels of up to
/// 15 ns, S_sat 80 and 40 uA, tau 5 ms, 65 ns per token. Not fitted here: covariance zero, points 0.
Model paperModel();

}  // namespace gaincell::model
