// SPDX-License-Identifier: Apache-2.0
// FELTBOG_ASSERT: for bugs only. Nothing that an input, peer, disk or caller can do may reach it.
#pragma once

namespace feltbog {

// Writes where it happened to standard error and aborts. Never returns, never unwinds.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace feltbog

// On in every build: going on with corrupt state is worse than stopping, and a transaction makes
// stopping safe.
#define FELTBOG_ASSERT(expression)                      \
  (static_cast<bool>(expression) ? static_cast<void>(0) \
                                 : ::feltbog::assertion_failed(#expression, __FILE__, __LINE__))
