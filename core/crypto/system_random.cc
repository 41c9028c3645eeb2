// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/system_random.h"

#include <sodium.h>

#include "core/base/assert.h"

namespace feltbog::crypto {

SystemRandom::SystemRandom() { FELTBOG_ASSERT(sodium_init() >= 0); }

void SystemRandom::fill(std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); }

}  // namespace feltbog::crypto
