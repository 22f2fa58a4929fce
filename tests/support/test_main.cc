// The one main of every test binary.
#define BOOST_TEST_MODULE caveat
#include <boost/test/unit_test.hpp>
