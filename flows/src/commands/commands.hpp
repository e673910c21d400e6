#pragma once
// The subcommands known to registry.cpp; each is implemented in a file of its own.

#include "gaincell/flows/command.hpp"

namespace gaincell::flows {

Command adaptCommand();
Command attendCommand();
Command checkCommand();
Command compareCommand();
Command configCommand();
Command designCommand();
Command doctorCommand();
Command fitCommand();
Command floorplanCommand();
Command flowCommand();
Command mcCommand();
Command modelCommand();
Command netlistCommand();
Command pdkCommand();
Command simulateCommand();
Command sweepCommand();

}  // namespace gaincell::flows
