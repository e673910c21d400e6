#pragma once
/// @file
/// The run store: one SQLite file that holds a whole run and is intact after any crash.
///
/// Write-ahead log, synchronous=FULL, and every sample is written whole or not at all. Each sample is one
/// self-contained record with its own checksum, so that a damaged file can be searched for intact samples (salvage)
/// even when SQLite cannot open it.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gaincell/montecarlo/study.hpp"

namespace gaincell::montecarlo {

/// What a store knows of its study.
struct RunHeader {
  std::string identity;       ///< Study::identity()
  std::string provenance;     ///< support::Provenance as JSON: who started the run, when, with what
  std::string rerun_command;  ///< command that runs one sample again, to be followed by " --only-sample K"
  std::uint64_t samples = 0;  ///< samples asked for
  std::vector<pdk::Conditions> conditions;
  Preflight preflight;
};
std::string toJsonText(const RunHeader& header);
/// @throws Error (MCS-0030) for text that is not a header.
RunHeader headerFromJsonText(const std::string& text, const std::string& where);

class RunStore {
 public:
  enum class Mode { Create, Write, Read };
  /// Part of a store that several processes of a cluster write: exclusive locking, which needs no shared memory and so
  /// works on network file systems.
  struct Options {
    bool exclusive = false;
    std::size_t max_pages = 0;  ///< for tests of a full disk: SQLite refuses to grow beyond this; 0: no limit
  };

  /// Creates a store. The file appears only with its header inside. @throws Error (MCS-0031) when it exists.
  static RunStore create(const std::filesystem::path& file, const RunHeader& header, Options options);
  static RunStore create(const std::filesystem::path& file, const RunHeader& header) {
    return create(file, header, {});
  }
  /// Opens an existing store and checks it. @throws Error (MCS-0032) missing, (MCS-0033) damaged: names `gaincell mc
  /// salvage`.
  static RunStore open(const std::filesystem::path& file, Mode mode, Options options);
  static RunStore open(const std::filesystem::path& file, Mode mode) { return open(file, mode, {}); }
  RunStore(RunStore&&) noexcept;
  ~RunStore();

  const RunHeader& header() const;
  /// A larger number of samples, where the study allows it.
  void setSamples(std::uint64_t samples);
  /// Stores records in one transaction, replacing earlier ones of the same tasks.
  /// @throws Error (MCS-0034) when they cannot be stored (disk full); the store is then as it was before.
  void put(const std::vector<SampleRecord>& records);

  std::optional<SampleRecord> get(const Task& task) const;
  /// All records in order of (condition, sample). @throws Error (MCS-0033) when one is damaged.
  void forEach(const std::function<void(const SampleRecord&)>& visit) const;
  /// Tasks that have a good record, and those that have a failed one.
  struct Done {
    std::vector<Task> good, failed;  ///< sorted
  };
  Done done() const;
  const std::filesystem::path& file() const;

 private:
  struct Impl;
  explicit RunStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Refuses a store of another study, naming each aspect that differs ("seed: the run has 1, this command 2").
/// @throws Error (MCS-0035)
void requireSameStudy(const std::string& stored_identity, const std::string& wanted_identity, const std::string& where);

/// Bytes of one record (magic, length, checksum, content), and back. nullopt for bytes that are not an intact record.
std::string packRecord(const SampleRecord& record);
std::optional<SampleRecord> unpackRecord(std::string_view bytes);

struct SalvageReport {
  std::size_t recovered = 0;      ///< intact samples
  std::size_t missing = 0;        ///< tasks of the study without one
  std::filesystem::path damaged;  ///< where the damaged file was kept
};
/// Rebuilds a store from what is intact in a damaged one (and in its write-ahead log). The damaged files are kept under
/// another name.
/// @param header_copy the copy of the header beside the store, used when the header inside is damaged
/// @throws Error (MCS-0036) when neither header can be read.
SalvageReport salvage(const std::filesystem::path& file, const std::filesystem::path& header_copy);

/// A lock on a run folder, held while the object lives and freed by the system when the process dies.
class RunLock {
 public:
  /// @throws Error (MCS-0037) when another process works on the run.
  explicit RunLock(const std::filesystem::path& file);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace gaincell::montecarlo
