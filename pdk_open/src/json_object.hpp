#pragma once
// A strict view of a JSON object: every key is asked for by name and type, and what nobody asked for is an error.

#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gaincell::pdk {

class JsonObject {
 public:
  using Json = nlohmann::ordered_json;
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  /// @param file for messages; @param path of this object inside the file ("/devices/n_svt").
  /// @throws Error (PDK-0001) when `json` is no object.
  JsonObject(const Json& json, std::string file, std::string path);

  bool has(const std::string& key) const { return json_.contains(key); }
  bool isNull(const std::string& key) const { return has(key) && json_.at(key).is_null(); }
  std::vector<std::string> keys() const;
  std::string pathOf(const std::string& key) const { return path_ + "/" + key; }

  // Each @throws Error (PDK-0001) with the path when the key is missing (no default), of another type or out of range.
  double number(const std::string& key, double min, double max);
  double number(const std::string& key, double min, double max, double fallback);
  int integer(const std::string& key, int min, int max);
  bool boolean(const std::string& key, bool fallback);
  std::string text(const std::string& key);
  std::string text(const std::string& key, const std::string& fallback);
  std::string choice(const std::string& key, const std::vector<std::string>& allowed);
  std::vector<std::string> texts(const std::string& key);
  /// Two ascending numbers.
  std::pair<double, double> range(const std::string& key, double min, double max);
  JsonObject object(const std::string& key);
  /// @throws Error (PDK-0001) naming the first key nobody asked for.
  void finish() const;
  /// Error at a key of this object.
  [[noreturn]] void fail(const std::string& key, const std::string& problem, const std::string& remedy = "") const;

 private:
  const Json& at(const std::string& key);
  double checkedNumber(const Json& value, const std::string& key, double min, double max) const;

  const Json& json_;
  std::string file_, path_;
  std::set<std::string> used_;
};

}  // namespace gaincell::pdk
