// For check_design_schema.py.
//   design_files schema        prints the published schema of gc28's designs
//   design_files read          one design per line on stdin: prints "ok" or the id of the error that refuses it
//   design_files text NAME     a shipped design as the program writes it, with all leaves
//   design_files form          leaves as the program knows them: path, kind, unit, minimum, maximum

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "gaincell/cells/designs.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;

int main(int argc, char** argv) {
  const pdk::Pdk pdk = pdk::findPdk("gc28");
  const auto schema = cells::designSchema(pdk);
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "schema") {
    std::cout << design::jsonSchema(*schema).dump(1) << "\n";
    return 0;
  }
  if (what == "text" && argc > 2) {
    std::cout << design::toText(cells::loadDesign(argv[2], pdk), nullptr);
    return 0;
  }
  if (what == "form") {
    for (const auto& leaf : schema->leaves()) {
      const auto& p = leaf.parameter;
      const char* kind = p.kind == netlist::ParameterKind::Choice    ? "word"
                         : p.kind == netlist::ParameterKind::Integer ? "integer"
                                                                     : "real";
      std::cout << fmt::format("{} {} {} {} {}\n", p.name, kind, p.unit.empty() ? "-" : p.unit, p.min, p.max);
    }
    return 0;
  }
  if (what != "read") {
    std::cerr << "usage: design_files schema|read|text NAME|form\n";
    return 2;
  }
  for (std::string line; std::getline(std::cin, line);) {
    try {
      design::build(design::readChainText(line, "stdin.json", design::designFolder(pdk)), schema);
      std::cout << "ok\n";
    } catch (const support::Error& e) {
      std::cout << e.id() << "\n";
    }
  }
}
