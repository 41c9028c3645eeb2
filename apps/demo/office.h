// SPDX-License-Identifier: Apache-2.0
// The office server of the demonstration.
#pragma once

#include <string>

#include "apps/demo/device.h"

namespace feltbog::demo {

class Office {
 public:
  Office(Programs programs, const std::string& folder);

  // Makes the server and returns its founding invite.
  Result<std::string> found();
  // Starts it and waits until it listens. Error: unreachable.
  Result<void> start();
  void kill() { process_.kill(); }
  void stop() { process_.stop(); }
  void release() { process_.release(); }
  bool running() const { return process_.running(); }

  const std::string& data() const { return data_; }
  const std::string& log() const { return log_; }
  int port() const { return port_; }

 private:
  Programs programs_;
  std::string data_;
  std::string log_;
  int port_;
  Process process_;
};

}  // namespace feltbog::demo
