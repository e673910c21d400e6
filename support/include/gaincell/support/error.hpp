#pragma once
/// @file
/// The one exception type of the project, and the exit codes of the program.

#include <stdexcept>
#include <string>

namespace gaincell::support {

/// Exit codes of the `gaincell` program.
enum class ExitCode {
  Done = 0,            ///< everything asked for was done
  Error = 1,           ///< bad input, missing file, missing tool
  OutOfSpec = 2,       ///< ran, but a specification is not met
  Interrupted = 3,     ///< interrupted; state is kept and can be resumed
  PartialFailure = 4,  ///< finished, but some samples failed (they are listed)
};

/// An error a user can act on: what went wrong, where, and what to do about it.
/// @param id unique message number, three or four capitals of the module, a dash, four digits ("NET-0003");
///   scripts/check-message-ids.sh checks that no two places share one.
class Error : public std::runtime_error {
 public:
  Error(std::string id, std::string what, std::string where = "", std::string remedy = "");
  const std::string& id() const noexcept { return id_; }
  const std::string& problem() const noexcept { return problem_; }
  const std::string& where() const noexcept { return where_; }    ///< file:line, path of a field, or empty
  const std::string& remedy() const noexcept { return remedy_; }  ///< what the user can do, or empty

 private:
  std::string id_, problem_, where_, remedy_;
};

/// Raised when the user interrupted the run (Ctrl-C); ends the program with ExitCode::Interrupted.
class Interrupted : public std::runtime_error {
 public:
  /// @param resume_command the command line that continues the run, or empty
  explicit Interrupted(std::string resume_command = "");
  const std::string& resumeCommand() const noexcept { return resume_command_; }

 private:
  std::string resume_command_;
};

}  // namespace gaincell::support
