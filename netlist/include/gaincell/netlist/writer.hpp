#pragma once
/// @file
/// Dialect writers: each prints a deck for one simulator.

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "gaincell/netlist/deck.hpp"

namespace gaincell::netlist {

/// A dialect. Stateless; one object per dialect, registered in writer.cpp.
class DialectWriter {
 public:
  virtual ~DialectWriter() = default;
  virtual std::string_view name() const = 0;       ///< "ngspice"
  virtual std::string_view extension() const = 0;  ///< "cir"
  /// The whole deck, ready to run given the PDK. @throws Error (NET-002x) for what the dialect cannot express.
  virtual void write(const Deck& deck, std::ostream& out) const = 0;
  /// Only the subcircuits (a library).
  virtual void writeSubcircuits(const Circuit& circuit, std::ostream& out) const = 0;
};

/// @throws Error (NET-0013) naming the known dialects.
const DialectWriter& dialect(std::string_view name);
std::vector<std::string> dialectNames();

/// check() and write into a string.
std::string toText(const Deck& deck, std::string_view dialect_name = "ngspice");

}  // namespace gaincell::netlist
