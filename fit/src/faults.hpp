#pragma once
// Message ids of this module: one for each kind of fault, wherever it is found.

namespace gaincell::fit {

inline constexpr const char* kTooFewData = "FIT-0001";
inline constexpr const char* kRankDeficient = "FIT-0002";
inline constexpr const char* kNotFinite = "FIT-0003";
inline constexpr const char* kOneWidth = "FIT-0004";
inline constexpr const char* kTimesNotIncreasing = "FIT-0005";
inline constexpr const char* kNoDecay = "FIT-0006";
inline constexpr const char* kNoPulse = "FIT-0007";
inline constexpr const char* kTooFewSamples = "FIT-0008";
inline constexpr const char* kNoTables = "FIT-0009";
inline constexpr const char* kNoCellData = "FIT-0010";
inline constexpr const char* kNoRun = "FIT-0011";
inline constexpr const char* kBadStudy = "FIT-0012";
inline constexpr const char* kWrongStudy = "FIT-0013";
inline constexpr const char* kBadIdentity = "FIT-0014";
inline constexpr const char* kWrongTable = "FIT-0015";
inline constexpr const char* kWrongConditions = "FIT-0016";
inline constexpr const char* kWrongGrid = "FIT-0017";

}  // namespace gaincell::fit
