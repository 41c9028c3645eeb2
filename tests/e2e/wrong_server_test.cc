// SPDX-License-Identifier: Apache-2.0
// Another server at the address of the right one: what the invite pins is what a device believes.
#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

constexpr auto kOverwrite = std::filesystem::copy_options::overwrite_existing;

TEST_CASE("another server at the same address is refused, by its certificate or its identity") {
  Site site;
  const auto old_phone = site.worker("Bo Prøve");
  const Client new_phone("Ane Prøve", site.scratch / "phone");
  const std::string invite = site.invite(new_phone.name());
  site.server.stop();
  Server other(site.scratch / "other", demo::free_port());
  for (const bool same_certificate : {false, true}) {
    CAPTURE(same_certificate);
    for (const char* file : {"/tls-key.pem", "/tls-certificate.pem"}) {
      if (!same_certificate) continue;
      std::filesystem::copy_file(site.server.data() + file, other.data() + file, kOverwrite);
    }
    other.start(site.server.port());
    new_phone.refuses({"enrol", invite}, ErrorCode::wrong_server);
    CHECK_FALSE(std::filesystem::exists(new_phone.data() + "/feltbog.db"));
    old_phone->refuses({"sync"}, ErrorCode::wrong_server);
    other.stop();
  }
  site.server.start();
  new_phone.must({"enrol", invite});
  old_phone->must({"sync"});
}

TEST_CASE("a founding invite founds nothing on another server") {
  Scratch scratch;
  Server right(scratch / "right", demo::free_port());
  Server other(scratch / "other", demo::free_port());
  const Client desk("Inger Prøve", scratch / "desk");
  other.start(right.port());
  const Words create{"org", "create", "--office", right.founding_invite(), "--name", desk.name()};
  desk.refuses(create, ErrorCode::wrong_server);
  CHECK_FALSE(std::filesystem::exists(desk.data() + "/feltbog.db"));
  other.stop();
  right.start();
  desk.must(create);
  const Client second("Bo Prøve", scratch / "second");
  second.refuses(create, ErrorCode::invite_used);
  CHECK_FALSE(std::filesystem::exists(second.data() + "/feltbog.db"));
  const Words invite{"invite", "--name", second.name(), "--role", "worker"};
  second.must({"enrol", desk.must(invite)["invite"].text_or({})});
}

}  // namespace
}  // namespace feltbog::e2e
