#pragma once
/// @file
/// The declared leaves of a design: path, unit, range, meaning, and the choices under which they exist.
///
/// The module knows no circuit: generators declare the branches they read (cells/include/gaincell/cells/designs.hpp).

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gaincell/netlist/parameter.hpp"

namespace gaincell::design {

/// A leaf exists while the choice at one of `paths` has one of `words`.
struct Condition {
  std::vector<std::string> paths;
  std::vector<std::string> words;
};

struct Leaf {
  netlist::Parameter parameter;  ///< name: the full path, "cell.pair_n.w"; its default is not used
  std::vector<Condition> when;   ///< all must hold; empty: always there
  std::string group;             ///< the optional part it belongs to ("cell.write_p"), or ""
  bool in_circuits = true;       ///< false: a convention of models, in no netlist ("levels.output")
};

/// A part that a design may leave out by `null`: all leaves below its path go with it.
struct OptionalPart {
  std::string path, description;
};

class Schema {
 public:
  /// @throws Error (DSG-0001) when the path is declared already.
  void add(Leaf leaf);
  void addOptional(OptionalPart part);

  const std::vector<Leaf>& leaves() const noexcept { return leaves_; }
  const std::vector<OptionalPart>& optionalParts() const noexcept { return optional_; }
  /// Null when there is none.
  const Leaf* find(std::string_view path) const;
  std::size_t indexOf(std::string_view path) const;  ///< leaves().size() when there is none
  bool isOptional(std::string_view path) const;
  bool isBranch(std::string_view path) const;  ///< leaves lie below it
  /// "did you mean 'cell.pair_n.w'?", or what there is below the deepest branch of `path` that exists.
  std::string hint(const std::string& path) const;

 private:
  std::vector<Leaf> leaves_;
  std::vector<OptionalPart> optional_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

/// Declares the leaves of one branch; what every generator uses.
class SchemaBranch {
 public:
  SchemaBranch(Schema& schema, std::string path) : schema_(&schema), path_(std::move(path)) {}

  SchemaBranch in(const std::string& name) const;
  /// The leaves declared through the result exist while the choice `name` of this branch has one of `words`.
  SchemaBranch when(const std::string& name, std::vector<std::string> words) const;
  /// The same for choices anywhere in the tree: one of them is enough.
  SchemaBranch whenAny(std::vector<std::string> paths, std::vector<std::string> words) const;
  /// The leaves declared through the result go with an optional part that lies elsewhere.
  SchemaBranch whenPresent(const std::string& part) const;
  /// The branch `name` as a part that may be left out.
  SchemaBranch optional(const std::string& name, std::string description) const;
  /// Leaves that no netlist depends on.
  SchemaBranch ofModels() const;

  void real(const std::string& name, std::string unit, double min, double max, std::string description) const;
  void integer(const std::string& name, long min, long max, std::string description) const;
  void oneOf(const std::string& name, std::vector<std::string> words, std::string description) const;
  void width(const std::string& name,
             std::string description) const;  ///< 10 nm .. 10 mm; the process has its own limits
  void length(const std::string& name, std::string description) const;     ///< 10 nm .. 100 um
  void capacitor(const std::string& name, std::string description) const;  ///< 0 .. 1 nF
  void time(const std::string& name, std::string description) const;       ///< 1 ps .. 1 ms
  enum class Length { OfProcess, Given };
  /// `<name>.n.w` and `<name>.p.w`, and `<name>.l` when the length is given (else the flavour's shortest).
  void pair(const std::string& name, std::string description, Length length = Length::OfProcess) const;

 private:
  void add(netlist::Parameter parameter) const;
  Schema* schema_;
  std::string path_;
  std::vector<Condition> when_;
  std::string group_;
  bool in_circuits_ = true;
};

}  // namespace gaincell::design
