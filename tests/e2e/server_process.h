// SPDX-License-Identifier: Apache-2.0
// An office server: a directory, and the feltbogd program serving it.
#pragma once

#include <string>

#include "apps/demo/process.h"

namespace feltbog::e2e {

class Server {
 public:
  // Makes the office. `port` goes into its invites.
  Server(std::string folder, int port);

  // Serves on `port`, or on the one that stands in the invites; returns when it listens.
  void start(int port = 0);
  void stop() { process_.stop(); }
  void kill() { process_.kill(); }

  pid_t process() const { return process_.pid(); }
  int port() const { return port_; }
  const std::string& data() const { return data_; }
  const std::string& folder() const { return folder_; }
  const std::string& founding_invite() const { return founding_invite_; }

 private:
  std::string folder_;
  std::string data_;
  int port_;
  std::string founding_invite_;
  demo::Process process_;
};

}  // namespace feltbog::e2e
