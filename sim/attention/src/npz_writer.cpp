// Writing .npz archives. Sizes and checksums of a member are known only after its data: they are patched into the
// temporary file before it gets its name.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <optional>

#include "gaincell/attention/npz.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::attention {

using support::Error;

namespace {

constexpr std::uint64_t kMax32 = 0xffffffffULL;
constexpr std::uint16_t kDosDate = (2020 - 1980) << 9 | 1 << 5 | 1;  // fixed, so that equal data give equal files

std::string little(std::uint64_t v, int bytes) {
  std::string s;
  for (int i = 0; i < bytes; ++i) s += static_cast<char>((v >> (8 * i)) & 0xff);
  return s;
}

struct Member {
  std::string name;
  std::uint64_t header = 0, packed = 0, size = 0;
  std::uint32_t crc = 0;
};

std::string zip64Extra(const Member& m, bool with_offset) {
  return little(1, 2) + little(with_offset ? 24 : 16, 2) + little(m.size, 8) + little(m.packed, 8) +
         (with_offset ? little(m.header, 8) : "");
}

/// Every member carries the zip64 field: its sizes need not be known when the header is written.
std::string localHeader(const Member& m, Compression c) {
  const std::string extra = zip64Extra(m, false);
  return "PK\x03\x04" + little(45, 2) + little(0, 2) + little(c == Compression::Deflate ? 8 : 0, 2) + little(0, 2) +
         little(kDosDate, 2) + little(m.crc, 4) + little(kMax32, 4) + little(kMax32, 4) + little(m.name.size(), 2) +
         little(extra.size(), 2) + m.name + extra;
}

std::string centralHeader(const Member& m, Compression c) {
  const bool big = m.size >= kMax32 || m.packed >= kMax32 || m.header >= kMax32;
  const std::string extra = big ? zip64Extra(m, true) : "";
  return "PK\x01\x02" + little(45, 2) + little(45, 2) + little(0, 2) + little(c == Compression::Deflate ? 8 : 0, 2) +
         little(0, 2) + little(kDosDate, 2) + little(m.crc, 4) + little(big ? kMax32 : m.packed, 4) +
         little(big ? kMax32 : m.size, 4) + little(m.name.size(), 2) + little(extra.size(), 2) + little(0, 2) +
         little(0, 2) + little(0, 2) + little(0, 4) + little(big ? kMax32 : m.header, 4) + m.name + extra;
}

}  // namespace

struct NpzWriter::Impl {
  Impl(std::filesystem::path path, support::Overwrite overwrite, Compression c)
      : target(path), file(std::move(path), overwrite), compression(c) {}
  ~Impl() {
    if (deflating) deflateEnd(&zlib);
  }

  void write(std::string_view bytes) {
    file.write(bytes);
    at += bytes.size();
  }

  void data(const void* bytes, std::size_t count) {
    auto& m = members.back();
    const auto* p = static_cast<const unsigned char*>(bytes);
    while (count > 0) {
      const std::size_t n = std::min<std::size_t>(count, 1U << 20);
      m.crc = static_cast<std::uint32_t>(crc32(m.crc, p, static_cast<uInt>(n)));
      m.size += n;
      if (compression == Compression::Deflate) {
        pack(p, n, Z_NO_FLUSH);
      } else {
        m.packed += n;
        write({reinterpret_cast<const char*>(p), n});
      }
      p += n;
      count -= n;
    }
  }

  void pack(const unsigned char* bytes, std::size_t count, int flush) {
    zlib.next_in = const_cast<unsigned char*>(bytes);  // zlib's interface predates const
    zlib.avail_in = static_cast<uInt>(count);
    std::vector<unsigned char> out(1 << 16);
    do {
      zlib.next_out = out.data();
      zlib.avail_out = static_cast<uInt>(out.size());
      deflate(&zlib, flush);
      const std::size_t n = out.size() - zlib.avail_out;
      members.back().packed += n;
      write({reinterpret_cast<const char*>(out.data()), n});
    } while (zlib.avail_out == 0);
  }

  void endMember() {
    if (members.empty() || ended) return;
    if (missing != 0)
      throw Error("NPZ-0020", fmt::format("{} bytes of array '{}' were never written", missing, members.back().name),
                  target.string());
    if (compression == Compression::Deflate) {
      pack(nullptr, 0, Z_FINISH);
      deflateEnd(&zlib);
      deflating = false;
    }
    ended = true;
  }

  /// Puts the final local headers over the provisional ones.
  void patch() const {
    const int fd = ::open(file.temporary().c_str(), O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0;
    for (const auto& m : members) {
      const std::string h = localHeader(m, compression);
      good = good && ::pwrite(fd, h.data(), h.size(), static_cast<off_t>(m.header)) == static_cast<ssize_t>(h.size());
    }
    if (fd >= 0) good = ::close(fd) == 0 && good;
    if (!good) throw Error("NPZ-0021", "the archive cannot be completed", target.string(), "is the disk full?");
  }

  std::filesystem::path target;
  support::AtomicFile file;
  Compression compression;
  std::string comment;
  std::vector<Member> members;
  std::uint64_t at = 0, missing = 0;
  bool ended = true, deflating = false;
  z_stream zlib = {};
};

NpzWriter::NpzWriter(std::filesystem::path path, support::Overwrite overwrite, Compression compression)
    : impl_(std::make_unique<Impl>(std::move(path), overwrite, compression)) {}
NpzWriter::~NpzWriter() = default;

void NpzWriter::begin(std::string_view name, ElementType type, const std::vector<std::size_t>& shape) {
  impl_->endMember();
  Member m;
  m.name = std::string(name) + ".npy";
  m.header = impl_->at;
  impl_->write(localHeader(m, impl_->compression));
  impl_->members.push_back(std::move(m));
  impl_->ended = false;
  if (impl_->compression == Compression::Deflate) {
    impl_->zlib = {};
    if (deflateInit2(&impl_->zlib, 4, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw Error("NPZ-0022", "zlib cannot start", impl_->target.string());
    impl_->deflating = true;
  }
  const std::string header = npyHeader(type, shape);
  impl_->data(header.data(), header.size());
  impl_->missing = ArrayInfo{type, shape}.count() * elementSize(type);
}

void NpzWriter::append(const void* data, std::size_t bytes) {
  if (bytes > impl_->missing)
    throw Error("NPZ-0023", "more data than the shape of the array asks for", impl_->target.string());
  impl_->missing -= bytes;
  impl_->data(data, bytes);
}

void NpzWriter::add(std::string_view name, std::span<const float> values, const std::vector<std::size_t>& shape) {
  begin(name, ElementType::Float32, shape);
  append(values.data(), values.size_bytes());
}

void NpzWriter::add(std::string_view name, std::span<const std::int32_t> values,
                    const std::vector<std::size_t>& shape) {
  begin(name, ElementType::Int32, shape);
  append(values.data(), values.size_bytes());
}

void NpzWriter::comment(std::string text) {
  if (text.size() <= 0xffff) impl_->comment = std::move(text);
}

void NpzWriter::commit() {
  impl_->endMember();
  std::string directory;
  for (const auto& m : impl_->members) directory += centralHeader(m, impl_->compression);
  const std::uint64_t offset = impl_->at, entries = impl_->members.size();
  std::string end;
  const bool big = offset >= kMax32 || entries >= 0xffff;
  if (big) {
    end += "PK\x06\x06" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 4) + little(0, 4) +
           little(entries, 8) + little(entries, 8) + little(directory.size(), 8) + little(offset, 8);
    end += "PK\x06\x07" + little(0, 4) + little(offset + directory.size(), 8) + little(1, 4);
  }
  end += "PK\x05\x06" + little(0, 4) + little(big ? 0xffff : entries, 2) + little(big ? 0xffff : entries, 2) +
         little(directory.size(), 4) + little(big ? kMax32 : offset, 4) + little(impl_->comment.size(), 2) +
         impl_->comment;
  impl_->write(directory + end);
  impl_->patch();
  impl_->file.commit();
}

}  // namespace gaincell::attention
