// SPDX-License-Identifier: Apache-2.0
// The only includer of libpng.
#include "apps/cli/qr_image.h"

#include <png.h>

namespace feltbog::cli {
namespace {

constexpr int kModulePixels = 8;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char symbol : text) {
    switch (symbol) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += symbol;
    }
  }
  return out;
}

// A path of unit squares, drawn without seams.
std::string drawing(const QrCode& code) {
  const std::string side = std::to_string(code.width + 2 * kQrQuietZone);
  std::string out = "<svg viewBox=\"0 0 " + side + " " + side +
                    "\" shape-rendering=\"crispEdges\" role=\"img\"><path d=\"";
  for (int row = 0; row < code.width; ++row) {
    for (int column = 0; column < code.width; ++column) {
      if (!code.is_dark(row, column)) continue;
      out += "M" + std::to_string(column + kQrQuietZone) + " " +
             std::to_string(row + kQrQuietZone) + "h1v1h-1z";
    }
  }
  return out + "\"/></svg>";
}

}  // namespace

Result<Bytes> qr_png(const QrCode& code) {
  const int side = (code.width + 2 * kQrQuietZone) * kModulePixels;
  Bytes pixels;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const bool dark =
          code.is_dark(y / kModulePixels - kQrQuietZone, x / kModulePixels - kQrQuietZone);
      pixels.push_back(dark ? 0x00 : 0xff);
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  const bool measured =
      png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr) != 0;
  Bytes out(size);
  if (!measured ||
      png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr) == 0) {
    return Error{ErrorCode::internal, "PNG"};
  }
  out.resize(size);
  return out;
}

std::string qr_page(const QrCode& code, const InvitePage& page) {
  return "<!doctype html>\n<html lang=\"" + escaped(page.language) +
         "\">\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n<title>" +
         escaped(page.title) +
         "</title>\n<style>body{font:1.1rem sans-serif;max-width:34rem;margin:2rem auto}"
         "svg{width:100%;background:#fff}code{overflow-wrap:anywhere}</style>\n<h1>" +
         escaped(page.title) + "</h1>\n<p>" + escaped(page.valid_until) + "</p>\n" + drawing(code) +
         "\n<p>" + escaped(page.instruction) + "</p>\n<p><code>" + escaped(page.invite) +
         "</code></p>\n</html>\n";
}

}  // namespace feltbog::cli
