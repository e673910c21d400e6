#include "gaincell/montecarlo/montecarlo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::montecarlo {

using support::Error;
namespace fs = std::filesystem;

fs::path RunFolder::shard(std::uint64_t index) const {
  return shards() / fmt::format("shard-{:04}.sqlite", index);
}

Estimate estimateRun(const Preflight& p, std::size_t tasks, int jobs, std::size_t conditions) {
  Estimate e;
  e.tasks = tasks;
  const double workers =
      static_cast<double>(std::max<std::size_t>(1, std::min<std::size_t>(static_cast<std::size_t>(jobs), tasks)));
  // Every worker parses the decks of every condition once; from then on it re-runs them.
  const double parsing = std::max(0.0, p.first_s - p.again_s) * static_cast<double>(conditions);
  e.seconds = tasks == 0 ? 0 : parsing + static_cast<double>(tasks) * p.again_s / workers;
  e.memory_bytes = workers * static_cast<double>(p.worker_rss_kb) * 1024;
  e.store_bytes = static_cast<double>(tasks) * (120 + 8 * static_cast<double>(p.figures.size()));
  return e;
}

namespace {
void createFolder(const fs::path& dir) {
  std::error_code ec;
  fs::create_directories(dir, ec);
  if (ec || !fs::is_directory(dir))
    throw Error("MCS-0062", fmt::format("the run folder cannot be created ({})", ec.message()), dir.string(),
                "check its name and the permissions of the folder above");
}

void removeRun(const RunFolder& folder) {
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(folder.store().string() + end, ignored);
  fs::remove(folder.header(), ignored);
  fs::remove_all(folder.shards(), ignored);
}

/// A store of the run, or a shard's beside it.
fs::path storeFile(const RunFolder& folder, const EngineOptions& engine) {
  return engine.shards > 1 ? folder.shard(engine.shard) : folder.store();
}

RunStore::Options storeOptions(const EngineOptions& engine) {
  RunStore::Options o;
  o.exclusive = engine.shards > 1;  // shards lie on the shared folder of a cluster
  return o;
}

/// Continues the run: the same study, perhaps with more samples.
RunStore reopen(Study& study, const fs::path& file, const RunOptions& options) {
  RunStore store = RunStore::open(file, RunStore::Mode::Write, storeOptions(options.engine));
  requireSameStudy(store.header().identity, study.identity(), file.string());
  if (study.samples() < store.header().samples)
    throw Error(
        "MCS-0063",
        fmt::format("the run has {} samples, this command asks for {}", store.header().samples, study.samples()),
        file.string(), "ask for as many or more; a run is never made smaller");
  study.adopt(store.header().preflight);
  if (study.samples() > store.header().samples) store.setSamples(study.samples());
  return store;
}
}  // namespace

RunStore prepareRun(Study& study, const RunOptions& options) {
  const RunFolder folder{options.dir};
  createFolder(folder.dir);
  const fs::path file = storeFile(folder, options.engine);
  if (options.force && !options.resume && options.engine.shards == 1) removeRun(folder);
  if (fs::exists(file)) {
    if (!options.resume)
      throw Error("MCS-0064", "the folder holds a run already", folder.dir.string(),
                  "add --resume to continue it, --force to start anew, or give another folder to --run");
    return reopen(study, file, options);
  }
  RunHeader header;
  if (options.resume && fs::exists(folder.header())) {
    // A shard, or a run whose store is gone: the description tells what was started.
    header = headerFromJsonText(support::readFile(folder.header()), folder.header());
    requireSameStudy(header.identity, study.identity(), folder.header().string());
    header.samples = std::max(header.samples, study.samples());
    study.adopt(header.preflight);
  } else {
    if (options.resume)
      throw Error("MCS-0065", "there is no run to resume", folder.dir.string(),
                  "check the folder, or leave out --resume");
    header = {study.identity(), options.provenance, options.rerun_command,
              study.samples(),  study.conditions(), study.preflight()};
  }
  fs::create_directories(file.parent_path());
  if (!fs::exists(folder.header())) support::writeFileAtomically(folder.header(), toJsonText(header) + "\n");
  return RunStore::create(file, header, storeOptions(options.engine));
}

StudyResult runStudy(Study& study, const RunOptions& options) {
  const RunFolder folder{options.dir};
  createFolder(folder.dir);
  const bool shard = options.engine.shards > 1;
  if (shard) createFolder(folder.shards());
  const RunLock lock(shard ? fs::path(folder.shard(options.engine.shard).string() + ".lock") : folder.lock());
  RunStore store = prepareRun(study, options);
  if (options.before_start) {
    const auto done = store.done();
    const std::size_t all =
        tasksOf(store.header().samples, store.header().conditions.size(), options.engine.shard, options.engine.shards)
            .size();
    const auto& preflight = store.header().preflight;
    options.before_start(preflight, estimateRun(preflight, all - std::min(all, done.good.size()), options.engine.jobs,
                                                store.header().conditions.size()));
  }
  const EngineReport report = runLocal(study, store, options.engine);
  if (shard) {
    StudyResult result;
    result.header = store.header();
    result.report = report;
    return result;  // `merge` collects the shards
  }
  StudyResult result = collect(store, options.limits);
  result.report = report;
  exportRun(result, store, folder.dir);
  return result;
}

StudyResult runStudy(const StudyConfig& config, const sim::SimulatorOptions& simulator, const RunOptions& options) {
  return runStudy(*analysisStudy(config, simulator), options);
}

// --- status ---------------------------------------------------------------------------------------------------------
namespace {
void count(const RunStore& store, std::size_t& good, std::size_t& failed, std::map<std::string, std::size_t>& kinds) {
  store.forEach([&](const SampleRecord& r) {
    ++(r.ok() ? good : failed);
    if (!r.ok()) ++kinds[r.failure];
  });
}
}  // namespace

RunStatus statusOf(const fs::path& dir) {
  const RunFolder folder{dir};
  RunStatus status;
  if (!fs::exists(folder.header()))
    throw Error("MCS-0066", "there is no run here", dir.string(), "give the folder that was given to --run");
  status.header = headerFromJsonText(support::readFile(folder.header()), folder.header());
  if (fs::exists(folder.store())) {
    const RunStore store = RunStore::open(folder.store(), RunStore::Mode::Read);
    status.header = store.header();
    count(store, status.good, status.failed, status.failures);
  }
  status.total = status.header.samples * status.header.conditions.size();
  const fs::path note = folder.dir / "slurm" / "job.json";
  if (!fs::exists(note)) return status;
  const auto shards = nlohmann::json::parse(support::readFile(note)).value("shards", std::uint64_t{0});
  for (std::uint64_t i = 0; i < shards; ++i) {
    RunStatus::Shard shard{i, 0, 0, tasksOf(status.header.samples, status.header.conditions.size(), i, shards).size(),
                           ""};
    try {
      std::map<std::string, std::size_t> kinds;
      if (fs::exists(folder.shard(i)))
        count(RunStore::open(folder.shard(i), RunStore::Mode::Read), shard.good, shard.failed, kinds);
      else
        shard.note = "not started";
    } catch (const Error& e) {
      if (e.id() != "MCS-0039") throw;
      shard.note = "running";  // its store is locked while it works
    }
    status.shards.push_back(std::move(shard));
  }
  return status;
}

}  // namespace gaincell::montecarlo
