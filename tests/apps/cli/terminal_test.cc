// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/terminal.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace feltbog::cli {
namespace {

// What the object's own bytes hold, where a short text stands.
class Remains {
 public:
  explicit Remains(const Passphrase& passphrase) : passphrase_(&passphrase) {}
  bool hold(std::string_view text) const {
    const std::string_view bytes(reinterpret_cast<const char*>(passphrase_), sizeof(*passphrase_));
    return bytes.find(text) != std::string_view::npos;
  }

 private:
  const Passphrase* passphrase_;
};

}  // namespace

TEST_CASE("a passphrase that was moved leaves nothing behind, however short it is") {
  for (const std::string& words : {std::string("kort kode"), std::string(40, 'k')}) {
    const std::string_view end = std::string_view(words).substr(1);
    Passphrase first{std::string(words)};
    const Remains of_first(first);
    Passphrase second(std::move(first));
    CHECK(second.text() == words);
    CHECK_FALSE(of_first.hold(end));
    Passphrase third{std::string("noget andet")};
    const Remains of_second(second);
    third = std::move(second);
    CHECK(third.text() == words);
    CHECK_FALSE(of_second.hold(end));
  }
}

}  // namespace feltbog::cli
