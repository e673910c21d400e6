#pragma once
// The traversal all dialects share, and the SPICE family's way of writing elements with a delegate for what differs.

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gaincell/netlist/deck.hpp"

namespace gaincell::netlist {

/// Walks a circuit in its own order: subcircuits (callees before callers), then the top level.
class CircuitPrinter {
 public:
  CircuitPrinter(const Circuit& circuit, std::ostream& out) : circuit_(circuit), out_(out) {}
  virtual ~CircuitPrinter() = default;
  CircuitPrinter(const CircuitPrinter&) = delete;
  CircuitPrinter& operator=(const CircuitPrinter&) = delete;

  void subcircuits();
  void elements(const std::vector<Element>& list);

 protected:
  virtual void begin(const Subcircuit& s) = 0;
  virtual void end(const Subcircuit& s) = 0;
  virtual void print(const Resistor& e) = 0;
  virtual void print(const Capacitor& e) = 0;
  virtual void print(const VoltageSource& e) = 0;
  virtual void print(const CurrentSource& e) = 0;
  virtual void print(const VoltageControlledVoltage& e) = 0;
  virtual void print(const VoltageControlledCurrent& e) = 0;
  virtual void print(const BehavioralSource& e) = 0;
  virtual void print(const Mosfet& e) = 0;
  virtual void print(const Instance& e) = 0;

  const DeviceModel& modelOf(const Mosfet& e) const { return circuit_.devices.at(e.flavour); }
  /// Nodes of a transistor in the order of its model's pins.
  std::vector<std::string> pinNodes(const Mosfet& e) const;
  std::ostream& out() const { return out_; }
  const Circuit& circuit() const { return circuit_; }

 private:
  const Circuit& circuit_;
  std::ostream& out_;
};

/// What differs between the dialects that read SPICE cards.
struct SpiceFormat {
  std::string expression_open = "{", expression_close = "}";  ///< around an expression of parameters
  std::string declared_parameters;                            ///< before the parameters of .subckt ("params:")
  std::string given_parameters;                               ///< before the parameters of an instance
  /// The whole line of a behavioral source.
  std::function<std::string(const BehavioralSource&)> behavioral;
};

/// Elements as SPICE cards.
class SpicePrinter : public CircuitPrinter {
 public:
  SpicePrinter(const Circuit& circuit, std::ostream& out, SpiceFormat format)
      : CircuitPrinter(circuit, out), format_(std::move(format)) {}

 protected:
  void begin(const Subcircuit& s) override;
  void end(const Subcircuit& s) override;
  void print(const Resistor& e) override;
  void print(const Capacitor& e) override;
  void print(const VoltageSource& e) override;
  void print(const CurrentSource& e) override;
  void print(const VoltageControlledVoltage& e) override;
  void print(const VoltageControlledCurrent& e) override;
  void print(const BehavioralSource& e) override;
  void print(const Mosfet& e) override;
  void print(const Instance& e) override;

  std::string text(const Value& v) const;

 private:
  SpiceFormat format_;
};

/// A value without delimiters: "1e-07", "wn" or "2*wn".
std::string plainValue(const Value& v);
/// `v` in the unit a PDK's model counts lengths in.
Value inUnit(const Value& v, double unit);
/// "t v t v ..." with `continuation` between lines.
std::string foldedPoints(const Pwl& pwl, const std::string& continuation);
/// A stimulus as SPICE writes it: a number, or pwl(...) folded over continuation lines.
std::string spiceStimulus(const Stimulus& stimulus);
/// "vname start stop step", and the outer source after `between`.
std::string spiceSweep(const DcSweep& a, const std::string& between = " ");
/// "step stop" and, with `max_step`, " 0 max".
std::string spiceTransient(const Transient& a, bool with_max_step);
struct AnalysisCard {
  std::string line, kind;  ///< the card, and the word that output statements know the analysis by
};
/// @param operating_point the cards that stand for .op where it writes no data: a sweep of one point
AnalysisCard analysisCard(const DeckAnalysis& analysis, const std::string& operating_point, bool with_max_step);

/// The expression, when it means the same in every simulator (node voltages, arithmetic, plain functions), with its
/// numbers written plainly.
/// @throws Error (NET-0025) naming the word or operator that does not.
std::string portableExpression(const BehavioralSource& e, std::string_view dialect);

/// The cards that select the PDK's corner in a dialect. @throws Error (NET-0024) when the PDK has none and a transistor
/// of the circuit needs them.
std::vector<std::string> pdkCards(const Deck& deck, std::string_view dialect);

/// Splits deck.options into those the dialect has under a name of its own and those that only steer ngspice's numerics
/// (they change no circuit and are listed in a comment). @throws Error (NET-0026) for an option that is neither.
struct TranslatedOptions {
  std::vector<std::pair<std::string, std::string>> kept;  ///< translated name, value
  std::vector<std::string> left_out;                      ///< "chgtol=1e-16"
};
TranslatedOptions translateOptions(const Deck& deck, const std::map<std::string, std::string>& names,
                                   std::string_view dialect);

/// Name of a saved vector taken apart: kind 'v' or 'i' and what is inside the parentheses.
struct SavedVector {
  char kind = 'v';
  std::string name;
};
/// @throws Error (NET-0027) for a vector that is neither v(node) nor i(vsource).
SavedVector savedVector(const std::string& save, std::string_view dialect);

}  // namespace gaincell::netlist
