// SPDX-License-Identifier: Apache-2.0
#include "tests/support/office_knowledge.h"

#include <doctest/doctest.h>

#include "core/workspace/core.h"

namespace feltbog::testing {

sim::Knowledge knowledge_of(TestDevice& desk,
                            const std::vector<const ledger::DeviceIdentity*>& devices) {
  sim::Knowledge out;
  for (const ledger::DeviceIdentity* device : devices) out.add_device(*device);
  store::Database& database = *desk.workspace().core().database;
  const auto each = [&](const char* sql, auto take) {
    auto rows = database.prepare(sql);
    REQUIRE(rows.has_value());
    for (auto more = rows->step(); more && *more; more = rows->step()) take(*rows);
  };
  each("SELECT record FROM organisation_record ORDER BY sequence", [&](store::Statement& row) {
    out.add_record(ledger::Record::decode(row.bytes(0)).value(), {});
  });
  each("SELECT record, wraps FROM space_record ORDER BY space, sequence",
       [&](store::Statement& row) {
         out.add_record(ledger::Record::decode(row.bytes(0)).value(), row.bytes(1));
       });
  each("SELECT run FROM run WHERE set_aside IS NULL ORDER BY place",
       [&](store::Statement& row) { out.add_run(row.bytes(0)); });
  return out;
}

}  // namespace feltbog::testing
