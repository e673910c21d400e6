#include <fmt/format.h>

#include <algorithm>

#include "gaincell/support/error.hpp"
#include "npy_detail.hpp"

namespace gaincell::attention {

using support::Error;

namespace {

[[noreturn]] void missing(const ArrayFile& file, std::string_view name) {
  throw Error("NPZ-0006", fmt::format("there is no array '{}' (there are: {})", name, fmt::join(file.names(), ", ")),
              file.where(), "check the names given to numpy.savez");
}

class ArchiveFile final : public ArrayFile {
 public:
  explicit ArchiveFile(std::shared_ptr<const ByteSource> source)
      : source_(std::move(source)), members_(readZipDirectory(*source_)) {
    where_ = source_->name();
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> out;
    for (const auto& m : members_) out.push_back(m.name);
    return out;
  }
  std::unique_ptr<ArrayStream> stream(std::string_view name) const override {
    for (const auto& m : members_)
      if (m.name == name) return openZipMember(source_, m);
    missing(*this, name);
  }

 private:
  std::shared_ptr<const ByteSource> source_;
  std::vector<ZipMember> members_;
};

/// A folder of .npy files, or one file.
class PlainFiles final : public ArrayFile {
 public:
  explicit PlainFiles(const std::filesystem::path& path) {
    where_ = path.string();
    if (std::filesystem::is_directory(path)) {
      for (const auto& e : std::filesystem::directory_iterator(path))
        if (e.path().extension() == ".npy") files_.push_back(e.path());
      std::sort(files_.begin(), files_.end());
    } else {
      files_.push_back(path);
    }
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> out;
    for (const auto& f : files_) out.push_back(f.stem().string());
    return out;
  }
  std::unique_ptr<ArrayStream> stream(std::string_view name) const override {
    for (const auto& f : files_)
      if (f.stem().string() == name) return openNpy(openFileSource(f));
    missing(*this, name);
  }

 private:
  std::vector<std::filesystem::path> files_;
};

template <typename T>
void readAs(ArrayStream& stream, std::vector<std::int64_t>& out) {
  std::vector<T> raw(stream.info().count());
  stream.readRaw(raw.data(), raw.size());
  out.assign(raw.begin(), raw.end());
}

}  // namespace

std::unique_ptr<ArrayFile> ArrayFile::openArchive(std::shared_ptr<const ByteSource> source) {
  return std::make_unique<ArchiveFile>(std::move(source));
}

std::unique_ptr<ArrayFile> ArrayFile::open(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path) || path.extension() == ".npy") return std::make_unique<PlainFiles>(path);
  return openArchive(openFileSource(path));
}

bool ArrayFile::contains(std::string_view name) const {
  const auto all = names();
  return std::find(all.begin(), all.end(), name) != all.end();
}

FloatArray ArrayFile::floats(std::string_view name) const {
  const auto s = stream(name);
  FloatArray out;
  out.shape = s->info().shape;
  if (s->info().type != ElementType::Float32 && s->info().type != ElementType::Float64)
    throw Error("NPZ-0044", "the array is " + elementName(s->info().type) + ", not float32",
                where_ + ":" + std::string(name), "save it with .astype(numpy.float32)");
  out.values.resize(s->info().count());
  s->readFloats(out.values.data(), out.values.size());
  s->finish();
  return out;
}

std::vector<std::int64_t> ArrayFile::integers(std::string_view name, std::vector<std::size_t>* shape) const {
  const auto s = stream(name);
  std::vector<std::int64_t> out;
  switch (s->info().type) {
    case ElementType::Int32:
      readAs<std::int32_t>(*s, out);
      break;
    case ElementType::Int64:
      readAs<std::int64_t>(*s, out);
      break;
    case ElementType::UInt8:
      readAs<std::uint8_t>(*s, out);
      break;
    case ElementType::UInt16:
      readAs<std::uint16_t>(*s, out);
      break;
    default:
      throw Error("NPZ-0019", "the array is " + elementName(s->info().type) + ", not an integer type",
                  where_ + ":" + std::string(name), "save it with .astype(numpy.int32)");
  }
  s->finish();
  if (shape != nullptr) *shape = s->info().shape;
  return out;
}

}  // namespace gaincell::attention
