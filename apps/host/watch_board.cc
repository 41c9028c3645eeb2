// SPDX-License-Identifier: Apache-2.0
#include "apps/host/watch_board.h"

namespace feltbog::host {

Result<void> WatchBoard::open(Asker asker, workspace::Watch watch) {
  if (open_.size() >= kWatchesMax) return Error{ErrorCode::limit_exceeded, "watches"};
  open_.push_back({std::move(asker), std::move(watch)});
  if (!look(open_.back())) open_.pop_back();
  return {};
}

bool WatchBoard::look(Entry& entry) {
  if (entry.asker.congested()) return true;
  auto news = entry.watch.poll();
  if (!news.has_value()) {
    entry.asker.error(news.error());
    return false;
  }
  if (news->has_value()) entry.asker.update(std::move(**news));
  return true;
}

void WatchBoard::refresh() {
  open_.remove_if([](Entry& entry) { return !look(entry); });
}

bool WatchBoard::cancel(const Asker& asker) {
  return open_.remove_if([&asker](const Entry& entry) {
    if (!(entry.asker == asker)) return false;
    entry.asker.error({ErrorCode::cancelled, {}});
    return true;
  }) > 0;
}

void WatchBoard::drop(const Responder& responder) {
  open_.remove_if([&responder](const Entry& entry) { return entry.asker.is_of(responder); });
}

void WatchBoard::stop(const Error& error) {
  for (const Entry& entry : open_) entry.asker.error(error);
  open_.clear();
}

}  // namespace feltbog::host
