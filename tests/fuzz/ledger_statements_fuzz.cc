// SPDX-License-Identifier: Apache-2.0
// Receipts and heads of any bytes: refused, or written again as they were; none is believed that
// the server did not sign.
#include "core/ledger/receipt.h"
#include "tests/core/ledger/fixture.h"
#include "tests/fuzz/input.h"

using namespace feltbog;
using namespace feltbog::ledger;

namespace {

template <class Statement>
void check(BytesView bytes, const OrganisationState& organisation) {
  const auto statement = Statement::decode(bytes);
  if (!statement) return;
  FELTBOG_ASSERT(statement->encode() == to_bytes(bytes));
  FELTBOG_ASSERT(!statement->check_signature(organisation.server_key()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::Office office;
  fuzz::Input input(data, size);
  switch (input.below(3)) {
    case 0: check<Receipt>(input.rest(), office.state); break;
    case 1: check<ChunkReceipt>(input.rest(), office.state); break;
    default: check<SpaceHead>(input.rest(), office.state);
  }
  return 0;
}
