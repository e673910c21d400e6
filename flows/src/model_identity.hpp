#pragma once
/// @file
/// Whether a model belongs to what it is used with: the one place that joins models with designs, processes and
/// conditions.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/flows/command.hpp"
#include "gaincell/model/model.hpp"

namespace gaincell::flows {

/// What a model describes, as its file says; nothing when the file does not say it (measured data, the paper).
std::optional<design::Identity> identityOf(const model::Model& model);

/// What of a design a use of the model depends on.
enum class Part { Cell, Tile };

/// Refuses a model of other sizes, another process or other conditions than `mine`, naming the first differences. With
/// `--anyway` the differences become a warning. Sizes of the array do not count: models are of cells and converters.
/// @throws Error (DSG-0020); (FLW-0510) when the model does not say what it describes
void requireModelOf(const CommandContext& context, const model::Model& model, const design::Identity& mine, Part part,
                    std::vector<std::string>& warnings);

/// The same where the command line or the settings file states a design, a process or conditions; else the model stands
/// for itself.
void requireStatedDesign(const CommandContext& context, const model::Model& model, std::vector<std::string>& warnings);

/// The option that requireModelOf() looks at.
void addAnywayOption(po::options_description_easy_init add);

}  // namespace gaincell::flows
