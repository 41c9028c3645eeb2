// SPDX-License-Identifier: Apache-2.0
// The sealed run: one to many changes of one device in one space, compressed together, encrypted
// once, signed once, immutable from then on. What the changes are is the document room's. Data
// path: from core/workspace/outbox.h; next: sync/client_session.h.
#pragma once

#include <optional>

#include "core/ledger/receipt.h"
#include "core/ledger/space.h"

namespace feltbog::ledger {

inline constexpr std::uint64_t kRunVersion = 1;
inline constexpr std::uint64_t kRunSuite = 1;  // XChaCha20-Poly1305, BLAKE2b, Ed25519
inline constexpr std::size_t kRunPayloadBytesMax = 256u << 10;     // before compression
inline constexpr std::size_t kRunCiphertextBytesMax = 288u << 10;  // with padding, nonce and tag
inline constexpr std::size_t kRunBytesMax = kRunCiphertextBytesMax + 512;  // stored form
inline constexpr std::uint32_t kChangesPerRunMax = 1000;
inline constexpr std::uint64_t kChangeCounterMax = std::uint64_t{1} << 40;

using BodyHash = FixedBytes<32, struct BodyHashTag>;

// How far its author had checked the server's order of the space. Those who come to the same
// position by another way see that the server told two stories, as soon as one run passes between
// them.
struct OrderWitness {
  ServerIncarnation incarnation;
  std::uint64_t position = 0;  // above 0
  PositionHash order;
  friend bool operator==(const OrderWitness&, const OrderWitness&) = default;
};

// What the server sees. The class decides how long the body is kept, not who may read it.
using RetentionClass = std::uint8_t;

struct RunHeader {
  SpaceId space;
  DeviceId device;
  std::uint32_t incarnation = 1;
  std::uint64_t sequence = 0;  // in the writer's chain, from 1
  RunHash previous;            // zero for the first
  LogHead space_head;          // the membership its author saw
  LogHead organisation_head;
  std::optional<OrderWitness> witness;
  std::uint32_t epoch = 1;
  KeyId key;
  RetentionClass retention = 0;
  std::uint64_t first_counter = 1;  // of the changes inside, which follow each other without a gap
  std::uint32_t change_count = 1;
  std::uint32_t body_bytes = 0;
  BodyHash body;

  WriterId writer() const { return writer_id(space, device, incarnation); }
  Bytes encode() const;
  static Result<RunHeader> decode(BytesView bytes);
  // Covers the header, and the body only through its hash: a run whose body was erased keeps its
  // place in the chain.
  RunHash hash() const;
  friend bool operator==(const RunHeader&, const RunHeader&) = default;
};

struct SealedRun {
  RunHeader header;
  crypto::Signature signature;
  std::optional<Bytes> body;  // nonce, ciphertext, tag; no value once erased

  // The stored form.
  Bytes encode() const;
  // Checks form only. Errors: malformed, truncated, limit_exceeded, unsupported_version.
  static Result<SealedRun> decode(BytesView bytes);
  friend bool operator==(const SealedRun&, const SealedRun&) = default;
};

// How far a writer's chain is known. The default: nothing yet.
struct WriterTip {
  std::uint64_t sequence = 0;
  RunHash hash;
  std::uint64_t next_counter = 1;
  std::uint64_t space_sequence = 0;  // what its newest run cites: later runs never cite less
  std::uint64_t organisation_sequence = 0;

  static WriterTip after(const RunHeader& newest);
  friend bool operator==(const WriterTip&, const WriterTip&) = default;
};

struct RunDraft {
  std::uint32_t incarnation = 1;
  WriterTip tip;  // of the author's own chain
  RetentionClass retention = 0;
  std::uint32_t change_count = 1;
  Bytes payload;  // the encoded changes
  std::optional<OrderWitness> witness = {};
};

// Seals at the heads given, which must be the newest known. Errors: wrong_state (a barred device
// holds the current key: rotate first), missing_key, not_authorised (no writing member, or barred),
// limit_exceeded, invalid_argument (no change).
Result<SealedRun> seal_run(const RunDraft& draft, const DeviceIdentity& author,
                           const OrganisationState& organisation, const SpaceState& space,
                           const Keyring& keys, Random& random);

// The hash of a stored run's header, also of one whose version is not known here. Errors:
// malformed, truncated.
Result<RunHash> stored_run_hash(BytesView encoded);

// Whether a run may enter the ledger after `tip`, with or without its body. Errors: broken_chain
// (not the next of its writer), fork_detected (another run stands there), already_exists (this one
// does), missing_dependency (a head it cites is not here yet), erased (the whole space),
// not_authorised, bad_signature, malformed, corrupt (the body is not the one the header names).
Result<RunHeader> verify_run(const SealedRun& run, const OrganisationState& organisation,
                             const SpaceState& space, const WriterTip& tip);
Result<RunHeader> verify_run(BytesView encoded, const OrganisationState& organisation,
                             const SpaceState& space, const WriterTip& tip);

// Whether the device it names signed it, whatever else is wrong with it. Errors: not_authorised
// (no such device), bad_signature.
Result<void> check_run_signature(const SealedRun& run, const OrganisationState& organisation);

// The payload of a verified run. Errors: missing_key (epoch not in the ring), decryption_failed,
// malformed, limit_exceeded, not_found (the body was erased).
Result<Bytes> open_run(const SealedRun& run, const Keyring& keys);
Result<Bytes> open_run(const RunHeader& header, BytesView body, const Keyring& keys);

// held_back: its author was removed or barred, and the run lies beyond the cut, so that a person
// decides: adopted, or rejected. Depends on the run and the logs alone, never on the order of
// arrival; ask again when either log grows.
enum class RunStanding : std::uint8_t { in_force = 0, held_back = 1, rejected = 2, adopted = 3 };
inline bool counts(RunStanding standing) {
  return standing == RunStanding::in_force || standing == RunStanding::adopted;
}
RunStanding run_standing(const RunHeader& run, const OrganisationState& organisation,
                         const SpaceState& space);

// The length a plaintext of `size` bytes is padded to: at most 12 % more, so that a length says
// little (Padmé, "Reducing Metadata Leakage from Encrypted Files", PoPETs 2019).
std::size_t padded_size(std::size_t size);

}  // namespace feltbog::ledger
