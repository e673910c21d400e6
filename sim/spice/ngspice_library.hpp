#pragma once
/// @file
/// libngspice, opened at run time. Used by the worker program only: the library cannot be trusted with a process that
/// holds anything of value (docs/simulation.md).

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "protocol.hpp"

namespace gaincell::sim {

/// The one instance of the simulator a process may have.
class NgspiceLibrary {
 public:
  /// Opens the library and initialises it without any start-up file. @throws std::runtime_error saying what is missing.
  NgspiceLibrary();
  NgspiceLibrary(const NgspiceLibrary&) = delete;
  NgspiceLibrary& operator=(const NgspiceLibrary&) = delete;

  const std::string& version() const noexcept { return version_; }
  /// Parses the deck if needed, applies the alters and runs. Parameters are put back to the deck's values by the first
  /// run that does not alter them: samples alter the same ones, so putting them back each time would double the work.
  protocol::RunReply run(const protocol::RunRequest& request);
  void drop(std::uint64_t id);

 private:
  /// A parameter that some run has altered.
  struct Altered {
    double nominal = 0, current = 0;  ///< the deck's value, and the one in the library now
    std::uint64_t wanted_in = 0;      ///< the last run that asked for a value of its own
  };
  struct Circuit {
    std::uint64_t id = 0;
    std::map<std::pair<std::string, std::string>, Altered> altered;  ///< by device and parameter
  };

  void command(const std::string& text);
  bool parse(const protocol::RunRequest& request);
  void select(std::uint64_t id);
  /// Brings the circuit to the deck with these alters, whatever the run before had altered.
  bool alter(Circuit& circuit, const std::vector<Alter>& alters);
  void set(const std::pair<std::string, std::string>& parameter, Altered& state, double value);
  void collect(protocol::RunReply& reply);
  std::uint64_t iterations();

  std::string version_;
  std::vector<Circuit> circuits_;  ///< newest first, as the library numbers them
  std::uint64_t selected_ = 0;     ///< the library's current circuit; 0: unknown
  std::uint64_t runs_ = 0;
  std::vector<std::string> settings_;  ///< `set` variables now in force
};

}  // namespace gaincell::sim
