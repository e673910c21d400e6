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
  /// Parses the deck if needed, applies the alters, runs, and puts the altered parameters back.
  protocol::RunReply run(const protocol::RunRequest& request);
  void drop(std::uint64_t id);

 private:
  struct Circuit {
    std::uint64_t id = 0;
    std::vector<std::pair<Alter, double>> changed;  ///< what differs from the deck, and the deck's value
    std::map<std::pair<std::string, std::string>, double> nominal;  ///< deck values once asked for
  };

  void command(const std::string& text);
  bool parse(const protocol::RunRequest& request);
  void select(std::uint64_t id);
  bool alter(Circuit& circuit, const std::vector<Alter>& alters);
  void restore(Circuit& circuit);
  bool nominal(Circuit& circuit, const Alter& alter, double& value);
  void collect(protocol::RunReply& reply);
  std::uint64_t iterations();

  std::string version_;
  std::vector<Circuit> circuits_;      ///< newest first, as the library numbers them
  std::vector<std::string> settings_;  ///< `set` variables now in force
};

}  // namespace gaincell::sim
