#pragma once
// The published figures beside those of runs: value, ratio and the reason for a difference. The figures and reasons are
// data (flows/compare/published.json, compiled in); nothing here knows any of them.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "run.hpp"

namespace gaincell::flows::comparison {

/// Where a run has the figure. `at` is one of
///   figure:STAGE/GROUP/NAME   limit:MEASURE   leaf:PATH (of the design)
///   FILE.json#/a/name=gain cell/b   (KEY=VALUE picks the element of a list)
struct Source {
  std::string at;
  double factor = 1;                ///< times this
  std::optional<double> numerator;  ///< this over the value, instead
  std::string note;                 ///< how the figure was made, where that needs saying
};

struct Published {
  std::string id, what, unit, origin;
  std::optional<double> value;                 ///< none: drawn, but no number printed
  std::string relation;                        ///< "<", ">" or nothing
  double tolerance = 0.05;                     ///< a ratio this near to 1 agrees
  std::vector<Source> sources;                 ///< the first that the run has counts
  std::map<std::string, std::string> reasons;  ///< by "differs", "any" or "missing"; may hold {placeholders}
};

struct PublishedSection {
  std::string id, title, source, reason;
  std::vector<Published> figures;
};

struct PublishedFile {
  std::string paper, origins;
  std::vector<PublishedSection> sections;
};

/// @throws Error (CMP-0008) for an unknown key, a figure named twice, a reason without a case
PublishedFile parsePublished(const std::string& text, const std::string& where);
const PublishedFile& publishedFigures();

/// Looks figures up in the files of one run; each is read once.
class RunFigures {
 public:
  explicit RunFigures(const Run& run) : run_(run) {}
  struct Found {
    double value = 0;
    std::optional<std::string> unit;  ///< none: the place states no unit
  };
  std::optional<Found> find(const std::string& at);
  /// A text with {value}-like placeholders filled: any `at`, and {design}, {pdk}, {corner}, {temp}, {vdd}. What the run
  /// does not have reads "unknown".
  std::string fill(const std::string& text);

 private:
  const nlohmann::json* file(const std::string& name);
  std::string placeholder(const std::string& name);

  const Run& run_;
  std::map<std::string, nlohmann::json> files_;
};

/// One published figure beside the same of every run.
struct PaperCell {
  std::optional<double> value, ratio;  ///< ratio: run over paper
  std::string note, reason;
};
struct PaperRow {
  const Published* published = nullptr;
  std::vector<PaperCell> cells;  ///< in the order of the runs
};
struct PaperSection {
  const PublishedSection* published = nullptr;
  std::vector<PaperRow> rows;
};
struct PaperComparison {
  std::vector<Run> runs;
  const PublishedFile* published = nullptr;
  std::vector<PaperSection> sections;
};

PaperComparison comparePaper(std::vector<Run> runs, const PublishedFile& published = publishedFigures());
nlohmann::json toJson(const PaperComparison& comparison);

}  // namespace gaincell::flows::comparison
