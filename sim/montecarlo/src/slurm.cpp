#include "gaincell/montecarlo/slurm.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/progress.hpp"

namespace gaincell::montecarlo {

using support::Error;
namespace fs = std::filesystem;

namespace {
/// A word for a POSIX shell.
std::string shellWord(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

struct CommandResult {
  int code = 0;
  std::string output;
};

CommandResult runShell(const std::string& command) {
  CommandResult result;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) throw Error("MCS-0073", "cannot start a shell", command);
  std::array<char, 4096> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    result.output.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  while (!result.output.empty() && std::isspace(static_cast<unsigned char>(result.output.back())))
    result.output.pop_back();
  return result;
}

/// Values that end up in "#SBATCH" lines must be single plain words: the batch system reads them without a shell's
/// quoting.
void requirePlain(const std::string& value, const char* option) {
  const bool plain = std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("-_=./,:+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (!plain)
    throw Error("MCS-0070", fmt::format("'{}' is not a plain word", value), option,
                "Slurm reads it from the batch script without quoting");
}
}  // namespace

std::string slurmScript(const SlurmOptions& o, const RunFolder& folder) {
  if (o.shards < 1 || o.shards > 100'000)
    throw Error("MCS-0074", fmt::format("{} shards are not possible", o.shards), "--shards", "give 1 .. 100000");
  requirePlain(o.partition, "--partition");
  requirePlain(o.time, "--time");
  requirePlain(o.memory_mb, "--mem");
  const std::string dir = fs::absolute(folder.dir).string();
  requirePlain(dir, "--run");
  std::string script = "#!/bin/bash\n#SBATCH --job-name=gaincell-mc\n";
  const auto option = [&](const std::string& text) { script += "#SBATCH " + text + "\n"; };
  if (!o.partition.empty()) option("--partition=" + o.partition);
  if (!o.time.empty()) option("--time=" + o.time);
  if (!o.memory_mb.empty()) option("--mem=" + o.memory_mb);
  option("--ntasks=1");
  option(fmt::format("--cpus-per-task={}", o.jobs));
  option("--requeue");
  option("--open-mode=append");
  option("--signal=B:TERM@60");  // a minute before the time limit: the shard stops in good order and is queued again
  option(fmt::format("--chdir={}", fs::current_path().string()));
  option(fmt::format("--output={}/slurm/shard-%a.log", dir));
  for (const auto& extra : o.sbatch) {
    requirePlain(extra, "--sbatch");
    option(extra);
  }
  std::vector<std::string> words;
  for (const auto& w : o.command) words.push_back(shellWord(w));
  script += fmt::format(
      "\n# One shard. A signal is passed on, so that the program ends in good order; every sample it stored is kept.\n"
      "{} --shard \"$SLURM_ARRAY_TASK_ID/{}\" &\n"
      "shard=$!\n"
      "trap 'kill -TERM $shard' TERM\n"
      "wait $shard; code=$?\n"
      "while kill -0 $shard 2> /dev/null; do wait $shard; code=$?; done\n"
      "# 0: complete; 4: complete, some samples failed; 1: wrong input, which trying again does not mend.\n"
      "case $code in\n"
      "  0 | 4) exit 0 ;;\n"
      "  1) exit 1 ;;\n"
      "esac\n"
      "if [ \"${{SLURM_RESTART_COUNT:-0}}\" -lt {} ]; then\n"
      "  echo \"shard $SLURM_ARRAY_TASK_ID ended with code $code; queued again\"\n"
      "  scontrol requeue \"$SLURM_JOB_ID\"\n"
      "  sleep 60  # Slurm ends this script\n"
      "fi\n"
      "exit $code\n",
      fmt::join(words, " "), o.shards, o.max_requeues);
  return script;
}

std::vector<std::uint64_t> openShards(const RunFolder& folder, const RunHeader& header, std::uint64_t shards) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 0; i < shards; ++i) {
    const std::size_t wanted = tasksOf(header.samples, header.conditions.size(), i, shards).size();
    std::size_t there = 0;
    if (fs::exists(folder.shard(i))) {
      const auto done = RunStore::open(folder.shard(i), RunStore::Mode::Read).done();
      there = done.good.size() + done.failed.size();
    }
    if (there < wanted) out.push_back(i);
  }
  return out;
}

std::string submit(const SlurmOptions& options, const RunFolder& folder, const RunHeader& header) {
  const auto open = openShards(folder, header, options.shards);
  if (open.empty()) return "";
  fs::create_directories(folder.shards());
  fs::create_directories(folder.dir / "slurm");
  const fs::path script = folder.dir / "slurm" / "job.sh";
  support::writeFileAtomically(script, slurmScript(options, folder), support::Overwrite::Yes);
  const auto result =
      runShell(fmt::format("sbatch --parsable --array={} {}", fmt::join(open, ","), shellWord(script.string())));
  if (result.code != 0)
    throw Error("MCS-0071", fmt::format("the job was not accepted: {}", result.output), "sbatch",
                result.code == 127
                    ? "install Slurm's commands (Debian package slurm-client), or use --engine local"
                    : "correct the options for Slurm (--partition, --time, --mem, --sbatch) and give --resume");
  // --parsable prints "id" or "id;cluster", after warnings if there are any.
  std::string job = result.output.substr(result.output.rfind('\n') + 1);
  job = job.substr(0, job.find(';'));
  const nlohmann::json note = {{"job", job}, {"shards", options.shards}};
  support::writeFileAtomically(folder.dir / "slurm" / "job.json", note.dump() + "\n", support::Overwrite::Yes);
  return job;
}

std::string startSlurm(Study& study, const RunOptions& run, const SlurmOptions& options) {
  const RunFolder folder{run.dir};
  slurmScript(options, folder);  // refuses bad options before anything is simulated or written
  std::error_code ec;
  fs::create_directories(folder.dir, ec);
  if (ec) throw Error("MCS-0075", fmt::format("the run folder cannot be created ({})", ec.message()), run.dir.string());
  const RunLock lock(folder.lock());
  RunHeader header;
  if (fs::exists(folder.header()) && !run.force) {
    if (!run.resume)
      throw Error("MCS-0076", "the folder holds a run already", folder.dir.string(),
                  "add --resume to continue it, --force to start anew, or give another folder to --run");
    header = headerFromJsonText(support::readFile(folder.header()), folder.header());
    requireSameStudy(header.identity, study.identity(), folder.header().string());
    const fs::path note = folder.dir / "slurm" / "job.json";
    if (fs::exists(note)) {
      const auto shards = nlohmann::json::parse(support::readFile(note)).value("shards", options.shards);
      if (shards != options.shards)
        throw Error("MCS-0077",
                    fmt::format("the run was cut into {} shards, this command says {}", shards, options.shards),
                    folder.dir.string(), fmt::format("give --shards {}", shards));
    }
    study.adopt(header.preflight);
  } else {
    if (run.force) {
      fs::remove_all(folder.shards(), ec);
      fs::remove_all(folder.dir / "slurm", ec);
      for (const char* end : {"", "-wal", "-shm"}) fs::remove(folder.store().string() + end, ec);
    }
    header = {study.identity(), run.provenance,     run.rerun_command,
              study.samples(),  study.conditions(), study.preflight()};
    support::writeFileAtomically(folder.header(), toJsonText(header) + "\n", support::Overwrite::Yes);
  }
  if (run.before_start) {
    auto estimate = estimateRun(header.preflight, header.samples * header.conditions.size(),
                                options.jobs * static_cast<int>(options.shards), header.conditions.size());
    run.before_start(header.preflight, estimate);
  }
  return submit(options, folder, header);
}

void waitForJob(const std::string& job, const std::string& title) {
  requirePlain(job, "job id");
  int misses = 0;
  std::unique_ptr<support::Progress> progress;
  std::size_t total = 0, reported = 0;
  for (;;) {
    const auto queue = runShell(fmt::format("squeue --noheader --array --format=%i --jobs={}", job));
    // An id that has left the controller's memory is an "Invalid job id"; a controller that restarts is waited for.
    const bool unknown = queue.output.find("Invalid job id") != std::string::npos;
    if (queue.code == 0 || unknown) {
      const std::size_t left =
          queue.code != 0 || queue.output.empty()
              ? 0
              : static_cast<std::size_t>(std::count(queue.output.begin(), queue.output.end(), '\n')) + 1;
      if (!progress) progress = std::make_unique<support::Progress>(title, total = left);
      if (total - std::min(left, total) > reported) progress->advance(total - left - reported), reported = total - left;
      if (left == 0) return;
      misses = 0;
    } else if (++misses > 60) {
      throw Error("MCS-0078", fmt::format("Slurm does not answer: {}", queue.output), "squeue",
                  "the shards go on; 'gaincell mc merge DIR' collects them when they are done");
    }
    for (int i = 0; i < 10; ++i) {
      support::throwIfInterrupted();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

MergeReport merge(const RunFolder& folder, bool partial) {
  const RunLock lock(folder.lock());
  const RunHeader header = headerFromJsonText(support::readFile(folder.header()), folder.header());
  std::vector<fs::path> files;
  if (fs::exists(folder.shards()))
    for (const auto& entry : fs::directory_iterator(folder.shards()))
      if (entry.path().extension() == ".sqlite" && entry.path().filename().string().starts_with("shard-"))
        files.push_back(entry.path());
  if (files.empty())
    throw Error("MCS-0079", "the run has no shards to merge", folder.shards().string(),
                "start it with --engine slurm, and wait for its shards");
  std::sort(files.begin(), files.end());
  std::map<Task, SampleRecord> all;
  for (const auto& file : files) {
    const RunStore shard = RunStore::open(file, RunStore::Mode::Read);
    requireSameStudy(header.identity, shard.header().identity, file.string());
    shard.forEach([&](const SampleRecord& r) { all.insert_or_assign(r.task, r); });
  }
  MergeReport report;
  std::string first_missing;
  for (const auto& task : tasksOf(header.samples, header.conditions.size())) {
    const auto found = all.find(task);
    if (found == all.end()) {
      if (report.missing++ == 0) first_missing = fmt::format("sample {} at condition {}", task.sample, task.condition);
    } else {
      ++(found->second.ok() ? report.good : report.failed);
    }
  }
  if (report.missing > 0 && !partial)
    throw Error(
        "MCS-0072", fmt::format("{} samples are missing, the first is {}", report.missing, first_missing),
        folder.dir.string(),
        "submit the run again with --resume (only what is missing is run), or merge what there is with --partial");
  // A fresh store, so that what it holds is exactly what the shards hold.
  const fs::path joined = folder.dir / ".merged.sqlite";
  std::error_code ignored;
  fs::remove(joined, ignored);
  {
    RunStore store = RunStore::create(joined, header);
    std::vector<SampleRecord> records;
    records.reserve(all.size());
    for (auto& [task, record] : all) records.push_back(std::move(record));
    store.put(records);
  }
  for (const char* end : {"-wal", "-shm"}) fs::remove(folder.store().string() + end, ignored);
  fs::rename(joined, folder.store());
  return report;
}

}  // namespace gaincell::montecarlo
