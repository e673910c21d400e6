#pragma once
/// @file
/// The two charge-to-pulse converters: what they share (parameters, phases, clocks, bias) and their testbench.
///
/// A converter integrates the charge of its bit line during the input window and returns it with a reference current;
/// the time that takes is the output pulse. LSB = 1 ns of pulse width (the 1 GHz clock), full scale = 15 LSB.

#include <string>
#include <utility>
#include <vector>

#include "gaincell/cells/generator.hpp"

namespace gaincell::cells {

enum class ConverterKind {
  Relu,    ///< no pulse for negative charge; drives a word line and its complement
  Signed,  ///< pulse for the magnitude, sign in a flip-flop; drives the counter
};

inline constexpr double kPulseLsb = 1e-9;  ///< s; 1 GHz clock
inline constexpr int kPulseLevels = 15;    ///< full scale in LSB: 4-bit counter

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

/// Declared parameters with defaults sized for gc28.
netlist::ParameterSet converterParameters(const pdk::Pdk& pdk, ConverterKind kind);
/// Defines the converter's subcircuit. @throws Error (CNV-0001) for phases that overlap illegally.
std::string defineConverter(const pdk::Pdk& pdk, ConverterKind kind, const netlist::ParameterSet& set,
                            netlist::Circuit& circuit);

/// Port the bias comes in by: "nb" (a current with bias = diode, else a gate voltage), "pr" with bias = replica.
std::string biasPort(const netlist::ParameterSet& set);
/// Ports in the subcircuit's order: bl, out, outb (ReLU: word line and complement; signed: pulse and sign), vdd, bias
/// ports, vmid (passive), then the clocks of converterClocks().
std::vector<std::string> converterPorts(ConverterKind kind, const netlist::ParameterSet& set);
/// @throws Error (CNV-0001) for phases that overlap illegally, naming both.
std::vector<Clock> converterClocks(ConverterKind kind, const netlist::ParameterSet& set);
ConverterTiming converterTiming(ConverterKind kind, const netlist::ParameterSet& set);

/// Charge of one LSB (C): reference current times 1 ns.
double lsbCharge(ConverterKind kind, const netlist::ParameterSet& set);

/// Voltage of a clock over `operations` operations, the first of which starts at `start`.
netlist::Pwl clockWaveform(const Clock& clock, const ConverterTiming& timing, double vdd, int operations,
                           double start = 0);

/// One converter fed with a charge per operation, in this order, as a constant current over the input window. Node
/// names: "bl", "out", "outb" (ReLU) or "pulse", "sgn"; supplies "vdd", "vbias", "vmid" and one source per clock, so
/// that every energy can be counted.
netlist::Deck converterDeck(const pdk::Pdk& pdk, const pdk::Conditions& conditions, ConverterKind kind,
                            const netlist::ParameterSet& set, const std::vector<double>& charges);

Generator reluConverterGenerator();
Generator signedConverterGenerator();

}  // namespace gaincell::cells
