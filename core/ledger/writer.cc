// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/writer.h"

#include "core/base/cbor.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {

WriterId writer_id(const SpaceId& space, const DeviceId& device, std::uint32_t incarnation) {
  const Bytes named = CborWriter().array(3).fixed(space).fixed(device).uint(incarnation).take();
  return crypto::hash<WriterId>(domains::kWriterId, named);
}

}  // namespace feltbog::ledger
