// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/input.h"

#include <array>
#include <cerrno>
#include <memory>
#include <span>

#include "core/crypto/secret.h"

namespace feltbog::cli {
namespace {

struct StreamCloser {
  void operator()(std::FILE* stream) const { std::fclose(stream); }
};

Error failed(int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::io_error;
  return {code, "file errno " + std::to_string(number)};
}

}  // namespace

Result<std::string> read_stream(std::FILE* stream, std::size_t size_max) {
  std::array<char, 16384> piece{};
  std::string out;
  std::size_t count = 0;
  while ((count = std::fread(piece.data(), 1, piece.size(), stream)) > 0) {
    out.append(piece.data(), count);
    if (out.size() > size_max) break;
  }
  const int number = errno;
  // It may have been a passphrase.
  crypto::wipe({reinterpret_cast<std::uint8_t*>(piece.data()), piece.size()});
  if (std::ferror(stream) != 0) return failed(number);
  if (out.size() > size_max) return Error{ErrorCode::limit_exceeded, "text"};
  return out;
}

Result<std::string> read_path(const std::string& path, std::size_t size_max) {
  const std::unique_ptr<std::FILE, StreamCloser> stream(std::fopen(path.c_str(), "rbe"));
  if (stream == nullptr) return failed(errno);
  std::setvbuf(stream.get(), nullptr, _IONBF, 0);
  return read_stream(stream.get(), size_max);
}

}  // namespace feltbog::cli
