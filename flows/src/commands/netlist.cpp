// gaincell netlist: writes the netlist of a generated circuit.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "commands.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/netlist/check.hpp"
#include "gaincell/netlist/flatten.hpp"
#include "gaincell/netlist/writer.hpp"
#include "gaincell/support/hash.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

std::string kindList() {
  std::string text;
  for (const auto& g : cells::generators()) text += fmt::format("  {:<18} {}\n", g.kind, g.description);
  return text;
}

std::string range(const netlist::Parameter& p) {
  if (p.kind == netlist::ParameterKind::Choice) return fmt::format("{} ({})", p.choice, fmt::join(p.choices, "|"));
  const auto show = [&](double v) {
    return p.unit.empty() ? support::formatNumber(v) : support::formatSi(v, p.unit, 4);
  };
  return fmt::format("{} ({} .. {})", show(p.value), show(p.min), show(p.max));
}

std::string parameterList(const netlist::ParameterSet& set) {
  std::string text;
  for (const auto& p : set.declared()) text += fmt::format("  {:<22} {:<36} {}\n", p.name, range(p), p.description);
  return text;
}

void applySizes(const CommandContext& context, netlist::ParameterSet& set) {
  for (const char* name : {"rows", "cols"}) {
    if (!context.values.count(name)) continue;
    if (!set.has(name))
      throw Error("FLW-0011", fmt::format("this circuit has no {}", name), fmt::format("--{}", name),
                  "leave the option away");
    set.set(name, context.values[name].as<std::string>(), fmt::format("--{}", name));
  }
}

ExitCode run(const CommandContext& context) {
  if (context.positional.size() != 1)
    throw Error("FLW-0012", "give one circuit kind", "gaincell netlist", "kinds are:\n" + kindList());
  const pdk::Pdk pdk = context.loadPdk();
  const cells::Generator& generator = cells::generator(context.positional[0]);
  netlist::ParameterSet parameters = context.circuitParameters(pdk, generator.kind);
  applySizes(context, parameters);
  if (context.values.count("parameters")) {
    context.print(nlohmann::json::object(),
                  fmt::format("{}: {}\n\n{}", generator.kind, generator.description, parameterList(parameters)));
    return ExitCode::Done;
  }

  const std::string dialect_name = context.values["dialect"].as<std::string>();
  const auto& writer = netlist::dialect(dialect_name);
  netlist::Deck deck;
  std::ostringstream text;
  if (context.values.count("subcircuit")) {
    deck = pdk::emptyDeck(pdk, context.conditions(pdk), generator.kind);
    generator.define(pdk, parameters, deck.circuit);
    netlist::check(deck.circuit);
    writer.writeSubcircuits(deck.circuit, text);
  } else {
    deck = generator.testbench(pdk, context.conditions(pdk), parameters);
    netlist::check(deck.circuit);
    writer.write(deck, text);
  }
  if (!context.values.count("output")) {
    if (context.common.json)
      throw Error("FLW-0013", "--json needs a file for the netlist", "gaincell netlist", "add -o FILE");
    fmt::print("{}", text.str());
    return ExitCode::Done;
  }
  const std::string file = context.values["output"].as<std::string>();
  support::writeFileAtomically(file, text.str(), context.overwrite());
  const auto devices = netlist::flattenMosfets(deck.circuit).size();
  context.print({{"file", file},
                 {"kind", generator.kind},
                 {"dialect", dialect_name},
                 {"transistors", devices},
                 {"sha256", support::sha256(text.str())},
                 {"provenance", support::toJson(context.provenance(&pdk))}},
                fmt::format("{}: {} for {}{}", file, generator.kind, dialect_name,
                            devices ? fmt::format(", {} transistors", devices) : std::string()));
  return ExitCode::Done;
}

}  // namespace

Command netlistCommand() {
  return {"netlist",
          "write the netlist of a generated circuit",
          "gaincell netlist KIND -o FILE [options]",
          "  gaincell netlist gain-cell -o cell.cir && ngspice -b cell.cir\n"
          "  gaincell netlist gain-cell --parameters\n"
          "  gaincell netlist gain-cell --set c_storage=10f --dialect spectre -o cell.scs\n"
          "\nKinds:\n" +
              kindList(),
          [](po::options_description_easy_init add) {
            add("output,o", po::value<std::string>()->value_name("FILE"), "file to write (default: standard output)");
            add("dialect", po::value<std::string>()->default_value("ngspice")->value_name("NAME"),
                "ngspice, xyce, spectre, hspice or cdl");
            add("set", po::value<std::vector<std::string>>()->value_name("NAME=VALUE"),
                "a parameter of the circuit (repeatable)");
            add("rows", po::value<std::string>()->value_name("N"), "number of rows (word lines)");
            add("cols", po::value<std::string>()->value_name("N"), "number of columns (bit lines)");
            add("subcircuit", "only the subcircuits, without testbench");
            add("parameters", "list the parameters of the circuit and stop");
          },
          run,
          true};
}

}  // namespace gaincell::flows
