#pragma once
/// @file
/// Static CMOS gates and switches, added flat to a subcircuit. Private to the generators.

#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/netlist/circuit.hpp"
#include "gaincell/pdk/pdk.hpp"

namespace gaincell::cells {

/// Widths of the n and the p device and their common length (m); a length of 0 stands for the device's minimum.
struct PairSize {
  double n = 0, p = 0, l = 0;
};

/// The pair `<name>` of a branch (design::SchemaBranch::pair).
PairSize pairSize(const design::Branch& branch, const std::string& name);

/// Adds gates to one subcircuit. Ground is node 0; the bulk of every p device is the node `vdd`. Core devices are those
/// of the PDK's logic roles; `slow` asks for the high-threshold flavour of the same polarity where the PDK has one. A
/// width above the device's limit becomes parallel fingers.
class Blocks {
 public:
  Blocks(const pdk::Pdk& pdk, netlist::Subcircuit& target) : pdk_(pdk), target_(target) {}

  const pdk::Pdk& pdk() const noexcept { return pdk_; }
  void nmos(const std::string& name, const std::string& d, const std::string& g, const std::string& s, double w,
            double l = 0, bool slow = false);
  void pmos(const std::string& name, const std::string& d, const std::string& g, const std::string& s, double w,
            double l = 0, bool slow = false);
  /// `count` n devices in series from d to ground with one gate: a device longer than the PDK's limit.
  void nmosStack(const std::string& name, const std::string& d, const std::string& g, double w, double l, int count);
  /// The same of p devices, to the supply.
  void pmosStack(const std::string& name, const std::string& d, const std::string& g, double w, double l, int count);
  void inverter(const std::string& name, const std::string& in, const std::string& out, const PairSize& size,
                const std::string& supply = "vdd", bool slow = false);
  /// Series n devices, the first input nearest the output.
  void nand(const std::string& name, const std::vector<std::string>& inputs, const std::string& out,
            const PairSize& size);
  /// Conducts between a and b while `on` is high and `off` low.
  void gate(const std::string& name, const std::string& a, const std::string& b, const std::string& on,
            const std::string& off, const PairSize& size);
  void capacitor(const std::string& name, const std::string& a, const std::string& b, double farads);
  void resistor(const std::string& name, const std::string& a, const std::string& b, double ohms);

 private:
  void stack(char polarity, const std::string& name, const std::string& d, const std::string& g, double w, double l,
             int count);
  void device(char polarity, const std::string& name, const std::string& d, const std::string& g, const std::string& s,
              double w, double l, bool slow);
  const pdk::Pdk& pdk_;
  netlist::Subcircuit& target_;
};

}  // namespace gaincell::cells
