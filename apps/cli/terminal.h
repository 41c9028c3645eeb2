// SPDX-License-Identifier: Apache-2.0
// What the output goes to, and asking for a passphrase on it.
#pragma once

#include <cstddef>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace feltbog::cli {

// Reads an environment variable; nothing when it is unset or empty.
using Variables = std::function<std::optional<std::string>(std::string_view name)>;

struct Terminal {
  bool is_terminal = false;
  bool colour = false;    // a terminal, and NO_COLOR is not set
  std::size_t width = 0;  // columns; 0: do not cut

  static Terminal of(std::FILE* stream, const Variables& variables);
};

// A passphrase, wiped when it goes.
class Passphrase {
 public:
  explicit Passphrase(std::string text);
  Passphrase(Passphrase&& other) noexcept;
  Passphrase& operator=(Passphrase&& other) noexcept;
  ~Passphrase();
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

inline constexpr std::size_t kPassphraseBytesMax = 1024;

// Asks on the controlling terminal, whatever input and output are, without showing what is typed.
// Errors: locked (there is no terminal), cancelled (Ctrl-C or Ctrl-D), limit_exceeded.
Result<Passphrase> ask_passphrase(std::string_view prompt);
// The first line of a file. Errors: not_found, io_error, limit_exceeded, invalid_argument (empty).
Result<Passphrase> read_passphrase_file(const std::string& path);

}  // namespace feltbog::cli
