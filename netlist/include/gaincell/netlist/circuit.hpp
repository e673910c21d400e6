#pragma once
/// @file
/// The circuit: what a generator builds and a writer prints. All values in SI units.
///
/// Sign convention of the whole project: a current is positive when it flows OUT of the node it is measured at INTO the
/// element named first in the measure's name; the BIT LINE CURRENT of a cell is positive when the cell pushes charge
/// INTO the bit line. So a stored voltage above the zero-weight voltage gives a negative bit-line current (hardware.md:
/// the n device pulls current out of the bit line). tests/cells checks this.

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gaincell/netlist/parameter.hpp"

namespace gaincell::netlist {

/// A number, or factor times a parameter of the enclosing subcircuit.
struct Value {
  double number = 0.0;    ///< the value, or the factor when `parameter` is set
  std::string parameter;  ///< name of a parameter of the enclosing subcircuit, or empty

  Value() = default;
  Value(double v) : number(v) {}  // NOLINT(google-explicit-constructor): literals are the common case
  static Value of(std::string parameter, double factor = 1.0);
  /// Value in an environment of parameter values. @throws Error (NET-0010) when the parameter is missing.
  double in(const std::map<std::string, double>& environment) const;
  bool operator==(const Value&) const = default;
};

// --- stimuli -----------------------------------------------------------------------------------------------------
struct Dc {
  double value = 0.0;
  bool operator==(const Dc&) const = default;
};
/// Piecewise linear: (time, value), times strictly increasing. Constant before the first and after the last point.
struct Pwl {
  std::vector<std::pair<double, double>> points;
  bool operator==(const Pwl&) const = default;
};
using Stimulus = std::variant<Dc, Pwl>;

/// A level that moves between `low` and `high` at each edge time with linear edges of `edge` seconds centred AFTER the
/// given time (the change starts at the time). Times are rounded to 1 fs: measured pulses that saturate end within
/// attoseconds of each other, and between two such edges a simulator's time step collapses. `start_high` gives the
/// level before the first edge time.
Pwl pulseTrain(double low, double high, bool start_high, const std::vector<double>& edge_times, double edge);

// --- elements ----------------------------------------------------------------------------------------------------
struct Resistor {
  std::string name, a, b;
  Value ohms;
  bool operator==(const Resistor&) const = default;
};
struct Capacitor {
  std::string name, a, b;
  Value farads;
  bool operator==(const Capacitor&) const = default;
};
struct VoltageSource {
  std::string name, plus, minus;
  Stimulus stimulus;
  bool operator==(const VoltageSource&) const = default;
};
/// Current flows from `plus` through the source to `minus` (the SPICE convention).
struct CurrentSource {
  std::string name, plus, minus;
  Stimulus stimulus;
  bool operator==(const CurrentSource&) const = default;
};
/// Voltage-controlled sources: out = gain * (v(control_plus) - v(control_minus)).
struct VoltageControlledVoltage {
  std::string name, plus, minus, control_plus, control_minus;
  double gain = 1.0;
  bool operator==(const VoltageControlledVoltage&) const = default;
};
struct VoltageControlledCurrent {
  std::string name, plus, minus, control_plus, control_minus;
  double gain = 1.0;
  bool operator==(const VoltageControlledCurrent&) const = default;
};
/// A source given by an expression in ngspice syntax (macro-models only; dialects that cannot express it refuse).
struct BehavioralSource {
  std::string name, plus, minus;
  enum class Kind { Voltage, Current } kind = Kind::Current;
  std::string expression;
  bool operator==(const BehavioralSource&) const = default;
};
/// A transistor of a flavour ("n_svt") of the circuit's device table.
struct Mosfet {
  std::string name, flavour, d, g, s, b;
  Value w, l;
  int m = 1;
  bool operator==(const Mosfet&) const = default;
};
/// A call of a subcircuit; `nodes` in the order of its ports.
struct Instance {
  std::string name, subcircuit;
  std::vector<std::string> nodes;
  std::map<std::string, Value> parameters;
  bool operator==(const Instance&) const = default;
};

using Element = std::variant<Resistor, Capacitor, VoltageSource, CurrentSource, VoltageControlledVoltage,
                             VoltageControlledCurrent, BehavioralSource, Mosfet, Instance>;

/// Name as written by the user of the API, without the dialect's type letter.
const std::string& nameOf(const Element& element);
/// Nodes in the element's own order.
std::vector<std::string> nodesOf(const Element& element);

// --- containers --------------------------------------------------------------------------------------------------
/// A block with ports and parameters. Node "0" is global ground.
struct Subcircuit {
  std::string name;
  std::string description;
  std::vector<std::string> ports;
  std::vector<Parameter> parameters;  ///< Real only; written as subcircuit parameters with their defaults
  std::vector<Element> elements;

  template <class E>
  void add(E element) {
    elements.emplace_back(std::move(element));
  }
};

/// How a flavour is written: filled by pdk_open from a manifest.
struct DeviceModel {
  std::string flavour;  ///< "n_svt"
  char polarity = 'n';  ///< 'n' or 'p'
  char element = 'M';   ///< 'M' (model card) or 'X' (subcircuit)
  std::string model;    ///< model or subcircuit name in the PDK
  std::vector<std::string> pins = {"d", "g", "s", "b"};
  std::string w_name = "w", l_name = "l", m_name = "m";
  double unit = 1.0;             ///< multiply metres by this when writing w and l (1e6 for micrometres)
  std::string instance_options;  ///< appended to each instance, e.g. "rgatemod=0 rbodymod=0"
  double w_min = 0, w_max = 1, l_min = 0, l_max = 1;  ///< m
  double v_max = 0;                                   ///< V, largest terminal voltage
  /// Mismatch through instance parameters (empty: none). A_VT and A_beta of a PAIR: sigma(dVth of one device of a
  /// pair's difference) = avt / sqrt(W L); a single device gets 1/sqrt(2) of it (per_device false) or all (true).
  std::string vth_parameter, mobility_parameter;
  double avt = 0;    ///< V m
  double abeta = 0;  ///< m (relative)
  bool per_device = false;
};

/// Subcircuits (callees before callers), the device table, and the elements of the top level.
struct Circuit {
  std::vector<Subcircuit> subcircuits;
  std::map<std::string, DeviceModel> devices;  ///< by flavour
  std::vector<Element> top;

  template <class E>
  void add(E element) {
    top.emplace_back(std::move(element));
  }
  /// Adds a subcircuit once; adding the same name again must bring the same content. @throws Error (NET-0011).
  void define(const Subcircuit& subcircuit);
  const Subcircuit* find(const std::string& name) const;
};

}  // namespace gaincell::netlist
