// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/access_entry.h"

#include <algorithm>

#include "core/base/cbor.h"
#include "core/crypto/aead.h"

namespace feltbog::workspace {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kDeviceRecipient = 0;
constexpr std::uint64_t kKindMax = static_cast<std::uint64_t>(AccessClass::extract);
constexpr crypto::Domain kAccessKey{"access-key.v1"};

Bytes key_context(const AccessWriter& writer, const DeviceId& recipient) {
  return CborWriter()
      .array(4)
      .uint(kVersion)
      .fixed(writer.organisation)
      .fixed(writer.device)
      .fixed(recipient)
      .take();
}

Bytes entry_context(const AccessWriter& writer, std::uint64_t number) {
  return CborWriter()
      .array(4)
      .uint(kVersion)
      .fixed(writer.organisation)
      .fixed(writer.device)
      .uint(number)
      .take();
}

Result<void> check_version(CborReader& reader) {
  FELTBOG_TRY(version, reader.uint());
  if (version == kVersion) return {};
  return Error{ErrorCode::unsupported_version, std::to_string(version)};
}

Result<std::map<SpaceId, std::uint64_t>> read_cases(CborReader& reader) {
  std::map<SpaceId, std::uint64_t> out;
  FELTBOG_TRY(count, reader.array());
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_CHECK(reader.array(2));
    FELTBOG_TRY(space, reader.fixed<SpaceId>());
    FELTBOG_TRY(rows, reader.uint());
    if (!out.empty() && out.rbegin()->first >= space) {
      return Error{ErrorCode::malformed, "order of cases"};
    }
    out.emplace(space, rows);
  }
  return out;
}

Result<AccessGroup> read_group(CborReader& reader) {
  AccessGroup out;
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(wraps, reader.raw());
  out.wraps = to_bytes(wraps);
  FELTBOG_TRY(count, reader.array());
  if (count == 0) return Error{ErrorCode::malformed, "a key without entries"};
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_TRY(entry, reader.bytes());
    out.entries.push_back(to_bytes(entry));
  }
  return out;
}

}  // namespace

Bytes AccessEntry::encode() const {
  CborWriter to;
  to.array(7).uint(kVersion).integer(time.milliseconds).uint(static_cast<std::uint64_t>(kind));
  to.text(action).text(purpose).text(criterion).array(cases.size());
  for (const auto& [space, rows] : cases) to.array(2).fixed(space).uint(rows);
  return to.take();
}

Result<AccessEntry> AccessEntry::decode(BytesView bytes) {
  CborReader reader(bytes);
  AccessEntry out;
  FELTBOG_CHECK(reader.array(7));
  FELTBOG_CHECK(check_version(reader));
  FELTBOG_TRY(time, reader.integer());
  out.time = {time};
  FELTBOG_TRY(kind, reader.uint(kKindMax));
  out.kind = static_cast<AccessClass>(kind);
  FELTBOG_TRY(action, reader.text());
  out.action = action;
  FELTBOG_TRY(purpose, reader.text());
  out.purpose = purpose;
  FELTBOG_TRY(criterion, reader.text());
  out.criterion = criterion;
  FELTBOG_TRY(cases, read_cases(reader));
  out.cases = std::move(cases);
  FELTBOG_CHECK(reader.finish());
  return out;
}

Result<Bytes> wrap_access_key(const crypto::Key& key, const AccessWriter& writer,
                              std::span<const ledger::Recipient> recipients, Random& random) {
  CborWriter to;
  to.array(recipients.size());
  for (const ledger::Recipient& recipient : recipients) {
    FELTBOG_TRY(sealed, crypto::seal_to(recipient.key, kAccessKey,
                                        key_context(writer, recipient.device), key.view(), random));
    to.array(3).uint(kDeviceRecipient).fixed(recipient.device).bytes(sealed);
  }
  return to.take();
}

Result<crypto::Key> unwrap_access_key(BytesView wraps, const AccessWriter& writer,
                                      const ledger::DeviceIdentity& reader) {
  CborReader from(wraps);
  FELTBOG_TRY(count, from.array());
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_CHECK(from.array(3));
    FELTBOG_TRY(kind, from.uint());
    FELTBOG_TRY(recipient, from.bytes());
    FELTBOG_TRY(sealed, from.bytes());
    if (kind != kDeviceRecipient || !std::ranges::equal(recipient, reader.id.view())) continue;
    FELTBOG_TRY(opened, crypto::open_from(reader.agreement, kAccessKey,
                                          key_context(writer, reader.id), sealed));
    auto key = crypto::Key::from(opened);
    crypto::wipe(opened);
    return key;
  }
  return Error{ErrorCode::missing_key, "sealed to others"};
}

Bytes seal_access_entry(const AccessEntry& entry, const crypto::Key& key,
                        const AccessWriter& writer, std::uint64_t number, Random& random) {
  Bytes plain = entry.encode();
  const auto nonce = random.make<crypto::Nonce>();
  Bytes out = to_bytes(nonce.view());
  append(out, crypto::seal(key, nonce, entry_context(writer, number), plain));
  crypto::wipe(plain);
  return out;
}

Result<AccessEntry> open_access_entry(BytesView sealed, const crypto::Key& key,
                                      const AccessWriter& writer, std::uint64_t number) {
  if (sealed.size() < crypto::Nonce::kSize) return Error{ErrorCode::truncated, "access entry"};
  FELTBOG_TRY(nonce, crypto::Nonce::from(sealed.first(crypto::Nonce::kSize)));
  FELTBOG_TRY(plain, crypto::open(key, nonce, entry_context(writer, number),
                                  sealed.subspan(crypto::Nonce::kSize)));
  return AccessEntry::decode(plain);
}

Bytes AccessRun::encode() const {
  CborWriter to;
  to.array(3).uint(kVersion).uint(first).array(groups.size());
  for (const AccessGroup& group : groups) {
    to.array(2).raw(group.wraps).array(group.entries.size());
    for (const Bytes& entry : group.entries) to.bytes(entry);
  }
  return to.take();
}

Result<AccessRun> AccessRun::decode(BytesView payload) {
  CborReader reader(payload);
  AccessRun out;
  FELTBOG_CHECK(reader.array(3));
  FELTBOG_CHECK(check_version(reader));
  FELTBOG_TRY(first, reader.uint());
  out.first = first;
  FELTBOG_TRY(count, reader.array());
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_TRY(group, read_group(reader));
    out.groups.push_back(std::move(group));
  }
  FELTBOG_CHECK(reader.finish());
  return out;
}

}  // namespace feltbog::workspace
