// Reads the published figures. They are data of this project, so every slip in them is an error, not a gap in a table.

#include "published.hpp"

#include <fmt/format.h>

#include <set>

#include "gaincell/support/error.hpp"
#include "gaincell/support/json.hpp"
#include "paper.hpp"

namespace gaincell::flows::comparison {

using nlohmann::json;
using support::Error;

namespace {

class Reader {
 public:
  explicit Reader(std::string where) : where_(std::move(where)) {}

  PublishedFile read(const json& document) {
    only(document, {"schema", "paper", "origins", "sections"}, "document");
    if (text(document, "schema", "document") != "gaincell-published/1") refuse("the schema is not known", "schema");
    PublishedFile file{text(document, "paper", "document"), text(document, "origins", "document"), {}};
    for (const auto& s : document.at("sections")) file.sections.push_back(section(s));
    return file;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& at) const {
    throw Error("CMP-0008", what, where_ + ", " + at, "correct flows/compare/published.json");
  }

  void only(const json& object, const std::set<std::string>& known, const std::string& at) const {
    if (!object.is_object()) refuse("this is no object", at);
    for (const auto& [key, value] : object.items())
      if (!known.contains(key)) refuse(fmt::format("the key '{}' is not known", key), at);
  }

  std::string text(const json& object, const char* key, const std::string& at) const {
    if (!object.contains(key) || !object[key].is_string()) refuse(fmt::format("the text '{}' is missing", key), at);
    return object[key].get<std::string>();
  }

  PublishedSection section(const json& s) {
    only(s, {"id", "title", "source", "reason", "figures"}, "a section");
    PublishedSection out{
        text(s, "id", "a section"), text(s, "title", "a section"), text(s, "source", "a section"), {}, {}};
    if (s.contains("reason")) out.reason = text(s, "reason", out.id);
    for (const auto& f : s.at("figures")) out.figures.push_back(figure(f));
    return out;
  }

  Published figure(const json& f) {
    only(f, {"id", "what", "value", "unit", "origin", "relation", "tolerance", "run", "reasons"}, "a figure");
    const std::string id = text(f, "id", "a figure");
    if (!ids_.insert(id).second) refuse("the figure is there twice", id);
    Published out;
    out.id = id;
    out.what = text(f, "what", id);
    out.unit = text(f, "unit", id);
    out.origin = text(f, "origin", id);
    if (!f.contains("value") || !(f["value"].is_null() || f["value"].is_number())) refuse("'value' is no number", id);
    if (f["value"].is_number()) out.value = f["value"].get<double>();
    if (f.contains("relation")) out.relation = text(f, "relation", id);
    out.tolerance = f.value("tolerance", out.tolerance);
    for (const auto& s : f.value("run", json::array())) out.sources.push_back(source(s, id));
    const json reasons = f.value("reasons", json::object());
    for (const auto& [when, reason] : reasons.items()) {
      if (when != "differs" && when != "any" && when != "missing") refuse("there is no case '" + when + "'", id);
      out.reasons[when] = reason.get<std::string>();
    }
    return out;
  }

  Source source(const json& s, const std::string& id) const {
    if (s.is_string()) return {s.get<std::string>(), 1, std::nullopt, ""};
    only(s, {"at", "factor", "numerator", "note"}, id);
    Source out{text(s, "at", id), s.value("factor", 1.0), std::nullopt, s.value("note", "")};
    if (s.contains("numerator")) out.numerator = s["numerator"].get<double>();
    return out;
  }

  std::string where_;
  std::set<std::string> ids_;
};

}  // namespace

PublishedFile parsePublished(const std::string& text, const std::string& where) {
  try {
    return Reader(where).read(json(support::parseJson(text, where)));
  } catch (const json::exception& e) {
    throw Error("CMP-0008", fmt::format("the published figures cannot be understood: {}", e.what()), where,
                "correct flows/compare/published.json");
  }
}

const PublishedFile& publishedFigures() {
  static const PublishedFile file = parsePublished(kPublished, "published figures");
  return file;
}

}  // namespace gaincell::flows::comparison
