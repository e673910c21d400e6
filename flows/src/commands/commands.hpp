#pragma once
// The subcommands known to registry.cpp; each is implemented in a file of its own.

#include "gaincell/flows/command.hpp"

namespace gaincell::flows {

Command adaptCommand();
Command attendCommand();
Command configCommand();
Command doctorCommand();
Command fitCommand();
Command flowCommand();
Command mcCommand();
Command modelCommand();
Command netlistCommand();
Command pdkCommand();
Command simulateCommand();

}  // namespace gaincell::flows
