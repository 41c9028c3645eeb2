// SPDX-License-Identifier: Apache-2.0
#include "apps/host/owner_call.h"

#include <doctest/doctest.h>

namespace feltbog::host {

TEST_CASE("a call carries the purpose it was given, and none unless it was") {
  Value body;
  body["command"] = "case.show";
  const auto without = OwnerCall::from(body);
  REQUIRE(without.has_value());
  CHECK(without->context.purpose.empty());
  body["purpose"] = "Tilsyn";
  const auto with = OwnerCall::from(body);
  REQUIRE(with.has_value());
  CHECK(with->context.purpose == "Tilsyn");
}

}  // namespace feltbog::host
