// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/spoken_code.h"

#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;

TEST_CASE("a code is read as it was said: either case, hyphens or spaces, o for 0 and l for 1") {
  CHECK(in_fours("abcdefgh") == "abcd-efgh");
  CHECK(in_fours("abc") == "abc");
  for (const char* said : {"ab01-cdef", "AB0L CDEF", " a b o i c d e f\n"}) {
    CAPTURE(said);
    CHECK(read_spoken(said, 8).value() == "ab01cdef");
  }
}

TEST_CASE("a code that is too long, too short or has a foreign symbol is none") {
  for (const char* said : {"", "ab01-cde", "ab01-cdef0", "ab01-cdeu", "ab01-cde\xc3\xa6"}) {
    CAPTURE(said);
    CHECK(read_spoken(said, 8).error().code == ErrorCode::invalid_argument);
  }
  CHECK(read_spoken(std::string(65, ' ') + "ab01cdef", 8).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("any symbol may stand last in a code of twelve") {
  for (const char* said : {"zzzz-zzzz-zzzz", "0000-0000-0001"}) {
    CHECK(in_fours(read_spoken(said, 12).value()) == said);
  }
}

TEST_CASE("two devices are spoken of by different codes of twelve symbols") {
  test::SeededRandom random(1);
  const auto one = spoken_device_code(random.make<DeviceId>());
  const auto other = spoken_device_code(random.make<DeviceId>());
  CHECK(one.size() == 14);
  CHECK(read_spoken(one, 12).has_value());
  CHECK(one != other);
}
