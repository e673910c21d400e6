// The command line of `gaincell mc` itself, to print commands that resume a run or run one sample again.

#include <algorithm>

#include "gaincell/support/atomic_file.hpp"
#include "mc_command.hpp"

namespace gaincell::flows {

namespace {

/// Options that say where and how a run is made, not what is simulated; with the number of values each takes.
const std::vector<std::pair<std::string, int>> kRunOptions = {{"--run", 1},
                                                              {"--resume", 0},
                                                              {"--engine", 1},
                                                              {"--shards", 1},
                                                              {"--partition", 1},
                                                              {"--time", 1},
                                                              {"--mem", 1},
                                                              {"--sbatch", 1},
                                                              {"--wait", 0},
                                                              {"--dry-run", 0},
                                                              {"--on-failure", 1},
                                                              {"--retries", 1},
                                                              {"--jobs", 1},
                                                              {"-j", 1},
                                                              {"--force", 0},
                                                              {"--json", 0},
                                                              {"--quiet", 0},
                                                              {"--limit", 1},
                                                              {"--keep-decks", 1},
                                                              {"--only-sample", 1},
                                                              {"--only-condition", 1},
                                                              {"--shard", 1},
                                                              {"--time-limit", 1}};

}  // namespace

std::vector<std::string> wordsWithout(const std::vector<std::string>& dropped) {
  std::vector<std::string> words, out;
  std::string bytes = support::readFile("/proc/self/cmdline");
  for (std::size_t at = 0; at < bytes.size(); at += words.back().size() + 1) words.push_back(bytes.c_str() + at);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto option = std::find_if(kRunOptions.begin(), kRunOptions.end(), [&](const auto& o) {
      return words[i] == o.first || words[i].starts_with(o.first + "=") ||
             (o.first == "-j" && words[i].starts_with("-j"));
    });
    const bool drop =
        option != kRunOptions.end() && std::find(dropped.begin(), dropped.end(), option->first) != dropped.end();
    if (!drop) {
      out.push_back(words[i]);
    } else if (words[i] == option->first) {
      i += static_cast<std::size_t>(option->second);
    }
  }
  return out;
}

namespace {
std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& w : words) {
    const bool plain = !w.empty() && w.find_first_of(" \t\n'\"\\$`&|;<>()*?[]{}~#!") == std::string::npos;
    out += (out.empty() ? "" : " ") + (plain ? w : "'" + w + "'");
  }
  return out;
}

}  // namespace

std::string rerunCommand() {
  std::vector<std::string> all;
  all.reserve(std::size(kRunOptions));
  for (const auto& o : kRunOptions) all.push_back(o.first);
  auto words = wordsWithout(all);
  words[0] = "gaincell";
  return joined(words);
}

std::string resumeCommand() {
  auto words = wordsWithout({"--resume", "--force"});
  words[0] = "gaincell";
  return joined(words) + " --resume";
}

}  // namespace gaincell::flows
