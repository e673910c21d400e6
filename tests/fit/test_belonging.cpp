// What tables, studies and grids belong to: taken over where it is said, refused by name where it is contradicted.

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "gaincell/fit/fit.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell::fit;
using gaincell::support::Error;
using gaincell::support::Overwrite;
using gaincell::support::Table;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string kLean(64, 'a'), kWide(64, 'b');

/// A folder that is gone when the test ends.
class Folder {
 public:
  explicit Folder(const std::string& name) : path(fs::temp_directory_path() / ("gaincell-belonging-" + name)) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void identity(const json& changes = json::object()) const {
    json id = {
        {"design", "lean"}, {"design_hash", kLean}, {"values", {{"cell.pair_n.w", "1e-07"}, {"array.rows", "48"}}},
        {"pdk", "gc28"},    {"pdk_hash", "p1"},     {"corner", "tt"},
        {"temp_c", 27},     {"vdd_v", 0.9}};
    id.update(changes);
    gaincell::support::writeFileAtomically(path / "identity.json", id.dump(), Overwrite::Yes);
  }
  /// A table of charges whose first line says where it comes from; an empty object: nothing.
  void charges(const json& comment, const std::string& name = "gain-cell_charge_charge.csv") const {
    Table t;
    t.columns = {"v_storage_V", "width_s", "charge_C"};
    for (int l = 0; l <= 14; ++l)
      for (const double w : {1e-9, 5e-9, 15e-9}) {
        const double y = 0.9 * l / 14 - 0.45;
        t.addRow({y + 0.45, w, w * (-13e-6 * y - 40e-6 * y * y * y)});
      }
    writeCsv(path / name, t, Overwrite::Yes,
             comment.empty() ? std::vector<std::string>{} : std::vector{comment.dump()});
  }
  /// A study of cell currents at `conditions`, 20 samples each.
  void study(const json& identity, const std::vector<json>& conditions) const {
    json id = {{"kind", "gain-cell"},  {"local", true},
               {"global", false},      {"pdk", "gc28"},
               {"pdk_hash", "p1"},     {"design", "lean"},
               {"design_hash", kLean}, {"design_values", {{"cell.pair_n.w", "1e-07"}, {"array.rows", "48"}}}};
    for (const auto& [key, value] : identity.items()) {
      if (value.is_null())
        id.erase(key);
      else
        id[key] = value;
    }
    const json study = {{"identity", id}, {"conditions", conditions}, {"provenance", {{"pdk", "gc28"}}}};
    gaincell::support::writeFileAtomically(path / "study.json", study.dump(), Overwrite::Yes);
    Table t;
    t.columns = {"sample", "condition", "temp_C", "vdd_V"};
    for (int l = 0; l < 8; ++l) t.columns.push_back("i_level_" + std::to_string(l) + "_A");
    for (std::size_t c = 0; c < conditions.size(); ++c)
      for (int s = 0; s < 20; ++s) {
        std::vector<double> row = {1.0 * s, 1.0 * static_cast<double>(c), 27, 0.9};
        for (int l = 0; l < 8; ++l) row.push_back(1e-6 * (3.5 - l) * (1 + 0.01 * s) + 1e-8 * ((s * (l + 3)) % 7));
        t.addRow(row);
      }
    writeCsv(path / "samples.csv", t, Overwrite::Yes);
  }
  fs::path path;
};

json comment(const json& changes = json::object()) {
  json c = {{"version", "0.1.0"}, {"command", "c"}, {"date", "d"},  {"pdk", "gc28"},    {"pdk_hash", "p1"},
            {"corner", "tt"},     {"temp_c", 27},   {"vdd_v", 0.9}, {"design", "lean"}, {"design_hash", kLean}};
  c.update(changes);
  return c;
}

json at(const char* corner, double temp = 27, double vdd = 0.9) {
  return {{"corner", corner}, {"temp_C", temp}, {"vdd_V", vdd}};
}

/// "id problem" of what is refused, "" otherwise.
template <class F>
std::string refusal(F&& f, std::string* where = nullptr) {
  try {
    f();
    return "";
  } catch (const Error& e) {
    if (where != nullptr) *where = e.where();
    return e.id() + " " + e.problem();
  }
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("identity.json says what a folder's tables belong to, and the model takes it over") {
  const Folder f("identity");
  f.identity({{"corner", "ss"}, {"temp_c", 85}});
  f.charges(comment({{"corner", "ss"}, {"temp_c", 85}}));
  Inputs in = readInputs(f.path);
  CHECK(in.conditions.pdk == "gc28");
  CHECK(in.conditions.corner == "ss");
  CHECK(in.conditions.temp_c == 85);
  REQUIRE(in.design.has_value());
  CHECK(in.design->values.at("cell.pair_n.w") == "1e-07");
  in.timing = gaincell::model::Timing{12e-9, 15e-9, 15e-9, 15e-9, 60e-9, 15e-9};
  const auto m = fitModel(in).model;
  CHECK(m.design->hash == kLean);
  CHECK(m.provenance.design_hash == kLean);
  CHECK(m.timing_s.token == 60e-9);
  // Without comments in the tables as well.
  f.charges({});
  CHECK(readInputs(f.path).conditions.corner == "ss");
  CHECK(readInputs(f.path).design->name == "lean");
}

TEST_CASE("a table that says something else than identity.json is refused by its name") {
  struct Case {
    json other;
    const char* said;
  };
  for (const Case& c :
       {Case{{{"corner", "ff"}}, "corner: ff against tt"}, Case{{{"temp_c", 85}}, "temperature: 85 against 27 C"},
        Case{{{"vdd_v", 0.85}}, "supply: 0.85 against 0.9 V"},
        Case{{{"pdk", "other45"}}, "process: other45 against gc28"},
        Case{{{"pdk_hash", "p2"}}, "files of process gc28: p2 against p1"},
        Case{{{"design", "wide"}, {"design_hash", kWide}}, "design: wide (bbbbbbbb) against lean (aaaaaaaa)"}}) {
    CAPTURE(std::string(c.said));
    const Folder f("table");
    f.identity();
    f.charges(comment());
    f.charges(comment(c.other), "gain-cell_iv_iv.csv");
    std::string where;
    const std::string said = refusal([&] { readInputs(f.path); }, &where);
    CHECK(has(said, "FIT-0015"));
    CHECK(has(said, c.said));
    CHECK(has(where, "gain-cell_iv_iv.csv"));
    // The same among tables alone: the first that says it decides.
    fs::remove(f.path / "identity.json");
    CHECK(has(refusal([&] { readInputs(f.path); }), c.said));
  }
  const Folder f("broken-identity");
  f.charges(comment());
  gaincell::support::writeFileAtomically(f.path / "identity.json", "{\"design\": \"lean\"}", Overwrite::Yes);
  CHECK(has(refusal([&] { readInputs(f.path); }), "FIT-0014"));
}

TEST_CASE("conditions given for imported data are used, and never against what the data say") {
  const Folder f("given");
  f.charges({});
  CHECK(readInputs(f.path).conditions.corner == "tt");
  CHECK_FALSE(readInputs(f.path).design.has_value());
  const Inputs in = readInputs(f.path, {"lab", "ss", 85, 0.85});
  CHECK(in.conditions.pdk == "lab");
  CHECK(in.conditions.corner == "ss");
  CHECK(in.conditions.temp_c == 85);
  CHECK(in.conditions.vdd_v == 0.85);
  CHECK(readInputs(f.path, {{}, {}, 85, {}}).conditions.vdd_v == 0.9);
  const auto m = fitModel(in).model;
  CHECK_FALSE(m.timing_s.token.has_value());  // never the paper's
  f.charges(comment());
  CHECK(readInputs(f.path, {"gc28", "tt", 27, 0.9}).conditions.corner == "tt");
  const std::string said = refusal([&] { readInputs(f.path, {{}, "ss", {}, {}}); });
  CHECK(has(said, "FIT-0016"));
  CHECK(has(said, "corner: ss against tt"));
  f.charges({});
  f.identity();
  CHECK(has(refusal([&] { readInputs(f.path, {{}, {}, 85, {}}); }), "temperature: 85 against 27 C"));
}

TEST_CASE("the spread of another design, process or condition is refused with the first difference") {
  const Folder f("tables"), s("study");
  f.identity();
  f.charges(comment());
  const auto added = [&] {
    Inputs in = readInputs(f.path);
    addRun(in, s.path);
    return in.cell_mismatch.value().rows.size();
  };
  s.study({}, {at("tt")});
  CHECK(added() == 20);
  s.study({}, {at("ss"), at("tt"), at("tt", 85)});
  CHECK(added() == 20);  // the samples of its own condition
  s.study({}, {at("mm")});
  CHECK(added() == 20);  // a corner the process draws in: nominal devices
  const auto refused = [&](const json& id, const json& condition, const char* said) {
    s.study(id, {condition});
    const std::string what = refusal(added);
    CAPTURE(what);
    CHECK(has(what, "FIT-0013"));
    CHECK(has(what, said));
  };
  refused({}, at("ss"), "corner: ss against tt");
  refused({}, at("tt", 85), "temperature: 85 against 27 C");
  refused({}, at("tt", 27, 0.85), "supply: 0.85 against 0.9 V");
  refused({{"pdk", "freepdk45"}}, at("tt"), "process: freepdk45 against gc28");
  refused({{"pdk_hash", "p2"}}, at("tt"), "files of process gc28: p2 against p1");
  refused({{"design", "wide"},
           {"design_hash", kWide},
           {"design_values", {{"cell.pair_n.w", "1.5e-07"}, {"array.rows", "48"}}}},
          at("tt"), "cell.pair_n.w: 1.5e-07 against 1e-07");
  // A study that does not say its design could be of any.
  s.study({{"design", nullptr}, {"design_hash", nullptr}, {"design_values", nullptr}}, {at("tt")});
  CHECK(has(refusal(added), "FIT-0012 the study does not say of which design it is"));
  // And tables that do not say theirs.
  fs::remove(f.path / "identity.json");
  json without = comment();
  without.erase("design"), without.erase("design_hash");
  f.charges(without);
  s.study({}, {at("tt")});
  CHECK(has(refusal(added), "the tables do not say of which design they are"));
}

TEST_CASE("a study alone brings its design and conditions") {
  const Folder s("run");
  s.study({}, {at("ss", 85, 0.9)});
  const Inputs in = readRun(s.path);
  CHECK(in.design->hash == kLean);
  CHECK(in.conditions.corner == "ss");
  CHECK(in.conditions.temp_c == 85);
  CHECK(in.iv.value().rows.size() == 8);
  CHECK(has(refusal([&] { readRun(s.path, {{}, "tt", {}, {}}); }), "FIT-0016"));
}

TEST_CASE("a grid is of one design on one process, each condition once") {
  const Folder a("grid-a"), b("grid-b");
  const auto refused = [&](const std::string& said) {
    const std::string what = refusal([&] { fitGrid({readInputs(a.path), readInputs(b.path)}); });
    CAPTURE(what);
    CHECK(has(what, "FIT-0017"));
    CHECK(has(what, said));
    CHECK(has(what, a.path.string()));
    CHECK(has(what, b.path.string()));
  };
  a.identity();
  a.charges({});
  b.charges({});
  b.identity({{"temp_c", 85}});
  CHECK(fitGrid({readInputs(a.path), readInputs(b.path)}).model.grid.size() == 1);
  b.identity();
  refused("both are of tt 27 C 0.9 V");
  b.identity({{"temp_c", 85}, {"pdk", "other45"}});
  refused("process: gc28 against other45");
  b.identity({{"temp_c", 85}, {"pdk_hash", "p2"}});
  refused("files of process gc28: p1 against p2");
  b.identity({{"temp_c", 85},
              {"design", "wide"},
              {"design_hash", kWide},
              {"values", {{"cell.pair_n.w", "2e-07"}, {"array.rows", "48"}}}});
  refused("cell.pair_n.w: 1e-07 against 2e-07");
  // One says its design, the other does not.
  fs::remove(b.path / "identity.json");
  json without = comment({{"temp_c", 85}});
  without.erase("design"), without.erase("design_hash");
  b.charges(without);
  refused("does not say of which design it is");
  // Neither does, though both were simulated.
  fs::remove(a.path / "identity.json");
  without["temp_c"] = 27;
  a.charges(without);
  refused("does not say of which design it is");
  // Measured data at two temperatures are a grid.
  a.charges({});
  b.charges({});
  CHECK(fitGrid({readInputs(a.path), readInputs(b.path, {{}, {}, 85, {}})}).model.grid.size() == 1);
}
