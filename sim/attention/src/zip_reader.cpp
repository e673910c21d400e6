// Reading zip archives: directory, stored and deflated members, zip64. Every size and offset is checked before use.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "gaincell/support/error.hpp"
#include "npy_detail.hpp"

namespace gaincell::attention {

using support::Error;

namespace {

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path) : name_(path.string()) {
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat st = {};
    if (fd_ < 0 || ::fstat(fd_, &st) != 0 || !S_ISREG(st.st_mode)) {
      const std::string why = fd_ < 0 ? std::strerror(errno) : "not a regular file";
      if (fd_ >= 0) ::close(fd_);
      throw Error("NPZ-0002", "cannot open the file: " + why, name_, "check the path and the permissions");
    }
    size_ = static_cast<std::uint64_t>(st.st_size);
  }
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  std::uint64_t size() const override { return size_; }
  const std::string& name() const override { return name_; }
  void readAt(std::uint64_t offset, void* to, std::size_t bytes) const override {
    auto* out = static_cast<char*>(to);
    while (bytes > 0) {
      const ssize_t n = ::pread(fd_, out, bytes, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw Error("NPZ-0001", "the file ends too early", name_, "it is truncated; save it again");
      out += n;
      offset += static_cast<std::uint64_t>(n);
      bytes -= static_cast<std::size_t>(n);
    }
  }

 private:
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::string name_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  const std::string& name() const override { return name_; }
  void readAt(std::uint64_t offset, void* to, std::size_t bytes) const override {
    if (offset > bytes_.size() || bytes > bytes_.size() - offset)
      throw Error("NPZ-0024", "the file ends too early", name_, "it is truncated; save it again");
    if (bytes > 0) std::memcpy(to, bytes_.data() + offset, bytes);
  }

 private:
  std::string bytes_, name_;
};

std::uint64_t little(const char* p, int bytes) {
  std::uint64_t v = 0;
  for (int i = bytes - 1; i >= 0; --i) v = (v << 8) | static_cast<unsigned char>(p[i]);
  return v;
}

std::string readBlock(const ByteSource& source, std::uint64_t offset, std::uint64_t bytes) {
  if (offset > source.size() || bytes > source.size() - offset)
    throw Error("NPZ-0025", "the file ends too early", source.name(), "it is truncated; save it again");
  std::string block(static_cast<std::size_t>(bytes), '\0');
  source.readAt(offset, block.data(), block.size());
  return block;
}

[[noreturn]] void damaged(const ByteSource& source, const std::string& what) {
  throw Error("NPZ-0005", "not a readable .npz archive: " + what, source.name(),
              "save it again with numpy.savez or numpy.savez_compressed");
}

struct Directory {
  std::uint64_t offset, bytes, entries;
};

constexpr std::uint64_t kMax32 = 0xffffffffULL;

/// Finds the end record (and its zip64 form); the comment after it may be up to 65535 bytes long.
Directory findDirectory(const ByteSource& source) {
  const std::uint64_t window = std::min<std::uint64_t>(source.size(), 22 + 65535);
  const std::uint64_t base = source.size() - window;
  const std::string tail = readBlock(source, base, window);
  for (std::size_t i = tail.size() < 22 ? 0 : tail.size() - 22 + 1; i-- > 0;) {
    if (tail.compare(i, 4, "PK\x05\x06") != 0 || i + 22 + little(&tail[i + 20], 2) != tail.size()) continue;
    const char* p = &tail[i];
    if (little(p + 4, 2) != 0 || little(p + 6, 2) != 0) damaged(source, "archives in several parts are not read");
    Directory d{little(p + 16, 4), little(p + 12, 4), little(p + 10, 2)};
    if (d.offset == kMax32 || d.bytes == kMax32 || d.entries == 0xffff) {
      if (base + i < 20) damaged(source, "zip64 record missing");
      const std::string locator = readBlock(source, base + i - 20, 20);
      if (locator.compare(0, 4, "PK\x06\x07") != 0) damaged(source, "zip64 record missing");
      const std::string end = readBlock(source, little(&locator[8], 8), 56);
      if (end.compare(0, 4, "PK\x06\x06") != 0) damaged(source, "zip64 record missing");
      d = {little(&end[48], 8), little(&end[40], 8), little(&end[32], 8)};
    }
    return d;
  }
  damaged(source, "no directory at its end (truncated, or not an archive)");
}

/// Takes 64-bit values from the zip64 extra field where the 32-bit ones are saturated.
void applyZip64(const ByteSource& source, const char* extra, std::size_t bytes, ZipMember& m, std::uint64_t& header) {
  if (m.size != kMax32 && m.packed != kMax32 && header != kMax32) return;
  for (std::size_t at = 0; at + 4 <= bytes;) {
    const std::size_t id = little(extra + at, 2), length = little(extra + at + 2, 2);
    if (length > bytes - at - 4) break;
    if (id == 1) {
      std::size_t used = 0;
      for (std::uint64_t* field : {&m.size, &m.packed, &header}) {
        if (*field != kMax32) continue;
        if (used + 8 > length) damaged(source, "zip64 sizes missing");
        *field = little(extra + at + 4 + used, 8);
        used += 8;
      }
      return;
    }
    at += 4 + length;
  }
  damaged(source, "zip64 sizes missing");
}

void checkMember(const ByteSource& source, ZipMember& m, std::uint64_t header, unsigned method, unsigned flags) {
  if (flags & 1U) damaged(source, "member '" + m.name + "' is encrypted");
  if (method != 0 && method != 8)
    damaged(source,
            fmt::format("member '{}' uses compression method {} (stored and deflate are read)", m.name, method));
  m.deflated = method == 8;
  const std::string local = readBlock(source, header, 30);
  if (local.compare(0, 4, "PK\x03\x04") != 0) damaged(source, "member '" + m.name + "' has no local header");
  m.data = header + 30 + little(&local[26], 2) + little(&local[28], 2);
  if (m.data > source.size() || m.packed > source.size() - m.data)
    damaged(source, "member '" + m.name + "' reaches beyond the end of the file");
  // Deflate cannot pack better than 1032 : 1 (zlib, "Maximum compression factor"), so what is claimed bounds memory.
  if (m.deflated ? m.size / 1032 > m.packed + 1 : m.size != m.packed)
    damaged(source, "member '" + m.name + "' claims a size that its data cannot have");
}

/// Streams one member, inflating as needed, with its checksum.
class MemberStream final : public ArrayStream {
 public:
  MemberStream(std::shared_ptr<const ByteSource> source, ZipMember member)
      : source_(std::move(source)), member_(std::move(member)) {
    where_ = source_->name() + ":" + member_.name;
    if (member_.deflated) {
      packed_.resize(1 << 16);
      if (inflateInit2(&zlib_, -MAX_WBITS) != Z_OK) throw Error("NPZ-0018", "zlib cannot start", where_);
    }
    try {
      info_ = readNpyHeader([this](void* to, std::size_t bytes) { readBytes(to, bytes); }, member_.size, where_);
      if (member_.size - taken_ != std::uint64_t{info_.count()} * elementSize(info_.type))
        throw Error("NPZ-0030",
                    fmt::format("the member holds {} bytes of data where the shape {} asks for {}",
                                member_.size - taken_, shapeText(info_.shape), info_.count() * elementSize(info_.type)),
                    where_, "the file is damaged; save it again");
    } catch (...) {
      if (member_.deflated) inflateEnd(&zlib_);
      throw;
    }
  }
  ~MemberStream() override {
    if (member_.deflated) inflateEnd(&zlib_);
  }
  MemberStream(const MemberStream&) = delete;
  MemberStream& operator=(const MemberStream&) = delete;

  void finish() override {
    if (taken_ != member_.size || crc_ != member_.crc)
      throw Error("NPZ-0003", "the data do not fit their checksum", where_, "the file is damaged; save it again");
  }

 protected:
  void readBytes(void* to, std::size_t bytes) override {
    if (bytes > member_.size - taken_)
      throw Error("NPZ-0026", "the data end too early", where_, "the file is truncated; save it again");
    if (member_.deflated) {
      inflateTo(static_cast<unsigned char*>(to), bytes);
    } else {
      source_->readAt(member_.data + taken_, to, bytes);
    }
    taken_ += bytes;
    const auto* p = static_cast<const unsigned char*>(to);
    for (std::size_t done = 0; done < bytes;) {
      const std::size_t n = std::min<std::size_t>(bytes - done, 1U << 30);
      crc_ = static_cast<std::uint32_t>(crc32(crc_, p + done, static_cast<uInt>(n)));
      done += n;
    }
  }

 private:
  void inflateTo(unsigned char* to, std::size_t bytes) {
    while (bytes > 0) {
      if (zlib_.avail_in == 0 && fed_ < member_.packed) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(packed_.size(), member_.packed - fed_));
        source_->readAt(member_.data + fed_, packed_.data(), n);
        fed_ += n;
        zlib_.next_in = packed_.data();
        zlib_.avail_in = static_cast<uInt>(n);
      }
      const auto room = static_cast<uInt>(std::min<std::size_t>(bytes, 1U << 30));
      zlib_.next_out = to;
      zlib_.avail_out = room;
      const int status = inflate(&zlib_, Z_NO_FLUSH);
      const std::size_t got = room - zlib_.avail_out;
      to += got;
      bytes -= got;
      const bool stuck = got == 0 && (zlib_.avail_in == 0 && fed_ == member_.packed);
      if ((status != Z_OK && status != Z_STREAM_END) || (bytes > 0 && (status == Z_STREAM_END || stuck)))
        throw Error("NPZ-0027", "the compressed data are damaged", where_, "save the file again");
    }
  }

  std::shared_ptr<const ByteSource> source_;
  ZipMember member_;
  std::uint64_t taken_ = 0, fed_ = 0;
  std::uint32_t crc_ = 0;
  z_stream zlib_ = {};
  std::vector<unsigned char> packed_;
};

}  // namespace

std::shared_ptr<const ByteSource> openFileSource(const std::filesystem::path& path) {
  return std::make_shared<FileSource>(path);
}
std::shared_ptr<const ByteSource> memorySource(std::string bytes, std::string name) {
  return std::make_shared<MemorySource>(std::move(bytes), std::move(name));
}

std::vector<ZipMember> readZipDirectory(const ByteSource& source) {
  const Directory d = findDirectory(source);
  if (d.entries > d.bytes / 46) damaged(source, "its directory is too short");
  const std::string text = readBlock(source, d.offset, d.bytes);
  std::vector<ZipMember> members;
  std::set<std::string> names;
  std::size_t at = 0;
  for (std::uint64_t e = 0; e < d.entries; ++e) {
    if (text.size() - at < 46 || text.compare(at, 4, "PK\x01\x02") != 0) damaged(source, "its directory is damaged");
    const char* p = &text[at];
    const std::size_t name = little(p + 28, 2), extra = little(p + 30, 2), comment = little(p + 32, 2);
    if (text.size() - at - 46 < name + extra + comment) damaged(source, "its directory is damaged");
    ZipMember m;
    m.name.assign(p + 46, name);
    m.crc = static_cast<std::uint32_t>(little(p + 16, 4));
    m.packed = little(p + 20, 4);
    m.size = little(p + 24, 4);
    std::uint64_t header = little(p + 42, 4);
    applyZip64(source, p + 46 + name, extra, m, header);
    if (m.name.size() > 4 && m.name.ends_with(".npy")) {
      m.name.resize(m.name.size() - 4);
      checkMember(source, m, header, static_cast<unsigned>(little(p + 10, 2)), static_cast<unsigned>(little(p + 8, 2)));
      if (!names.insert(m.name).second) damaged(source, "two members are called '" + m.name + "'");
      members.push_back(std::move(m));
    }
    at += 46 + name + extra + comment;
  }
  return members;
}

std::unique_ptr<ArrayStream> openZipMember(std::shared_ptr<const ByteSource> source, const ZipMember& member) {
  return std::make_unique<MemberStream>(std::move(source), member);
}

}  // namespace gaincell::attention
