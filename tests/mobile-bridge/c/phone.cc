// SPDX-License-Identifier: Apache-2.0
#include "tests/mobile-bridge/c/phone.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "core/base/cbor.h"
#include "core/crypto/system_random.h"
#include "core/ledger/invite.h"

namespace feltbog::testing {

int32_t number_of(feltbog_error* error) {
  std::string ignored;
  return number_of(error, ignored);
}

int32_t number_of(feltbog_error* error, std::string& detail) {
  const int32_t number = feltbog_error_number(error);
  detail = feltbog_error_detail(error);
  feltbog_error_free(error);
  return number;
}

void must(feltbog_error* error) {
  const std::string name = feltbog_error_name(error);
  const std::string detail = feltbog_error_detail(error);
  REQUIRE_MESSAGE(number_of(error) == 0, name << ": " << detail);
}

std::string take_text(feltbog_bytes& bytes) {
  std::string text(as_text({bytes.data, bytes.size}));
  feltbog_bytes_free(&bytes);
  return text;
}

Value take_value(feltbog_bytes& bytes) {
  if (bytes.size == 0) return {};
  auto value = decode_cbor({bytes.data, bytes.size});
  feltbog_bytes_free(&bytes);
  REQUIRE(value.has_value());
  return *value;
}

std::string office_invite() {
  crypto::SystemRandom random;
  ledger::FoundingInvite invite;
  invite.server_address = "office.example:7443";
  invite.pin = random.make<ledger::CertificatePin>();
  invite.server_key = crypto::signing_public(crypto::SigningSecret::random(random));
  invite.secret = crypto::SigningSecret::random(random);
  return invite.to_text();
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "feltbog-bridge-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Phone::Phone(const feltbog_host* host) { reopen(host); }

Phone::~Phone() { feltbog_error_free(feltbog_workspace_close(workspace)); }

void Phone::reopen(const feltbog_host* host) {
  if (workspace != nullptr) must(feltbog_workspace_close(workspace));
  const std::string path = folder.path().string();
  must(feltbog_workspace_open(path.data(), path.size(), host, &workspace));
}

void Phone::create(std::string_view passphrase) {
  must(feltbog_workspace_create(workspace, FELTBOG_SECRET_PASSPHRASE, passphrase.data(),
                                passphrase.size()));
}

int32_t Phone::unlock(std::string_view passphrase) {
  return number_of(feltbog_workspace_unlock(workspace, FELTBOG_SECRET_PASSPHRASE, passphrase.data(),
                                            passphrase.size()));
}

void Phone::found(std::string_view invite, std::string_view name) {
  must(feltbog_workspace_found(workspace, invite.data(), invite.size(), name.data(), name.size()));
}

namespace {

feltbog_error* run(feltbog_workspace* workspace, std::string_view command, const Value& parameters,
                   feltbog_bytes* out) {
  const Bytes encoded = parameters.is_null() ? Bytes() : encode_cbor(parameters);
  const feltbog_call_options options{sizeof(feltbog_call_options), FELTBOG_LANGUAGE_ENGLISH,
                                     nullptr, 0};
  return feltbog_workspace_call(workspace, command.data(), command.size(), encoded.data(),
                                encoded.size(), &options, out);
}

}  // namespace

Value Phone::call(std::string_view command, const Value& parameters) {
  feltbog_bytes out;
  INFO(command);
  must(run(workspace, command, parameters, &out));
  return take_value(out);
}

int32_t Phone::try_call(std::string_view command, const Value& parameters) {
  feltbog_bytes out;
  const int32_t number = number_of(run(workspace, command, parameters, &out));
  feltbog_bytes_free(&out);
  return number;
}

std::string Phone::new_case(std::string_view citizen) {
  return call("case.new", map_of({{"citizen", citizen}}))["case"].text_or("");
}

int32_t Phone::stage() {
  int32_t out = -1;
  must(feltbog_workspace_stage(workspace, &out));
  return out;
}

feltbog_editor* Phone::open_editor(std::string_view file, std::string_view note, int32_t unit) {
  feltbog_editor* out = nullptr;
  must(feltbog_editor_open(workspace, file.data(), file.size(), note.data(), note.size(), unit,
                           &out));
  return out;
}

void settle_in(Phone& phone) {
  phone.create();
  phone.found(office_invite(), "Karen");
}

Value map_of(std::initializer_list<std::pair<const char*, Value>> entries) {
  Value out = Value::Map{};
  for (const auto& [name, value] : entries) out[name] = value;
  return out;
}

}  // namespace feltbog::testing
