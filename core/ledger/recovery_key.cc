// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/recovery_key.h"

#include <algorithm>

#include "core/base/cbor.h"
#include "core/crypto/aead.h"
#include "core/crypto/hash.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kCustodyVersion = 1;
constexpr std::size_t kChecksumBytes = 2;
constexpr std::size_t kGroup = 5;
constexpr std::size_t kCodeTextMax = 128;

// The custodians whose codes open seed 1, 2, 3; counted from 0.
constexpr std::size_t kPairs[kCustodians][2] = {{0, 1}, {0, 2}, {1, 2}};
constexpr std::string_view kReasonNames[] = {"devices_lost", "members_gone", "ordered"};

Bytes place_of(const OrganisationId& organisation, const RecoveryKeyId& key, std::size_t number) {
  CborWriter writer;
  writer.array(4).uint(kCustodyVersion).fixed(organisation).fixed(key).uint(number + 1);
  return writer.take();
}

// Both codes, in the custodians' order, are as long as a key.
crypto::Key pair_key(const CustodianCode& first, const CustodianCode& second) {
  static_assert(2 * CustodianCode::kSize == crypto::Key::kSize);
  crypto::Key both;
  std::ranges::copy(second.view(), std::ranges::copy(first.view(), both.bytes().begin()).out);
  return crypto::derive_key(domains::kCustody, both);
}

CustodianHash custodian_hash(const CustodianCode& code, BytesView place) {
  crypto::Key padded;
  std::ranges::fill(padded.bytes(), std::uint8_t{0});
  std::ranges::copy(code.view(), padded.bytes().begin());
  return crypto::keyed_hash<CustodianHash>(domains::kCustodian, padded, place);
}

SealedSeed seal_seed(const crypto::Key& seed, const crypto::Key& pair, BytesView place,
                     Random& random) {
  const auto nonce = random.make<crypto::Nonce>();
  Bytes sealed = to_bytes(nonce.view());
  append(sealed, crypto::seal(pair, nonce, place, seed.view()));
  return SealedSeed::from(sealed).value();
}

Result<crypto::Key> open_seed(const SealedSeed& sealed, const crypto::Key& pair, BytesView place) {
  FELTBOG_TRY(nonce, crypto::Nonce::from(sealed.view().first(crypto::Nonce::kSize)));
  FELTBOG_TRY(plain, crypto::open(pair, nonce, place, sealed.view().subspan(crypto::Nonce::kSize)));
  auto seed = crypto::Key::from(plain);
  crypto::wipe(plain);
  return seed;
}

// Whose code it is, counted from 0.
Result<std::size_t> custodian_of(const OrganisationId& organisation, const RecoveryKeyId& key,
                                 const Custody& custody, const CustodianCode& code) {
  for (std::size_t number = 0; number < kCustodians; ++number) {
    const CustodianHash hash = custodian_hash(code, place_of(organisation, key, number));
    if (hash == custody.custodians[number]) return number;
  }
  return Error{ErrorCode::decryption_failed, "no code of this recovery key"};
}

Bytes checksum(BytesView code) {
  using Sum = FixedBytes<16, struct SumTag>;
  return to_bytes(
      crypto::hash<Sum>(domains::kCustodianChecksum, code).view().first(kChecksumBytes));
}

char upper(char symbol) {
  return symbol >= 'a' && symbol <= 'z' ? static_cast<char>(symbol - 'a' + 'A') : symbol;
}

void wipe_text(std::string& text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

RecoveryKeyId recovery_key_id(const RecoveryPublic& publics) {
  const Bytes both = CborWriter().array(2).fixed(publics.signing).fixed(publics.agreement).take();
  return crypto::hash<RecoveryKeyId>(domains::kRecoveryKeyId, both);
}

RecoveryKey RecoveryKey::from_seed(const crypto::Key& seed) {
  const crypto::Key signing = crypto::derive_key(domains::kRecoverySigning, seed);
  const crypto::Key agreement = crypto::derive_key(domains::kRecoveryAgreement, seed);
  RecoveryKey out{crypto::SigningSecret::from(signing.view()).value(),
                  crypto::AgreementSecret::from(agreement.view()).value(),
                  {},
                  {}};
  out.publics = {crypto::signing_public(out.signing), crypto::agreement_public(out.agreement)};
  out.id = recovery_key_id(out.publics);
  return out;
}

NewRecoveryKey make_recovery_key(const OrganisationId& organisation, Random& random) {
  const auto seed = crypto::Key::random(random);
  const RecoveryKey key = RecoveryKey::from_seed(seed);
  NewRecoveryKey out;
  out.publics = key.publics;
  for (std::size_t number = 0; number < kCustodians; ++number) {
    out.codes[number] = CustodianCode::random(random);
    out.custody.custodians[number] =
        custodian_hash(out.codes[number], place_of(organisation, key.id, number));
  }
  for (std::size_t pair = 0; pair < kCustodians; ++pair) {
    const auto& [first, second] = kPairs[pair];
    out.custody.seeds[pair] = seal_seed(seed, pair_key(out.codes[first], out.codes[second]),
                                        place_of(organisation, key.id, pair), random);
  }
  return out;
}

Result<RecoveryKey> open_recovery_key(const OrganisationId& organisation,
                                      const RecoveryPublic& publics, const Custody& custody,
                                      const CustodianCode& one, const CustodianCode& other) {
  const RecoveryKeyId id = recovery_key_id(publics);
  FELTBOG_TRY(number, custodian_of(organisation, id, custody, one));
  FELTBOG_TRY(other_number, custodian_of(organisation, id, custody, other));
  if (number == other_number) {
    return Error{ErrorCode::invalid_argument, "the same custodian's code twice"};
  }
  const bool in_order = number < other_number;
  const crypto::Key pair = in_order ? pair_key(one, other) : pair_key(other, one);
  const std::size_t which = number + other_number - 1;  // 0 and 1, 0 and 2, 1 and 2
  FELTBOG_TRY(seed, open_seed(custody.seeds[which], pair, place_of(organisation, id, which)));
  RecoveryKey key = RecoveryKey::from_seed(seed);
  if (key.publics != publics) return Error{ErrorCode::decryption_failed, "another recovery key"};
  return key;
}

std::string to_text(const CustodianCode& code) {
  Bytes content = to_bytes(code.view());
  append(content, checksum(code.view()));
  std::string symbols = to_base32(content);
  crypto::wipe(content);
  std::string out;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i != 0 && i % kGroup == 0) out.push_back('-');
    out.push_back(upper(symbols[i]));
  }
  wipe_text(symbols);
  return out;
}

Result<CustodianCode> parse_custodian_code(std::string_view text) {
  const Error mistyped{ErrorCode::invalid_argument, "custodian's code"};
  if (text.size() > kCodeTextMax) return mistyped;
  std::string symbols;
  for (const char symbol : text) {
    if (std::string_view(" -\n\r\t").find(symbol) == std::string_view::npos) symbols += symbol;
  }
  auto content = from_base32(symbols);
  wipe_text(symbols);
  if (!content || content->size() != CustodianCode::kSize + kChecksumBytes) return mistyped;
  const BytesView secret = BytesView(*content).first(CustodianCode::kSize);
  const bool right =
      std::ranges::equal(checksum(secret), BytesView(*content).subspan(CustodianCode::kSize));
  auto code = CustodianCode::from(secret);
  crypto::wipe(*content);
  if (!right) return mistyped;
  return code;
}

std::string_view recovery_reason_name(RecoveryReason reason) {
  return kReasonNames[static_cast<std::size_t>(reason) - 1];
}

std::optional<RecoveryReason> recovery_reason_from_number(std::uint64_t number) {
  if (number < 1 || number > std::size(kReasonNames)) return std::nullopt;
  return static_cast<RecoveryReason>(number);
}

std::optional<RecoveryReason> recovery_reason_from_name(std::string_view name) {
  const auto found = std::find(std::begin(kReasonNames), std::end(kReasonNames), name);
  return recovery_reason_from_number(static_cast<std::uint64_t>(found - std::begin(kReasonNames)) +
                                     1);
}

Bytes recovery_use_statement(const OrganisationId& organisation, const RecoveryKeyId& key,
                             const DeviceId& device, RecoveryReason reason, WallTime at) {
  CborWriter writer;
  writer.array(6).uint(kCustodyVersion).fixed(organisation).fixed(key).fixed(device);
  writer.uint(static_cast<std::uint64_t>(reason)).integer(at.milliseconds);
  return writer.take();
}

}  // namespace feltbog::ledger
