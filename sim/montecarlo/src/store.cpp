#include "gaincell/montecarlo/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "sqlite.hpp"

namespace gaincell::montecarlo {

using nlohmann::json;
using support::Error;
namespace fs = std::filesystem;

// --- header ---------------------------------------------------------------------------------------------------------
std::string toJsonText(const RunHeader& h) {
  json figures = json::array(), draws = json::array(), conditions = json::array();
  for (const auto& f : h.preflight.figures)
    figures.push_back({{"name", f.name}, {"unit", f.unit}, {"description", f.description}});
  for (const auto& d : h.preflight.draws) draws.push_back({d.instance, d.parameter});
  for (const auto& c : h.conditions)
    conditions.push_back({{"corner", c.corner}, {"temp_C", c.temp_c}, {"vdd_V", c.vdd}});
  const json all = {{"format", "gaincell-mc/1"},
                    {"identity", json::parse(h.identity)},
                    {"provenance", h.provenance.empty() ? json::object() : json::parse(h.provenance)},
                    {"rerun_command", h.rerun_command},
                    {"samples", h.samples},
                    {"conditions", conditions},
                    {"figures", figures},
                    {"nominal", h.preflight.nominal},
                    {"draws", draws},
                    {"preflight",
                     {{"first_s", h.preflight.first_s},
                      {"again_s", h.preflight.again_s},
                      {"worker_rss_kB", h.preflight.worker_rss_kb}}},
                    {"warnings", h.preflight.warnings}};
  return all.dump(1);
}

namespace {
/// Nominal figures by condition. Runs of an earlier version hold those of the first condition only, without the list.
std::vector<std::vector<double>> nominalFrom(const json& all) {
  std::vector<std::vector<double>> out;
  const bool flat = !all.empty() && !all.front().is_array();
  for (const json& condition : flat ? json::array({all}) : all) {
    auto& figures = out.emplace_back();
    for (const json& v : condition)
      figures.push_back(v.is_null() ? std::numeric_limits<double>::quiet_NaN() : v.get<double>());
  }
  return out;
}
}  // namespace

RunHeader headerFromJsonText(const std::string& text, const std::string& where) {
  try {
    const json all = json::parse(text);
    if (all.at("format") != "gaincell-mc/1") throw Error("MCS-0038", "the run is of another format", where);
    RunHeader h;
    h.identity = all.at("identity").dump();
    h.provenance = all.at("provenance").dump();
    h.rerun_command = all.at("rerun_command");
    h.samples = all.at("samples");
    for (const auto& c : all.at("conditions")) h.conditions.push_back({c.at("corner"), c.at("temp_C"), c.at("vdd_V")});
    for (const auto& f : all.at("figures"))
      h.preflight.figures.push_back({f.at("name"), f.at("unit"), f.at("description")});
    h.preflight.nominal = nominalFrom(all.at("nominal"));
    for (const auto& d : all.at("draws")) h.preflight.draws.push_back({d.at(0), d.at(1)});
    const json& measured = all.at("preflight");
    h.preflight.first_s = measured.at("first_s");
    h.preflight.again_s = measured.at("again_s");
    h.preflight.worker_rss_kb = measured.at("worker_rss_kB");
    h.preflight.warnings = all.at("warnings");
    return h;
  } catch (const json::exception& e) {
    throw Error("MCS-0030", fmt::format("the description of the run cannot be read ({})", e.what()), where,
                "the file is damaged: 'gaincell mc salvage DIR' recovers the intact samples");
  }
}

namespace {
/// Aspects in which two identities differ; of values by name, such as those of a design, the names that differ.
void noteDifferences(const std::string& prefix, const json& a, const json& b, std::string& differences) {
  const auto note = [&](const std::string& key) {
    if (a.contains(key) && b.contains(key) && a[key].is_object() && b[key].is_object())
      return noteDifferences(key + " ", a[key], b[key], differences);
    const auto text = [&](const json& j) { return j.contains(key) ? j[key].dump() : std::string("nothing"); };
    std::string was = text(a), now = text(b);
    if (was == now) return;
    for (auto* s : {&was, &now})
      if (s->size() > 120) *s = s->substr(0, 117) + "...";
    differences +=
        fmt::format("{}{}{}: the run has {}, this command {}", differences.empty() ? "" : "; ", prefix, key, was, now);
  };
  for (const auto& [key, value] : a.items()) note(key);
  for (const auto& [key, value] : b.items())
    if (!a.contains(key)) note(key);
}
}  // namespace

void requireSameStudy(const std::string& stored, const std::string& wanted, const std::string& where) {
  const json a = json::parse(stored), b = json::parse(wanted);
  if (a == b) return;
  std::string differences;
  noteDifferences("", a, b, differences);
  throw Error("MCS-0035", fmt::format("the folder holds another study ({})", differences), where,
              "give another folder to --run, or the options of the run that is in it; results are never mixed");
}

// --- store ----------------------------------------------------------------------------------------------------------
struct RunStore::Impl {
  fs::path file;
  std::unique_ptr<Database> db;
  RunHeader header;
  std::unique_ptr<Statement> insert;

  [[noreturn]] void damaged(const SqliteError& e) const {
    if (e.code == SQLITE_BUSY)
      throw Error("MCS-0039", "another process is writing this run", file.string(), "wait for it, or stop it first");
    throw Error("MCS-0033", fmt::format("the run store is damaged ({})", e.message), file.string(),
                fmt::format("'gaincell mc salvage {}' recovers the intact samples; the run can then be resumed",
                            file.parent_path().string()));
  }
  template <class Body>
  auto guarded(const Body& body) const {
    try {
      return body();
    } catch (const SqliteError& e) {
      damaged(e);
    }
  }
};

namespace {
void configure(Database& db, const RunStore::Options& options) {
  if (options.exclusive) db.execute("PRAGMA locking_mode=EXCLUSIVE");
  db.execute("PRAGMA synchronous=FULL");
  if (options.max_pages) db.execute(fmt::format("PRAGMA max_page_count={}", options.max_pages));
}

void writeSchema(Database& db, const RunHeader& header) {
  db.execute(
      "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN;"
      "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);"
      "CREATE TABLE samples(condition INTEGER NOT NULL, sample INTEGER NOT NULL, good INTEGER NOT NULL,"
      " failure TEXT NOT NULL, record BLOB NOT NULL);"
      "CREATE UNIQUE INDEX samples_task ON samples(condition, sample);");
  Statement(db, "INSERT INTO meta VALUES('header', ?)").bindText(1, toJsonText(header)).step();
  db.execute("COMMIT");
}
}  // namespace

RunStore::RunStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunStore::RunStore(RunStore&&) noexcept = default;
RunStore::~RunStore() = default;
const RunHeader& RunStore::header() const {
  return impl_->header;
}
const fs::path& RunStore::file() const {
  return impl_->file;
}

RunStore RunStore::create(const fs::path& file, const RunHeader& header, Options options) {
  if (fs::exists(file))
    throw Error("MCS-0031", "the folder holds a run already", file.string(),
                "add --resume to continue it, or give another folder to --run");
  const fs::path temporary = file.parent_path() / fmt::format(".{}.{}.tmp", file.filename().string(), getpid());
  std::error_code ignored;
  try {
    fs::remove(temporary, ignored);
    Database db(temporary, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    writeSchema(db, header);
  } catch (const SqliteError& e) {
    fs::remove(temporary, ignored);
    throw Error("MCS-0040", fmt::format("cannot create the run store ({})", e.message), file.string(),
                "check that the folder exists, is writable and has space");
  }
  fs::rename(temporary, file);
  return open(file, Mode::Write, options);
}

RunStore RunStore::open(const fs::path& file, Mode mode, Options options) {
  if (!fs::exists(file))
    throw Error("MCS-0032", "there is no run here", file.string(), "check the folder, or start a run without --resume");
  auto impl = std::make_unique<Impl>();
  impl->file = file;
  impl->guarded([&] {
    impl->db = std::make_unique<Database>(file, SQLITE_OPEN_READWRITE);
    configure(*impl->db, options);
    Statement check(*impl->db, "PRAGMA quick_check(1)");
    if (!check.step() || check.bytes(0) != "ok") throw SqliteError{SQLITE_CORRUPT, std::string(check.bytes(0))};
    Statement header(*impl->db, "SELECT value FROM meta WHERE key='header'");
    if (!header.step()) throw SqliteError{SQLITE_CORRUPT, "it has no header"};
    impl->header = headerFromJsonText(std::string(header.bytes(0)), file.string());
    if (mode == Mode::Write)
      impl->insert = std::make_unique<Statement>(
          *impl->db, "INSERT OR REPLACE INTO samples(condition, sample, good, failure, record) VALUES(?,?,?,?,?)");
  });
  return RunStore(std::move(impl));
}

void RunStore::setSamples(std::uint64_t samples) {
  impl_->header.samples = samples;
  impl_->guarded([&] {
    Statement(*impl_->db, "UPDATE meta SET value=? WHERE key='header'").bindText(1, toJsonText(impl_->header)).step();
  });
}

void RunStore::put(const std::vector<SampleRecord>& records) {
  try {
    impl_->db->execute("BEGIN IMMEDIATE");
    for (const auto& r : records) {
      impl_->insert->reset();
      impl_->insert->bind(1, r.task.condition).bind(2, static_cast<std::int64_t>(r.task.sample)).bind(3, r.ok());
      impl_->insert->bindText(4, r.failure).bindBlob(5, packRecord(r)).step();
    }
    impl_->insert->reset();
    impl_->db->execute("COMMIT");
  } catch (const SqliteError& e) {
    impl_->insert->reset();
    sqlite3_exec(impl_->db->handle(), "ROLLBACK", nullptr, nullptr, nullptr);  // fails where SQLite has rolled back
    throw Error("MCS-0034", fmt::format("cannot store a sample ({})", e.message), impl_->file.string(),
                "free disk space or check permissions, then resume; every sample stored so far is intact");
  }
}

namespace {
SampleRecord intact(const Statement& row, int column) {
  auto record = unpackRecord(row.bytes(column));
  if (!record) throw SqliteError{SQLITE_CORRUPT, "the checksum of a sample does not fit"};
  return std::move(*record);
}
}  // namespace

std::optional<SampleRecord> RunStore::get(const Task& task) const {
  return impl_->guarded([&]() -> std::optional<SampleRecord> {
    Statement s(*impl_->db, "SELECT record FROM samples WHERE condition=? AND sample=?");
    s.bind(1, task.condition).bind(2, static_cast<std::int64_t>(task.sample));
    if (!s.step()) return std::nullopt;
    return intact(s, 0);
  });
}

void RunStore::forEach(const std::function<void(const SampleRecord&)>& visit) const {
  impl_->guarded([&] {
    Statement s(*impl_->db, "SELECT record FROM samples ORDER BY condition, sample");
    while (s.step()) visit(intact(s, 0));
  });
}

RunStore::Done RunStore::done() const {
  Done done;
  forEach([&](const SampleRecord& r) { (r.ok() ? done.good : done.failed).push_back(r.task); });
  return done;
}

// --- lock -----------------------------------------------------------------------------------------------------------
RunLock::RunLock(const fs::path& file) : fd_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (fd_ < 0)
    throw Error("MCS-0041", fmt::format("cannot lock the run ({})", std::strerror(errno)), file.string(),
                "check that the folder exists and is writable");
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd_);
    throw Error("MCS-0037", "another process works on this run", file.string(),
                "wait for it, or stop it first; 'gaincell mc status' shows how far it is");
  }
}

RunLock::~RunLock() {
  ::close(fd_);
}

}  // namespace gaincell::montecarlo
