#pragma once
// The stages known to registry.cpp; each is implemented in a file of its own.

#include "stage.hpp"

namespace gaincell::flows {

Stage generateStage();
Stage characterizeStage();
Stage montecarloStage();
Stage convertersStage();
Stage converterSpreadStage();
Stage chainStage();
Stage chainCornersStage();
Stage fitStage();
Stage gridStage();
Stage macroStage();
Stage attentionStage();
Stage checkStage();
Stage floorplanStage();
Stage reportStage();

}  // namespace gaincell::flows
