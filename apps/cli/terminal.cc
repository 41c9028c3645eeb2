// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "apps/cli/input.h"
#include "core/base/utf8.h"
#include "core/crypto/secret.h"

namespace feltbog::cli {
namespace {

constexpr std::size_t kWidthDefault = 80;
constexpr std::size_t kWidthMin = 20;

// Also what stands behind the end: a short text that was moved away leaves its letters there.
void wipe_text(std::string& text) {
  text.resize(text.capacity());
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  text.clear();
}

// The controlling terminal with echo and signals off, put back when it goes. With signals off
// Ctrl-C arrives as a character, so that the terminal is never left silent.
class SilentTerminal {
 public:
  SilentTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
    struct termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    ready_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (ready_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  bool ready() const { return ready_; }
  void show(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(descriptor_, text.data(), text.size());
      if (count < 0 && errno != EINTR) return;
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  // The next byte; nothing at the end of the input.
  std::optional<char> next() {
    char byte = 0;
    ssize_t count = 0;
    do {
      count = ::read(descriptor_, &byte, 1);
    } while (count < 0 && errno == EINTR);
    if (count != 1) return std::nullopt;
    return byte;
  }

 private:
  int descriptor_;
  struct termios before_ {};
  bool ready_ = false;
};

}  // namespace

Terminal Terminal::of(std::FILE* stream, const Variables& variables) {
  Terminal out;
  const int descriptor = ::fileno(stream);
  out.is_terminal = ::isatty(descriptor) == 1;
  if (!out.is_terminal) return out;
  const auto kind = variables("TERM");
  out.colour = !variables("NO_COLOR").has_value() && kind.has_value() && *kind != "dumb";
  struct winsize size {};
  out.width = kWidthDefault;
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) out.width = size.ws_col;
  out.width = std::max(out.width, kWidthMin);
  return out;
}

Passphrase::Passphrase(std::string text) {
  text_.swap(text);
  wipe_text(text);
}

Passphrase::Passphrase(Passphrase&& other) noexcept {
  text_.swap(other.text_);
  wipe_text(other.text_);
}

Passphrase& Passphrase::operator=(Passphrase&& other) noexcept {
  wipe_text(text_);
  text_ = other.text_;
  wipe_text(other.text_);
  return *this;
}

Passphrase::~Passphrase() { wipe_text(text_); }

Result<Passphrase> ask_passphrase(std::string_view prompt) {
  SilentTerminal terminal;
  if (!terminal.ready()) return Error{ErrorCode::locked, "no passphrase at hand"};
  terminal.show(prompt);
  std::string text;
  text.reserve(kPassphraseBytesMax + 1);  // so that it never moves and leaves a copy behind
  for (;;) {
    const auto byte = terminal.next();
    if (!byte.has_value() || *byte == '\x03') {
      wipe_text(text);
      terminal.show("\n");
      return Error{ErrorCode::cancelled, "passphrase"};
    }
    if (*byte == '\n' || *byte == '\r') break;
    text += *byte;
    if (text.size() > kPassphraseBytesMax) {
      wipe_text(text);
      return Error{ErrorCode::limit_exceeded, "passphrase"};
    }
  }
  terminal.show("\n");
  if (!is_utf8(text)) return Error{ErrorCode::invalid_argument, "passphrase is not UTF-8"};
  return Passphrase(std::move(text));
}

Result<Passphrase> read_passphrase_file(const std::string& path) {
  FELTBOG_TRY(content, read_path(path, kPassphraseBytesMax));
  std::string_view line = std::string_view(content).substr(0, content.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool good = !line.empty() && is_utf8(line);
  std::string text(line);
  wipe_text(content);
  if (!good) return Error{ErrorCode::invalid_argument, "passphrase file"};
  return Passphrase(std::move(text));
}

}  // namespace feltbog::cli
