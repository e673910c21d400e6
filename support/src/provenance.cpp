#include "gaincell/support/provenance.hpp"

#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "version.hpp"

namespace gaincell::support {

std::string version() {
  return GAINCELL_VERSION;
}

std::string utcNow() {
  std::time_t now = std::time(nullptr);
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) now = static_cast<std::time_t>(std::atoll(epoch));
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

nlohmann::json toJson(const Provenance& p) {
  nlohmann::json j = {
      {"version", p.program_version}, {"command", p.command}, {"date", p.date.empty() ? utcNow() : p.date}};
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) j[key] = value;
  };
  put("pdk", p.pdk);
  put("pdk_hash", p.pdk_hash);
  put("design", p.design);
  put("design_hash", p.design_hash);
  put("simulator", p.simulator);
  put("corner", p.corner);
  if (p.seed) j["seed"] = *p.seed;
  if (p.temp_c) j["temp_c"] = *p.temp_c;
  if (p.vdd_v) j["vdd_v"] = *p.vdd_v;
  return j;
}

Provenance provenanceFromJson(const nlohmann::json& j) {
  Provenance p;
  p.program_version = j.value("version", "");
  p.command = j.value("command", "");
  p.pdk = j.value("pdk", "");
  p.pdk_hash = j.value("pdk_hash", "");
  p.design = j.value("design", "");
  p.design_hash = j.value("design_hash", "");
  p.simulator = j.value("simulator", "");
  p.corner = j.value("corner", "");
  p.date = j.value("date", "");
  if (j.contains("seed")) p.seed = j["seed"].get<std::uint64_t>();
  if (j.contains("temp_c")) p.temp_c = j["temp_c"].get<double>();
  if (j.contains("vdd_v")) p.vdd_v = j["vdd_v"].get<double>();
  return p;
}

}  // namespace gaincell::support
