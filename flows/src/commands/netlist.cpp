// gaincell netlist: writes the netlist of a generated circuit.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "commands.hpp"
#include "gaincell/cells/designs.hpp"
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

/// Every leaf the kind reads, in the order of the design.
ExitCode listLeaves(const CommandContext& context, const cells::Generator& generator, const pdk::Pdk& pdk,
                    const design::Design& design) {
  const auto read = cells::leavesOf(generator.kind, pdk, design);
  nlohmann::json leaves = nlohmann::json::array();
  std::string text = fmt::format("{}: {}\n\n", generator.kind, generator.description);
  for (const auto& leaf : design.schema().leaves()) {
    const netlist::Parameter& p = leaf.parameter;
    if (!read.count(p.name)) continue;
    const bool word = p.kind == netlist::ParameterKind::Choice;
    const auto show = [&](double v) {
      return p.unit.empty() ? support::formatNumber(v) : support::formatSi(v, p.unit, 6);
    };
    const std::string range =
        word ? fmt::format("{}", fmt::join(p.choices, "|")) : fmt::format("{} .. {}", show(p.min), show(p.max));
    text += fmt::format("  {:<28} {:<10} {:<22} {}\n", p.name, word ? design.choice(p.name) : show(design.real(p.name)),
                        range, p.description);
    nlohmann::json one = {{"path", p.name}, {"unit", p.unit}, {"description", p.description}};
    if (word) {
      one["value"] = design.choice(p.name);
      one["choices"] = p.choices;
    } else {
      one["value"] = design.real(p.name);
      one["min"] = p.min;
      one["max"] = p.max;
    }
    leaves.push_back(std::move(one));
  }
  context.print({{"kind", generator.kind}, {"design", design.name}, {"leaves", leaves}}, text);
  return ExitCode::Done;
}

/// Subcircuits of two designs can stand in one deck: their names end in the first digits of the design's hash.
void nameByDesign(netlist::Circuit& circuit, const design::Design& design) {
  const std::string end = fmt::format("_{:.8}", design.hash());
  for (auto& sub : circuit.subcircuits) {
    sub.name += end;
    for (auto& element : sub.elements)
      if (auto* instance = std::get_if<netlist::Instance>(&element)) instance->subcircuit += end;
  }
}

ExitCode run(const CommandContext& context) {
  if (context.positional.size() != 1)
    throw Error("FLW-0012", "give one circuit kind", "gaincell netlist", "kinds are:\n" + kindList());
  const cells::Generator& generator = cells::generator(context.positional[0]);
  const pdk::Pdk pdk = context.loadPdk();
  const design::Design design = context.loadDesign(pdk, generator.kind);
  if (context.values.count("parameters")) {
    context.requireUsed("netlist --parameters",
                        {"parameters", "pdk", "pdk-manifest", "design", "set", "corner", "temp", "vdd"});
    return listLeaves(context, generator, pdk, design);
  }

  const std::string dialect_name = context.values["dialect"].as<std::string>();
  const auto& writer = netlist::dialect(dialect_name);
  netlist::Deck deck;
  std::ostringstream text;
  if (context.values.count("subcircuit")) {
    deck = pdk::emptyDeck(pdk, context.conditions(pdk), generator.kind);
    generator.define(pdk, design, deck.circuit);
    nameByDesign(deck.circuit, design);
    netlist::check(deck.circuit);
    writer.writeSubcircuits(deck.circuit, text);
  } else {
    deck = generator.testbench(pdk, context.conditions(pdk), design);
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
                 {"provenance", support::toJson(context.provenance(&pdk, &design))}},
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
          "  gaincell netlist gain-cell --set cell.c_storage=10f --dialect spectre -o cell.scs\n"
          "  gaincell netlist array --design reference --set array.rows=8 --set array.cols=8 -o array.cir\n"
          "\nKinds:\n" +
              kindList(),
          kCircuits | kForce,
          [](po::options_description_easy_init add) {
            add("output,o", po::value<std::string>()->value_name("FILE"), "file to write (default: standard output)");
            add("dialect", po::value<std::string>()->default_value("ngspice")->value_name("NAME"),
                "ngspice, xyce, spectre, hspice or cdl");
            add("subcircuit", "only the subcircuits, without testbench; names end in the design's hash");
            add("parameters", "list the values of the design that the circuit reads, by path, and stop");
          },
          run,
          true};
}

}  // namespace gaincell::flows
