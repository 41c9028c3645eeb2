// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/lease_code.h"

#include <algorithm>

#include "core/base/cbor.h"
#include "core/ledger/domains.h"
#include "core/ledger/spoken_code.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kChallengeSymbols = 8;
constexpr std::size_t kCodeSymbols = 12;
constexpr std::uint64_t kDayMax = 0xffff;

using ShortHash = FixedBytes<16, struct LeaseShortHashTag>;

// 64 bits, of which the last four are none of the code's.
using CodeBytes = FixedBytes<8, struct LeaseCodeTag>;

struct Parties {
  OrganisationId organisation;
  DeviceId granter;
  DeviceId asker;
};

CodeBytes code_bytes(const crypto::Key& key, const Parties& parties,
                     const LeaseChallenge& challenge, const LeaseGrant& grant) {
  CborWriter writer;
  writer.array(7).uint(kVersion).fixed(parties.organisation).fixed(parties.granter);
  writer.fixed(parties.asker).fixed(challenge).uint(grant.day).uint(grant.days);
  const auto tag = crypto::keyed_hash<ShortHash>(domains::kLeaseCode, key, writer.take());
  CodeBytes out;
  out.bytes[0] = static_cast<std::uint8_t>(grant.day >> 8);
  out.bytes[1] = static_cast<std::uint8_t>(grant.day & 0xff);
  out.bytes[2] = static_cast<std::uint8_t>(grant.days << 4 | tag.bytes[0] >> 4);
  for (std::size_t place = 3; place < CodeBytes::kSize; ++place) {
    out.bytes[place] =
        static_cast<std::uint8_t>((tag.bytes[place - 3] & 0x0f) << 4 | tag.bytes[place - 2] >> 4);
  }
  out.bytes[7] &= 0xf0;
  return out;
}

std::string symbols_of(const CodeBytes& code) {
  return to_base32(code.view()).substr(0, kCodeSymbols);
}

LeaseGrant grant_in(BytesView code) {
  return {static_cast<std::uint64_t>(code[0]) << 8 | code[1],
          static_cast<std::uint64_t>(code[2]) >> 4};
}

Result<crypto::Key> shared_key(const crypto::AgreementSecret& mine,
                               const crypto::AgreementPublic& theirs) {
  return crypto::agree(mine, theirs, domains::kLeaseKey, {});
}

}  // namespace

LeaseChallenge lease_challenge(const OrganisationId& organisation, const DeviceId& device,
                               WallTime lease_from, std::uint64_t codes_used) {
  CborWriter writer;
  writer.array(5).uint(kVersion).fixed(organisation).fixed(device);
  writer.integer(lease_from.milliseconds).uint(codes_used);
  const auto hash = crypto::hash<ShortHash>(domains::kLeaseChallenge, writer.take());
  LeaseChallenge out;
  std::copy_n(hash.bytes.begin(), LeaseChallenge::kSize, out.bytes.begin());
  return out;
}

std::string lease_challenge_text(const LeaseChallenge& challenge) {
  return in_fours(to_base32(challenge.view()));
}

Result<LeaseChallenge> parse_lease_challenge(std::string_view text) {
  FELTBOG_TRY(symbols, read_spoken(text, kChallengeSymbols));
  FELTBOG_TRY(content, from_base32(symbols));
  return LeaseChallenge::from(content);
}

Result<LeaseGrant> lease_grant(WallTime now, std::uint64_t days) {
  const std::int64_t day = now.milliseconds / kDayMilliseconds;
  const bool fits = now.milliseconds >= 0 && static_cast<std::uint64_t>(day) <= kDayMax;
  if (!fits) return Error{ErrorCode::invalid_argument, "day"};
  if (days < 1 || days > kLeaseGrantDaysMax) return Error{ErrorCode::invalid_argument, "days"};
  return LeaseGrant{static_cast<std::uint64_t>(day), days};
}

Result<std::string> make_lease_code(const OrganisationId& organisation,
                                    const DeviceIdentity& granter, const DevicePublic& asker,
                                    const LeaseChallenge& challenge, const LeaseGrant& grant) {
  FELTBOG_TRY(key, shared_key(granter.agreement, asker.agreement));
  const Parties parties{organisation, granter.id, device_id(asker)};
  return in_fours(symbols_of(code_bytes(key, parties, challenge, grant)));
}

Result<std::optional<LeaseGrant>> open_lease_code(const OrganisationId& organisation,
                                                  const DevicePublic& granter,
                                                  const DeviceIdentity& asker,
                                                  const LeaseChallenge& challenge,
                                                  std::string_view code) {
  FELTBOG_TRY(symbols, read_spoken(code, kCodeSymbols));
  FELTBOG_TRY(content, from_base32(symbols + '0'));
  const LeaseGrant grant = grant_in(content);
  if (grant.days < 1 || grant.days > kLeaseGrantDaysMax) return std::optional<LeaseGrant>();
  FELTBOG_TRY(key, shared_key(asker.agreement, granter.agreement));
  const Parties parties{organisation, device_id(granter), asker.id};
  const bool right = symbols_of(code_bytes(key, parties, challenge, grant)) == symbols;
  return right ? std::optional<LeaseGrant>(grant) : std::nullopt;
}

}  // namespace feltbog::ledger
