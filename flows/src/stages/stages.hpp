#pragma once
// The stages known to registry.cpp; each is implemented in a file of its own.

#include "stage.hpp"

namespace gaincell::flows {

Stage generateStage();
Stage characterizeStage();
Stage convertersStage();
Stage fitStage();
Stage floorplanStage();
Stage reportStage();

}  // namespace gaincell::flows
