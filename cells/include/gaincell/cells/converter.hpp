#pragma once
/// @file
/// The two charge-to-pulse converters: what they share (parameters, phases, clocks, bias) and their testbench.
///
/// A converter integrates the charge of its bit line during the input window and returns it with a reference current;
/// the time that takes is the output pulse, up to the longest pulse of the design (design/conventions.hpp).

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gaincell/cells/generator.hpp"

namespace gaincell::cells {

enum class ConverterKind {
  Relu,    ///< no pulse for negative charge; drives a word line and its complement
  Signed,  ///< pulse for the magnitude, sign in a flip-flop; drives the counter
};

/// The converter's branch of a design: "relu" or "signed".
design::Branch converterBranch(const design::Design& design, ConverterKind kind);

/// A clock or phase of the converter: the port it drives and when it is high, within one operation that starts at 0
/// (s).
struct Clock {
  std::string port;
  std::vector<std::pair<double, double>> high;
  bool complement = false;  ///< driven by the complement: high outside the intervals
};

/// When things happen within one operation (s).
struct ConverterTiming {
  double input_start = 0, input_end = 0;    ///< input window: word lines may be high
  double window_start = 0, window_end = 0;  ///< output pulses lie inside
  double reset_end = 0;                     ///< the last switch of the reset phase has opened
  double sign_valid = 0;                    ///< signed: the sign is held from here to the next sign clock
  double period = 0;                        ///< next operation may start
  double edge = 0;                          ///< duration of clock edges
};

/// Declares the branches `relu` and `signed`, what both share in `reference`, and their phases in `timing.token`.
void declareConverters(design::Schema& schema);
/// Defines the converter's subcircuit. @throws Error (CNV-0001) for phases that overlap illegally.
std::string defineConverter(const pdk::Pdk& pdk, ConverterKind kind, const design::Design& design,
                            netlist::Circuit& circuit);

/// Port the bias comes in by: "nb" (a current with bias = diode, else a gate voltage), "pr" with bias = replica.
std::string biasPort(const design::Branch& converter);
/// Ports in the subcircuit's order: bl, out, outb (ReLU: word line and complement; signed: pulse and sign), vdd, bias
/// ports, vmid (passive), then the clocks of converterClocks().
std::vector<std::string> converterPorts(ConverterKind kind, const design::Design& design);
/// @throws Error (CNV-0001) for phases that overlap illegally, naming both.
std::vector<Clock> converterClocks(ConverterKind kind, const design::Design& design);
ConverterTiming converterTiming(ConverterKind kind, const design::Design& design);

/// Charge of one LSB (C) the converter is sized for.
double lsbCharge(ConverterKind kind, const design::Design& design);
/// Charge (C) that the ideal converter turns into the longest pulse: the full scale of its array, which errors are
/// given relative to.
double fullScaleCharge(ConverterKind kind, const design::Design& design);
/// Converters that share bias block and window line: one per bit line of the array.
int convertersOf(ConverterKind kind, const design::Design& design);

/// What each output of a converter drives: a word line of array 2, or a counter input.
struct OutputLoad {
  double r = 0, c = 0;  ///< ohm, F
};
OutputLoad outputLoad(ConverterKind kind, const pdk::Pdk& pdk, const design::Design& design);

/// Voltage of a clock over `operations` operations, the first of which starts at `start`.
netlist::Pwl clockWaveform(const Clock& clock, const ConverterTiming& timing, double vdd, int operations,
                           double start = 0);

/// @param line_c F, of the bit line without its converter; the design's array at rest when not given
/// One converter fed with a charge per operation, in this order, as a constant current over the input window. Node
/// names: "bl", "out", "outb" (ReLU) or "pulse", "sgn"; supplies "vdd", "vbias", "vmid" and one source per clock, so
/// that every energy can be counted.
netlist::Deck converterDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, ConverterKind kind,
                            const design::Design& design, const std::vector<double>& charges,
                            std::optional<double> line_c = {});

Generator reluConverterGenerator();
Generator signedConverterGenerator();

}  // namespace gaincell::cells
