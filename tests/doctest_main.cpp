// doctest::Approx adds 1 to the magnitudes it compares: every value in amperes, seconds or farads would equal every
// other. Here it adds next to nothing and so is relative; what is near zero is compared with a stated `.scale()`. The
// constructor is compiled here and nowhere else; test_support.cpp notices when a later doctest names its member
// differently.
#define m_scale(one) m_scale(1e-30)
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
