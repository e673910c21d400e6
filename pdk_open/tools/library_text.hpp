#pragma once
// The text of a BSIM4 library with corners, from flavours and their parameters.

#include <string>
#include <utility>
#include <vector>

namespace gaincell::pdk::tools {

/// Shift of one corner (3 sigma of the global spread): signed so that "fast" lowers |Vth| and the oxide thickness.
struct CornerShift {
  double vth = 0;       ///< V
  double mobility = 0;  ///< relative
  double oxide = 0;     ///< relative
  double length = 0;    ///< m
};

/// A named group of model parameters in writing order.
struct ParameterGroup {
  std::string name;
  std::vector<std::pair<std::string, double>> values;
};

struct FlavourCard {
  std::string flavour, model, title;
  char polarity = 'n';
  std::vector<ParameterGroup> groups;
  CornerShift fast;                  ///< what the fast corner changes
  std::vector<std::string> figures;  ///< lines saying what was reached
};

struct CornerName {
  std::string name;
  int speed_n = 0, speed_p = 0;
};

/// @param dialect "ngspice" (level 14), "hspice" or "xyce" (level 54)
std::string libraryText(const std::string& library_name, const std::vector<FlavourCard>& cards,
                        const std::vector<CornerName>& corners, const std::string& dialect);

}  // namespace gaincell::pdk::tools
