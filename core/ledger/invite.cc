// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/invite.h"

#include <algorithm>

#include "core/ledger/codec.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kInviteVersion = 1;
constexpr std::string_view kInvitePrefix = "feltbog-invite:";
constexpr std::string_view kFoundingPrefix = "feltbog-office:";
constexpr std::size_t kChecksumBytes = 5;  // 40 bits: a typing error slips through once in 10^12
constexpr std::size_t kGroup = 5;

// ASCII only, whatever the locale.
char lower(char symbol) {
  return symbol >= 'A' && symbol <= 'Z' ? static_cast<char>(symbol - 'A' + 'a') : symbol;
}
char upper(char symbol) {
  return symbol >= 'a' && symbol <= 'z' ? static_cast<char>(symbol - 'a' + 'A') : symbol;
}
bool is_digit(char symbol) { return symbol >= '0' && symbol <= '9'; }
bool is_hex(char symbol) {
  return is_digit(symbol) || (lower(symbol) >= 'a' && lower(symbol) <= 'f');
}
bool is_host(char symbol) {
  return is_digit(symbol) || (lower(symbol) >= 'a' && lower(symbol) <= 'z') || symbol == '.' ||
         symbol == '-';
}
bool is_gap(char symbol) {
  return symbol == ' ' || symbol == '-' || symbol == '\n' || symbol == '\r' || symbol == '\t';
}

Bytes checksum(crypto::Domain domain, BytesView content) {
  using Sum = FixedBytes<16, struct ChecksumTag>;
  const Sum sum = crypto::hash<Sum>(domain, content);
  return to_bytes(sum.view().first(kChecksumBytes));
}

std::string grouped(std::string_view prefix, crypto::Domain domain, Bytes content) {
  append(content, checksum(domain, content));
  std::string symbols = to_base32(content);
  crypto::wipe(content);
  std::string out(prefix);
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i != 0 && i % kGroup == 0) out.push_back('-');
    out.push_back(upper(symbols[i]));
  }
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_gap(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_gap(text.back())) text.remove_suffix(1);
  return text;
}

// The content behind the prefix, its checksum found right.
Result<Bytes> ungrouped(std::string_view prefix, crypto::Domain domain, std::string_view text) {
  text = trim(text);
  const bool meant =
      text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                 [](char a, char b) { return a == lower(b); });
  if (!meant) return Error{ErrorCode::invalid_argument, "begins with " + std::string(prefix)};
  if (text.size() > kInviteTextMax) return Error{ErrorCode::malformed, "too long"};
  std::string symbols;
  for (const char symbol : text.substr(prefix.size())) {
    if (!is_gap(symbol)) symbols.push_back(symbol);
  }
  FELTBOG_TRY(content, from_base32(symbols));
  if (content.size() <= kChecksumBytes) return Error{ErrorCode::malformed, "too short"};
  const Bytes given(content.end() - kChecksumBytes, content.end());
  content.resize(content.size() - kChecksumBytes);
  if (checksum(domain, content) != given) return Error{ErrorCode::malformed, "checksum"};
  return content;
}

Result<std::string> read_address(CborReader& reader) {
  FELTBOG_TRY(address, reader.text());
  FELTBOG_CHECK(check_server_address(address));
  return std::string(address);
}

Result<crypto::SigningSecret> read_secret(CborReader& reader) {
  FELTBOG_TRY(bytes, reader.bytes());
  return crypto::SigningSecret::from(bytes);
}

Result<Invite> decode_invite(BytesView content) {
  CborReader reader(content);
  Invite out;
  FELTBOG_CHECK(reader.array(10));
  FELTBOG_CHECK(read_version(reader, kInviteVersion));
  FELTBOG_TRY(organisation, reader.fixed<OrganisationId>());
  out.organisation = organisation;
  FELTBOG_TRY(first_record, reader.fixed<RecordHash>());
  out.first_record = first_record;
  FELTBOG_TRY(sequence, reader.uint(kLogSequenceMax));
  FELTBOG_TRY(hash, reader.fixed<RecordHash>());
  out.head = {sequence, hash};
  FELTBOG_TRY(address, read_address(reader));
  out.server_address = std::move(address);
  FELTBOG_TRY(pin, reader.fixed<CertificatePin>());
  out.pin = pin;
  FELTBOG_TRY(server_key, reader.fixed<crypto::SigningPublic>());
  out.server_key = server_key;
  FELTBOG_TRY(id, reader.fixed<InviteId>());
  out.id = id;
  FELTBOG_TRY(secret, read_secret(reader));
  out.secret = std::move(secret);
  FELTBOG_CHECK(reader.finish());
  if (sequence == 0) return Error{ErrorCode::malformed, "head 0"};
  return out;
}

Result<FoundingInvite> decode_founding(BytesView content) {
  CborReader reader(content);
  FoundingInvite out;
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_CHECK(read_version(reader, kInviteVersion));
  FELTBOG_TRY(address, read_address(reader));
  out.server_address = std::move(address);
  FELTBOG_TRY(pin, reader.fixed<CertificatePin>());
  out.pin = pin;
  FELTBOG_TRY(server_key, reader.fixed<crypto::SigningPublic>());
  out.server_key = server_key;
  FELTBOG_TRY(secret, read_secret(reader));
  out.secret = std::move(secret);
  FELTBOG_CHECK(reader.finish());
  return out;
}

Result<void> check_port(std::string_view port) {
  std::uint32_t number = 0;
  const bool digits = !port.empty() && port.size() <= 5 && port.front() != '0' &&
                      std::all_of(port.begin(), port.end(), is_digit);
  for (const char digit : digits ? port : std::string_view()) {
    number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  if (number < 1 || number > 65535) return Error{ErrorCode::malformed, "port"};
  return {};
}

}  // namespace

Result<void> check_server_address(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (address.size() > kServerAddressBytesMax || colon == std::string_view::npos || colon == 0) {
    return Error{ErrorCode::malformed, "server address"};
  }
  FELTBOG_CHECK(check_port(address.substr(colon + 1)));
  const std::string_view host = address.substr(0, colon);
  const bool six = host.size() > 4 && host.front() == '[' && host.back() == ']';
  const std::string_view name = six ? host.substr(1, host.size() - 2) : host;
  const bool good = std::all_of(name.begin(), name.end(), [&](char symbol) {
    return six ? is_hex(symbol) || symbol == ':' || symbol == '.' : is_host(symbol);
  });
  if (!good) return Error{ErrorCode::malformed, "server address"};
  return {};
}

std::string Invite::to_text() const {
  CborWriter writer;
  writer.array(10).uint(kInviteVersion).fixed(organisation).fixed(first_record);
  writer.uint(head.sequence).fixed(head.hash).text(server_address).fixed(pin).fixed(server_key);
  writer.fixed(id).bytes(secret.view());
  return grouped(kInvitePrefix, domains::kInviteChecksum, writer.take());
}

Result<Invite> Invite::parse(std::string_view text) {
  FELTBOG_TRY(content, ungrouped(kInvitePrefix, domains::kInviteChecksum, text));
  auto invite = decode_invite(content);
  crypto::wipe(content);
  return invite;
}

Result<void> Invite::check(const OrganisationState& shown) const {
  if (shown.empty() || shown.id() != organisation || shown.hash_at(1) != first_record) {
    return Error{ErrorCode::wrong_server, "another organisation"};
  }
  if (shown.hash_at(head.sequence) != head.hash) {
    return Error{ErrorCode::wrong_server, "another history, or less of it than the invite saw"};
  }
  if (shown.server_key(head.sequence) != server_key) {
    return Error{ErrorCode::wrong_server, "another server identity"};
  }
  const InviteEntry* entry = shown.invite(id);
  if (entry == nullptr || entry->revoked_at != 0 || entry->key != crypto::signing_public(secret)) {
    return Error{ErrorCode::invite_unknown, {}};
  }
  if (entry->used_at != 0) return Error{ErrorCode::invite_used, {}};
  return {};
}

std::string FoundingInvite::to_text() const {
  CborWriter writer;
  writer.array(5).uint(kInviteVersion).text(server_address).fixed(pin).fixed(server_key);
  writer.bytes(secret.view());
  return grouped(kFoundingPrefix, domains::kFoundingChecksum, writer.take());
}

Result<FoundingInvite> FoundingInvite::parse(std::string_view text) {
  FELTBOG_TRY(content, ungrouped(kFoundingPrefix, domains::kFoundingChecksum, text));
  auto invite = decode_founding(content);
  crypto::wipe(content);
  return invite;
}

crypto::Signature sign_founding(const crypto::SigningSecret& founding_secret,
                                const Record& organisation_create) {
  return crypto::sign(founding_secret, domains::kFounding, organisation_create.hash().view());
}

Result<void> check_founding(const crypto::SigningPublic& founding_key,
                            const Record& organisation_create, const crypto::Signature& signature) {
  if (!crypto::verify(founding_key, domains::kFounding, organisation_create.hash().view(),
                      signature)) {
    return Error{ErrorCode::bad_signature, "of the founding secret"};
  }
  return {};
}

}  // namespace feltbog::ledger
