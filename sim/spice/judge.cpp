#include "judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>

#include "gaincell/support/units.hpp"

namespace gaincell::sim {

namespace {

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool containsAny(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* w) { return text.find(w) != std::string::npos; });
}

/// Phrases of ngspice's solver when it gives up.
bool tellsOfNonConvergence(const std::string& low) {
  return containsAny(low, {"timestep too small", "iteration limit", "singular matrix", "gmin step", "source stepping",
                           "no convergence", "trouble with"});
}

/// Name of a saved quantity in ngspice's plots: v(x) is "x", i(vx) is "vx#branch", @device[parameter] is itself.
std::string vectorName(const std::string& save) {
  std::string s = lowered(save);
  if (s.size() > 3 && s.back() == ')' && s.compare(0, 2, "v(") == 0) return s.substr(2, s.size() - 3);
  if (s.size() > 3 && s.back() == ')' && s.compare(0, 2, "i(") == 0) return s.substr(2, s.size() - 3) + "#branch";
  return s;
}

struct Expectation {
  const char* plot;  ///< first letters of the plot's name
  const char* axis;  ///< our name of the axis, nullptr: none
  double end;        ///< last value on the axis
  double tolerance;
};

Expectation expectation(const netlist::DeckAnalysis& analysis) {
  struct Visitor {
    Expectation operator()(const netlist::OperatingPoint&) const { return {"op", nullptr, 0, 0}; }
    Expectation operator()(const netlist::DcSweep& a) const {
      return {"dc", "sweep", a.stop, std::abs(a.step) * 1.0001};
    }
    Expectation operator()(const netlist::Transient& a) const { return {"tran", "time", a.stop, a.stop * 1e-9}; }
  };
  return std::visit(Visitor{}, analysis);
}

std::string firstLines(const std::string& log, int count) {
  std::istringstream in(log);
  std::string out;
  for (std::string line; count > 0 && std::getline(in, line);) {
    if (line.empty() || line.find("initialization file") != std::string::npos) continue;
    out += (out.empty() ? "" : "; ") + line;
    --count;
  }
  return out;
}

std::string firstError(const std::string& log) {
  std::istringstream in(log);
  for (std::string line; std::getline(in, line);)
    if (containsAny(lowered(line), {"error", "fatal", "aborted"})) return line;
  return "";
}

/// Moves the vectors over under the names of the deck; returns the missing ones.
std::string takeVectors(const netlist::Deck& deck, const Expectation& expected, protocol::RunReply& reply,
                        Waveforms& waves) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < reply.names.size(); ++i) index[lowered(reply.names[i])] = i;
  std::string missing;
  if (expected.axis) {
    const std::string wanted = expected.axis == std::string("time") ? "time" : "-sweep";
    const auto it = std::find_if(index.begin(), index.end(), [&](const auto& e) {
      return e.first == wanted || (wanted == "-sweep" && e.first.size() > 6 && e.first.ends_with(wanted));
    });
    if (it == index.end())
      missing = expected.axis;
    else
      waves.add(expected.axis, reply.data[it->second]);
  }
  for (const auto& save : deck.saves) {
    const auto it = index.find(vectorName(save));
    if (it == index.end())
      missing += (missing.empty() ? "" : ", ") + save;
    else
      waves.add(lowered(save), reply.data[it->second]);
  }
  return missing;
}

bool allFinite(const Waveforms& waves) {
  return std::all_of(waves.names().begin(), waves.names().end(), [&](const std::string& name) {
    const auto& v = waves[name];
    return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); });
  });
}

}  // namespace

Verdict judge(const netlist::Deck& deck, protocol::RunReply&& reply) {
  const std::string low = lowered(reply.log);
  const Expectation expected = expectation(deck.analysis);
  Verdict verdict;
  const auto fail = [&](OutcomeKind kind, std::string message) {
    verdict.kind = kind;
    verdict.message = std::move(message);
    return std::move(verdict);
  };
  if (reply.poisoned || reply.stage != protocol::Stage::Ran)
    return fail(OutcomeKind::DeckError, "ngspice refused the deck: " + firstLines(reply.log, 4));
  const bool gave_up = tellsOfNonConvergence(low);
  if (reply.plot.compare(0, std::string(expected.plot).size(), expected.plot) != 0)
    return fail(gave_up ? OutcomeKind::NonConvergence : OutcomeKind::DeckError,
                fmt::format("the run made no {} data: {}", expected.plot, firstLines(reply.log, 4)));
  const std::string missing = takeVectors(deck, expected, reply, verdict.waves);
  if (verdict.waves.points() == 0 || (!missing.empty() && gave_up))
    return fail(gave_up ? OutcomeKind::NonConvergence : OutcomeKind::Incomplete,
                "the run made no data: " + firstLines(reply.log, 4));
  if (!missing.empty()) return fail(OutcomeKind::Incomplete, "the run has no vector " + missing);
  if (!allFinite(verdict.waves)) return fail(OutcomeKind::NotFinite, "the data hold NaN or infinity");
  if (expected.axis) {
    const double last = verdict.waves[expected.axis].back();
    if (!(std::abs(last - expected.end) <= expected.tolerance))
      return fail(gave_up ? OutcomeKind::NonConvergence : OutcomeKind::Incomplete,
                  fmt::format("the run ended at {} instead of {}: {}", support::formatNumber(last),
                              support::formatNumber(expected.end), firstLines(reply.log, 3)));
  }
  if (const std::string error = firstError(reply.log); !error.empty())
    return fail(gave_up ? OutcomeKind::NonConvergence : OutcomeKind::DeckError, error);
  verdict.kind = OutcomeKind::Ok;
  return verdict;
}

std::vector<Aid> convergenceAids(const netlist::Deck& deck) {
  const auto given = [&](const char* name) {
    const auto it = deck.options.find(name);
    return it == deck.options.end() ? std::string() : it->second;
  };
  std::vector<Aid> aids;
  // More iterations and finer gmin and source stepping do not change the solution that is looked for.
  aids.push_back({"itl1=1000 itl2=500 itl4=200 gminsteps=20 srcsteps=20",
                  {{"itl1", "1000"}, {"itl2", "500"}, {"itl4", "200"}, {"gminsteps", "20"}, {"srcsteps", "20"}}});
  const bool transient = std::holds_alternative<netlist::Transient>(deck.analysis);
  if (transient && lowered(given("method")) != "gear") aids.push_back({"method=gear", {{"method", "gear"}}});
  // ngspice's default is 1e-3; 5e-3 has been seen to be wrong by most of an LSB in converters.
  constexpr double kLoosest = 2e-3;
  const double reltol = given("reltol").empty() ? 1e-3 : support::parseSpiceNumber(given("reltol"));
  if (reltol < kLoosest) {
    const std::string looser = support::formatNumber(std::min(10 * reltol, kLoosest));
    aids.push_back({"reltol=" + looser, {{"reltol", looser}}});
  }
  return aids;
}

}  // namespace gaincell::sim
