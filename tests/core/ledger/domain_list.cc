// SPDX-License-Identifier: Apache-2.0
#include "tests/core/ledger/domain_list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <regex>

namespace feltbog::ledger::test {

std::vector<ListedDomain> listed_domains() {
  static const std::regex kHeading("// (\\w+)\\.");
  static const std::regex kDomain("inline constexpr Domain k\\w+\\{\"([^\"]+)\"\\};");
  std::ifstream in(FELTBOG_SOURCE_DIR "/core/ledger/domains.h");
  REQUIRE(in.good());
  std::vector<ListedDomain> out;
  std::string section;
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_match(line, match, kHeading)) section = match[1];
    if (!std::regex_match(line, match, kDomain)) continue;
    ListedDomain domain{section, match[1], {}};
    REQUIRE(domain.name.size() <= domain.bytes.size());
    std::copy(domain.name.begin(), domain.name.end(), domain.bytes.begin());
    out.push_back(std::move(domain));
  }
  REQUIRE(out.size() > 20);
  return out;
}

}  // namespace feltbog::ledger::test
