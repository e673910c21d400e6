#pragma once
/// @file
/// The one way files are written: to a temporary name beside the target, flushed, checked, renamed.

#include <filesystem>
#include <string>
#include <string_view>

namespace gaincell::support {

enum class Overwrite { No, Yes };

/// A file that appears under its name only when commit() has succeeded. Destroyed without commit, it leaves nothing.
class AtomicFile {
 public:
  /// @throws Error (FIL-0001) when `path` exists and overwriting was not asked for, (FIL-0002) when the folder is
  ///   missing or not writable.
  explicit AtomicFile(std::filesystem::path path, Overwrite overwrite = Overwrite::No);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends bytes. @throws Error (FIL-0003) when they cannot be written (disk full).
  void write(std::string_view bytes);
  /// Flushes to disk and renames onto the final name. @throws Error (FIL-0004).
  void commit();
  /// Name of the temporary file, for tools that write it themselves before commit().
  const std::filesystem::path& temporary() const noexcept { return temporary_; }

 private:
  std::filesystem::path path_, temporary_;
  int fd_ = -1;
  Overwrite overwrite_;
};

/// AtomicFile in one call.
void writeFileAtomically(const std::filesystem::path& path, std::string_view content,
                         Overwrite overwrite = Overwrite::No);

/// Whole content of a file. @throws Error (FIL-0005) when it cannot be read.
std::string readFile(const std::filesystem::path& path);

}  // namespace gaincell::support
