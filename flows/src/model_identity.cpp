#include "model_identity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace gaincell::flows {

using support::Error;

std::optional<design::Identity> identityOf(const model::Model& model) {
  if (!model.design) return std::nullopt;
  const model::Conditions& c = model.conditions;
  const model::DesignRecord& d = *model.design;
  if (!d.values.empty() && design::hashOf(c.pdk, d.values) != d.hash)
    throw Error("FLW-0513",
                fmt::format("the values of design '{}' are not those of its hash ({})", d.name, d.shortHash()),
                "the model: $.design", "the file was edited after it was fitted: fit it again");
  return design::Identity{model.design->name,        model.design->hash,           model.design->values, c.pdk,
                          model.provenance.pdk_hash, {c.corner, c.temp_c, c.vdd_v}};
}

namespace {

/// Branches that decide what the part does; array.rows and array.cols are left out, they only say how many there are.
std::vector<std::string> branchesOf(Part part) {
  if (part == Part::Cell) return {"cell"};
  return {"cell", "relu", "signed", "reference", "timing", "levels", "array.wire"};
}

}  // namespace

void requireModelOf(const CommandContext& context, const model::Model& model, const design::Identity& mine, Part part,
                    std::vector<std::string>& warnings) {
  const bool anyway = context.values.count("anyway") > 0;
  const auto own = identityOf(model);
  if (!own) {
    if (anyway) return warnings.push_back("the model does not say which design it describes");
    throw Error("FLW-0510", "the model does not say which design it describes", "--model",
                "fit it from a folder of the flow or of 'gaincell simulate --out', or use it on purpose with --anyway");
  }
  if (!anyway)
    return design::requireSame(*own, "the model", mine, "the simulation", design::May::Nothing, branchesOf(part));
  auto all = design::differences(*own, mine, design::May::Nothing, branchesOf(part));
  if (all.empty()) return;
  constexpr std::size_t kShown = 4;
  const std::size_t more = all.size() > kShown ? all.size() - kShown : 0;
  all.resize(all.size() - more);
  warnings.push_back(fmt::format("the model is of other things than the simulation (--anyway): {}{}",
                                 fmt::join(all, "; "), more ? fmt::format("; and {} more", more) : ""));
}

void requireStatedDesign(const CommandContext& context, const model::Model& model, std::vector<std::string>& warnings) {
  const CommonOptions& common = context.common;
  identityOf(model);  // an edited record is refused whatever was stated
  const bool design_stated = context.givenDesign().has_value() || !common.sets.empty();
  if (!design_stated && common.pdk_name.empty() && common.pdk_manifest.empty()) return;
  const pdk::Pdk pdk = context.loadPdk();
  design::Identity mine;
  // A process alone says nothing of sizes: only what was stated is compared. Conditions are what the model is moved to.
  if (const auto own = identityOf(model)) mine = *own;
  mine.conditions = {model.conditions.corner, model.conditions.temp_c, model.conditions.vdd_v};
  if (design_stated) mine = design::identityOf(context.loadDesign(pdk), pdk, mine.conditions);
  mine.pdk = pdk.name;
  requireModelOf(context, model, mine, Part::Tile, warnings);
}

void addAnywayOption(po::options_description_easy_init add) {
  add("anyway", "use a model of another design, process or condition on purpose; the result says so");
}

}  // namespace gaincell::flows
