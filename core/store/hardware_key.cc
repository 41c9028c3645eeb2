// SPDX-License-Identifier: Apache-2.0
// The file-based hardware key: 32 random bytes and a checksum.
#include "core/store/hardware_key.h"

#include "core/crypto/hash.h"

namespace feltbog::store {
namespace {

using Digest = FixedBytes<32, struct HardwareDigestTag>;
constexpr std::size_t kFileSize = crypto::Key::kSize + Digest::kSize;

Digest checksum(BytesView key) { return crypto::hash<Digest>("store.hwfile.v1", key); }

Result<crypto::Key> make_key_file(Disk& disk, std::string_view path, Random& random) {
  crypto::Key key = crypto::Key::random(random);
  Bytes content = to_bytes(key.view());
  append(content, checksum(key.view()).view());
  auto written = replace_file(disk, path, content);
  crypto::wipe(content);
  if (!written) return written.error();
  return key;
}

Result<crypto::Key> read_key_file(Disk& disk, std::string_view path) {
  auto content = read_file(disk, path, kFileSize);
  if (!content && content.error().code == ErrorCode::limit_exceeded) return ErrorCode::corrupt;
  if (!content) return content.error();
  if (content->size() != kFileSize) return Error{ErrorCode::corrupt, "hardware key file"};
  const BytesView key_bytes = BytesView(*content).first(crypto::Key::kSize);
  const Digest digest = checksum(key_bytes);
  const bool whole =
      std::equal(digest.bytes.begin(), digest.bytes.end(), content->begin() + crypto::Key::kSize);
  auto key = crypto::Key::from(key_bytes);
  crypto::wipe(*content);
  if (!whole) return Error{ErrorCode::corrupt, "hardware key file"};
  return key;
}

}  // namespace

FileHardwareKey::FileHardwareKey(crypto::Key key)
    : key_(std::move(key)),
      id_(crypto::keyed_hash<HardwareKeyId>("store.hwid.v1", key_, as_bytes("file"))) {}

Result<std::unique_ptr<FileHardwareKey>> FileHardwareKey::open_or_create(Disk& disk,
                                                                         std::string_view path,
                                                                         Random& random) {
  FELTBOG_TRY(there, disk.exists(path));
  FELTBOG_TRY(key, there ? read_key_file(disk, path) : make_key_file(disk, path, random));
  return std::unique_ptr<FileHardwareKey>(new FileHardwareKey(std::move(key)));
}

Result<crypto::Key> FileHardwareKey::mix(BytesView input) {
  return crypto::derive_key("store.hwmix.v1", key_, input);
}

}  // namespace feltbog::store
