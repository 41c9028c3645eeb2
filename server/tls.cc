// SPDX-License-Identifier: Apache-2.0
// Key, certificate and context over OpenSSL 3.
#include "server/tls.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace feltbog::server {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // RFC 1035, section 2.3.4
constexpr long kDaySeconds = 86'400;
constexpr int kValidDays = 3'653;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificatePointer = std::unique_ptr<X509, Deleter<X509_free>>;
using ExtensionPointer = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using BioPointer = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

Error failed(std::string_view step) { return {ErrorCode::internal, "tls " + std::string(step)}; }

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == ':';
}

// A literal address, or a name.
std::string alternative_name(const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  if (address == nullptr) return "DNS:" + host;
  ASN1_OCTET_STRING_free(address);
  return "IP:" + host;
}

bool add_extension(X509* certificate, int name, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPointer extension(X509V3_EXT_conf_nid(nullptr, &context, name, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 8> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
  std::uint64_t serial = 0;
  for (const unsigned char byte : random) serial = serial << 8 | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial | 1) == 1;
}

bool set_validity(X509* certificate, WallTime now) {
  time_t seconds = static_cast<time_t>(now.milliseconds / 1000);
  return X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -kDaySeconds, &seconds) != nullptr &&
         X509_time_adj_ex(X509_getm_notAfter(certificate), kValidDays, 0, &seconds) != nullptr;
}

Result<CertificatePointer> make_certificate(EVP_PKEY* key, const std::string& host, WallTime now) {
  CertificatePointer certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1) {
    return failed("certificate");
  }
  X509* raw = certificate.get();
  X509_NAME* name = X509_get_subject_name(raw);
  static constexpr unsigned char kCommonName[] = "feltbog office server";
  const bool done =
      set_serial(raw) && set_validity(raw, now) && X509_set_pubkey(raw, key) == 1 &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kCommonName, -1, -1, 0) == 1 &&
      X509_set_issuer_name(raw, name) == 1 &&
      add_extension(raw, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(raw, NID_key_usage, "critical,digitalSignature") &&
      add_extension(raw, NID_ext_key_usage, "serverAuth") &&
      add_extension(raw, NID_subject_alt_name, alternative_name(host)) &&
      X509_sign(raw, key, EVP_sha256()) > 0;
  if (!done) return failed("certificate");
  return certificate;
}

Result<Bytes> contents(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  if (size <= 0) return failed("pem");
  return to_bytes(as_bytes({data, static_cast<std::size_t>(size)}));
}

Result<BioPointer> reader(BytesView pem) {
  if (pem.empty() || pem.size() > INT_MAX) return Error{ErrorCode::corrupt, "pem"};
  BioPointer memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!memory) return failed("memory");
  return memory;
}

}  // namespace

Result<TlsFiles> make_tls_files(std::string_view host, WallTime now) {
  if (host.empty() || host.size() > kHostBytesMax ||
      !std::ranges::all_of(host, is_host_character)) {
    return Error{ErrorCode::invalid_argument, "host"};
  }
  const KeyPointer key(EVP_EC_gen("P-256"));
  if (!key) return failed("key");
  FELTBOG_TRY(certificate, make_certificate(key.get(), std::string(host), now));
  // Secure memory: the buffer that held the key is wiped when freed.
  const BioPointer key_out(BIO_new(BIO_s_secmem()));
  const BioPointer certificate_out(BIO_new(BIO_s_mem()));
  if (!key_out || !certificate_out ||
      PEM_write_bio_PKCS8PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1 ||
      PEM_write_bio_X509(certificate_out.get(), certificate.get()) != 1) {
    return failed("pem");
  }
  FELTBOG_TRY(key_pem, contents(key_out.get()));
  FELTBOG_TRY(certificate_pem, contents(certificate_out.get()));
  return TlsFiles{std::move(key_pem), std::move(certificate_pem)};
}

Result<SslContext> make_server_context(BytesView key_pem, BytesView certificate_pem) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1) {
    return failed("context");
  }
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_max_early_data(context.get(), 0);
  FELTBOG_TRY(key_in, reader(key_pem));
  FELTBOG_TRY(certificate_in, reader(certificate_pem));
  const KeyPointer key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  const CertificatePointer certificate(
      PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr));
  if (!key || !certificate || SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return Error{ErrorCode::corrupt, "tls key or certificate"};
  }
  return context;
}

Result<SpkiPin> pin_of(SSL_CTX* context) {
  X509* certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr) return failed("certificate");
  unsigned char* encoded = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  if (length <= 0) return failed("public key");
  SpkiPin pin;
  const int hashed = EVP_Digest(encoded, static_cast<std::size_t>(length), pin.bytes.data(),
                                nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  if (hashed != 1) return failed("hash");
  return pin;
}

Result<sync::ChannelBinding> channel_binding(SSL* connection) {
  static constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  sync::ChannelBinding binding;
  if (SSL_export_keying_material(connection, binding.bytes.data(), binding.bytes.size(),
                                 kLabel.data(), kLabel.size(), nullptr, 0, 0) != 1) {
    return failed("exporter");
  }
  return binding;
}

}  // namespace feltbog::server
