// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/qr.h"

#include <qrencode.h>

#include <memory>

namespace feltbog::cli {
namespace {

constexpr int kQuiet = 4;

struct CodeDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using Code = std::unique_ptr<QRcode, CodeDeleter>;

bool is_dark(const QRcode& code, int row, int column) {
  if (row < 0 || column < 0 || row >= code.width || column >= code.width) return false;
  // libqrencode keeps the colour of a module in its lowest bit.
  return (code.data[row * code.width + column] & 1U) != 0;
}

}  // namespace

Result<std::string> qr_for_terminal(std::string_view text, bool colour) {
  // Low error correction keeps it small enough for a screen, which has no scratches.
  const Code code(QRcode_encodeString(std::string(text).c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
  if (code == nullptr) {
    return Error{ErrorCode::limit_exceeded, "QR code of " + std::to_string(text.size()) + " bytes"};
  }
  std::string out;
  for (int row = -kQuiet; row < code->width + kQuiet; row += 2) {
    if (colour) out += "\x1b[30;47m";
    for (int column = -kQuiet; column < code->width + kQuiet; ++column) {
      // Coloured, a block is a dark module; uncoloured, on a dark terminal, it is a light one.
      const bool upper = is_dark(*code, row, column) == colour;
      const bool lower = is_dark(*code, row + 1, column) == colour;
      out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    if (colour) out += "\x1b[0m";
    out += '\n';
  }
  return out;
}

}  // namespace feltbog::cli
