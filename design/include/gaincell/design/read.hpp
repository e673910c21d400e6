#pragma once
/// @file
/// Design files, schema "gaincell-design/1": what differs from the design they extend.
///
///     { "schema": "gaincell-design/1", "name": "wide-pair", "extends": "gc28/lean",
///       "cell": { "pair_n": { "w": "150n" }, "c_storage": "10f" }, "array": { "rows": 48 } }

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "gaincell/design/design.hpp"
#include "gaincell/pdk/pdk.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::design {

inline constexpr const char* kDesignSchema = "gaincell-design/1";

/// One design file as it was read.
struct Document {
  std::string name;  ///< "gc28/lean" for a shipped design, else the path
  std::filesystem::path file;
  std::string text;  ///< the JSON
};

/// A design file and all it extends.
struct Chain {
  std::vector<Document> documents;  ///< the one asked for first, what it extends behind it
  std::string pdk;  ///< process it is for, as the nearest document that names one says; "" when none does
};

/// Folder of the designs that ship with a process.
std::filesystem::path designFolder(const pdk::Pdk& pdk);
/// Names of the shipped designs of a process, sorted.
std::vector<std::string> designNames(const std::filesystem::path& folder);

/// Reads a design and what it extends.
/// @param reference a file ("mine.json", "./mine"), a shipped design ("gc28/lean"), or a name in `folder` ("lean")
/// @param folder designs that names without a process mean
/// @throws Error (DSG-0010) nothing there, naming the designs there are; (DSG-0011) a circle of `extends`; (DSG-0012)
/// no design file.
Chain readChain(const std::string& reference, const std::filesystem::path& folder);
/// A document given as text (the `design` of a run's settings).
Chain readChainText(const std::string& text, const std::string& where, const std::filesystem::path& folder);

/// The design of a chain.
/// @throws Error (DSG-0013) unknown key with the nearest right one, (DSG-0014) a value of the wrong type, (DSG-0015) a
/// limit without bound, and those of Design::set; each with file and path. With `faults` these go there, all of them,
/// and what is wrong keeps the value it had.
Design build(const Chain& chain, std::shared_ptr<const Schema> schema, std::vector<support::Error>* faults = nullptr);

/// The text of a design file with every leaf that exists (`all`), or with what differs from `base`. Lines of up to 110
/// characters; lengths, capacitors, times and currents with SPICE prefixes.
std::string toText(const Design& design, const Design* base);

/// JSON schema (draft 2020-12) of a design file.
nlohmann::ordered_json jsonSchema(const Schema& schema);

}  // namespace gaincell::design
