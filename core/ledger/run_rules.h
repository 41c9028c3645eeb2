// SPDX-License-Identifier: Apache-2.0
// What sealing and verifying a run have in common. Not for other rooms.
#pragma once

#include "core/base/cbor.h"
#include "core/ledger/run.h"

namespace feltbog::ledger {

inline constexpr std::size_t kRunOverheadBytes = crypto::Nonce::kSize + crypto::Tag::kSize;

BodyHash body_hash(BytesView body);
// What the encryption binds: every field of the header but the body's hash, which comes after it.
Bytes additional_data(const RunHeader& run);

void write_witness(CborWriter& to, const std::optional<OrderWitness>& witness);
Result<std::optional<OrderWitness>> read_witness(CborReader& reader);

// Whether the run is the next of its writer after `tip`.
Result<void> check_chain(const RunHeader& run, const WriterTip& tip);
// Whether the author might write at the heads the run cites, under the epoch it names. Both heads
// are known to stand in the logs. Errors: not_authorised, missing_key (was not given the key),
// wrong_state (a barred device holds it).
Result<void> check_author(const RunHeader& run, const OrganisationState& organisation,
                          const SpaceState& space);

}  // namespace feltbog::ledger
