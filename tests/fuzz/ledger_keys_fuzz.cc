// SPDX-License-Identifier: Apache-2.0
// Key wraps, rings and identities of any bytes: refused, or written again as they were; wraps that
// no record announces give nobody a key.
#include "tests/core/ledger/fixture.h"
#include "tests/fuzz/input.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Stage {
  Stage() {
    room.emplace(office, office.founder(), std::vector<Member>{});
    room->rotate(office.founder());
  }
  Office office;
  std::optional<Room> room;
};

void check_wraps(const Stage& stage, BytesView bytes) {
  const auto wraps = KeyWraps::decode(bytes);
  if (!wraps) return;
  FELTBOG_ASSERT(wraps->encode() == to_bytes(bytes));
  Keyring ring;
  const auto& own = stage.office.phones.front().identity;
  if (open_wraps(own, stage.room->state, bytes, ring)) {
    const auto& announced = stage.room->wraps;
    FELTBOG_ASSERT(std::find(announced.begin(), announced.end(), to_bytes(bytes)) !=
                   announced.end());
  }
  const WrapContext context{stage.office.state.id(), wraps->space, wraps->epoch, wraps->key,
                            own.id};
  // Opens at most to the key it says.
  const auto key = unwrap_key(*wraps, context, own);
  if (key) FELTBOG_ASSERT(key_id(*key, wraps->space, wraps->epoch) == wraps->key);
}

template <class Kind>
void check_strict_form(BytesView bytes) {
  const auto value = Kind::decode(bytes);
  if (value) FELTBOG_ASSERT(value->encode() == to_bytes(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Stage stage;
  fuzz::Input input(data, size);
  switch (input.below(3)) {
    case 0: check_wraps(stage, input.rest()); break;
    case 1: check_strict_form<Keyring>(input.rest()); break;
    default: check_strict_form<DeviceIdentity>(input.rest());
  }
  return 0;
}
