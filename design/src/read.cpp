#include "gaincell/design/read.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/json.hpp"
#include "gaincell/support/suggest.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::design {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using support::Error;

namespace {

constexpr std::array kHead = {"$schema", "schema", "name", "description", "pdk", "extends", "limits"};

bool isFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// One name of a file; a pipe has none of its own.
fs::path nameOf(const fs::path& path) {
  std::error_code ec;
  const fs::path name = fs::weakly_canonical(path, ec);
  return ec ? path : name;
}

/// A file rather than the name of a shipped design.
bool isPath(const std::string& reference) {
  return reference.ends_with(".json") || reference.starts_with("./") || reference.starts_with("../") ||
         reference.starts_with("/");
}

/// The folder holds designs that ship with a process (a user's folder may be called "designs" as well).
bool isShipped(const fs::path& parent, const fs::path& folder) {
  const auto same = [](const fs::path& a, const fs::path& b) {
    std::error_code ignored;
    return fs::weakly_canonical(a, ignored) == fs::weakly_canonical(b, ignored);
  };
  return same(parent, folder) ||
         (parent.filename() == "designs" && same(parent.parent_path().parent_path(), pdk::pdkFolder()));
}

/// What a reference means; names without a process are looked for in `folder`.
Document locate(const std::string& reference, const fs::path& folder, const fs::path& beside, const std::string& from) {
  if (isPath(reference)) {
    const fs::path file = beside / reference;
    if (!isFile(file))
      throw Error("DSG-0010", fmt::format("there is no design file '{}'", reference), from,
                  "check the path; shipped designs are named without .json ('gaincell design list')");
    return {file.string(), file, support::readFile(file)};
  }
  const auto slash = reference.find('/');
  const fs::path of_pdk =
      slash == std::string::npos ? folder : pdk::pdkFolder() / reference.substr(0, slash) / "designs";
  const std::string name = slash == std::string::npos ? reference : reference.substr(slash + 1);
  const fs::path file = of_pdk / (name + ".json");
  if (name.empty() || name.find('/') != std::string::npos || !isFile(file)) {
    const auto names = designNames(of_pdk);
    throw Error(
        "DSG-0010",
        fmt::format("there is no design '{}' of process '{}'", name, of_pdk.parent_path().filename().string()), from,
        support::didYouMean(name, names,
                            names.empty()
                                ? "this process has no designs: give a design file (--design FILE.json)"
                                : fmt::format("designs are: {}; a file's name ends in .json", fmt::join(names, ", "))));
  }
  return {fmt::format("{}/{}", of_pdk.parent_path().filename().string(), name), file, support::readFile(file)};
}

std::string textOf(const ordered_json& document, const char* key, const std::string& where) {
  if (!document.contains(key)) return "";
  if (!document[key].is_string())
    throw Error("DSG-0014", fmt::format("'{}' must be a text", key), where, fmt::format("write \"{}\": \"...\"", key));
  std::string text = document[key].get<std::string>();
  if (text.empty() && std::string(key) != "description")
    throw Error("DSG-0014", fmt::format("'{}' is empty", key), where, "give it a value, or leave it away");
  return text;
}

ordered_json parseDocument(const Document& document) {
  ordered_json json = support::parseJson(document.text, document.name);
  if (!json.is_object())
    throw Error("DSG-0012", "a design file holds one JSON object", document.name, "start with '{'");
  if (json.contains("circuits"))
    throw Error(
        "DSG-0012", "'circuits' is the form of older design files", document.name,
        fmt::format("write \"schema\": \"{}\", \"extends\": \"gc28/lean\" and the branches cell, array, relu, signed, "
                    "driver, write, reference, timing with what differs ('gaincell design new')",
                    kDesignSchema));
  textOf(json, "$schema", document.name);
  const std::string schema = textOf(json, "schema", document.name);
  if (schema != kDesignSchema)
    throw Error("DSG-0012",
                schema.empty() ? "the file does not say that it is a design" : fmt::format("'{}' is no design", schema),
                document.name, fmt::format("write \"schema\": \"{}\"", kDesignSchema));
  return json;
}

Chain follow(Document first, const fs::path& folder) {
  Chain chain;
  chain.documents.push_back(std::move(first));
  for (std::size_t i = 0; i < chain.documents.size(); ++i) {
    const Document document = chain.documents[i];
    const ordered_json json = parseDocument(document);
    if (chain.pdk.empty()) chain.pdk = textOf(json, "pdk", document.name);
    const std::string next = textOf(json, "extends", document.name);
    if (next.empty()) continue;
    const std::string own_pdk = textOf(json, "pdk", document.name);
    // A shipped design extends its neighbours; any other file means those of its own process.
    const bool shipped = isShipped(document.file.parent_path(), folder);
    const fs::path named = shipped ? document.file.parent_path()
                           : own_pdk.empty() || folder.parent_path().filename() == own_pdk
                               ? folder
                               : pdk::pdkFolder() / own_pdk / "designs";
    Document found = locate(next, named, document.file.parent_path(), document.name + ": extends");
    for (const auto& seen : chain.documents)
      if (nameOf(seen.file) == nameOf(found.file))
        throw Error("DSG-0011", fmt::format("'extends' goes in a circle: {} extends {}", document.name, found.name),
                    document.name, "let 'extends' name a design that does not stand on this one");
    chain.documents.push_back(std::move(found));
  }
  return chain;
}

/// The first fault ends the reading, or, where all are wanted, is kept and the reading goes on.
template <typename Work>
void attempt(std::vector<Error>* faults, const Work& work) {
  try {
    work();
  } catch (const Error& e) {
    if (!faults) throw;
    faults->push_back(e);
  }
}

/// Sets the leaves of one document.
class Filler {
 public:
  Filler(Design& design, const Document& document, std::vector<Error>* faults)
      : design_(design), document_(document), faults_(faults) {}

  void fill(const ordered_json& json) {
    for (const auto& [key, value] : json.items()) {
      if (std::find(kHead.begin(), kHead.end(), key) != kHead.end()) continue;
      attempt(faults_, [&, &k = key, &v = value] { child(k, k, v); });
    }
    if (json.contains("limits")) attempt(faults_, [&] { limits(json["limits"]); });
  }

 private:
  std::string where(const std::string& path) const { return document_.name + ": " + path; }

  void child(const std::string& path, const std::string& key, const ordered_json& value) {
    if (key.find('.') != std::string::npos)  // else a leaf could be stated in two ways
      throw Error("DSG-0013", fmt::format("'{}' is a path, not a key", key), where(path),
                  "write each branch as an object: { \"cell\": { \"c_storage\": \"8f\" } }");
    node(path, value);
  }

  void node(const std::string& path, const ordered_json& value) {
    const Schema& schema = design_.schema();
    if (schema.find(path)) return leaf(path, value);
    if (schema.isOptional(path)) {
      design_.setPart(path, !value.is_null(), document_.name);
      if (value.is_null()) return;
    }
    if (!schema.isBranch(path))
      throw Error("DSG-0013", fmt::format("the design has no '{}'", path), where(path), schema.hint(path));
    if (!value.is_object())
      throw Error("DSG-0014", fmt::format("'{}' is a branch: an object {{ ... }} is expected", path), where(path),
                  schema.hint(path + "."));
    for (const auto& [key, below] : value.items())
      attempt(faults_, [&, &k = key, &v = below] { child(path + "." + k, k, v); });
  }

  void leaf(const std::string& path, const ordered_json& value) {
    if (value.is_string())
      set(path, value.get<std::string>());
    else if (value.is_number())
      set(path, support::formatNumber(value.get<double>()));
    else
      throw Error("DSG-0014", fmt::format("'{}' must be a number or a word", path), where(path),
                  design_.schema().find(path)->parameter.description);
  }

  void set(const std::string& path, const std::string& text) {
    try {
      design_.set(path, text, document_.name);
    } catch (const Error& e) {
      throw Error(e.id(), e.problem(), where(path), e.remedy());
    }
  }

  void limits(const ordered_json& all) {
    if (!all.is_object())
      throw Error("DSG-0014", "'limits' must be an object", where("limits"), "write { \"measure\": { \"max\": 1 } }");
    for (const auto& [measure, value] : all.items())
      attempt(faults_, [&, &m = measure, &v = value] { limitOrNull(m, v); });
  }

  void limitOrNull(const std::string& measure, const ordered_json& value) {
    const std::string path = "limits." + measure;
    if (value.is_null()) {
      if (design_.removeLimit(measure)) return;
      std::vector<std::string> names;
      for (const auto& limit : design_.limits) names.push_back(limit.measure);
      throw Error("DSG-0018", fmt::format("there is no limit '{}' to leave out", measure), where(path),
                  support::didYouMean(measure, names, fmt::format("limits are: {}", fmt::join(names, ", "))));
    }
    if (!value.is_object())
      throw Error("DSG-0014", "a limit is an object with min, typ, max, source", where(path),
                  "write { \"max\": \"5n\" }");
    limit(measure, value, path);
  }

  void limit(const std::string& measure, const ordered_json& value, const std::string& path) {
    Limit limit;
    limit.measure = measure;
    limit.origin = document_.name;
    for (const auto& [key, v] : value.items()) {
      if (key == "source" && v.is_string()) {
        limit.source = v.get<std::string>();
        continue;
      }
      auto* bound = key == "min" ? &limit.min : key == "typ" ? &limit.typ : key == "max" ? &limit.max : nullptr;
      if (!bound || !(v.is_number() || v.is_string()))
        throw Error("DSG-0013", fmt::format("a limit has no '{}' of this kind", key), where(path),
                    "write min, typ, max as numbers and source as text");
      *bound =
          v.is_number() ? v.get<double>() : support::parseQuantity(v.get<std::string>(), "", where(path + "." + key));
    }
    const double low = limit.min.value_or(-INFINITY), high = limit.max.value_or(INFINITY),
                 typ = limit.typ.value_or(low);
    if ((!limit.min && !limit.max) || low > high || typ < low || typ > high)
      throw Error("DSG-0015", fmt::format("the limit of '{}' allows nothing or everything", measure), where(path),
                  "give min, max or both, in order, and typ between them");
    design_.setLimit(std::move(limit));
  }

  Design& design_;
  const Document& document_;
  std::vector<Error>* faults_;
};

}  // namespace

fs::path designFolder(const pdk::Pdk& pdk) {
  return pdk.manifest.parent_path() / "designs";
}

std::vector<std::string> designNames(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

Chain readChain(const std::string& reference, const fs::path& folder) {
  return follow(locate(reference, folder, "", "--design"), folder);
}

Chain readChainText(const std::string& text, const std::string& where, const fs::path& folder) {
  return follow({where, fs::path(where), text}, folder);
}

Design build(const Chain& chain, std::shared_ptr<const Schema> schema, std::vector<Error>* faults) {
  Design design(std::move(schema));
  design.pdk = chain.pdk;
  for (auto document = chain.documents.rbegin(); document != chain.documents.rend(); ++document) {
    const ordered_json json = parseDocument(*document);
    Filler(design, *document, faults).fill(json);
    design.name = textOf(json, "name", document->name);
    if (design.name.empty()) design.name = fs::path(document->name).stem().string();
    design.description = textOf(json, "description", document->name);
    if (design.description.empty() && json.contains("extends"))
      design.description = "extends " + textOf(json, "extends", document->name);
  }
  design.reference = chain.documents.front().name;
  for (std::size_t i = 1; i < chain.documents.size(); ++i) design.extends.push_back(chain.documents[i].name);
  attempt(faults, [&] { design.requireComplete(); });
  return design;
}

}  // namespace gaincell::design
