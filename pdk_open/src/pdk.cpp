#include "gaincell/pdk/pdk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gaincell/support/error.hpp"

namespace gaincell::pdk {

namespace {
template <class M>
std::vector<std::string> keysOf(const M& map) {
  std::vector<std::string> out;
  out.reserve(map.size());
  for (const auto& entry : map) out.push_back(entry.first);
  return out;
}
}  // namespace

const Corner& Pdk::corner(const std::string& corner_name) const {
  std::vector<std::string> names;
  for (const auto& c : corners) {
    if (c.name == corner_name) return c;
    names.push_back(c.name);
  }
  throw support::Error("PDK-0004", fmt::format("PDK '{}' has no corner '{}'", name, corner_name), manifest.string(),
                       fmt::format("corners are: {}", fmt::join(names, ", ")));
}

const Role& Pdk::role(const std::string& role_name) const {
  const auto found = roles.find(role_name);
  if (found != roles.end()) return found->second;
  throw support::Error("PDK-0005", fmt::format("PDK '{}' has no device for the role '{}'", name, role_name),
                       manifest.string(), fmt::format("roles are: {}", fmt::join(keysOf(roles), ", ")));
}

const netlist::DeviceModel& Pdk::device(const std::string& flavour) const {
  const auto found = devices.find(flavour);
  if (found != devices.end()) return found->second;
  throw support::Error("PDK-0006", fmt::format("PDK '{}' has no device flavour '{}'", name, flavour), manifest.string(),
                       fmt::format("flavours are: {}", fmt::join(keysOf(devices), ", ")));
}

netlist::Deck emptyDeck(const Pdk& pdk, const Conditions& conditions, std::string title) {
  netlist::Deck deck;
  deck.title = std::move(title);
  deck.circuit.devices = pdk.devices;
  deck.pdk_cards = pdk.corner(conditions.corner).cards;
  deck.dialect_cards = pdk.corner(conditions.corner).dialect_cards;
  deck.simulator_settings = pdk.simulator_settings;
  deck.options = pdk.options;
  deck.temp_c = conditions.temp_c;
  return deck;
}

}  // namespace gaincell::pdk
