// SPDX-License-Identifier: Apache-2.0
// The name of a chain of runs. A device starts a new incarnation when it finds that it was restored
// or cloned, and never continues the old chain.
#pragma once

#include "core/base/ids.h"

namespace feltbog::ledger {

// So few that trying them all for an id that wins ties is not worth it. A device that has used them
// up enrols anew.
inline constexpr std::uint32_t kIncarnationMax = 255;

// The hash of the three, so that nobody can choose an id that wins ties. The first incarnation
// is 1.
WriterId writer_id(const SpaceId& space, const DeviceId& device, std::uint32_t incarnation);

}  // namespace feltbog::ledger
