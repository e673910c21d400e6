#include "library_text.hpp"

#include <fmt/format.h>

namespace gaincell::pdk::tools {

namespace {

/// Six significant digits: finer than any calibration tolerance, short enough to read.
std::string number(double v) {
  return fmt::format("{:.6g}", v);
}

/// Corner shifts come from rounded one-sigma figures: four digits.
std::string shift(double v) {
  return fmt::format("{:.4g}", v);
}

/// Value of a model parameter, with its corner dependence where it has one. `f` is the corner variable (-1 slow, +1
/// fast).
std::string parameterText(const FlavourCard& card, const std::string& name, double value, const std::string& f,
                          const std::pair<std::string, std::string>& quotes) {
  const auto expression = [&](const std::string& body) {
    return fmt::format("{}{}{}", quotes.first, body, quotes.second);
  };
  if (name == "vth0")
    return expression(
        fmt::format("{}{}{}*{}", number(value), card.polarity == 'n' ? "-" : "+", shift(card.fast.vth), f));
  if (name == "u0") return expression(fmt::format("{}*(1+{}*{})", number(value), shift(card.fast.mobility), f));
  // toxref stays: it is the reference thickness of the tunnelling exponent, not a thickness of the device.
  if (name == "toxe" || name == "toxp" || name == "toxm")
    return expression(fmt::format("{}*(1-{}*{})", number(value), shift(card.fast.oxide), f));
  if (name == "version") return fmt::format("{:.1f}", value);
  return number(value);
}

std::string cardText(const std::string& library, const FlavourCard& card, const std::string& dialect) {
  const std::string f = fmt::format("{}_{}", library, card.polarity);
  const std::pair<std::string, std::string> quotes =
      dialect == "xyce" ? std::pair<std::string, std::string>{"{", "}"} : std::pair<std::string, std::string>{"'", "'"};
  std::string out = fmt::format("* {}: {}\n", card.flavour, card.title);
  for (const auto& line : card.figures) out += fmt::format("*   {}\n", line);
  out += fmt::format(".model {} {}mos level={}\n", card.model, card.polarity, dialect == "ngspice" ? 14 : 54);
  for (const auto& group : card.groups) {
    std::string line(1, '+');
    for (const auto& [name, value] : group.values) {
      const std::string item = fmt::format(" {}={}", name, parameterText(card, name, value, f, quotes));
      if (line.size() + item.size() > 118) {
        out.append(line).push_back('\n');
        line.assign(1, '+');
      }
      line += item;
    }
    if (line.size() > 1) out.append(line).push_back('\n');
  }
  if (card.fast.length > 0)
    out += fmt::format("+ xl={}-{}*{}{}\n", quotes.first, shift(card.fast.length), f, quotes.second);
  return out;
}

}  // namespace

std::string libraryText(const std::string& library_name, const std::vector<FlavourCard>& cards,
                        const std::vector<CornerName>& corners, const std::string& dialect) {
  std::string out = fmt::format(
      "* {0}: generic BSIM4.7 cards, {1} syntax. Written by gaincell-pdk-calibrate from flavours.json; do not edit.\n"
      "* {0}_n and {0}_p are the corner variables of the n and the p devices: -1 slow, 0 typical, +1 fast (3 sigma).\n"
      "* Use: one section of tt, ss, ff, sf, fs, then the section cards.\n",
      library_name, dialect);
  // The sections do not call the cards: a file name inside a library is looked up in the working directory first by
  // some simulators. A deck takes two sections instead, its corner and the cards.
  for (const auto& c : corners)
    out += fmt::format(".lib {}\n.param {}_n={} {}_p={}\n.endl {}\n", c.name, library_name, c.speed_n, library_name,
                       c.speed_p, c.name);
  out += "\n.lib cards\n";
  for (const auto& card : cards) out.append(cardText(library_name, card, dialect)).push_back('\n');
  return out.append(".endl cards\n");
}

}  // namespace gaincell::pdk::tools
