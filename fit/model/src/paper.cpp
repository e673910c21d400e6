#include "gaincell/model/token_energy.hpp"

namespace gaincell::model {

namespace {
constexpr double kPulse_ns = 15;  // 15 steps of 1 ns
}

Model paperModel() {
  Model m;
  m.provenance.command = "gaincell model export paper";
  m.provenance.date = "2025-01-01T00:00:00Z";  // a constant: the published model does not change
  m.conditions = {"paper", "tt", 27, 0.9};

  // The authors fit a two-variable cubic; with the input fixed at 0.9 V it collapses to these four (uA/V^k).
  m.cell.sign_convention = SignConvention::OutOfBitLine;
  m.cell.coefficients_uA = {0.52136361, 13.61226063, -2.62044562, 46.05483778};
  m.cell.covariance.assign(4, std::vector<double>(4, 0.0));
  double full_scale = 0;
  for (const double y : {-0.45, 0.45}) {
    const auto& c = m.cell.coefficients_uA;
    const double i = c[0] + y * (c[1] + y * (c[2] + y * c[3]));
    full_scale = std::max(full_scale, i < 0 ? -i : i);
  }
  m.cell.full_scale_uA = full_scale;
  m.cell.r2 = 1;

  // What the authors' code does: a weight is the stored voltage, current out of the bit line counts positive, 33 codes.
  Conventions v;
  v.positive_charge = SignConvention::OutOfBitLine;
  v.mirrored = false;
  v.output_code = "paper-code";
  v.write_s = published::kWrite_s;
  v.array1.full_scale_fC = published::kReluFullScale_uA * kPulse_ns;
  v.array2.full_scale_fC = published::kSignedFullScale_uA * kPulse_ns;
  m.conventions = v;

  Retention r;
  r.tau_s = {5e-3, 5e-3};  // published for the silicon CMOS cell
  r.end_V = {0.45, 0.45};
  m.retention = r;

  // S_sat x 15 ns = 1.2 pC and 0.6 pC; 15 levels of 1 ns (published pulse widths and clock).
  Converter relu;
  relu.s_sat_uA = relu.slope_fC_per_ns = published::kReluFullScale_uA;
  m.relu_converter = relu;
  SignedConverter out;
  out.positive.s_sat_uA = published::kSignedFullScale_uA;
  out.positive.slope_fC_per_ns = out.negative_slope_fC_per_ns = published::kSignedFullScale_uA;
  m.signed_converter = out;

  // Arrays are published with their converters in them, writes as their DACs; of single events nothing is published.
  Energy e;
  e.array1_multiply = published::kArray1_J / published::kTiles;
  e.array2_multiply = published::kArray2_J / published::kTiles;
  e.per_array_multiply = (*e.array1_multiply + *e.array2_multiply) / 2;
  e.per_token = published::kToken_J;
  TokenBreakdown t;
  t.write = published::kDac_J;
  t.array1 = published::kArray1_J;
  t.array2 = published::kArray2_J;
  // 3.95 nJ, published as 4 nJ: what the published total leaves, so that the parts add up to it.
  t.digital = published::kToken_J - t.write - t.array1 - t.array2;
  e.token = t;
  m.energy_J = e;

  // Write and reset, then three phases of the longest pulse, in 65 ns.
  m.timing_s = {published::kWrite_s, 15e-9, 15e-9, 15e-9, published::kToken_s, 15e-9};

  m.validity.notes = {"published coefficients; no residuals, covariance or mismatch were published in this form"};
  return m;
}

}  // namespace gaincell::model
