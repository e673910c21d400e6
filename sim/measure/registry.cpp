#include "registry.hpp"

#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

/// The register of analyses: one line per analysis, declared in registry.hpp.
const std::vector<Analysis>& analyses() {
  static const std::vector<Analysis> all = {
      gainCellIv(),
      gainCellCharge(),
      gainCellWrite(),
      gainCellRetention(),
      gainCellDisturb(),
      gainCellEnergy(),
      reluConverterTransfer(),
      reluConverterEnergy(),
      signedConverterTransfer(),
      signedConverterEnergy(),
      columnMac(),
      valueColumnMac(),
      arrayMac(),
      valueArrayMac(),
      wordLinePulse(),
      writePathWrite(),
      levelReferenceLevels(),
      pwmDriverPulse(),
      tileChain(),
  };
  return all;
}

}  // namespace gaincell::sim
