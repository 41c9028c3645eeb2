// SPDX-License-Identifier: Apache-2.0
// Records and payloads of any bytes: refused, or written again as they were. The first byte says
// whether the rest is a record, or the payload of a kind.
#include "core/ledger/organisation_record.h"
#include "core/ledger/space_record.h"
#include "tests/fuzz/input.h"

using namespace feltbog;
using namespace feltbog::ledger;

namespace {

void check_payload(LogKind log, std::uint16_t kind, BytesView bytes) {
  if (log == LogKind::organisation) {
    const auto payload = decode_organisation_payload(kind, bytes);
    if (payload) FELTBOG_ASSERT(encode_payload(*payload) == to_bytes(bytes));
  } else {
    const auto payload = decode_space_payload(kind, bytes);
    if (payload) FELTBOG_ASSERT(encode_payload(*payload) == to_bytes(bytes));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t what = input.byte();
  if (what != 0) {
    check_payload(what < 128 ? LogKind::organisation : LogKind::space, what % 128, input.rest());
    return 0;
  }
  const auto record = Record::decode(input.rest());
  if (!record) return 0;
  FELTBOG_ASSERT(record->encode() == to_bytes(input.rest()));
  check_payload(record->log_kind, record->kind, record->payload);
  return 0;
}
