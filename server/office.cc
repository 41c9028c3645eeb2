// SPDX-License-Identifier: Apache-2.0
// Making and opening an office server's directory.
#include "server/office.h"

#include <sys/stat.h>

#include <utility>

#include "core/base/json.h"
#include "core/ledger/invite.h"

namespace feltbog::server {
namespace {

constexpr std::size_t kSettingsBytesMax = 4096;
constexpr std::size_t kPemBytesMax = 16384;
constexpr std::int64_t kPortMax = 65535;

// Wipes bytes when they go out of scope.
class WipedBytes {
 public:
  explicit WipedBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  ~WipedBytes() { crypto::wipe(bytes_); }
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;
  BytesView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

// Secrets are made once and never changed by this program, so not even their owner may write them.
// A disk that has no such files (a memory disk) leaves nothing to protect.
void make_read_only(const std::string& path) {
  if (::chmod(path.c_str(), S_IRUSR) != 0) return;
}

Result<void> write_secret(Disk& disk, const std::string& path, BytesView content) {
  FELTBOG_CHECK(replace_file(disk, path, content));
  make_read_only(path);
  return {};
}

template <class SecretKey>
Result<SecretKey> read_secret(Disk& disk, const std::string& path) {
  FELTBOG_TRY(raw, read_file(disk, path, SecretKey::kSize));
  const WipedBytes bytes(std::move(raw));
  auto key = SecretKey::from(bytes.view());
  if (!key) return Error{ErrorCode::corrupt, "key file"};
  return key;
}

// The secret in the file, made first if there is none.
template <class SecretKey>
Result<SecretKey> secret_at(Disk& disk, const std::string& path, Random& random) {
  FELTBOG_TRY(there, disk.exists(path));
  if (there) return read_secret<SecretKey>(disk, path);
  SecretKey key = SecretKey::random(random);
  FELTBOG_CHECK(write_secret(disk, path, key.view()));
  return key;
}

Result<SslContext> read_tls(Disk& disk, const OfficePaths& paths) {
  FELTBOG_TRY(raw, read_file(disk, paths.tls_key, kPemBytesMax));
  const WipedBytes key(std::move(raw));
  FELTBOG_TRY(certificate, read_file(disk, paths.tls_certificate, kPemBytesMax));
  return make_server_context(key.view(), certificate);
}

// The certificate is written first: a key without one would never be replaced.
Result<SslContext> tls_at(Disk& disk, const OfficePaths& paths, std::string_view host,
                          WallTime now) {
  FELTBOG_TRY(there, disk.exists(paths.tls_key));
  if (!there) {
    FELTBOG_TRY(made, make_tls_files(host, now));
    const WipedBytes key(std::move(made.key_pem));
    FELTBOG_CHECK(replace_file(disk, paths.tls_certificate, made.certificate_pem));
    FELTBOG_CHECK(write_secret(disk, paths.tls_key, key.view()));
  }
  return read_tls(disk, paths);
}

std::string address_text(const OfficeSettings& settings) {
  const bool literal_v6 = settings.host.find(':') != std::string::npos;
  const std::string host = literal_v6 ? "[" + settings.host + "]" : settings.host;
  return host + ":" + std::to_string(settings.port);
}

Result<std::string> new_founding_invite(const Office& office, Random& random) {
  ledger::FoundingInvite invite;
  invite.server_address = address_text(office.settings);
  FELTBOG_CHECK(ledger::check_server_address(invite.server_address));
  FELTBOG_TRY(pin, pin_of(office.tls.get()));
  invite.pin.bytes = pin.bytes;
  invite.server_key = office.store->identity();
  invite.secret = crypto::SigningSecret::random(random);
  const auto allowed = office.store->allow_founding(crypto::signing_public(invite.secret));
  if (!allowed) return allowed.error();
  return invite.to_text();
}

Result<Office> open_files(Disk& disk, Clock& clock, Random& random, const OfficePaths& paths,
                          OfficeSettings settings) {
  Office office;
  FELTBOG_TRY(key, secret_at<crypto::Key>(disk, paths.database_key, random));
  FELTBOG_TRY(identity, secret_at<crypto::SigningSecret>(disk, paths.identity_key, random));
  FELTBOG_TRY(database, store::Database::open(disk, paths.database, key, random));
  FELTBOG_TRY(relay, RelayStore::open(std::move(database), std::move(identity), clock, random));
  FELTBOG_TRY(tls, tls_at(disk, paths, settings.host, clock.wall_time()));
  office.settings = std::move(settings);
  office.store = std::move(relay);
  office.tls = std::move(tls);
  return office;
}

}  // namespace

OfficePaths::OfficePaths(std::string_view directory_in)
    : directory(directory_in),
      settings(directory + "/settings.json"),
      database(directory + "/office.db"),
      database_key(directory + "/database.key"),
      identity_key(directory + "/identity.key"),
      tls_key(directory + "/tls-key.pem"),
      tls_certificate(directory + "/tls-certificate.pem"),
      port(directory + "/port") {}

Result<OfficeSettings> read_settings(Disk& disk, std::string_view directory) {
  FELTBOG_TRY(bytes, read_file(disk, OfficePaths(directory).settings, kSettingsBytesMax));
  FELTBOG_TRY(value, parse_json(as_text(bytes)));
  const std::int64_t port = value["port"].integer_or(0);
  OfficeSettings settings{value["host"].text_or(""), static_cast<std::uint16_t>(port)};
  if (settings.host.empty() || port <= 0 || port > kPortMax) {
    return Error{ErrorCode::corrupt, "settings.json"};
  }
  return settings;
}

Result<std::string> init_office(Disk& disk, Clock& clock, Random& random,
                                std::string_view directory, const OfficeSettings& settings) {
  const OfficePaths paths(directory);
  FELTBOG_CHECK(disk.make_directories(paths.directory));
  FELTBOG_TRY(there, disk.exists(paths.settings));
  if (there) return Error{ErrorCode::already_exists, "settings.json"};
  FELTBOG_TRY(office, open_files(disk, clock, random, paths, settings));
  FELTBOG_TRY(text, new_founding_invite(office, random));
  Value value;
  value["host"] = settings.host;
  value["port"] = static_cast<std::int64_t>(settings.port);
  // Last: a directory without settings is no office yet, and init can be run again.
  FELTBOG_CHECK(
      replace_file(disk, paths.settings, as_bytes(to_json(value, JsonForm::indented) + "\n")));
  return text;
}

Result<Office> open_office(Disk& disk, Clock& clock, Random& random, std::string_view directory) {
  const OfficePaths paths(directory);
  FELTBOG_TRY(settings, read_settings(disk, directory));
  // An office whose keys are gone must not quietly get new ones, which no device would know.
  for (const std::string* path : {&paths.database_key, &paths.identity_key, &paths.tls_key}) {
    FELTBOG_TRY(there, disk.exists(*path));
    if (!there) return Error{ErrorCode::corrupt, "key file missing"};
  }
  return open_files(disk, clock, random, paths, std::move(settings));
}

Result<std::string> renew_founding_invite(Disk& disk, Clock& clock, Random& random,
                                          std::string_view directory) {
  FELTBOG_TRY(office, open_office(disk, clock, random, directory));
  FELTBOG_TRY(head, office.store->organisation_head());
  if (head.sequence != 0) return Error{ErrorCode::wrong_state, "organisation exists"};
  return new_founding_invite(office, random);
}

}  // namespace feltbog::server
