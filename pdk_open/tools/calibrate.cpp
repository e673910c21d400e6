// Writes the BSIM4 cards of an embedded PDK: merges the physical table (flavours.json), solves the free parameters of
// each flavour for the targets declared in manifest.json by measuring every trial set with `ngspice -b`, and writes the
// library.
//
//   gaincell-pdk-calibrate FOLDER            solve and write FOLDER/<name>.lib and its variants for other dialects
//   gaincell-pdk-calibrate --measure FOLDER [LIB]   print the figures of FOLDER's targets for an existing library

#include <fmt/format.h>

#include <Eigen/Dense>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "device_bench.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "library_text.hpp"

namespace {

using namespace gaincell;
using namespace gaincell::pdk::tools;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Sets each value of `layer`, in place when an earlier layer has the name, else in a group of its own.
void merge(std::vector<ParameterGroup>& groups, const std::string& group_name, const Json& layer) {
  ParameterGroup added{group_name, {}};
  for (const auto& [name, json] : layer.items()) {
    const double value = json.is_string() ? std::stod(json.get<std::string>()) : json.get<double>();
    bool found = false;
    for (auto& group : groups)
      for (auto& [known, old] : group.values)
        if (known == name) {
          old = value;
          found = true;
        }
    if (!found) added.values.emplace_back(name, value);
  }
  if (!added.values.empty()) groups.push_back(std::move(added));
}

FlavourCard cardOf(const Json& table, const std::string& flavour, const pdk::Pdk& pdk) {
  const Json& f = table.at("flavours").at(flavour);
  FlavourCard card;
  card.flavour = flavour;
  card.model = pdk.device(flavour).model;
  card.polarity = pdk.device(flavour).polarity;
  card.title = f.at("title").get<std::string>();
  for (const auto& [name, group] : table.at("common").items()) merge(card.groups, name, group.at("values"));
  const auto family = f.at("family").get<std::string>();
  merge(card.groups, "family", table.at("families").at(family).at("values"));
  merge(card.groups, "polarity", table.at("polarities").at(f.at("polarity").get<std::string>()).at("values"));
  merge(card.groups, "flavour", f.at("values"));
  merge(card.groups, "solved", f.at("start"));
  constexpr double kCornerSigmas = 3.0;  // manifest "process": corners are 3 sigma
  for (const auto& group : pdk.process.groups)
    for (const auto& name : group.flavours)
      if (name == flavour)
        card.fast = {kCornerSigmas * group.vth, kCornerSigmas * group.mobility, kCornerSigmas * group.oxide,
                     kCornerSigmas * group.length};
  return card;
}

double& parameter(FlavourCard& card, const std::string& name) {
  for (auto& group : card.groups)
    for (auto& [known, value] : group.values)
      if (known == name) return value;
  throw support::Error("PDK-0020", fmt::format("'{}' has no parameter '{}'", card.flavour, name), "flavours.json", "");
}

/// A free parameter and the figure it is solved for.
struct Unknown {
  std::string name, figure;
  bool logarithmic_figure;
  double step;  ///< of the finite difference: relative for u0 and aigc-like values, absolute below
};

/// The usual extraction order of a BSIM card: threshold from Ioff, mobility from Ion, DIBL from eta0, swing from
/// nfactor, tunnelling strength from Jg. They are coupled, so all are solved together.
const std::vector<Unknown>& unknowns() {
  static const std::vector<Unknown> all = {{"vth0", "ioff", true, 2e-3},
                                           {"u0", "ion", true, 1e-4},
                                           {"eta0", "dibl", false, 1e-3},
                                           {"nfactor", "ss", false, 1e-2},
                                           {"aigc", "jg", true, 2e-5}};
  return all;
}

class Solver {
 public:
  Solver(FlavourCard card, std::map<std::string, double> targets, const pdk::Pdk& pdk)
      : card_(std::move(card)), targets_(std::move(targets)), name_(pdk.name) {
    for (const auto& c : pdk.corners) corners_.push_back({c.name, c.speed_n, c.speed_p});
    for (const auto& u : unknowns())
      if (targets_.count(u.figure)) free_.push_back(u);
  }

  FlavourCard solve() {
    Eigen::VectorXd residual = residuals(figures());
    for (int iteration = 0; iteration < 20 && worst(residual) > 1e-4; ++iteration) {
      const Eigen::Index n = residual.size();
      Eigen::MatrixXd jacobian(n, n);
      for (Eigen::Index j = 0; j < n; ++j) {
        const Unknown& u = free_[static_cast<std::size_t>(j)];
        double& p = parameter(card_, u.name);
        const double old = p;
        p += u.step;
        jacobian.col(j) = (residuals(figures()) - residual) / u.step;
        p = old;
      }
      const Eigen::VectorXd step = jacobian.fullPivLu().solve(-residual);
      double damping = 1.0;
      for (Eigen::Index j = 0; j < n; ++j)  // never move further than 20 steps' worth of linearity
        damping = std::min(damping, 20.0 * free_[static_cast<std::size_t>(j)].step / (std::abs(step[j]) + 1e-300));
      for (Eigen::Index j = 0; j < n; ++j)
        parameter(card_, free_[static_cast<std::size_t>(j)].name) += damping * step[j];
      residual = residuals(figures());
      fmt::print(stderr, "{}: iteration {}, largest deviation {:.2g}\n", card_.flavour, iteration + 1, worst(residual));
    }
    if (worst(residual) > 1e-3)
      throw support::Error("PDK-0021", fmt::format("no parameters reach the targets of '{}'", card_.flavour), "",
                           "relax the target in manifest.json or change the physical table");
    for (const auto& [figure, value] : figures())
      card_.figures.push_back(
          fmt::format("{} {:.4g}{}", describeFigure(figure), value,
                      targets_.count(figure) ? fmt::format(", declared {:.4g}", targets_.at(figure)) : ""));
    return card_;
  }

 private:
  std::map<std::string, double> figures() const {
    return measureFigures(libraryText(name_, {card_}, corners_, "ngspice"), name_,
                          {card_.model, card_.polarity, targets_.at("l"), targets_.at("vdd")});
  }
  Eigen::VectorXd residuals(const std::map<std::string, double>& measured) const {
    Eigen::VectorXd r(static_cast<Eigen::Index>(free_.size()));
    for (std::size_t i = 0; i < free_.size(); ++i)  // all residuals are relative deviations to first order
      r[static_cast<Eigen::Index>(i)] = std::log(measured.at(free_[i].figure) / targets_.at(free_[i].figure));
    return r;
  }
  static double worst(const Eigen::VectorXd& r) { return r.cwiseAbs().maxCoeff(); }

  FlavourCard card_;
  std::map<std::string, double> targets_;
  std::string name_;
  std::vector<CornerName> corners_;
  std::vector<Unknown> free_;
};

void writeLibraries(const fs::path& folder, const pdk::Pdk& pdk, const std::vector<FlavourCard>& cards) {
  std::vector<CornerName> corners;
  for (const auto& c : pdk.corners) corners.push_back({c.name, c.speed_n, c.speed_p});
  for (const std::string dialect : {"ngspice", "hspice", "xyce"})
    support::writeFileAtomically(folder / (pdk.name + (dialect == "ngspice" ? "" : "." + dialect) + ".lib"),
                                 libraryText(pdk.name, cards, corners, dialect), support::Overwrite::Yes);
}

int run(const std::vector<std::string>& arguments) {
  const bool measure = arguments.size() >= 2 && arguments[0] == "--measure";
  if (arguments.size() != 1 && !measure) {
    fmt::print(stderr, "usage: gaincell-pdk-calibrate [--measure] FOLDER [LIB]\n");
    return 1;
  }
  const fs::path folder = arguments[measure ? 1 : 0];
  const Json table = Json::parse(support::readFile(folder / "flavours.json"));
  // The reader wants the card file to exist; a first run creates it.
  const auto name = Json::parse(support::readFile(folder / "manifest.json")).at("name").get<std::string>();
  if (!fs::exists(folder / (name + ".lib")))
    support::writeFileAtomically(folder / (name + ".lib"), "* to be written\n");
  const pdk::Pdk pdk = pdk::readManifest(folder / "manifest.json");
  std::vector<FlavourCard> cards;
  for (const auto& [flavour, unused] : table.at("flavours").items()) {
    const auto& targets = pdk.targets.at(flavour);
    if (measure) {
      const auto library = support::readFile(arguments.size() > 2 ? fs::path(arguments[2]) : folder / (name + ".lib"));
      const auto& device = pdk.device(flavour);
      for (const auto& [figure, value] :
           measureFigures(library, name, {device.model, device.polarity, targets.at("l"), targets.at("vdd")}))
        fmt::print("{} {} {:.5g}{}\n", flavour, describeFigure(figure), value,
                   targets.count(figure) ? fmt::format("  declared {:.5g} ({:+.2f} %)", targets.at(figure),
                                                       100 * (value / targets.at(figure) - 1))
                                         : "");
    } else {
      cards.push_back(Solver(cardOf(table, flavour, pdk), targets, pdk).solve());
    }
  }
  if (!measure) writeLibraries(folder, pdk, cards);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
