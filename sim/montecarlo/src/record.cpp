// The bytes of one sample.

#include <bit>
#include <cstring>
#include <type_traits>

#include "gaincell/montecarlo/store.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::montecarlo {

static_assert(std::endian::native == std::endian::little, "records are stored as they lie in memory");

namespace {
constexpr char kMagic[8] = {'G', 'C', 'M', 'C', 'r', 'e', 'c', '1'};
constexpr std::size_t kHead = sizeof kMagic + 8 + 8;  // magic, length of the content, checksum of the content
constexpr std::uint64_t kMaxContent = std::uint64_t{1} << 32;

class Out {
 public:
  template <class T>
  void number(T v) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  void text(std::string_view s) {
    number(static_cast<std::uint64_t>(s.size()));
    bytes.append(s);
  }
  void numbers(const std::vector<double>& v) {
    number(static_cast<std::uint64_t>(v.size()));
    bytes.append(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(double));
  }
  std::string bytes;
};

/// Reads; `good` turns false at the first thing that does not fit and stays so.
class In {
 public:
  explicit In(std::string_view b) : bytes_(b) {}
  template <class T>
  T number() {
    T v{};
    const std::string_view raw = take(sizeof v);
    if (good) std::memcpy(&v, raw.data(), sizeof v);
    return v;
  }
  std::string text() { return std::string(take(number<std::uint64_t>())); }
  std::vector<double> numbers() {
    const auto n = number<std::uint64_t>();
    if (n > bytes_.size() / sizeof(double)) good = false;
    const std::string_view raw = take(good ? n * sizeof(double) : 0);
    std::vector<double> v(raw.size() / sizeof(double));
    if (!v.empty()) std::memcpy(v.data(), raw.data(), raw.size());
    return v;
  }
  bool atEnd() const noexcept { return bytes_.empty(); }
  bool good = true;

 private:
  std::string_view take(std::uint64_t n) {
    if (!good || n > bytes_.size()) {
      good = false;
      return {};
    }
    const std::string_view out = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return out;
  }
  std::string_view bytes_;
};
}  // namespace

std::string packRecord(const SampleRecord& r) {
  Out content;
  content.number(r.task.condition);
  content.number(r.task.sample);
  content.number(r.attempts);
  content.text(r.failure);
  content.text(r.message);
  content.numbers(r.values);
  content.number(static_cast<std::uint64_t>(r.tables.size()));
  for (const auto& [name, table] : r.tables) {
    content.text(name);
    content.number(static_cast<std::uint64_t>(table.columns.size()));
    for (const auto& c : table.columns) content.text(c);
    content.number(static_cast<std::uint64_t>(table.rows.size()));
    for (const auto& row : table.rows) content.numbers(row);
  }
  Out out;
  out.bytes.assign(kMagic, sizeof kMagic);
  out.number(static_cast<std::uint64_t>(content.bytes.size()));
  out.number(support::nameHash(content.bytes));
  return out.bytes + content.bytes;
}

std::optional<SampleRecord> unpackRecord(std::string_view bytes) {
  if (bytes.size() < kHead || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) return std::nullopt;
  In head(bytes.substr(sizeof kMagic));
  const auto length = head.number<std::uint64_t>(), checksum = head.number<std::uint64_t>();
  if (length > kMaxContent || length > bytes.size() - kHead) return std::nullopt;
  const std::string_view content = bytes.substr(kHead, length);
  if (support::nameHash(content) != checksum) return std::nullopt;
  In in(content);
  SampleRecord r;
  r.task.condition = in.number<std::uint32_t>();
  r.task.sample = in.number<std::uint64_t>();
  r.attempts = in.number<std::uint32_t>();
  r.failure = in.text();
  r.message = in.text();
  r.values = in.numbers();
  const auto tables = in.number<std::uint64_t>();
  for (std::uint64_t t = 0; in.good && t < tables; ++t) {
    support::Table& table = r.tables[in.text()];
    const auto columns = in.number<std::uint64_t>();
    for (std::uint64_t c = 0; in.good && c < columns; ++c) table.columns.push_back(in.text());
    const auto rows = in.number<std::uint64_t>();
    for (std::uint64_t k = 0; in.good && k < rows; ++k) table.rows.push_back(in.numbers());
  }
  if (!in.good || !in.atEnd()) return std::nullopt;
  return r;
}

}  // namespace gaincell::montecarlo
