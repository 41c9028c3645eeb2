// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "mobile-bridge/c/feltbog_attachment.h"
#include "tests/mobile-bridge/c/phone.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Desk {
  Phone phone;
  std::string file;
  Desk() {
    settle_in(phone);
    file = phone.new_case("Åse Fiktiv");
  }
  feltbog_attachment* create(std::string_view name) {
    feltbog_attachment* out = nullptr;
    must(feltbog_attachment_create(phone.workspace, file.data(), file.size(), name.data(),
                                   name.size(), "image/jpeg", 10, &out));
    return out;
  }
  feltbog_attachment* open(std::string_view name) {
    feltbog_attachment* out = nullptr;
    must(feltbog_attachment_open(phone.workspace, file.data(), file.size(), name.data(),
                                 name.size(), &out));
    return out;
  }
};

}  // namespace

TEST_CASE("a photo written in pieces comes back byte for byte, and in parts") {
  Desk desk;
  Bytes photo(150'000);
  for (std::size_t at = 0; at < photo.size(); ++at) photo[at] = static_cast<uint8_t>(at * 7);
  feltbog_attachment* writer = desk.create("køkken 🍳.jpg");
  for (std::size_t at = 0; at < photo.size(); at += 50'000) {
    must(feltbog_attachment_write(writer, photo.data() + at, 50'000));
  }
  feltbog_bytes out;
  must(feltbog_attachment_finish(writer, &out));
  CHECK(take_value(out)["size"] == Value(150'000));
  CHECK(number_of(feltbog_attachment_write(writer, photo.data(), 1)) == FELTBOG_ERROR_WRONG_STATE);
  CHECK(number_of(feltbog_attachment_finish(writer, &out)) == FELTBOG_ERROR_WRONG_STATE);
  must(feltbog_attachment_close(writer));

  feltbog_attachment* reader = desk.open("køkken 🍳.jpg");
  uint64_t size = 0;
  must(feltbog_attachment_size(reader, &size));
  CHECK(size == photo.size());
  must(feltbog_attachment_name(reader, &out));
  CHECK(take_text(out) == "køkken 🍳.jpg");
  must(feltbog_attachment_read(reader, 0, SIZE_MAX, &out));
  CHECK(take_text(out) == as_text(photo));
  must(feltbog_attachment_read(reader, 65'530, 10, &out));
  CHECK(take_text(out) == as_text(BytesView(photo).subspan(65'530, 10)));
  for (const uint64_t beyond : {uint64_t{150'000}, UINT64_MAX}) {
    must(feltbog_attachment_read(reader, beyond, 10, &out));
    CHECK(out.size == 0);
  }
}

TEST_CASE("a stream goes one way") {
  Desk desk;
  feltbog_attachment* writer = desk.create("foto");
  feltbog_bytes out;
  uint64_t size = 0;
  CHECK(number_of(feltbog_attachment_read(writer, 0, 1, &out)) == FELTBOG_ERROR_WRONG_STATE);
  CHECK(number_of(feltbog_attachment_size(writer, &size)) == FELTBOG_ERROR_WRONG_STATE);
  CHECK(number_of(feltbog_attachment_name(writer, &out)) == FELTBOG_ERROR_WRONG_STATE);
  CHECK(number_of(feltbog_attachment_write(writer, nullptr, 1)) == FELTBOG_ERROR_INVALID_ARGUMENT);
  must(feltbog_attachment_write(writer, nullptr, 0));
  must(feltbog_attachment_finish(writer, &out));
  feltbog_bytes_free(&out);
  feltbog_attachment* reader = desk.open("foto");
  CHECK(number_of(feltbog_attachment_write(reader, nullptr, 0)) == FELTBOG_ERROR_WRONG_STATE);
  CHECK(number_of(feltbog_attachment_finish(reader, &out)) == FELTBOG_ERROR_WRONG_STATE);
}

TEST_CASE("a photo closed before it was finished leaves nothing behind") {
  Desk desk;
  feltbog_attachment* writer = desk.create("foto");
  const Bytes part(100'000, 3);
  must(feltbog_attachment_write(writer, part.data(), part.size()));
  must(feltbog_attachment_close(writer));
  CHECK(desk.phone.call("attachment.list", map_of({{"case", desk.file}})).items().empty());
  CHECK(desk.phone.call("status")["not_sent"]["attachment_chunks"] == Value(0));
}
