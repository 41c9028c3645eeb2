// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/attachment_content.h"

#include "core/base/cbor.h"
#include "core/crypto/aead.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

Bytes chunk_context(std::uint64_t index, bool last) {
  return CborWriter().array(3).text("feltbog chunk 1").uint(index).boolean(last).take();
}

}  // namespace

Value AttachmentContent::to_value() const {
  Value out;
  out["size"] = size;
  out["key"] = to_bytes(key.view());
  out["chunks"] = Value::List{};
  for (const ChunkHash& chunk : chunks) out["chunks"].push_back(to_bytes(chunk.view()));
  return out;
}

std::optional<AttachmentContent> read_attachment_content(const document::History& history,
                                                         const document::DocumentId& document) {
  const auto stored = history.value(document, field::kContent);
  if (!stored) return std::nullopt;
  const Bytes* key = stored->value["key"].bytes();
  const std::int64_t size = stored->value["size"].integer_or(-1);
  if (key == nullptr || size < 0) return std::nullopt;
  auto read_key = crypto::Key::from(*key);
  if (!read_key) return std::nullopt;
  AttachmentContent out{static_cast<std::uint64_t>(size), std::move(read_key).value(), {}};
  for (const Value& item : stored->value["chunks"].items()) {
    const Bytes* bytes = item.bytes();
    const auto hash = ChunkHash::from(bytes != nullptr ? BytesView(*bytes) : BytesView());
    if (!hash) return std::nullopt;
    out.chunks.push_back(hash.value());
  }
  return out;
}

Bytes seal_chunk(const crypto::Key& key, std::uint64_t index, bool last, BytesView plain,
                 Random& random) {
  const auto nonce = random.make<crypto::Nonce>();
  Bytes out = to_bytes(nonce.view());
  append(out, crypto::seal(key, nonce, chunk_context(index, last), plain));
  return out;
}

Result<Bytes> open_chunk(const crypto::Key& key, std::uint64_t index, bool last, BytesView sealed) {
  if (sealed.size() < crypto::Nonce::kSize) return Error{ErrorCode::decryption_failed, "chunk"};
  FELTBOG_TRY(nonce, crypto::Nonce::from(sealed.first(crypto::Nonce::kSize)));
  return crypto::open(key, nonce, chunk_context(index, last), sealed.subspan(crypto::Nonce::kSize));
}

}  // namespace feltbog::workspace
