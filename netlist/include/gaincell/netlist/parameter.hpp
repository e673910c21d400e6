#pragma once
/// @file
/// Declared parameters of generators and analyses: name, unit, range, default; and checked values for them.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gaincell::netlist {

enum class ParameterKind { Real, Integer, Choice };

/// One declared parameter. Real and Integer have a closed range in SI units; Choice has a list of words.
struct Parameter {
  std::string name;
  ParameterKind kind = ParameterKind::Real;
  std::string unit;    ///< SI unit ("m", "F", "s", "V", "A", "ohm") or "" for a pure number
  double value = 0.0;  ///< default (Real, Integer)
  double min = 0.0, max = 0.0;
  std::string choice;  ///< default (Choice)
  std::vector<std::string> choices;
  std::string description;  ///< one sentence; where a number comes from, its source

  bool operator==(const Parameter&) const = default;

  static Parameter real(std::string name, std::string unit, double value, double min, double max,
                        std::string description);
  static Parameter integer(std::string name, long value, long min, long max, std::string description);
  static Parameter oneOf(std::string name, std::string value, std::vector<std::string> choices,
                         std::string description);
};

/// Values for a list of declared parameters; defaults until set. Insertion order of the declarations is kept.
class ParameterSet {
 public:
  ParameterSet() = default;
  explicit ParameterSet(const std::vector<Parameter>& declared);

  /// Adds declarations (of a sub-block). @throws Error (NET-0001) on a duplicate name.
  void declare(const std::vector<Parameter>& more);
  const std::vector<Parameter>& declared() const noexcept { return declared_; }
  bool has(std::string_view name) const;

  /// Sets from text (SPICE suffixes allowed) or number. `where` goes into the message (file and line, option).
  /// @throws Error (NET-0002) unknown name (nearest name suggested), (NET-0003) out of range, not an integer or not
  /// finite, (NET-0004) no
  ///   such choice.
  void set(std::string_view name, std::string_view text, const std::string& where = "");
  void set(std::string_view name, double value, const std::string& where = "");
  /// Replaces the default and keeps it as an unset value (used where a PDK brings its own sizes).
  void setDefault(std::string_view name, double value);
  void setDefaultChoice(std::string_view name, std::string_view value);

  double real(std::string_view name) const;
  int integer(std::string_view name) const;
  const std::string& choice(std::string_view name) const;
  bool isChoice(std::string_view name, std::string_view value) const { return choice(name) == value; }
  /// True when the value was given rather than defaulted.
  bool isSet(std::string_view name) const;

 private:
  const Parameter& find(std::string_view name, const std::string& where) const;
  std::vector<Parameter> declared_;
  std::map<std::string, double, std::less<>> numbers_;
  std::map<std::string, std::string, std::less<>> words_;
};

}  // namespace gaincell::netlist
