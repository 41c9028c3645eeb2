// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/terminal.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace feltbog::cli {
namespace {

// The object's own bytes, where a short text stands.
std::string bytes_of(const Passphrase& passphrase) {
  return {reinterpret_cast<const char*>(&passphrase), sizeof(passphrase)};
}

}  // namespace

TEST_CASE("a passphrase that was moved leaves nothing behind, however short it is") {
  for (const std::string& words : {std::string("kort kode"), std::string(40, 'k')}) {
    const std::string_view end = std::string_view(words).substr(1);
    Passphrase first{std::string(words)};
    Passphrase second(std::move(first));
    CHECK(second.text() == words);
    CHECK(bytes_of(first).find(end) == std::string::npos);
    Passphrase third{std::string("noget andet")};
    third = std::move(second);
    CHECK(third.text() == words);
    CHECK(bytes_of(second).find(end) == std::string::npos);
  }
}

}  // namespace feltbog::cli
