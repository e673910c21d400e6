// Recovers intact samples from damaged run stores: first through SQLite, then by searching the bytes of the file and of
// its write-ahead log for records, whose checksums tell whether they are whole.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gaincell/montecarlo/store.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "sqlite.hpp"

namespace gaincell::montecarlo {

using support::Error;
namespace fs = std::filesystem;

namespace {
using Records = std::map<Task, SampleRecord>;

/// A good record is not replaced by a failed one: of two records of a task, one was replaced in the store after a
/// retry.
void offer(Records& records, SampleRecord&& record) {
  const auto found = records.find(record.task);
  if (found == records.end() || !found->second.ok()) records.insert_or_assign(record.task, std::move(record));
}

void searchBytes(const fs::path& file, Records& records) {
  std::error_code ec;
  if (!fs::exists(file, ec)) return;
  const std::string bytes = support::readFile(file);
  const std::string_view view = bytes;
  for (std::size_t at = view.find("GCMCrec1"); at != std::string_view::npos; at = view.find("GCMCrec1", at + 8))
    if (auto record = unpackRecord(view.substr(at))) offer(records, std::move(*record));
}

/// What SQLite itself still reads, row by row, so that one bad page does not hide the rows of the others.
void readRows(const fs::path& file, std::optional<RunHeader>& header, Records& records) {
  try {
    Database db(file, SQLITE_OPEN_READONLY);
    Statement meta(db, "SELECT value FROM meta WHERE key='header'");
    if (meta.step()) header = headerFromJsonText(std::string(meta.bytes(0)), file.string());
    Statement last(db, "SELECT max(rowid) FROM samples");
    const std::int64_t count = last.step() ? last.integer(0) : 0;
    Statement row(db, "SELECT record FROM samples NOT INDEXED WHERE rowid=?");
    for (std::int64_t id = 1; id <= count; ++id) {
      try {
        row.reset();
        if (row.bind(1, id).step())
          if (auto record = unpackRecord(row.bytes(0))) offer(records, std::move(*record));
      } catch (const SqliteError&) {  // this page is lost; the next may not be
      }
    }
  } catch (const SqliteError&) {  // not readable as a database: the search of the bytes has to do
  } catch (const Error&) {        // the header is damaged: its copy has to do
  }
}

bool belongs(const SampleRecord& r, const RunHeader& h) {
  return r.task.condition < h.conditions.size() && r.task.sample < h.samples &&
         (!r.ok() || r.values.size() == h.preflight.figures.size());
}
}  // namespace

SalvageReport salvage(const fs::path& file, const fs::path& header_copy) {
  std::optional<RunHeader> header;
  Records records;
  const fs::path wal = file.string() + "-wal";
  searchBytes(file, records);
  searchBytes(wal, records);
  // SQLite may recover the log into the file when it opens it, so it works on copies.
  const fs::path copy = file.parent_path() / (".salvage-" + file.filename().string());
  const auto remove = [&] {
    std::error_code ignored;
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(copy.string() + end, ignored);
  };
  std::error_code ec;
  remove();
  fs::copy_file(file, copy, ec);
  if (fs::exists(wal)) fs::copy_file(wal, copy.string() + "-wal", ec);
  readRows(copy, header, records);
  remove();
  if (!header && fs::exists(header_copy)) header = headerFromJsonText(support::readFile(header_copy), header_copy);
  if (!header)
    throw Error("MCS-0036", "neither the run store nor its description can be read", file.string(),
                "nothing can be recovered without knowing the study: start a new run");

  SalvageReport report;
  for (int n = 1; report.damaged.empty(); ++n) {
    const fs::path name = fmt::format("{}.damaged-{}", file.string(), n);
    if (!fs::exists(name)) report.damaged = name;
  }
  const fs::path rebuilt = file.parent_path() / (".rebuilt-" + file.filename().string());
  fs::remove(rebuilt, ec);
  {
    RunStore store = RunStore::create(rebuilt, *header);
    std::vector<SampleRecord> batch;
    for (auto& [task, record] : records) {
      if (!belongs(record, *header)) continue;
      report.recovered += record.ok();
      batch.push_back(std::move(record));
    }
    store.put(batch);
  }
  fs::rename(file, report.damaged);
  for (const char* end : {"-wal", "-shm"})
    if (fs::exists(file.string() + end)) fs::rename(file.string() + end, report.damaged.string() + end);
  fs::rename(rebuilt, file);
  report.missing = header->samples * header->conditions.size() - report.recovered;
  return report;
}

}  // namespace gaincell::montecarlo
