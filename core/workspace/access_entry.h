// SPDX-License-Identifier: Apache-2.0
// One line of the access log and its sealed form: under a key that the device forgets, wrapped for
// the devices of those who audit. The formats: docs/access-log.md. Who writes: access_log.h.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/ledger/key_wraps.h"
#include "core/workspace/command.h"

namespace feltbog::workspace {

inline constexpr std::size_t kPurposeBytesMax = 200;

struct AccessEntry {
  WallTime time;
  AccessClass kind = AccessClass::view;
  std::string action;                      // "case.show"
  std::string purpose;                     // empty: it belonged to the user's own caseload
  std::string criterion;                   // the words of a search; else empty
  std::map<SpaceId, std::uint64_t> cases;  // which were shown, and in how many rows

  Bytes encode() const;
  // Errors: malformed, truncated, unsupported_version.
  static Result<AccessEntry> decode(BytesView bytes);
  friend bool operator==(const AccessEntry&, const AccessEntry&) = default;
};

// Whose log it is. Entries and keys are bound to it.
struct AccessWriter {
  OrganisationId organisation;
  DeviceId device;
};

// The key for each recipient, encoded. Error: malformed (a public key of small order).
Result<Bytes> wrap_access_key(const crypto::Key& key, const AccessWriter& writer,
                              std::span<const ledger::Recipient> recipients, Random& random);
// Errors: missing_key (sealed to others), decryption_failed, and those of decoding.
Result<crypto::Key> unwrap_access_key(BytesView wraps, const AccessWriter& writer,
                                      const ledger::DeviceIdentity& reader);

// `number` is the entry's place among all of its device, from 1.
Bytes seal_access_entry(const AccessEntry& entry, const crypto::Key& key,
                        const AccessWriter& writer, std::uint64_t number, Random& random);
// Errors: decryption_failed, and those of decoding.
Result<AccessEntry> open_access_entry(BytesView sealed, const crypto::Key& key,
                                      const AccessWriter& writer, std::uint64_t number);

// Entries under one key, in order.
struct AccessGroup {
  Bytes wraps;
  std::vector<Bytes> entries;
};
// What a run of an access log carries. Its entries have numbers without a gap.
struct AccessRun {
  std::uint64_t first = 1;  // the number of the first
  std::vector<AccessGroup> groups;

  Bytes encode() const;
  // Errors: malformed, truncated, unsupported_version.
  static Result<AccessRun> decode(BytesView payload);
};

}  // namespace feltbog::workspace
