#pragma once
/// @file
/// A design: one tree of values with one name each, from which every circuit, model and report follows.
///
/// Leaves have paths ("cell.pair_n.w"). A kind of circuit is a view: it reads branches of this tree and keeps no size
/// of its own. Corner, temperature, supply, seeds and tolerances are no part of it.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gaincell/design/schema.hpp"

namespace gaincell::design {

/// What the design demands of one measured figure; at least one of min and max is given.
struct Limit {
  std::string measure;                  ///< "cell.iv.i_low"
  std::optional<double> min, typ, max;  ///< SI unit of the measure
  std::string source;                   ///< where the number comes from, and why it differs from other designs'
  std::string origin;                   ///< file that states it
};

class Branch;

class Design {
 public:
  Design() = default;
  explicit Design(std::shared_ptr<const Schema> schema);

  std::string name, pdk, description;
  std::string reference;             ///< what names it: "gc28/lean", or its file
  std::vector<std::string> extends;  ///< names of the designs it was built on, nearest first
  std::vector<Limit> limits;         ///< in the order they were first stated

  const Schema& schema() const { return *schema_; }

  // Values of leaves. @throws Error (DSG-0002) no such leaf, (DSG-0003) it has no value, (DSG-0004) it does not exist
  // under the design's choices.
  double real(std::string_view path) const;
  int integer(std::string_view path) const;
  const std::string& choice(std::string_view path) const;
  bool isChoice(std::string_view path, std::string_view word) const { return choice(path) == word; }
  /// The part is there, or the leaf exists under the design's choices and has a value.
  bool has(std::string_view path) const;
  Branch branch(std::string path) const;

  /// Sets a leaf from text (a number with SPICE suffix and unit, or a word), or an optional part to "null".
  /// @param origin where the value comes from, for messages and `design show --effective`
  /// @throws Error (DSG-0002) no such leaf, (DSG-0005) a branch and no leaf, and those of netlist::Parameter.
  void set(const std::string& path, const std::string& text, const std::string& origin);
  void set(const std::string& path, double value, const std::string& origin);
  /// Leaves out an optional part, or takes it back in.
  void setPart(const std::string& path, bool present, const std::string& origin);
  void setLimit(Limit limit);
  bool removeLimit(const std::string& measure);  ///< false: there was none

  /// The leaf exists under the design's choices (with or without a value).
  bool isActive(const Leaf& leaf) const;
  /// Why it does not: "relu.bias is diode"; empty when it does.
  std::string whyInactive(const Leaf& leaf) const;
  bool isGiven(std::string_view path) const;
  /// Text of a leaf's value as a file states it ("1e-07", "n_hvt").
  std::string text(std::string_view path) const;
  const std::string& origin(std::string_view path) const;

  /// @throws Error (DSG-0006) naming the leaves that exist and have no value.
  void requireComplete() const;
  /// Existing leaves by path with their values; parts that were left out have "null".
  std::map<std::string, std::string> values() const;
  /// SHA-256 over process, paths and values of what exists; limits and names do not count.
  std::string hash() const;

  /// A copy whose reads are recorded in `paths`.
  Design recording(std::set<std::string>& paths) const;

 private:
  friend class Branch;
  struct Entry {
    double number = 0;
    std::string word, origin;
    bool given = false;
  };
  const Entry& entry(std::string_view path) const;
  std::size_t require(const std::string& path, const std::string& origin) const;
  std::shared_ptr<const Schema> schema_;
  std::vector<Entry> entries_;                 // one per leaf of the schema
  std::map<std::string, std::string> absent_;  // parts left out -> origin
  std::set<std::string>* reads_ = nullptr;
};

/// A branch of a design; paths are relative to it. Refers to the design it was taken from.
class Branch {
 public:
  Branch(const Design& design, std::string path) : design_(&design), path_(std::move(path)) {}

  double real(std::string_view name) const { return design_->real(full(name)); }
  int integer(std::string_view name) const { return design_->integer(full(name)); }
  const std::string& choice(std::string_view name) const { return design_->choice(full(name)); }
  bool isChoice(std::string_view name, std::string_view word) const { return choice(name) == word; }
  bool has(std::string_view name) const { return design_->has(full(name)); }
  Branch branch(std::string_view name) const { return {*design_, full(name)}; }
  const Design& design() const noexcept { return *design_; }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string full(std::string_view name) const { return path_ + "." + std::string(name); }
  const Design* design_;
  std::string path_;
};

/// SHA-256 of Design::values() on a process.
std::string hashOf(const std::string& pdk, const std::map<std::string, std::string>& values);

/// Leaves in which two sets of values differ, as "cell.pair_n.w: 1.5e-07 against 1e-07"; "-" where one has none.
std::vector<std::string> differences(const std::map<std::string, std::string>& a,
                                     const std::map<std::string, std::string>& b);

}  // namespace gaincell::design
