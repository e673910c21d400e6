#pragma once
// Where shipped manifests and the files of installed PDKs are.

#include <filesystem>
#include <string>
#include <vector>

namespace gaincell::pdk {

/// How a PDK's folder of cards is found.
struct RootSearch {
  bool embedded = false;                    ///< beside the manifest
  std::vector<std::string> variables;       ///< environment variables holding the folder, or a folder above it
  std::vector<std::string> subdirectories;  ///< tried below each candidate; "${NAME}" is an environment variable
  std::vector<std::string> folders;         ///< usual places; "~" is the home folder
  std::string probe;                        ///< file that must exist below the root
};

/// @throws Error (PDK-0003) naming the variables (and whether they are set) and every path tried.
std::filesystem::path locateRoot(const RootSearch& search, const std::string& pdk_name,
                                 const std::filesystem::path& manifest);

}  // namespace gaincell::pdk
