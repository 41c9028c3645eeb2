// SPDX-License-Identifier: Apache-2.0
// The domains as core/ledger/domains.h declares them, read from its text: so that a test notices
// one that was added without its row.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace feltbog::ledger::test {

struct ListedDomain {
  std::string section;  // the heading it stands under: "Hashes", "Signatures", "Keys"
  std::string name;
  std::array<std::uint8_t, 16> bytes{};
};

// In the order of the file. The test fails when it cannot be read.
std::vector<ListedDomain> listed_domains();

}  // namespace feltbog::ledger::test
