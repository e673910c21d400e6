#pragma once
/// @file
/// Linear least squares with everything a reader of a fit wants to know, and the small statistics the fits share.

#include <cstddef>
#include <string>
#include <vector>

namespace gaincell::fit {

/// Rows of a linear model y = X beta; row-major, `columns` values per row.
struct Design {
  std::size_t columns = 0;
  std::vector<double> x;
  std::size_t rows() const noexcept { return columns ? x.size() / columns : 0; }
};

enum class Robust {
  No,    ///< ordinary least squares
  Auto,  ///< ordinary, unless points lie more than 6 robust sigmas off: then Huber's weights
  Yes,   ///< Huber's weights (k = 1.345), iterated (P. J. Huber, Ann. Math. Stat. 35, 73-101, 1964)
};

/// A fitted linear model.
struct Regression {
  std::vector<double> coefficients;
  std::vector<std::vector<double>> covariance;  ///< of the coefficients, from the scatter of the residuals
  std::vector<double> residuals;                ///< y - X beta
  double sigma = 0;                             ///< standard deviation of the residuals (n - p degrees of freedom)
  double r2 = 0;                                ///< 1 - SS_residual / SS_about_mean
  std::size_t points = 0;
  double condition = 0;               ///< of the column-scaled design
  std::vector<std::size_t> outliers;  ///< rows more than 6 robust sigmas off (Robust::No: not looked for)
  bool huber = false;                 ///< whether Huber's weights were used

  double rms() const;
  double maxAbsResidual() const;
};

/// Solves by column-pivoted Householder QR on scaled columns.
/// @param what names the fit in errors ("cubic of the cell current")
/// @throws Error FIT-0001 fewer points than coefficients + 1; FIT-0002 rank-deficient (for example too few different
///   voltages); FIT-0003 not finite
Regression leastSquares(const Design& design, const std::vector<double>& y, const std::string& what,
                        Robust robust = Robust::Auto);

/// Half width of a two-sided confidence interval in standard errors (Student's t). @param freedom > 0: points minus
/// fitted numbers
double studentFactor(std::size_t freedom, double level = 0.95);
/// Half width of the two-sided confidence interval of a coefficient (Student's t). @param level for example 0.95
double confidenceHalfWidth(const Regression& fit, std::size_t coefficient, double level = 0.95);

double mean(const std::vector<double>& x);
/// Sample standard deviation (n - 1).
double standardDeviation(const std::vector<double>& x);
double median(std::vector<double> x);
/// Quantile by linear interpolation of the order statistics. @param p in [0, 1]
double quantile(std::vector<double> x, double p);
double correlation(const std::vector<double>& x, const std::vector<double>& y);

/// p-value of the Anderson-Darling test of normality with estimated mean and variance
/// (R. B. D'Agostino, M. A. Stephens, Goodness-of-Fit Techniques, 1986, table 4.9).
double normalityP(std::vector<double> x);

}  // namespace gaincell::fit
