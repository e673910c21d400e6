#include "commands.hpp"

namespace gaincell::flows {

// The register of subcommands, in the order of the help: one line per command.
const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      flowCommand(),       //
      designCommand(),     //
      netlistCommand(),    //
      simulateCommand(),   //
      sweepCommand(),      //
      mcCommand(),         //
      fitCommand(),        //
      modelCommand(),      //
      attendCommand(),     //
      adaptCommand(),      //
      checkCommand(),      //
      compareCommand(),    //
      floorplanCommand(),  //
      pdkCommand(),        //
      configCommand(),     //
      doctorCommand(),     //
  };
  return all;
}

}  // namespace gaincell::flows
