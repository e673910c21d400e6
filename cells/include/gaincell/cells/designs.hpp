#pragma once
/// @file
/// The design tree as the generators declare it, shipped designs, and which kinds read what.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::cells {

/// All leaves: those of every generator, with the flavours of the process, and the common ones.
std::shared_ptr<const design::Schema> designSchema(const pdk::Pdk& pdk);

/// @throws Error (CEL-0030) the design is for another process
void requireProcess(const design::Chain& chain, const std::string& pdk);

/// A shipped design or a design file (design/read.hpp) for the process. An empty reference means the process's default.
/// @throws Error (CEL-0030) when the file is for another process, (CEL-0031) when there is no default.
design::Design loadDesign(const std::string& reference, const pdk::Pdk& pdk);
/// @param faults see design::build()
design::Design loadDesign(const design::Chain& chain, const pdk::Pdk& pdk,
                          std::vector<support::Error>* faults = nullptr);

/// Leaves that the kind's testbench, and so its circuit, depends on.
std::set<std::string> leavesOf(const std::string& kind, const pdk::Pdk& pdk, const design::Design& design);
/// Kinds that read a leaf; empty: none does.
std::vector<std::string> kindsReading(const std::string& path, const pdk::Pdk& pdk, const design::Design& design);

/// A value that follows from others of the design.
struct Derived {
  std::string name;
  double value = 0;
  std::string unit, from;
};
std::vector<Derived> derivedValues(const pdk::Pdk& pdk, const design::Design& design);

}  // namespace gaincell::cells
