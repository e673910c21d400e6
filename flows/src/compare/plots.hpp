#pragma once
// The key plots of several runs over each other, from the CSV files in their folders.

#include <string>
#include <vector>

#include "comparison.hpp"
#include "gaincell/report/report.hpp"
#include "paper.hpp"

namespace gaincell::flows::comparison {

struct KeyPlots {
  std::vector<report::Plot> plots;
  std::vector<std::string> missing;  ///< files that a run does not have, so that its curve is not drawn
};

/// Cell current, decay, both converters and the tightest margins.
KeyPlots keyPlots(const Comparison& comparison);
/// The same curves with the paper's among them, and the ratios as bars.
KeyPlots keyPlots(const PaperComparison& comparison);

}  // namespace gaincell::flows::comparison
