#include "gaincell/flows/command.hpp"

int main(int argc, char** argv) {
  return gaincell::flows::runProgram(argc, argv);
}
