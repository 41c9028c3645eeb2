// SPDX-License-Identifier: Apache-2.0
// Every bound of a session in one place, with its reason. docs/protocol.md repeats those that both
// sides must keep.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/ledger/replica.h"

namespace feltbog::sync {

inline constexpr std::uint64_t kProtocolOldest = 1;
inline constexpr std::uint64_t kProtocolNewest = 1;

// A frame's body. Holds the largest run, or a record with its wraps, beside small items.
inline constexpr std::size_t kFrameBytesMax = 1024 * 1024;
// Before the client is admitted: a stranger may make the server hold no more than this.
inline constexpr std::size_t kGreetingBytesMax = 4 * 1024;

// Items of one frame. Senders fill a frame to kBatchBytes, and exceed it only by a single item.
inline constexpr std::size_t kBatchBytes = 256 * 1024;
inline constexpr std::size_t kBatchRecordsMax = 1024;
inline constexpr std::size_t kBatchRunsMax = 512;
inline constexpr std::size_t kBatchSpacesMax = 2048;
inline constexpr std::size_t kBatchChunksMax = 64;

// Chunks put, or asked for, and not answered.
inline constexpr std::size_t kChunksInFlightMax = 16;

// Spaces one device may list, over all frames of a `have`.
inline constexpr std::size_t kSpacesMax = 16 * 1024;

// Requests without an answer: the client stops sending at these.
inline constexpr std::size_t kRecordsInFlightMax = 64;
inline constexpr std::size_t kRunsInFlightMax = 2048;
inline constexpr std::size_t kPushBytesInFlightMax = 1024 * 1024;

// Own runs whose positions the server session remembers, so as not to send them back. When it is
// full the oldest are forgotten; sending such a run back is harmless.
inline constexpr std::size_t kOwnPositionsMax = 4096;

// Output waiting to be sent. At the high mark a session stops producing and stops reading until
// drained below; one step may add at most two frames on top.
inline constexpr std::size_t kOutputHighBytes = 512 * 1024;
// Input not yet handled: one frame that is not whole yet, or whatever arrives while the output is
// full. A carrier that heeds wants_input() stays below; beyond it the session ends.
inline constexpr std::size_t kInputBytesMax = 2 * kFrameBytesMax;

// What a carrier hands over is looked at in slices, so that a large buffer is never copied whole.
inline constexpr std::size_t kInputSliceBytes = 64 * 1024;

inline constexpr std::size_t kEventsMax = 256;
// Rounds of pull and push in a row in which no record was accepted.
inline constexpr int kConflictRoundsMax = 8;

// Milliseconds.
inline constexpr std::int64_t kHandshakeMilliseconds = 15'000;  // until admitted
inline constexpr std::int64_t kAnswerMilliseconds = 60'000;     // without any frame but pings
inline constexpr std::int64_t kPingMilliseconds = 25'000;  // a side silent for so long sends a ping
inline constexpr std::int64_t kSilenceMilliseconds = 70'000;  // a side that hears nothing gives up

}  // namespace feltbog::sync
