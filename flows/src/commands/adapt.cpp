// gaincell adapt: scalers that bring the signals of the nonlinear model to the statistics of the linear one.

#include "gaincell/attention/adapt.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "attention_options.hpp"
#include "commands.hpp"
#include "gaincell/attention/run_file.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using nlohmann::json;
using support::Error;
using support::ExitCode;
namespace att = attention;

namespace {

using Rows = std::vector<std::vector<double>>;

Rows readRows(const att::ArrayFile& input, const char* name, std::size_t heads) {
  const auto a = input.floats(name);
  if (a.shape != std::vector<std::size_t>{4, heads})
    throw Error("FLW-0409", fmt::format("the shape {} is not (4, {})", att::shapeText(a.shape), heads),
                input.where() + ":" + name, "rows are q, k, v and output");
  Rows rows(4);
  for (std::size_t p = 0; p < 4; ++p)
    for (std::size_t h = 0; h < heads; ++h) rows[p].push_back(static_cast<double>(a.values[p * heads + h]));
  return rows;
}

/// From the file where it has target_std and target_mean, else from the linear model with the given scalers.
att::SignalStatistics targetsOf(const att::ArrayFile& input, const att::InputData& d, att::Settings linear) {
  if (input.contains("target_std") && input.contains("target_mean"))
    return {readRows(input, "target_std", d.header.shape.heads), readRows(input, "target_mean", d.header.shape.heads)};
  linear.useLinearNetwork();
  return att::layerForward(linear, d.header.shape, d.q, d.k, d.v)(d.header.scalers);
}

void writeResult(const CommandContext& context, const std::string& file, const att::AdaptResult& r, std::size_t heads) {
  att::NpzWriter w(file, context.overwrite());
  w.comment(support::toJson(context.provenance()).dump());
  const auto& s = r.scalers;
  const std::pair<const char*, const std::vector<float>*> parts[] = {{"a_q", &s.a_q}, {"b_q", &s.b_q}, {"a_k", &s.a_k},
                                                                     {"b_k", &s.b_k}, {"a_v", &s.a_v}, {"b_v", &s.b_v},
                                                                     {"a_o", &s.a_o}, {"b_o", &s.b_o}};
  for (const auto& [name, values] : parts) w.add(name, *values, {heads});
  std::vector<float> std, mean;
  for (const auto& t : r.trace)
    for (std::size_t p = 0; p < 4; ++p) {
      for (double x : t.std[p]) std.push_back(static_cast<float>(x));
      for (double x : t.mean[p]) mean.push_back(static_cast<float>(x));
    }
  w.add("std_trace", std, {r.trace.size(), 4, heads});
  w.add("mean_trace", mean, {r.trace.size(), 4, heads});
  std::vector<float> a, b;
  for (const auto& t : r.scaler_trace) {
    for (const auto* x : {&t.a_q, &t.a_k, &t.a_v, &t.a_o}) a.insert(a.end(), x->begin(), x->end());
    for (const auto* x : {&t.b_q, &t.b_k, &t.b_v, &t.b_o}) b.insert(b.end(), x->begin(), x->end());
  }
  w.add("a_trace", a, {r.scaler_trace.size(), 4, heads});
  w.add("b_trace", b, {r.scaler_trace.size(), 4, heads});
  w.commit();
}

ExitCode run(const CommandContext& context) {
  AttentionChoice choice = attentionChoice(context);
  const auto input = att::ArrayFile::open(requiredOption(context, "input", "X.npz"));
  const std::string output = requiredOption(context, "output", "scalers.npz");
  const att::InputData d = att::readInput(*input);
  const std::size_t heads = d.header.shape.heads;
  judgeHold(choice, d.header.shape.tokens);
  att::AdaptOptions options;
  if (context.values.count("tolerance"))
    options.tolerance = support::parseQuantity(context.values["tolerance"].as<std::string>(), "", "--tolerance");
  options.iterations =
      static_cast<int>(countOption(context, "iterations", static_cast<std::size_t>(options.iterations), 1, 100'000));
  if (options.tolerance <= 0)
    throw Error("FLW-0410", fmt::format("{} is not positive", options.tolerance), "--tolerance",
                "e.g. --tolerance 1e-4");
  const auto target = targetsOf(*input, d, choice.settings);
  const att::Scalers start = context.values.count("from-identity") ? att::Scalers::identity(heads) : d.header.scalers;
  const auto r = att::adapt(att::layerForward(choice.settings, d.header.shape, d.q, d.k, d.v), target, start, options);
  writeResult(context, output, r, heads);

  json j = {{"iterations", r.iterations},     {"converged", true},
            {"std_residual", r.std_residual}, {"mean_residual", r.mean_residual},
            {"tolerance", options.tolerance}, {"output", output},
            {"warnings", choice.warnings}};
  j["provenance"] = support::toJson(context.provenance());
  context.print(j,
                fmt::format("wrote {}: {} heads, {} iterations, largest errors {:.2g} (standard deviation) and {:.2g} "
                            "(mean)\n",
                            output, heads, r.iterations, r.std_residual, r.mean_residual));
  return ExitCode::Done;
}

}  // namespace

Command adaptCommand() {
  return {"adapt",
          "fit the scalers of a layer to a model (mean and deviation of the linear one)",
          "gaincell adapt --model FILE|paper --input X.npz -o scalers.npz [options]",
          "  gaincell adapt --model paper --input examples/data/lm_layer0.npz -o scalers.npz --decay 1.6e-4\n"
          "  gaincell adapt --model model.json --input x.npz -o scalers.npz --mismatch --converters\n",
          kCircuits | kSeed | kJobs | kForce,
          [](po::options_description_easy_init add) {
            addAttentionOptions(add);
            const auto value = [](const char* name) { return po::value<std::string>()->value_name(name); };
            add("output,o", value("FILE"), "scalers a_q .. b_o [H] and the trace of the iterations");
            add("from-identity", "start from a = 1, b = 0 instead of the input's scalers");
            add("tolerance", value("X"), "largest error of means and deviations (default 1e-4)");
            add("iterations", value("N"), "at most (default 100); not converging is an error");
          },
          run};
}

}  // namespace gaincell::flows
