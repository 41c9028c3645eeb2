// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/server_process.h"

#include "tests/e2e/scratch.h"

namespace feltbog::e2e {

Server::Server(std::string folder, int port)
    : folder_(std::move(folder)), data_(folder_ + "/office"), port_(port) {
  std::filesystem::create_directories(folder_);
  const demo::Outcome made = demo::Process::start({FELTBOG_SERVER, "init", "--dir", data_, "--host",
                                                   "localhost", "--port", std::to_string(port_)})
                                 .finish();
  REQUIRE_MESSAGE(made.status == 0, made.err);
  const auto begin = made.out.find("feltbog-office:");
  REQUIRE(begin != std::string::npos);
  founding_invite_ = made.out.substr(begin, made.out.find("\n\n", begin) - begin);
}

void Server::start(int port) {
  const std::string port_file = data_ + "/port";
  std::error_code ignored;
  std::filesystem::remove(port_file, ignored);
  demo::Process begun = demo::Process::start(
      {FELTBOG_SERVER, "serve", "--dir", data_, "--port", std::to_string(port == 0 ? port_ : port),
       "--log", folder_ + "/office.log"},
      folder_ + "/office.out");
  process_ = std::move(begun);
  REQUIRE(until([&] { return std::filesystem::exists(port_file, ignored); }));
}

}  // namespace feltbog::e2e
