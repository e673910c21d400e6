#include "stages.hpp"

namespace gaincell::flows {

// The register of stages, in order of execution: one line per stage.
const std::vector<Stage>& stages() {
  static const std::vector<Stage> all = {
      generateStage(),         //
      characterizeStage(),     //
      montecarloStage(),       //
      convertersStage(),       //
      converterSpreadStage(),  //
      chainStage(),            //
      chainCornersStage(),     //
      fitStage(),              //
      gridStage(),             //
                               //
      macroStage(),            //
      attentionStage(),        //
      checkStage(),            //
      floorplanStage(),        //
      reportStage(),           //
  };
  return all;
}

}  // namespace gaincell::flows
