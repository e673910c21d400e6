#pragma once
// Message ids of this module: one for each kind of fault, wherever it is found.

namespace gaincell::model {

inline constexpr const char* kNotJson = "MDL-0001";
inline constexpr const char* kUnknownVersion = "MDL-0002";
inline constexpr const char* kMissingField = "MDL-0003";
inline constexpr const char* kUnknownField = "MDL-0004";
inline constexpr const char* kWrongType = "MDL-0005";
inline constexpr const char* kOutOfRange = "MDL-0006";
inline constexpr const char* kWrongList = "MDL-0007";
inline constexpr const char* kBrokenCovariance = "MDL-0008";
inline constexpr const char* kContradiction = "MDL-0009";
inline constexpr const char* kNotInModel = "MDL-0010";
inline constexpr const char* kOutsideGrid = "MDL-0011";
inline constexpr const char* kOutsideValidity = "MDL-0012";
inline constexpr const char* kNoHead = "MDL-0013";
inline constexpr const char* kNoConventions = "MDL-0014";

}  // namespace gaincell::model
