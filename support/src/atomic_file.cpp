#include "gaincell/support/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "gaincell/support/error.hpp"

namespace gaincell::support {

namespace fs = std::filesystem;

AtomicFile::AtomicFile(fs::path path, Overwrite overwrite) : path_(std::move(path)), overwrite_(overwrite) {
  static std::atomic<int> counter{0};
  std::error_code ec;
  if (fs::is_symlink(path_, ec)) path_ = fs::weakly_canonical(path_, ec);  // the file, not the link to it
  if (fs::exists(path_, ec) && !fs::is_regular_file(path_, ec))
    throw Error("FIL-0007", "this is no regular file and is left as it is", path_.string(),
                "give the name of a file; without one the result goes to standard output where a command allows it");
  if (overwrite_ == Overwrite::No && fs::exists(path_))
    throw Error("FIL-0001", "the file exists already", path_.string(),
                "choose another name, or allow overwriting with --force");
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  temporary_ = folder / fmt::format(".{}.{}.{}.tmp", path_.filename().string(), getpid(), counter++);
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0)
    throw Error("FIL-0002", fmt::format("cannot create a file in this folder ({})", std::strerror(errno)),
                folder.string(), "check that the folder exists and is writable");
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      throw Error("FIL-0003", fmt::format("cannot write ({})", std::strerror(errno)), path_.string(),
                  "free disk space; the file was left as it was before");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void AtomicFile::commit() {
  const auto fail = [&](const char* step) {
    throw Error("FIL-0004", fmt::format("cannot {} the finished file ({})", step, std::strerror(errno)), path_.string(),
                "free disk space or check permissions; the file was left as it was before");
  };
  if (::fsync(fd_) != 0) fail("flush");
  if (::close(std::exchange(fd_, -1)) != 0) fail("close");
  if (overwrite_ == Overwrite::No) {
    // link() refuses an existing name, so two runs cannot overwrite each other's file.
    if (::link(temporary_.c_str(), path_.c_str()) != 0) {
      if (errno == EEXIST) fail("name");
      if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("rename");
    }
    ::unlink(temporary_.c_str());
  } else if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail("rename");
  }
  temporary_.clear();
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
}

void writeFileAtomically(const fs::path& path, std::string_view content, Overwrite overwrite) {
  AtomicFile file(path, overwrite);
  file.write(content);
  file.commit();
}

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code ec;
  if (!in || fs::is_directory(path, ec))
    throw Error("FIL-0005", "cannot read the file", path.string(), "check that it exists and is readable");
  std::string content(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) throw Error("FIL-0006", "reading failed half-way", path.string(), "check the disk");
  return content;
}

}  // namespace gaincell::support
