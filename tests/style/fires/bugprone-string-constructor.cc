// Ninety-seven copies of the sign with code 3, not three letters a.
#include <string>
std::string letters() { return std::string('a', 3); }
