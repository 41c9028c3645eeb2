// SPDX-License-Identifier: Apache-2.0
// Sealing and opening a run's body.
#include <algorithm>
#include <bit>

#include "core/base/compress.h"
#include "core/ledger/codec.h"
#include "core/ledger/domains.h"
#include "core/ledger/rescue.h"
#include "core/ledger/run_rules.h"

namespace feltbog::ledger {
namespace {

// The compressed payload behind its length, padded with zeros.
Bytes pad(BytesView payload) {
  const Bytes compressed = compress(payload);
  Bytes out = CborWriter().uint(compressed.size()).take();
  append(out, compressed);
  out.resize(padded_size(out.size()));
  return out;
}

Result<Bytes> unpad(BytesView padded) {
  CborReader reader(padded);
  FELTBOG_TRY(size, reader.uint(reader.remaining()));
  const std::size_t start = padded.size() - reader.remaining();
  if (size > reader.remaining() || padded_size(start + size) != padded.size()) {
    return Error{ErrorCode::malformed, "padding"};
  }
  const BytesView filling = padded.subspan(start + size);
  if (std::any_of(filling.begin(), filling.end(), [](std::uint8_t byte) { return byte != 0; })) {
    return Error{ErrorCode::malformed, "padding"};
  }
  return decompress(padded.subspan(start, size), kRunPayloadBytesMax);
}

crypto::Key run_key(const crypto::Key& epoch_key, const SpaceId& space) {
  return crypto::derive_key(domains::kRunKey, epoch_key, space.view());
}

Result<void> check_draft(const RunDraft& draft, const SpaceState& space) {
  if (space.empty()) return Error{ErrorCode::wrong_state, "no space yet"};
  if (draft.change_count == 0) return Error{ErrorCode::invalid_argument, "no change"};
  if (draft.change_count > kChangesPerRunMax || draft.payload.size() > kRunPayloadBytesMax ||
      draft.tip.next_counter > kChangeCounterMax - draft.change_count) {
    return Error{ErrorCode::limit_exceeded, "run of " + std::to_string(draft.payload.size()) +
                                                " bytes, " + std::to_string(draft.change_count) +
                                                " changes"};
  }
  return {};
}

}  // namespace

std::size_t padded_size(std::size_t size) {
  if (size < 2) return size;
  const auto exponent = static_cast<std::size_t>(std::bit_width(size)) - 1;
  const auto mantissa = static_cast<std::size_t>(std::bit_width(exponent));
  const std::size_t mask = (std::size_t{1} << (exponent - std::min(exponent, mantissa))) - 1;
  return (size + mask) & ~mask;
}

BodyHash body_hash(BytesView body) { return crypto::hash<BodyHash>(domains::kRunBody, body); }

Result<SealedRun> seal_run(const RunDraft& draft, const DeviceIdentity& author,
                           const OrganisationState& organisation, const SpaceState& space,
                           const Keyring& keys, Random& random) {
  return seal_run_at({organisation.head(), space.head()}, draft, author, organisation, space, keys,
                     random);
}

Result<SealedRun> seal_run_at(const RunHeads& heads, const RunDraft& draft,
                              const DeviceIdentity& author, const OrganisationState& organisation,
                              const SpaceState& space, const Keyring& keys, Random& random) {
  FELTBOG_CHECK(check_draft(draft, space));
  const Epoch& epoch = *space.epoch_at(heads.space.sequence);
  SealedRun run;
  RunHeader& header = run.header;
  header = {space.id(),
            author.id,
            draft.incarnation,
            draft.tip.sequence + 1,
            draft.tip.hash,
            heads.space,
            heads.organisation,
            draft.witness,
            epoch.number,
            epoch.key,
            draft.retention,
            draft.tip.next_counter,
            draft.change_count,
            0,
            {}};
  FELTBOG_CHECK(check_chain(header, draft.tip));
  FELTBOG_CHECK(check_author(header, organisation, space));
  const crypto::Key* key = keys.find(epoch.number);
  if (key == nullptr || key_id(*key, space.id(), epoch.number) != epoch.key) {
    return Error{ErrorCode::missing_key, "epoch " + std::to_string(epoch.number)};
  }
  const Bytes plain = pad(draft.payload);
  header.body_bytes = static_cast<std::uint32_t>(plain.size() + kRunOverheadBytes);
  const auto nonce = random.make<crypto::Nonce>();
  Bytes body = to_bytes(nonce.view());
  append(body, crypto::seal(run_key(*key, header.space), nonce, additional_data(header), plain));
  header.body = body_hash(body);
  run.body = std::move(body);
  run.signature = crypto::sign(author.signing, domains::kRun, header.encode());
  return run;
}

Result<Bytes> open_run(const SealedRun& run, const Keyring& keys) {
  if (!run.body) return Error{ErrorCode::not_found, "the body was erased"};
  return open_run(run.header, *run.body, keys);
}

Result<Bytes> open_run(const RunHeader& header, BytesView body, const Keyring& keys) {
  if (body.size() != header.body_bytes || body.size() < kRunOverheadBytes) {
    return Error{ErrorCode::malformed, "length of a body"};
  }
  const crypto::Key* key = keys.find(header.epoch);
  if (key == nullptr || key_id(*key, header.space, header.epoch) != header.key) {
    return Error{ErrorCode::missing_key, "epoch " + std::to_string(header.epoch)};
  }
  FELTBOG_TRY(nonce, crypto::Nonce::from(body.first(crypto::Nonce::kSize)));
  FELTBOG_TRY(plain, crypto::open(run_key(*key, header.space), nonce, additional_data(header),
                                  body.subspan(crypto::Nonce::kSize)));
  return unpad(plain);
}

}  // namespace feltbog::ledger
