// SPDX-License-Identifier: Apache-2.0
// FELTBOG_ASSERT: for bugs only. Nothing that an input, peer, disk or caller can do may reach it.
#pragma once

namespace feltbog {

// Writes where it happened to standard error and aborts. Never returns, never unwinds.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

// A function, so that what tests cannot reach is one branch here and not one at every use.
constexpr void assert_holds(bool holds, const char* expression, const char* file, int line) {
  if (!holds) assertion_failed(expression, file, line);
}

}  // namespace feltbog

// On in every build: going on with corrupt state is worse than stopping, and a transaction makes
// stopping safe.
#define FELTBOG_ASSERT(expression) \
  ::feltbog::assert_holds(static_cast<bool>(expression), #expression, __FILE__, __LINE__)
