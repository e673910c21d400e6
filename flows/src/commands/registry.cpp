#include "commands.hpp"

namespace gaincell::flows {

// The register of subcommands, in the order of the help: one line per command.
const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      flowCommand(), netlistCommand(), simulateCommand(), fitCommand(),    modelCommand(),
      mcCommand(),   attendCommand(),  adaptCommand(),    pdkCommand(),
      configCommand(), doctorCommand(),
  };
  return all;
}

}  // namespace gaincell::flows
