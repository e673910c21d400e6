// Header of the .npy format and streams over plain .npy files.
#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <limits>
#include <optional>

#include "gaincell/attention/npz.hpp"
#include "gaincell/support/error.hpp"
#include "npy_detail.hpp"

namespace gaincell::attention {

using support::Error;

static_assert(std::endian::native == std::endian::little, "arrays are read and written without swapping bytes");

namespace {

struct TypeName {
  const char* descr;
  ElementType type;
  const char* name;
  std::size_t size;
};
constexpr TypeName kTypes[] = {{"<f4", ElementType::Float32, "float32", 4}, {"<f8", ElementType::Float64, "float64", 8},
                               {"<i4", ElementType::Int32, "int32", 4},     {"<i8", ElementType::Int64, "int64", 8},
                               {"|u1", ElementType::UInt8, "uint8", 1},     {"<u2", ElementType::UInt16, "uint16", 2}};

const TypeName& entry(ElementType type) noexcept {
  for (const auto& t : kTypes)
    if (t.type == type) return t;
  return kTypes[0];
}

/// Recursive-descent reader of the one Python dictionary a header may hold.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  ArrayInfo parse() {
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !descr_) {
        descr_ = quoted();
      } else if (key == "fortran_order" && !fortran_) {
        fortran_ = boolean();
      } else if (key == "shape" && !shape_) {
        shape_ = tuple();
      } else {
        fail("unexpected or repeated key '" + key + "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip();
    if (at_ != text_.size()) fail("text after the closing brace");
    if (!descr_ || !fortran_ || !shape_) fail("descr, fortran_order and shape must all be there");
    return checked();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error("NPZ-0010", "the header of the array is malformed: " + what, where_,
                "save the array again with numpy.save or numpy.savez");
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool accept(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("'{}' expected at byte {}", c, at_));
  }
  std::string quoted() {
    skip();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"'))
      fail("a quoted text expected (structured and object types are not read)");
    const char quote = text_[at_++];
    const auto end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a quote is not closed");
    std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    skip();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    }
    fail("True or False expected");
  }
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> shape;
    expect('(');
    while (!accept(')')) {
      if (shape.size() == 32) fail("more than 32 dimensions");
      shape.push_back(number());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }
  std::size_t number() {
    skip();
    const std::size_t start = at_;
    std::size_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<std::size_t>(text_[at_] - '0');
      if (value > (std::numeric_limits<std::size_t>::max() - digit) / 10) fail("a dimension is too large");
      value = value * 10 + digit;
    }
    if (at_ == start) fail("a dimension must be a number that is not negative");
    return value;
  }
  ArrayInfo checked() const {
    ArrayInfo info;
    info.shape = *shape_;
    const TypeName* type = nullptr;
    for (const auto& t : kTypes)
      if (*descr_ == t.descr) type = &t;
    if (type == nullptr)
      throw Error("NPZ-0011", "element type '" + *descr_ + "' is not supported", where_,
                  "save as float32 (little-endian); float64, int32, int64, uint8 and uint16 are read too");
    info.type = type->type;
    if (*fortran_ && info.shape.size() > 1)
      throw Error("NPZ-0012", "the array is in Fortran (column-major) order", where_,
                  "save numpy.ascontiguousarray(x) instead of x");
    std::size_t bytes = type->size;
    bool empty = false;
    for (std::size_t n : info.shape) empty = empty || n == 0;
    for (std::size_t n : info.shape) {
      // 2^62 bytes is far beyond any file; the bound keeps every later product of sizes inside 64 bits.
      if (!empty && n > (std::size_t{1} << 62) / bytes)
        throw Error("NPZ-0013", "the sizes " + shapeText(info.shape) + " overflow", where_, "the file is damaged");
      if (!empty) bytes *= n;
    }
    return info;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::optional<std::string> descr_;
  std::optional<bool> fortran_;
  std::optional<std::vector<std::size_t>> shape_;
};

/// A .npy file on its own.
class NpyStream final : public ArrayStream {
 public:
  explicit NpyStream(std::shared_ptr<const ByteSource> source) : source_(std::move(source)) {
    where_ = source_->name();
    info_ = readNpyHeader([this](void* to, std::size_t bytes) { readBytes(to, bytes); }, source_->size(), where_);
    const std::uint64_t data = source_->size() - offset_;
    if (data != std::uint64_t{info_.count()} * elementSize(info_.type))
      throw Error("NPZ-0014",
                  fmt::format("the file holds {} bytes of data where the shape {} asks for {}", data,
                              shapeText(info_.shape), info_.count() * elementSize(info_.type)),
                  where_, "the file is truncated or damaged; save it again");
  }
  void finish() override {}

 protected:
  void readBytes(void* to, std::size_t bytes) override {
    source_->readAt(offset_, to, bytes);
    offset_ += bytes;
  }

 private:
  std::shared_ptr<const ByteSource> source_;
  std::uint64_t offset_ = 0;
};

}  // namespace

std::size_t elementSize(ElementType type) noexcept {
  return entry(type).size;
}
std::string elementName(ElementType type) {
  return entry(type).name;
}

std::size_t ArrayInfo::count() const noexcept {
  std::size_t n = 1;
  for (std::size_t s : shape)
    if (s == 0) return 0;
  for (std::size_t s : shape) n *= s;
  return n;
}

std::string shapeText(const std::vector<std::size_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

ArrayInfo readNpyHeader(const std::function<void(void*, std::size_t)>& read, std::uint64_t available,
                        const std::string& where) {
  unsigned char start[12] = {};
  if (available < 10) throw Error("NPZ-0015", "too short for a .npy array", where, "save it again with numpy.save");
  read(start, 10);
  if (std::memcmp(start, "\x93NUMPY", 6) != 0 || start[6] < 1 || start[6] > 3 || start[7] != 0)
    throw Error("NPZ-0016", "not a .npy array of format 1.0 to 3.0", where, "save it again with numpy.save");
  std::size_t length = start[8] | (std::size_t{start[9]} << 8), used = 10;
  if (start[6] > 1) {
    if (available < 12) throw Error("NPZ-0031", "too short for a .npy array", where, "save it again with numpy.save");
    read(start + 10, 2);
    length |= (std::size_t{start[10]} << 16) | (std::size_t{start[11]} << 24);
    used = 12;
  }
  if (length > 65536 || length > available - used)
    throw Error("NPZ-0017", fmt::format("a header of {} bytes is not plausible", length), where,
                "the file is truncated or damaged; save it again");
  std::string text(length, '\0');
  read(text.data(), length);
  return HeaderParser(text, where).parse();
}

std::string npyHeader(ElementType type, const std::vector<std::size_t>& shape) {
  std::string dict =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", entry(type).descr, shapeText(shape));
  while ((10 + dict.size() + 1) % 64 != 0) dict += ' ';
  dict += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(dict.size() & 0xff);
  out += static_cast<char>(dict.size() >> 8);
  return out + dict;
}

void ArrayStream::readRaw(void* to, std::size_t count) {
  if (count > info_.count() - read_) throw Error("NPZ-0028", "more elements asked for than the array holds", where_);
  read_ += count;
  readBytes(to, count * elementSize(info_.type));
}

void ArrayStream::readFloats(float* to, std::size_t count) {
  if (info_.type == ElementType::Float32) {
    readRaw(to, count);
  } else if (info_.type == ElementType::Float64) {
    std::vector<double> piece(std::min<std::size_t>(count, 8192));
    for (std::size_t done = 0; done < count;) {
      const std::size_t n = std::min(count - done, piece.size());
      readRaw(piece.data(), n);
      for (std::size_t i = 0; i < n; ++i) to[done + i] = static_cast<float>(piece[i]);
      done += n;
    }
  } else {
    throw Error("NPZ-0029", "the array is " + elementName(info_.type) + ", not float32", where_,
                "save it with .astype(numpy.float32)");
  }
}

std::unique_ptr<ArrayStream> openNpy(std::shared_ptr<const ByteSource> source) {
  return std::make_unique<NpyStream>(std::move(source));
}

void writeNpy(const std::filesystem::path& path, std::span<const float> values, const std::vector<std::size_t>& shape,
              support::Overwrite overwrite) {
  support::AtomicFile file(path, overwrite);
  file.write(npyHeader(ElementType::Float32, shape));
  file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  file.commit();
}

}  // namespace gaincell::attention
