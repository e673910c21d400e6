#pragma once
// Small folders of runs, as `gaincell flow` leaves them: what the tests of `gaincell compare` put side by side.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace compare_runs {

using nlohmann::json;
namespace fs = std::filesystem;

/// A folder of this test, gone with it.
struct Folder {
  explicit Folder(const std::string& name)
      : path(fs::temp_directory_path() / ("gaincell_compare_" + std::to_string(::getpid()) + "_" + name)) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

inline void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

inline json figure(double value, const char* unit) {
  return {{"value", value}, {"unit", unit}, {"description", "what it is"}};
}

inline json verdict(const char* measure, const char* unit, json min, json max, double value,
                    const char* outcome = "pass") {
  return {{"measure", measure}, {"unit", unit},       {"min", min},   {"typ", nullptr},     {"max", max},
          {"value", value},     {"outcome", outcome}, {"reason", ""}, {"description", "d"}, {"condition", "tt"}};
}

inline json summary() {
  json s = {{"schema", "gaincell-summary/1"}, {"size", "quick"}, {"warnings", json::array()}};
  s["provenance"] = {{"version", "0.1.0"}, {"command", "gaincell flow"},
                     {"pdk", "gc28"},      {"pdk_hash", "p"},
                     {"corner", "tt"},     {"temp_c", 27.0},
                     {"vdd_v", 0.9},       {"date", "2026-01-01T00:00:00Z"},
                     {"design", "lean"},   {"design_hash", "h1"}};
  s["identity"] = {
      {"design", "lean"}, {"design_hash", "h1"},
      {"pdk", "gc28"},    {"pdk_hash", "p"},
      {"corner", "tt"},   {"temp_c", 27.0},
      {"vdd_v", 0.9},     {"values", {{"cell.pair_n.w", "1e-07"}, {"relu.lsb_charge", "2e-14"}, {"array.rows", "64"}}}};
  s["figures"]["characterize"]["gain-cell_iv"] = {{"i_level_0", figure(4e-6, "A")}, {"i_zero", figure(0, "A")}};
  s["figures"]["converters"]["relu-converter_transfer"] = {{"slope", figure(5e4, "s/C")},
                                                           {"max_error_lsb", figure(0.1, "LSB")}};
  s["verdict"] = {{"met", true},
                  {"text", ""},
                  {"measures",
                   {verdict("cell.iv.i_low", "A", 3e-6, 5e-6, 4.5e-6), verdict("mc.iv.samples", "", 300, nullptr, 450),
                    verdict("cell.write.settle_max", "s", nullptr, 5e-9, 6e-9, "fail")}}};
  return s;
}

inline fs::path makeRun(const Folder& folder, const std::string& name, const json& s) {
  write(folder.path / name / "summary.json", s.dump(1));
  return folder.path / name;
}

}  // namespace compare_runs
