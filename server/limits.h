// SPDX-License-Identifier: Apache-2.0
// What one connection may take of the server, before and after it has shown which device it is.
// docs/server.md lists the same figures.
#pragma once

#include <cstddef>
#include <cstdint>

namespace feltbog::server {

struct Limits {
  // Before a device is known. A whole office may come from one address, so only connections that
  // have not authenticated count against it.
  std::size_t connections_max = 4'000;
  std::size_t unauthenticated_per_address_max = 20;
  // Absolute times for a whole phase: a peer that sends one byte now and then gains nothing.
  std::int64_t handshake_milliseconds = 5'000;
  std::int64_t header_milliseconds = 10'000;
  std::int64_t authentication_milliseconds = 15'000;
  std::size_t header_size_max = std::size_t{8} << 10;

  // After.
  std::size_t message_size_max = std::size_t{1} << 20;
  std::int64_t idle_milliseconds = 120'000;
  // One write (at most kSendSizeMax bytes) that the peer does not take within this ends the
  // connection, so that a stuck reader holds neither memory nor a place.
  std::int64_t write_milliseconds = 30'000;
  std::int64_t close_milliseconds = 2'000;
};

// The server hands the network at most this much at once; the rest waits in the session.
constexpr std::size_t kSendSizeMax = std::size_t{64} << 10;

}  // namespace feltbog::server
