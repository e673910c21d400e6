#include "gaincell/support/error.hpp"

namespace gaincell::support {

namespace {
std::string compose(const std::string& id, const std::string& what, const std::string& where,
                    const std::string& remedy) {
  std::string text = "[" + id + "] ";
  if (!where.empty()) text += where + ": ";
  text += what;
  if (!remedy.empty()) text += "\n  " + remedy;
  return text;
}
}  // namespace

Error::Error(std::string id, std::string what, std::string where, std::string remedy)
    : std::runtime_error(compose(id, what, where, remedy)),
      id_(std::move(id)),
      problem_(std::move(what)),
      where_(std::move(where)),
      remedy_(std::move(remedy)) {}

Interrupted::Interrupted(std::string resume_command)
    : std::runtime_error("interrupted"), resume_command_(std::move(resume_command)) {}

}  // namespace gaincell::support
