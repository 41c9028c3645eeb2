// SPDX-License-Identifier: Apache-2.0
// Invites in files: what is drawn is the code, and it is for its user alone.
#include "apps/cli/qr_image.h"

#include <doctest/doctest.h>
#include <png.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/cli/new_file.h"

namespace feltbog::cli {
namespace {

QrCode code() {
  auto made = make_qr_code("FELTBOG-INVITE:ABCDE-FGHJK");
  REQUIRE(made.has_value());
  return std::move(made).value();
}

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("feltbog-qr-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const char* name) const { return (path / name).string(); }
};

}  // namespace

TEST_CASE("the picture read back has a dark square of 8 pixels for every dark module") {
  const QrCode qr = code();
  const auto png = qr_png(qr);
  REQUIRE(png.has_value());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, png->data(), png->size()) != 0);
  image.format = PNG_FORMAT_GRAY;
  const int side = static_cast<int>(image.width);
  REQUIRE(side == (qr.width + 2 * kQrQuietZone) * 8);
  REQUIRE(image.height == image.width);
  Bytes pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  int wrong = 0;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const bool dark = pixels[static_cast<std::size_t>(y * side + x)] == 0;
      if (dark != qr.is_dark(y / 8 - kQrQuietZone, x / 8 - kQrQuietZone)) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("the page draws every dark module, says what the invite is, and fetches nothing") {
  const QrCode qr = code();
  const std::string page =
      qr_page(qr, {"da", "Invitation til <Bo & Søn>", "Gælder til", "feltbog-invite:ABC", "Brug"});
  std::size_t drawn = 0;
  for (std::size_t at = page.find("h1v1"); at != std::string::npos;
       at = page.find("h1v1", at + 1)) {
    ++drawn;
  }
  CHECK(drawn == static_cast<std::size_t>(std::count(qr.dark.begin(), qr.dark.end(), true)));
  CHECK(page.find("feltbog-invite:ABC") != std::string::npos);
  CHECK(page.find("&lt;Bo &amp; Søn&gt;") != std::string::npos);
  CHECK(page.find("<Bo") == std::string::npos);
  for (const char* fetching : {"http:", "https:", "src=", "<script", "url("}) {
    CAPTURE(fetching);
    CHECK(page.find(fetching) == std::string::npos);
  }
}

TEST_CASE("a new file is its user's alone, overwrites nothing, and goes away when not written") {
  const Folder folder;
  const std::string path = folder.file("invite.png");
  {
    auto dropped = NewFile::create(path);
    REQUIRE(dropped.has_value());
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  auto file = NewFile::create(path);
  REQUIRE(file.has_value());
  REQUIRE(file->write(as_bytes("secret")).has_value());
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);
  const auto again = NewFile::create(path);
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == ErrorCode::already_exists);
  std::ifstream in(path, std::ios::binary);
  CHECK(std::string{std::istreambuf_iterator<char>(in), {}} == "secret");
}

}  // namespace feltbog::cli
