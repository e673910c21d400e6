// Prints model files for the schema check: "paper" or "full".
#include <iostream>
#include <string>

#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"
#include "sample_model.hpp"

int main(int argc, char** argv) {
  using namespace gaincell::model;
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "paper") std::cout << modelText(paperModel());
  if (what == "full") std::cout << modelText(fullModel());
  if (what == "schema") std::cout << schemaText();
  if (what == "read") {
    // One document a line on standard input; answers "ok" or the id of the error.
    for (std::string line; std::getline(std::cin, line);) {
      try {
        parseModel(line, "line");
        std::cout << "ok\n";
      } catch (const gaincell::support::Error& e) {
        std::cout << e.id() << ' ' << e.where() << '\n';
      }
    }
  }
  return 0;
}
