#pragma once
/// @file
/// The one description of model.json. Reader, writer and schema builder are three visitors of it, so they cannot
/// disagree.
///
/// A visitor V has: number, nullableNumber, optionalNumber (key may be absent), optionalUnsigned, integer, flag, text,
/// optionalText, textMap (texts by key), later (object or null; files written before the field existed do not have it),
/// perRail, numbers (list), fixed (array of given size), matrix, texts, object, nullable (object or null), list (of
/// objects), laterList (files written before the field existed do not have it), retired (a field of older files that
/// is read over and no longer written), merge (the fields of a part, in place).

#include <limits>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"

namespace gaincell::model::detail {

/// Allowed values, inclusive. Chosen wide enough for any cell and narrow enough that a value in the wrong unit
/// (A for uA, kelvin for degrees Celsius, ns for s) falls outside.
struct Range {
  double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
  const char* unit = "";
};

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr Range kAny{};
inline constexpr Range kVolt{-5, 5, "V"};
inline constexpr Range kSupply{0.1, 5, "V"};
inline constexpr Range kCelsius{-100, 200, "degrees Celsius"};
inline constexpr Range kCoefficient{-1e6, 1e6, "uA/V^k"};
inline constexpr Range kFullScale{1e-3, 1e5, "uA"};
inline constexpr Range kShare{0, 10, "1"};
inline constexpr Range kCorrelationLike{-kInf, 1, "1"};
inline constexpr Range kProbability{0, 1, "1"};
inline constexpr Range kTau{1e-9, 1e9, "s"};
inline constexpr Range kTime{0, 1e9, "s"};
inline constexpr Range kPhase{0, 1e-3, "s"};
inline constexpr Range kToken{1e-12, 1e-3, "s"};
inline constexpr Range kCharge{-1e6, 1e6, "fC"};
inline constexpr Range kSlope{1e-3, 1e6, "fC/ns"};
inline constexpr Range kNanoseconds{-1e5, 1e5, "ns"};
inline constexpr Range kPositiveNanoseconds{1e-4, 1e5, "ns"};
inline constexpr Range kWidth{0, 1e5, "ns"};
inline constexpr Range kJoule{-1e-6, 1e-3, "J"};  // one read can give a little energy back
inline constexpr Range kWatt{-1e-6, 1e-3, "W"};
inline constexpr Range kFarad{1e-20, 1e-6, "F"};
inline constexpr Range kLeak{-1e-3, 1e-3, "A"};
inline constexpr Range kConductance{-1e6, 1e6, "uS/V^k"};
inline constexpr Range kSigma{0, kInf, "standard error"};
inline constexpr Range kCount{0, 2147483647.0, ""};

template <class V>
void describe(V& v, support::Provenance& p) {
  v.text("version", p.program_version, {}, "version of the program that wrote the file");
  v.text("command", p.command, {}, "command line that made it");
  v.text("date", p.date, {}, "UTC, ISO 8601");
  v.optionalText("pdk", p.pdk, "PDK name");
  v.optionalText("pdk_hash", p.pdk_hash, "content hash of PDK manifest and cards");
  v.optionalText("design", p.design, "name of the design");
  v.optionalText("design_hash", p.design_hash, "content hash of its values");
  v.optionalText("simulator", p.simulator, "simulator and version");
  v.optionalText("corner", p.corner, "corner");
  v.optionalUnsigned("seed", p.seed, "seed of the Monte-Carlo draws");
  v.optionalNumber("temp_c", p.temp_c, kCelsius, "degrees Celsius");
  v.optionalNumber("vdd_v", p.vdd_v, kSupply, "V");
}

template <class V>
void describe(V& v, Conditions& c) {
  v.text("pdk", c.pdk, {}, "PDK name; 'paper' for published figures, 'import' for measurements");
  v.text("corner", c.corner, {"tt", "ss", "ff", "sf", "fs"}, "process corner");
  v.number("temp_c", c.temp_c, kCelsius, "degrees Celsius");
  v.number("vdd_v", c.vdd_v, kSupply, "supply, V");
}

template <class V>
void describe(V& v, DesignRecord& d) {
  v.text("name", d.name, {}, "name of the design");
  v.text("hash", d.hash, {}, "SHA-256 over its process and values");
  v.textMap("values", d.values, "values of the design by path; may be empty");
}

template <class V>
void describe(V& v, Transform& t) {
  v.text("kind", t.kind, {"identity", "log", "johnson-su"}, "map from the variable to the jointly normal one");
  v.number("gamma", t.gamma, kAny, "johnson-su only");
  v.number("delta", t.delta, kAny, "johnson-su only, > 0");
  v.number("xi", t.xi, kAny, "johnson-su only");
  v.number("lambda", t.lambda, kAny, "johnson-su only, > 0");
}

template <class V>
void describe(V& v, JointDistribution& d) {
  v.texts("names", d.names, "variables, in order");
  v.list("transforms", d.transforms, "one per variable");
  v.numbers("mean", d.mean, kAny, "mean of the transformed variables");
  v.matrix("covariance", d.covariance, "of the transformed variables; symmetric, positive semi-definite");
  v.integer("samples", d.samples, "Monte-Carlo samples behind it");
  v.numbers("normality_p", d.normality_p, kProbability, "p-value of the normality test of each transformed variable");
}

template <class V>
void describe(V& v, CurveVariation& c) {
  v.matrix("components_uA", c.components_uA, "[component][k] in uA/V^k: deviation = sum_j x_j sum_k components y^k");
  v.numbers("explained", c.explained, kShare, "share of the variance the first 1, 2, ... components carry");
  v.object("scores", c.scores, "distribution of x, one variable per component");
  v.number("worst_sigma_ratio", c.worst_sigma_ratio, kShare, "drawn spread over that of the samples, worst level");
  v.number("worst_correlation_error", c.worst_correlation_error, kShare,
           "largest difference of a correlation between two levels");
}

template <class V>
void describe(V& v, ExtendedTerm& t) {
  v.text("name", t.name, {}, "what the term models");
  v.number("nrmse_without", t.nrmse_without, kShare, "cross-validated error without the term");
  v.number("nrmse_with", t.nrmse_with, kShare, "cross-validated error with it");
  v.flag("kept", t.kept, "whether the model has it");
}

template <class V>
void describe(V& v, ConductanceSlope& s) {
  v.numbers("slope_uS_per_V", s.slope_uS_per_V, kConductance, "h_k in (uS/V)/V^k");
}

template <class V>
void describe(V& v, ExtendedErrors& e) {
  v.numbers("current_uA", e.current_uA, kSigma, "of b_k, uA/V^k");
  v.numbers("edge_charge_fC", e.edge_charge_fC, kSigma, "of a_k, fC/V^k");
  v.numbers("conductance_uS", e.conductance_uS, kSigma, "of g_k, uS/V^k");
  v.numbers("slope_uS_per_V", e.slope_uS_per_V, kSigma, "of h_k, (uS/V)/V^k");
}

template <class V>
void describe(V& v, ExtendedCell& e) {
  v.numbers("current_uA", e.current_uA, kCoefficient,
            "b_k in uA/V^k of Q = a(y) + b(y) t - (g(y) d + h(y) d^2) t, y = V - v_zero_V, d = v_bl - v_ref");
  v.numbers("edge_charge_fC", e.edge_charge_fC, kCharge, "a_k in fC/V^k; empty when not modelled");
  v.numbers("conductance_uS", e.conductance_uS, kConductance, "g_k in uS/V^k; empty when not characterised");
  v.later("conductance_slope", e.conductance_slope, "h: how the conductance changes with the bit-line voltage");
  v.number("bit_line_reference_V", e.bit_line_reference_V, kVolt, "bit-line voltage at which a and b hold");
  v.number("nrmse", e.nrmse, kShare, "cross-validated, of charge, normalised by the largest |charge|");
  v.number("nrmse_fit", e.nrmse_fit, kShare, "on the data of the fit");
  v.list("terms", e.terms, "terms tried and what each was worth");
  v.later("standard_errors", e.standard_errors, "of the coefficients, from the scatter of the residuals");
}

template <class V>
void sign(V& v, const char* key, SignConvention& s, const char* doc) {
  std::string text = s == SignConvention::IntoBitLine ? "into-bit-line" : "out-of-bit-line";
  v.text(key, text, {"into-bit-line", "out-of-bit-line"}, doc);
  s = text == "into-bit-line" ? SignConvention::IntoBitLine : SignConvention::OutOfBitLine;
}

template <class V>
void describe(V& v, Cell& c) {
  sign(v, "sign_convention", c.sign_convention, "which bit-line current counts as positive in this section");
  v.number("v_zero_V", c.v_zero_V, kVolt, "stored voltage the polynomial is about");
  v.fixed("coefficients_uA", c.coefficients_uA, kCoefficient, "c0..c3 in uA/V^k: I(V) = sum c_k (V - v_zero_V)^k");
  v.fixed("domain_V", c.domain_V, kVolt, "stored voltages of the fit, low and high");
  v.number("nrmse", c.nrmse, kShare, "rms residual / full_scale_uA");
  v.number("full_scale_uA", c.full_scale_uA, kFullScale, "normaliser: largest |I| of the data");
  v.number("r2", c.r2, kCorrelationLike, "coefficient of determination");
  v.matrix("covariance", c.covariance, "4 x 4, of the estimated coefficients");
  v.integer("points", c.points, "data points of the fit; 0 for published figures");
  v.nullable("extended", c.extended, "form with pulse-edge charge and more; null when not fitted");
  v.nullableNumber("storage_coupling", c.storage_coupling, {-1, 10, "1"},
                   "I_transient(y) = I_dc((1+k) y); already in the coefficients");
  v.nullable("mismatch", c.mismatch, "deviations of c0..c3 (uA/V^k) from cell to cell; null when not studied");
  v.nullable("process", c.process, "deviations of c0..c3 (uA/V^k) common to a chip; null when not studied");
  v.later("mismatch_curve", c.mismatch_curve,
          "deviation of the whole I(V) from cell to cell; what samples are drawn from");
  v.later("process_curve", c.process_curve, "the same for what a chip's cells share");
}

template <class V>
void describe(V& v, LeakageCurve& c) {
  v.number("capacitance_F", c.capacitance_F, kFarad, "storage capacitance");
  v.numbers("voltage_V", c.voltage_V, kVolt, "increasing");
  v.numbers("current_A", c.current_A, kLeak, "into the node");
}

template <class V>
void describe(V& v, RetentionAtTemperature& t) {
  v.number("temp_c", t.temp_c, kCelsius, "degrees Celsius");
  v.perRail("tau_s", t.tau_s, kTau, "time constant from each rail");
  v.perRail("end_V", t.end_V, kVolt, "voltage each decay tends to");
  v.perRail("residual", t.residual, kShare, "rms misfit / swing of the window");
  v.number("window_s", t.window_s, kTime, "window of the fit of tau");
  v.flag("exponential", t.exponential, "false: use the leakage curve");
  v.nullable("leakage_curve", t.leakage_curve, "dV/dt = current_A(V)/capacitance_F");
}

template <class V>
void describe(V& v, LevelHold& l) {
  v.number("level_V", l.level_V, kVolt, "stored voltage");
  v.nullableNumber("half_level_s", l.half_level_s, kTime, "time to drift by half a level; null: not within window_s");
  v.number("window_s", l.window_s, kTime, "time looked at");
}

template <class V>
void describe(V& v, Retention& r) {
  v.perRail("tau_s", r.tau_s, kTau, "time constant from each rail, by least squares over the window");
  v.perRail("end_V", r.end_V, kVolt, "voltage each decay tends to");
  v.perRail("residual", r.residual, kShare, "rms misfit / swing of the window");
  v.fixed("fit_window_low_s", r.fit_window_low_s, kTime, "window of the fit from the low rail");
  v.fixed("fit_window_high_s", r.fit_window_high_s, kTime, "window of the fit from the high rail");
  v.flag("exponential", r.exponential, "false: use the leakage curve");
  v.retired("log_sigma");
  v.nullable("leakage_curve", r.leakage_curve, "dV/dt = current_A(V)/capacitance_F");
  v.retired("temperature");
  v.laterList("temperatures", r.temperatures, "the decay at every temperature it was simulated at, its own included");
  v.list("levels", r.levels, "time to lose half a level, by level");
}

template <class V>
void describe(V& v, InlTable& t) {
  v.numbers("charge_fC", t.charge_fC, kCharge, "increasing");
  v.numbers("error_ns", t.error_ns, kNanoseconds, "width minus straight line");
}

template <class V>
void describe(V& v, FigureSpread& f) {
  v.texts("names", f.names, "figures, each with its unit");
  v.numbers("mean", f.mean, kAny, "mean over the samples");
  v.numbers("sigma", f.sigma, kSigma, "standard deviation");
  v.numbers("smallest", f.smallest, kAny, "smallest sample");
  v.numbers("largest", f.largest, kAny, "largest sample");
  v.integer("samples", f.samples, "Monte-Carlo samples behind it");
}

template <class V>
void describe(V& v, Converter& c) {
  v.number("slope_fC_per_ns", c.slope_fC_per_ns, kSlope, "charge per ns of pulse width");
  v.number("offset_ns", c.offset_ns, kNanoseconds, "width = offset_ns + charge/slope, clamped");
  v.number("saturation_ns", c.saturation_ns, kPositiveNanoseconds, "width at full scale and above");
  v.number("s_sat_uA", c.s_sat_uA, kFullScale, "full scale of the converter over the longest pulse");
  v.number("min_pulse_ns", c.min_pulse_ns, kWidth, "shortest pulse that reaches the output");
  v.number("lsb_ns", c.lsb_ns, kPositiveNanoseconds, "width of one output level");
  v.number("residual_rms_ns", c.residual_rms_ns, kWidth, "against the straight line, 0.05 to 0.95 full scale");
  v.number("residual_max_ns", c.residual_max_ns, kWidth, "the largest there");
  v.optionalNumber("integration_capacitance_F", c.integration_capacitance_F, kFarad,
                   "charge over the step it leaves on the bit line; large where an amplifier holds the bit line");
  v.object("inl", c.inl, "error against the straight line by charge");
  v.nullable("mismatch", c.mismatch,
             "of gain (relative) and offset_ns, converter to converter; signed: of negative_gain, negative_offset_ns");
  v.later("mismatch_figures", c.mismatch_figures, "spread of slope, offset, INL, saturation, ... over the samples");
  v.numbers("energy_charge_fC", c.energy_charge_fC, kCharge, "increasing; may be empty");
  v.numbers("energy_J", c.energy_J, kJoule, "energy of one operation at each charge");
}

template <class V>
void describe(V& v, SignedConverter& c) {
  v.merge(c.positive);  // same fields as the ReLU converter, for the positive sign
  v.number("negative_slope_fC_per_ns", c.negative_slope_fC_per_ns, kSlope, "|charge| per ns for the negative sign");
  v.number("negative_offset_ns", c.negative_offset_ns, kNanoseconds, "offset for the negative sign");
  v.number("sign_threshold_fC", c.sign_threshold_fC, kCharge, "charge at which the sign bit flips");
  v.optionalNumber("sign_threshold_uncertainty_fC", c.sign_threshold_uncertainty_fC, {0, 1e6, "fC"},
                   "half the distance of the two charges it lies between");
}

template <class V>
void describe(V& v, ReadEnergy& e) {
  v.numbers("v_storage_V", e.v_storage_V, kVolt, "stored voltages, increasing");
  v.numbers("width_s", e.width_s, kPhase, "pulse widths, increasing");
  v.matrix("energy_J", e.energy_J, "[stored voltage][width], J");
}

template <class V>
void describe(V& v, WriteEnergy& e) {
  v.numbers("level_V", e.level_V, kVolt, "levels, increasing");
  v.matrix("energy_J", e.energy_J, "[previous level][level], J");
}

template <class V>
void describe(V& v, RestPower& r) {
  v.number("mean_W", r.mean_W, kWatt, "mean over the stored levels");
  v.numbers("v_storage_V", r.v_storage_V, kVolt, "stored voltages, increasing");
  v.numbers("power_W", r.power_W, kWatt, "power of one cell at each");
}

template <class V>
void describe(V& v, TokenBreakdown& t) {
  v.integer("rows", t.rows, "word lines of array 1, bit lines of array 2");
  v.integer("columns", t.columns, "bit lines of array 1, word lines of array 2");
  v.integer("tiles", t.tiles, "tiles of a head, all of them full");
  v.number("pulse_share", t.pulse_share, kProbability, "mean width of the input pulses, of the longest");
  v.number("write", t.write, kJoule, "written cells with DACs and write enables");
  v.number("array1", t.array1, kJoule, "cells and word lines of array 1");
  v.number("relu_converters", t.relu, kJoule, "conversions of array 1; 0 when array1 holds them");
  v.number("array2", t.array2, kJoule, "cells and word lines of array 2");
  v.number("signed_converters", t.output, kJoule, "conversions of array 2; 0 when array2 holds them");
  v.number("at_rest", t.rest, kJoule, "cells while they are not read");
  v.number("digital", t.digital, kJoule, "control and routing: the published figure, whatever the sizes");
}

template <class V>
void describe(V& v, Energy& e) {
  v.nullableNumber("write", e.write, kJoule, "one cell, mean over level transitions");
  v.nullableNumber("read_per_cell", e.read_per_cell, kJoule,
                   "one cell on a bit line that integrates, full-width pulse, mean over levels");
  v.nullableNumber("relu_converter_per_column_operation", e.relu_converter_per_column_operation, kJoule,
                   "converter alone, with its reset rail");
  v.nullableNumber("signed_converter_per_column_operation", e.signed_converter_per_column_operation, kJoule,
                   "converter alone, with its reset rail");
  v.nullableNumber("per_array_multiply", e.per_array_multiply, kJoule,
                   "array with its converters, mean of both arrays");
  v.nullableNumber("array1_multiply", e.array1_multiply, kJoule, "array 1 with ReLU converters");
  v.nullableNumber("array2_multiply", e.array2_multiply, kJoule, "array 2 with signed converters");
  v.nullableNumber("per_token", e.per_token, kJoule, "one head, analog and digital");
  v.later("read_by_level", e.read_by_level, "one read of a cell by stored voltage and pulse width");
  v.later("write_by_level", e.write_by_level, "one write of a cell by previous level and level");
  v.later("rest_by_level", e.rest_by_level, "power of a cell that is neither written nor read, by stored voltage");
  v.later("token", e.token, "one token and head by block: per_token is their sum");
}

template <class V>
void describe(V& v, Timing& t) {
  v.nullableNumber("write_reset", t.write_reset, kPhase, "write and reset phase; null: unknown");
  v.nullableNumber("integrate", t.integrate, kPhase, "array 1 integrates");
  v.nullableNumber("phi_pulse", t.phi_pulse, kPhase, "ReLU pulses, input of array 2");
  v.nullableNumber("readout_pulse", t.readout_pulse, kPhase, "signed pulses");
  v.nullableNumber("token", t.token, kToken, "one token through one head; null: unknown");
  v.number("pulse_max", t.pulse_max, kToken, "widest input pulse");
}

template <class V>
void describe(V& v, WriteTransitions& w) {
  v.matrix("settle_s", w.settle_s, "[previous level][level], time to within half a level, s");
  v.matrix("feedthrough_V", w.feedthrough_V,
           "[previous level][level], step of the node when the write switch closes, V");
}

template <class V>
void describe(V& v, Write& w) {
  v.numbers("level_V", w.level_V, kVolt, "levels asked for");
  v.matrix("stored_V", w.stored_V, "[previous level][level] after the write switch has closed");
  v.number("settle_s", w.settle_s, kPhase, "slowest time to within half a level");
  v.later("transitions", w.transitions, "settling and feedthrough of every write");
}

template <class V>
void describe(V& v, BitLines& b) {
  v.integer("cells", b.cells, "cells on one line");
  v.number("full_scale_fC", b.full_scale_fC, {1e-6, 1e9, "fC"}, "charge of the ideal converter's longest pulse");
  v.number("capacitance_F", b.capacitance_F, {0, 1e-6, "F"}, "that integrates; 0: an amplifier holds the line");
  v.number("wire_ohm_per_cell", b.wire_ohm_per_cell, {0, 1e6, "ohm"}, "resistance of one element of the line");
  v.number("read_delay_s", b.read_delay_s, kPhase, "from a write to the middle of the first read");
}

template <class V>
void describe(V& v, Conventions& c) {
  sign(v, "positive_charge", c.positive_charge, "charge of a bit line that gives a positive output");
  v.flag("mirrored", c.mirrored, "true: the least weight is stored as the highest voltage");
  v.fixed("weights", c.weights, kAny, "values of the network stored at the end levels");
  v.fixed("levels_of_supply", c.levels_of_supply, {-1, 2, "1"}, "lowest and highest stored voltage over the supply");
  v.integer("stored_levels", c.stored_levels, "levels of a stored voltage");
  v.integer("input_levels", c.input_levels, "levels of an input pulse, none included");
  v.integer("output_levels", c.output_levels, "codes of an output, both signs");
  v.text("output_code", c.output_code, {"counter", "paper-code"},
         "counter: magnitude and sign bit, halves away from zero; paper-code: steps of 2/(output_levels - 1)");
  v.number("lsb_s", c.lsb_s, kToken, "one step of a pulse");
  v.number("edge_s", c.edge_s, kPhase, "rise and fall of word lines");
  v.number("shortest_pulse_s", c.shortest_pulse_s, kPhase, "a word line plays none that is shorter");
  v.number("write_s", c.write_s, kPhase, "write enable of one token; 0: unknown");
  v.object("array1", c.array1, "bit lines of the keys");
  v.object("array2", c.array2, "bit lines of the values");
}

template <class V>
void describe(V& v, Validity& l) {
  v.fixed("v_storage_V", l.v_storage_V, kVolt, "low and high");
  v.fixed("pulse_width_s", l.pulse_width_s, kPhase, "low and high");
  v.fixed("temp_c", l.temp_c, kCelsius, "low and high");
  v.fixed("vdd_V", l.vdd_V, kSupply, "low and high");
  v.fixed("hold_s", l.hold_s, kTime, "storage times of the retention data");
  v.texts("notes", l.notes, "warnings of the fit");
}

template <class V>
void describe(V& v, Interpolation& i) {
  v.text("corner", i.corner, {"exact"}, "corners are never mixed");
  v.text("temperature", i.temperature, {"linear"}, "ln(tau) linear in 1/T, all else linear in T");
  v.text("supply", i.supply, {"linear"}, "linear");
}

template <class V>
void describe(V& v, Section& s) {
  v.object("conditions", s.conditions, "where the figures hold");
  v.object("cell", s.cell, "bit-line current of a cell");
  v.nullable("retention", s.retention, "null: not characterised");
  v.nullable("relu_converter", s.relu_converter, "null: not characterised");
  v.nullable("signed_converter", s.signed_converter, "null: not characterised");
  v.nullable("energy_J", s.energy_J, "null: not characterised");
  v.nullable("write", s.write, "null: not characterised");
}

template <class V>
void describe(V& v, Model& m) {
  v.object("provenance", m.provenance, "where the file comes from");
  v.later("design", m.design, "the design whose circuits these are; null: measured data, published figures");
  v.later("conventions", m.conventions, "what the numbers of a network mean in this hardware; null: measured data");
  v.merge(static_cast<Section&>(m));
  v.object("timing_s", m.timing_s, "phases and token time");
  v.object("validity", m.validity, "ranges; outside them tools refuse or warn");
  v.object("interpolation", m.interpolation, "between the points of grid");
  v.list("grid", m.grid, "the same sections at other corners, temperatures, supplies");
}

}  // namespace gaincell::model::detail
