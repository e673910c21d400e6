#pragma once
/// @file
/// A PDK is data: a manifest (JSON) and the cards it names. Adding a PDK needs no code.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/netlist/circuit.hpp"
#include "gaincell/netlist/deck.hpp"

namespace gaincell::pdk {

/// One process corner. `speed_n`, `speed_p`: -1 slow, 0 typical, +1 fast. (sf/fs mean opposite things in different
/// PDKs; the manifest holds the truth and `gaincell pdk check` verifies it.)
struct Corner {
  std::string name;
  int speed_n = 0, speed_p = 0;
  bool random = false;             ///< the PDK draws random numbers itself in this corner
  std::vector<std::string> cards;  ///< ngspice cards with absolute paths
  std::map<std::string, std::vector<std::string>>
      dialect_cards;  ///< the same for other dialects, where the PDK has them
};

/// Device of the core logic ("logic_n", "logic_p") and the size of a typical one.
struct Role {
  std::string device;   ///< flavour
  double w = 0, l = 0;  ///< m
};

/// Sheet of wire data used by arrays and floorplans.
struct Wire {
  std::string source;
  double row_r_per_m = 0, row_c_per_m = 0, col_r_per_m = 0, col_c_per_m = 0;  ///< ohm/m, F/m
};

/// Layout assumptions of the floorplan. Every number's source is in `source`.
struct LayoutData {
  std::string source;
  std::map<std::string, double> values;        ///< by manifest key ("cell_width", "mom_capacitance"), SI units
  std::map<std::string, std::string> units;    ///< "m", "F/m2", by the same keys
  std::map<std::string, std::string> sources;  ///< where each number comes from, by the same keys
};

/// Flavours that share one draw of the global spread. One sigma of each quantity.
struct ProcessGroup {
  std::string name;                   ///< "n_core"
  std::vector<std::string> flavours;  ///< each flavour is in at most one group
  double vth = 0;                     ///< V, added to |Vth| (through DeviceModel::vth_parameter)
  double mobility = 0;                ///< relative
  double oxide = 0;                   ///< relative thickness
  double length = 0;                  ///< m
};

/// Global (process) spread, one sigma.
struct ProcessSpread {
  std::string source;
  std::vector<ProcessGroup> groups;
  std::map<std::string, double> values;  ///< "<flavour>.vth|mobility|oxide|length", expanded from the groups
};

struct Pdk {
  std::string name, title, license;
  std::filesystem::path manifest;               ///< the file it was read from
  std::filesystem::path root;                   ///< folder of the cards
  std::string content_hash;                     ///< SHA-256 over manifest and card files
  double vdd = 0, vdd_io = 0, temp_nom_c = 27;  ///< V, V, C
  std::vector<Corner> corners;
  std::map<std::string, netlist::DeviceModel> devices;  ///< by flavour
  std::map<std::string, Role> roles;
  std::string default_design;  ///< name of the shipped design that is used when none is given; "" when there is none
  Wire wire;
  LayoutData layout;
  ProcessSpread process;
  /// Flavour -> declared figure (SI) for `pdk check`: "l", "vdd" (where it holds), "ion", "ioff" (A/m of width), "dibl"
  /// (V/V), "ss" (V/decade), "jg" (A/m2), "cgg" (F/m of width). "ion_temperature" (+1 rises, -1 falls with
  /// temperature). Figures that are not declared are absent.
  std::map<std::string, std::map<std::string, double>> targets;
  std::vector<std::string> simulator_settings;  ///< ngspice `set` variables ("ngbehavior=hsa")
  std::map<std::string, std::string> options;   ///< ngspice .options of the PDK
  bool needs_osdi = false;
  int min_ngspice = 0;  ///< oldest ngspice version known to read the cards

  /// @throws Error (PDK-0004) naming the corners there are.
  const Corner& corner(const std::string& corner_name) const;
  const Role& role(const std::string& role_name) const;                  ///< @throws Error (PDK-0005)
  const netlist::DeviceModel& device(const std::string& flavour) const;  ///< @throws Error (PDK-0006)
};

/// Temperature, supply and corner of a simulation.
struct Conditions {
  std::string corner = "tt";
  double temp_c = 27.0;
  double vdd = 0.9;  ///< V
};

/// Reads a manifest file. @throws Error (PDK-0001..) with file, JSON path and remedy.
Pdk readManifest(const std::filesystem::path& manifest);

/// Finds a PDK by name: embedded ones (build tree or installation, found from the program's own location), then the
/// manifests' own roots. @throws Error (PDK-0002) naming those there are and where was looked.
Pdk findPdk(const std::string& name);

/// Names of all manifests shipped with the program.
std::vector<std::string> pdkNames();

/// Folder holding the shipped manifests (`pdks/`), in the build tree or the installation.
std::filesystem::path pdkFolder();

/// A deck with the PDK's device table, cards, options and settings, and the temperature; nothing else.
netlist::Deck emptyDeck(const Pdk& pdk, const Conditions& conditions, std::string title);

}  // namespace gaincell::pdk
