#pragma once
// The subcommands known to registry.cpp; each is implemented in a file of its own.

#include "gaincell/flows/command.hpp"

namespace gaincell::flows {

Command configCommand();
Command doctorCommand();
Command fitCommand();
Command flowCommand();
Command modelCommand();
Command netlistCommand();
Command simulateCommand();

}  // namespace gaincell::flows
