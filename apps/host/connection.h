// SPDX-License-Identifier: Apache-2.0
// One connection to an owner. Private to owner_socket.cc and its tests, as it shows Asio's types.
#pragma once

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>

#include "apps/host/asker.h"
#include "apps/host/frame.h"

namespace feltbog::host {

class Owner;

class Connection final : public Responder, public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  using OnGone = std::function<void(const std::shared_ptr<Connection>&)>;

  // `owner` must outlive it; `on_gone` is called once, when it is closed.
  Connection(Socket socket, Owner& owner, const OwnerToken& token, OnGone on_gone);

  // Checks who is there and begins to read. Closes at once for another user.
  void start();
  void close_when_sent();

  void send(Reply reply) override;
  bool congested() const override { return unsent_bytes_ > 0 && unsent_bytes_ >= high_mark(); }

 private:
  static std::size_t high_mark();
  void read();
  void handle_read(std::size_t count);
  bool handle_frames();
  bool handle_hello(const Request& request);
  void write();
  void close();

  Socket socket_;
  Owner& owner_;
  OwnerToken token_;
  OnGone on_gone_;
  boost::asio::steady_timer hello_timer_;
  FrameReader reader_;
  std::array<std::uint8_t, 16384> buffer_{};
  std::deque<Bytes> unsent_;
  std::size_t unsent_bytes_ = 0;
  bool greeted_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool closed_ = false;
};

}  // namespace feltbog::host
