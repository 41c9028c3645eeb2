// SPDX-License-Identifier: Apache-2.0
// The only includer of libqrencode.
#include "apps/cli/qr.h"

#include <qrencode.h>

#include <memory>

namespace feltbog::cli {
namespace {

struct CodeDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

bool QrCode::is_dark(int row, int column) const {
  if (row < 0 || column < 0 || row >= width || column >= width) return false;
  return dark[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
              static_cast<std::size_t>(column)];
}

Result<QrCode> make_qr_code(std::string_view text) {
  // Low error correction keeps it small enough for a screen, which has no scratches.
  const std::unique_ptr<QRcode, CodeDeleter> code(
      QRcode_encodeString(std::string(text).c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
  if (code == nullptr) {
    return Error{ErrorCode::limit_exceeded, "QR code of " + std::to_string(text.size()) + " bytes"};
  }
  const std::size_t modules =
      static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  QrCode out{code->width, {}};
  // libqrencode keeps the colour of a module in its lowest bit.
  for (std::size_t i = 0; i < modules; ++i) out.dark.push_back((code->data[i] & 1U) != 0);
  return out;
}

std::string qr_for_terminal(const QrCode& code, bool colour) {
  std::string out;
  for (int row = -kQrQuietZone; row < code.width + kQrQuietZone; row += 2) {
    if (colour) out += "\x1b[30;47m";
    for (int column = -kQrQuietZone; column < code.width + kQrQuietZone; ++column) {
      // Coloured, a block is a dark module; uncoloured, on a dark terminal, it is a light one.
      const bool upper = code.is_dark(row, column) == colour;
      const bool lower = code.is_dark(row + 1, column) == colour;
      out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    if (colour) out += "\x1b[0m";
    out += '\n';
  }
  return out;
}

}  // namespace feltbog::cli
