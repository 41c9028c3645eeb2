// SPDX-License-Identifier: Apache-2.0
// Identifiers. Each kind is a type of its own; none carries a name, a CPR number or a time.
#pragma once

#include "core/base/bytes.h"

namespace feltbog {

using OrganisationId = FixedBytes<16, struct OrganisationIdTag>;  // random, at `org create`
using SpaceId = FixedBytes<16, struct SpaceIdTag>;                // random, one per file
using UserId = FixedBytes<16, struct UserIdTag>;                  // random, one per person
using DeviceId = FixedBytes<16, struct DeviceIdTag>;  // hash of the device's public keys
using InviteId = FixedBytes<16, struct InviteIdTag>;  // random, single use
using KeyId = FixedBytes<16, struct KeyIdTag>;        // hash that commits to an epoch key
using ServerIncarnation =
    FixedBytes<16, struct ServerIncarnationTag>;  // random, new after a restore

// The author of a chain of changes in one space. Derived from space, device and the device's
// incarnation (core/ledger/writer.h), so that nobody can choose one that wins ties.
using WriterId = FixedBytes<16, struct WriterIdTag>;

// BLAKE2b-256 of a record, a sealed run or an encrypted chunk, each in a hash domain of its own.
using RecordHash = FixedBytes<32, struct RecordHashTag>;
using RunHash = FixedBytes<32, struct RunHashTag>;
using ChunkHash = FixedBytes<32, struct ChunkHashTag>;

}  // namespace feltbog
