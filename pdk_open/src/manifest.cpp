// The manifest reader. The format is described by pdk_open/manifest.schema.json and docs/pdk.md.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "gaincell/pdk/pdk.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/hash.hpp"
#include "json_object.hpp"
#include "locate.hpp"

namespace gaincell::pdk {

namespace fs = std::filesystem;

namespace {

// Limits that catch a wrong unit (micrometres for metres, millivolts for volts) without refusing any real process.
constexpr double kLargestVoltage_V = 100.0;
constexpr double kSmallestSize_m = 1e-9, kLargestSize_m = 1e-2;

JsonObject::Json parse(const fs::path& file) {
  try {
    return JsonObject::Json::parse(support::readFile(file), nullptr, true, true);
  } catch (const nlohmann::json::parse_error& e) {
    throw support::Error("PDK-0041", fmt::format("not valid JSON: {}", e.what()), file.string(),
                         "see pdk_open/manifest.schema.json");
  }
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file), json_(parse(file)), top_(json_, file.string(), "") {}

  Pdk read() {
    top_.choice("schema", {"gaincell-pdk/1"});
    pdk_.manifest = fs::absolute(file_);
    pdk_.name = top_.text("name");
    pdk_.title = top_.text("title");
    pdk_.license = top_.text("license");
    readSimulator();
    readRoot();
    readSupply();
    readCorners();
    readDevices();
    readRoles(top_.object("roles"), pdk_.roles);
    refuseCell();
    pdk_.default_design = top_.text("default_design", "");
    if (top_.has("wire")) readWire(top_.object("wire"));
    if (top_.has("layout")) readLayout(top_.object("layout"));
    if (top_.has("process")) readProcess(top_.object("process"));
    if (top_.has("targets")) readTargets(top_.object("targets"));
    top_.finish();
    pdk_.content_hash = contentHash();
    return std::move(pdk_);
  }

 private:
  void readSimulator() {
    auto o = top_.object("ngspice");
    pdk_.min_ngspice = o.integer("min_version", 1, 1000);
    pdk_.needs_osdi = o.boolean("needs_osdi", false);
    if (o.has("set")) pdk_.simulator_settings = o.texts("set");
    if (o.has("options")) {
      auto options = o.object("options");
      for (const auto& key : options.keys()) pdk_.options[key] = options.text(key);
    }
    o.finish();
    // Refused before its files are looked for: nothing can be done with them here.
    if (pdk_.needs_osdi)
      throw support::Error(
          "PDK-0008", fmt::format("PDK '{}' needs compiled Verilog-A models (OSDI)", pdk_.name), file_.string(),
          "this build drives ngspice without OSDI; use a PDK with BSIM4 or other built-in models (gaincell pdk list)");
  }

  void readRoot() {
    auto o = top_.object("root");
    RootSearch search;
    search.embedded = o.boolean("embedded", false);
    if (o.has("variables")) search.variables = o.texts("variables");
    if (o.has("subdirectories")) search.subdirectories = o.texts("subdirectories");
    if (o.has("folders")) search.folders = o.texts("folders");
    search.probe = o.text("probe");
    o.finish();
    if (!search.embedded && search.variables.empty() && search.folders.empty())
      top_.fail("root", "neither 'embedded' nor 'variables' nor 'folders' says where the files are");
    pdk_.root = locateRoot(search, pdk_.name, file_);
  }

  void readSupply() {
    auto o = top_.object("supply");
    pdk_.vdd = o.number("vdd_V", 0.1, kLargestVoltage_V);
    pdk_.vdd_io = o.number("vdd_io_V", 0.1, kLargestVoltage_V, pdk_.vdd);
    pdk_.temp_nom_c = o.number("temp_nom_C", -273.15, 500, 27.0);
    o.finish();
  }

  std::vector<std::string> cards(JsonObject& o, const std::string& key) const {
    auto list = o.texts(key);
    for (auto& card : list)
      for (auto at = card.find("${root}"); at != std::string::npos; at = card.find("${root}"))
        card.replace(at, 7, pdk_.root.string());
    return list;
  }

  void readCorners() {
    auto all = top_.object("corners");
    for (const auto& name : all.keys()) {
      auto o = all.object(name);
      Corner corner;
      corner.name = name;
      const auto speed = o.has("speed") ? speedOf(o) : std::pair{0, 0};
      corner.speed_n = speed.first;
      corner.speed_p = speed.second;
      corner.random = o.boolean("random", false);
      corner.cards = cards(o, "cards");
      if (o.has("dialects")) {
        auto dialects = o.object("dialects");
        for (const auto& dialect : dialects.keys()) corner.dialect_cards[dialect] = cards(dialects, dialect);
      }
      o.finish();
      pdk_.corners.push_back(std::move(corner));
    }
    if (pdk_.corners.empty()) top_.fail("corners", "there is no corner");
  }

  static std::pair<int, int> speedOf(JsonObject& o) {
    auto speed = o.object("speed");
    const int n = speed.integer("n", -1, 1), p = speed.integer("p", -1, 1);
    speed.finish();
    return {n, p};
  }

  void readDevices() {
    auto all = top_.object("devices");
    for (const auto& flavour : all.keys()) {
      auto o = all.object(flavour);
      netlist::DeviceModel d;
      if (o.has("like")) {
        const auto like = o.text("like");
        const auto found = pdk_.devices.find(like);
        if (found == pdk_.devices.end()) o.fail("like", fmt::format("there is no device '{}' before this one", like));
        d = found->second;
        readDevice(o, d, true);
      } else {
        readDevice(o, d, false);
      }
      o.finish();
      d.flavour = flavour;
      pdk_.devices[flavour] = d;
    }
  }

  /// Reads the keys of a device; with `partial`, those absent keep the values `d` came with.
  static void readDevice(JsonObject& o, netlist::DeviceModel& d, bool partial) {
    const auto wanted = [&](const std::string& key) { return !partial || o.has(key); };
    if (wanted("polarity")) d.polarity = o.choice("polarity", {"n", "p"})[0];
    if (wanted("element")) d.element = o.choice("element", {"M", "X"})[0];
    if (wanted("model")) d.model = o.text("model");
    if (wanted("pins")) {
      d.pins = o.texts("pins");
      auto sorted = d.pins;
      std::sort(sorted.begin(), sorted.end());
      if (sorted != std::vector<std::string>{"b", "d", "g", "s"})
        o.fail("pins", "pins must be d, g, s and b in the model's order");
    }
    if (wanted("parameters")) {
      auto names = o.object("parameters");
      d.w_name = names.text("w");
      d.l_name = names.text("l");
      d.m_name = names.text("m");
      names.finish();
    }
    if (wanted("unit_m")) d.unit = 1.0 / o.number("unit_m", 1e-9, 1.0);
    if (o.has("instance_options")) d.instance_options = o.text("instance_options");
    if (wanted("w_m")) std::tie(d.w_min, d.w_max) = o.range("w_m", kSmallestSize_m, kLargestSize_m);
    if (wanted("l_m")) std::tie(d.l_min, d.l_max) = o.range("l_m", kSmallestSize_m, kLargestSize_m);
    if (wanted("vmax_V")) d.v_max = o.number("vmax_V", 0.1, kLargestVoltage_V);
    if (o.has("mismatch")) readMismatch(o.object("mismatch"), d);
  }

  static void readMismatch(JsonObject o, netlist::DeviceModel& d) {
    const auto kind = o.choice("kind", {"instance", "corner", "none"});
    d.vth_parameter.clear();
    d.mobility_parameter.clear();
    d.avt = d.abeta = 0;
    if (kind == "instance") {
      d.vth_parameter = o.text("vth");
      d.mobility_parameter = o.text("mobility");
      d.avt = o.number("avt_V_m", 0, 1e-6);
      d.abeta = o.number("abeta_m", 0, 1e-5);
      d.per_device = o.choice("per", {"pair", "device"}) == "device";
    } else if (kind == "corner") {
      o.text("corner");  // documentation: the PDK's own random section
    }
    o.finish();
  }

  Role role(JsonObject o) const {
    Role r;
    r.device = o.text("device");
    const auto found = pdk_.devices.find(r.device);
    if (found == pdk_.devices.end()) o.fail("device", fmt::format("there is no device flavour '{}'", r.device));
    r.w = o.number("w_m", found->second.w_min, found->second.w_max);
    r.l = o.number("l_m", found->second.l_min, found->second.l_max);
    o.finish();
    return r;
  }

  void readRoles(JsonObject all, std::map<std::string, Role>& roles) const {
    for (const auto& name : all.keys()) roles[name] = role(all.object(name));
  }

  /// Sizes of circuits were here once; they are designs now.
  void refuseCell() const {
    for (const char* key : {"cell", "variants"})
      if (top_.has(key))
        top_.fail(key, fmt::format("a manifest describes a process: '{}' belongs to a design", key),
                  "move it to designs/NAME.json beside the manifest (schema gaincell-design/1) and name it in "
                  "default_design");
  }

  void readWire(JsonObject o) {
    pdk_.wire.source = o.text("source");
    const auto line = [&](const char* key, double& r, double& c) {
      auto l = o.object(key);
      r = l.number("r_ohm_per_m", 0, 1e12);
      c = l.number("c_F_per_m", 0, 1e-6);
      l.finish();
    };
    line("row", pdk_.wire.row_r_per_m, pdk_.wire.row_c_per_m);
    line("column", pdk_.wire.col_r_per_m, pdk_.wire.col_c_per_m);
    o.finish();
  }

  void readLayout(JsonObject o) {
    pdk_.layout.source = o.text("source");
    auto values = o.object("values");
    for (const auto& key : values.keys()) {
      auto v = values.object(key);
      pdk_.layout.values[key] = v.number("value", 0, 1e6);
      pdk_.layout.units[key] = v.text("unit");
      pdk_.layout.sources[key] = v.text("source");
      v.finish();
    }
    o.finish();
  }

  void readProcess(JsonObject o) {
    pdk_.process.source = o.text("source");
    auto groups = o.object("groups");
    std::set<std::string> seen;
    for (const auto& name : groups.keys()) {
      auto g = groups.object(name);
      ProcessGroup group;
      group.name = name;
      group.flavours = g.texts("flavours");
      group.vth = g.number("vth_V", 0, 1);
      group.mobility = g.number("mobility", 0, 1);
      group.oxide = g.number("oxide", 0, 1, 0);
      group.length = g.number("length_m", 0, 1e-6, 0);
      for (const auto& flavour : group.flavours) {
        if (!pdk_.devices.count(flavour)) g.fail("flavours", fmt::format("there is no device flavour '{}'", flavour));
        if (!seen.insert(flavour).second) g.fail("flavours", fmt::format("'{}' is in two groups", flavour));
        auto& values = pdk_.process.values;
        values[flavour + ".vth"] = group.vth;
        values[flavour + ".mobility"] = group.mobility;
        values[flavour + ".oxide"] = group.oxide;
        values[flavour + ".length"] = group.length;
      }
      g.finish();
      pdk_.process.groups.push_back(std::move(group));
    }
    o.finish();
  }

  void readTargets(JsonObject all) {
    for (const auto& flavour : all.keys()) {
      const auto device = pdk_.devices.find(flavour);
      if (device == pdk_.devices.end()) all.fail(flavour, fmt::format("there is no device flavour '{}'", flavour));
      auto o = all.object(flavour);
      auto& t = pdk_.targets[flavour];
      t["l"] = o.number("l_m", device->second.l_min, device->second.l_max);
      t["vdd"] = o.number("vdd_V", 0.1, kLargestVoltage_V);
      for (const auto& [key, figure] :
           {std::pair{"ion_A_per_m", "ion"}, std::pair{"ioff_A_per_m", "ioff"}, std::pair{"dibl_V_per_V", "dibl"},
            std::pair{"ss_V_per_decade", "ss"}, std::pair{"jg_A_per_m2", "jg"}, std::pair{"cgg_F_per_m", "cgg"}})
        if (o.has(key)) t[figure] = o.number(key, 1e-30, 1e9);
      if (o.has("ion_with_temperature"))
        t["ion_temperature"] = o.choice("ion_with_temperature", {"falls", "rises"}) == "rises" ? 1 : -1;
      o.finish();
    }
  }

  /// SHA-256 over the manifest and every file the cards name (a file included by those is not followed).
  std::string contentHash() const {
    std::string all = support::sha256File(file_);
    std::set<std::string> seen;
    for (const auto& corner : pdk_.corners)
      for (const auto& card : corner.cards) {
        const auto start = card.find_first_of("'\"");
        const auto end = start == std::string::npos ? start : card.find(card[start], start + 1);
        if (end == std::string::npos) continue;
        const auto path = card.substr(start + 1, end - start - 1);
        if (!seen.insert(path).second) continue;
        if (!fs::is_regular_file(path))
          throw support::Error("PDK-0042", fmt::format("a file of PDK '{}' is missing: {}", pdk_.name, path),
                               fmt::format("{}:/corners/{}", file_.string(), corner.name),
                               fmt::format("the PDK in {} is incomplete: install it again", pdk_.root.string()));
        all += support::sha256File(path);
      }
    return support::sha256(all);
  }

  fs::path file_;
  JsonObject::Json json_;
  JsonObject top_;
  Pdk pdk_;
};

}  // namespace

Pdk readManifest(const fs::path& manifest) {
  return Reader(manifest).read();
}

}  // namespace gaincell::pdk
