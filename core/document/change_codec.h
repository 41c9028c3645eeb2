// SPDX-License-Identifier: Apache-2.0
// The bytes of a batch of changes by one writer: a run's payload before compression and sealing,
// and what the store keeps. The layout is described in docs/merging.md.
#pragma once

#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/document/change.h"

namespace feltbog::document {

inline constexpr std::uint64_t kBatchVersion = 1;
inline constexpr std::size_t kChangesPerBatchMax = 1u << 16;
inline constexpr std::size_t kOpsPerBatchMax = 1u << 18;
inline constexpr std::size_t kDependenciesPerBatchMax = 1u << 18;
inline constexpr std::size_t kBatchBytesMax = 16u << 20;

// Encodes changes of one writer whose counters follow each other without a gap. The writer itself
// is not in the bytes: whoever reads them knows it from the run's header. Errors: those of
// check_change(); invalid_argument when the writer or the counters do not fit.
Result<Bytes> encode_changes(const WriterId& writer, std::span<const Change> changes);

// The changes of a batch, in counter order; each passes check_change(). One batch has one encoding:
// whatever decodes here encodes to the same bytes again, and anything else is refused.
// Errors: malformed, truncated, limit_exceeded, unsupported_version.
Result<std::vector<Change>> decode_changes(const WriterId& writer, BytesView bytes);

}  // namespace feltbog::document
