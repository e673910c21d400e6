#include "gaincell/report/embed.hpp"

#include <cstdlib>
#include <filesystem>

#include "gaincell/support/error.hpp"
#include "plotting.hpp"

namespace gaincell::report {

namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone with the object on every path.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "gaincell_plot_XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw support::Error("RPT-0009", "no folder for the plots could be made", pattern,
                           "set TMPDIR to a folder with room");
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ec;
    fs::remove_all(path, ec);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path path;
};

}  // namespace

std::string drawInline(const Plot& plot) {
  const TemporaryFolder folder;
  drawPlot(plot, folder.path, support::Overwrite::No);
  return inlineSvg(support::readFile(folder.path / pictureName(plot)), plot.id, plot.alt);
}

}  // namespace gaincell::report
