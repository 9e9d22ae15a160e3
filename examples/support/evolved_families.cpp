// SPDX-License-Identifier: BSD-3-Clause
// The families of evolve_rule.cpp that need data, with the networks that compile longest.
#include <string>

#include "adaptation_problems.hpp"

namespace support {

using list_of_problems = problem_list<rule_type>;
template void add_gas(list_of_problems&, std::string const&);
template void add_wearers(list_of_problems&, std::string const&);
template void add_digits(list_of_problems&, std::string const&);

}  // namespace support
