// `gaincell mc --engine slurm`.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "../quantities.hpp"
#include "gaincell/montecarlo/slurm.hpp"
#include "mc_command.hpp"

namespace gaincell::flows {

using support::ExitCode;
namespace fs = std::filesystem;
namespace mc = montecarlo;

ExitCode mcOnCluster(const CommandContext& c, mc::Study& study, const mc::RunOptions& run) {
  mc::SlurmOptions o;
  o.shards = countOf(c.values, "shards", 4, 1, 100'000);
  o.partition = given<std::string>(c, "partition", "");
  o.time = given<std::string>(c, "time", "");
  o.memory_mb = given<std::string>(c, "mem", "");
  o.jobs = c.values.count("jobs") ? c.common.jobs : 1;
  if (c.values.count("sbatch")) o.sbatch = c.values["sbatch"].as<std::vector<std::string>>();
  o.command = wordsWithout({"--engine", "--shards", "--partition", "--time", "--mem", "--sbatch", "--wait", "--resume",
                            "--force", "--jobs", "-j", "--run", "--json", "--quiet"});
  o.command[0] = fs::read_symlink("/proc/self/exe").string();
  for (const auto& word : {std::string("--run"), fs::absolute(run.dir).string(), std::string("--resume"),
                           std::string("--quiet"), fmt::format("-j{}", o.jobs)})
    o.command.push_back(word);
  const std::string job = mc::startSlurm(study, run, o);
  const std::string dir = run.dir.string();
  if (!c.values.count("wait")) {
    c.print(
        {{"job", job}, {"shards", o.shards}, {"run", dir}},
        job.empty()
            ? fmt::format("every shard is complete; 'gaincell mc merge {}' collects them\n", dir)
            : fmt::format("job {} with {} shards submitted\n'gaincell mc status {}' shows how far it is, 'gaincell mc "
                          "merge {}' collects the results\n",
                          job, o.shards, dir, dir));
    return ExitCode::Done;
  }
  if (!job.empty()) mc::waitForJob(job, "shards");
  return mcMerge(c);
}

}  // namespace gaincell::flows
