#pragma once
/// @file
/// The content of the report, section by section, from what the stages left in the output folder.

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "gaincell/model/model.hpp"
#include "gaincell/report/report.hpp"
#include "gaincell/spec/spec.hpp"
#include "stage.hpp"

namespace gaincell::flows {

/// An empty section.
report::Section namedSection(const std::string& id, const std::string& title);

struct ReportSource {
  FlowContext& context;
  const nlohmann::json& results;  ///< by stage
  const std::vector<spec::Verdict>& verdicts;
  std::optional<model::Model> model;  ///< model.json, when the fit has run

  bool has(const std::string& stage) const { return results.contains(stage); }
  support::Table table(const std::string& file) const;  ///< data/FILE
  /// A figure by stage, group and name; NaN when it is not there.
  double value(const std::string& stage, const std::string& group, const std::string& name) const;
  /// All figures of a group as report figures, with the measure's name where the specification has one.
  /// @param of_what begins every label; a group whose figures speak for themselves needs none
  std::vector<report::Figure> figures(const std::string& stage, const std::string& group,
                                      const std::string& of_what = "") const;
  /// A command that makes a part again, with the options that this flow's PDK, conditions and seed need.
  std::string command(const std::string& text) const;
};

report::Section chainSection(const ReportSource& source);
report::Section fitSection(const ReportSource& source);
report::Section macroSection(const ReportSource& source);
report::Section monteCarloSection(const ReportSource& source);
report::Section attentionSection(const ReportSource& source);
report::Section checkSection(const ReportSource& source);
/// Title, what it is, verdicts, checks, files and commands.
report::ReportData reportFrame(const ReportSource& source);
/// Area, energy and latency (stage floorplan).
report::Section floorplanSection(const ReportSource& source);
/// Every section whose stage has run, in page order.
std::vector<report::Section> reportSections(const ReportSource& source);

}  // namespace gaincell::flows
