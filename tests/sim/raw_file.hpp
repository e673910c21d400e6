#pragma once
// Result files of the ngspice program.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

/// Values of one vector of an ASCII raw file (ngspice manual, appendix B.1).
inline std::vector<double> rawVector(const std::string& text, const std::string& wanted) {
  std::istringstream in(text);
  std::string line;
  std::size_t variables = 0, index = 0;
  bool found = false;
  while (std::getline(in, line) && line.rfind("Values:", 0) != 0) {
    if (line.rfind("No. Variables:", 0) == 0) variables = std::stoul(line.substr(14));
    std::istringstream words(line);
    std::size_t number = 0;
    std::string name;
    if (!line.empty() && line[0] == '\t' && words >> number >> name && name == wanted) {
      index = number;
      found = true;
    }
  }
  REQUIRE_MESSAGE(found, "no vector " << wanted);
  std::vector<double> out;
  std::string word;
  for (std::size_t point = 0; in >> word; ++point)
    for (std::size_t i = 0; i < variables; ++i) {
      in >> word;
      if (i == index) out.push_back(std::strtod(word.c_str(), nullptr));
    }
  return out;
}

/// For vectors of equal size.
inline double largestDifference(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}
