// SPDX-License-Identifier: Apache-2.0
// Chunked text: a splice moves at most a few kilobytes, and is found from where the last one was.
#include "core/document/text_buffer.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

constexpr std::size_t kChunkBytesMax = 2048;
constexpr std::size_t kChunkBytesSmall = 256;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

// The byte offset of a code point, without looking at the bytes when all are ASCII.
std::size_t offset_in(std::string_view text, std::uint64_t length, std::uint64_t position) {
  if (length == text.size()) return static_cast<std::size_t>(position);
  return byte_offset_of(text, static_cast<std::size_t>(position));
}

}  // namespace

TextBuffer::Place TextBuffer::locate(std::uint64_t position) const {
  std::size_t chunk = last_.chunk;
  std::uint64_t start = last_.start;
  while (chunk > 0 && position <= start) start -= chunks_[--chunk].length;
  while (chunk + 1 < chunks_.size() && position > start + chunks_[chunk].length) {
    start += chunks_[chunk++].length;
  }
  return {chunk, start, position - start};
}

void TextBuffer::insert(std::uint64_t position, std::string_view utf8) {
  FELTBOG_ASSERT(position <= length_);
  if (utf8.empty()) return;
  if (chunks_.empty()) chunks_.emplace_back();
  const Place place = locate(position);
  last_ = place;
  Chunk& chunk = chunks_[place.chunk];
  const std::uint64_t added = count_code_points(utf8);
  chunk.text.insert(offset_in(chunk.text, chunk.length, place.position), utf8);
  chunk.length += added;
  length_ += added;
  split_if_large(place.chunk);
}

void TextBuffer::erase(std::uint64_t position, std::uint64_t count) {
  FELTBOG_ASSERT(position <= length_ && count <= length_ - position);
  if (count == 0) return;
  Place place = locate(position);
  last_ = place;
  length_ -= count;
  const std::size_t first = place.chunk;
  std::size_t emptied_from = first;
  std::size_t emptied_to = first;
  for (std::size_t at = first; count > 0; ++at, place.position = 0) {
    Chunk& chunk = chunks_[at];
    const std::uint64_t here = std::min(count, chunk.length - place.position);
    const std::size_t begin = offset_in(chunk.text, chunk.length, place.position);
    const std::size_t end = offset_in(chunk.text, chunk.length, place.position + here);
    chunk.text.erase(begin, end - begin);
    chunk.length -= here;
    count -= here;
    if (chunk.length > 0) continue;
    if (emptied_to == emptied_from) emptied_from = at;
    emptied_to = at + 1;
  }
  chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(emptied_from),
                chunks_.begin() + static_cast<std::ptrdiff_t>(emptied_to));
  if (first < chunks_.size())
    join_if_small(first);
  else
    last_ = {};
}

std::string TextBuffer::slice(std::uint64_t position, std::uint64_t count) const {
  FELTBOG_ASSERT(position <= length_ && count <= length_ - position);
  std::string out;
  if (count == 0) return out;
  Place place = locate(position);
  for (std::size_t at = place.chunk; count > 0; ++at, place.position = 0) {
    const Chunk& chunk = chunks_[at];
    const std::uint64_t here = std::min(count, chunk.length - place.position);
    const std::size_t begin = offset_in(chunk.text, chunk.length, place.position);
    const std::size_t end = offset_in(chunk.text, chunk.length, place.position + here);
    out.append(chunk.text, begin, end - begin);
    count -= here;
  }
  return out;
}

bool TextBuffer::reads(std::string_view utf8) const {
  for (const Chunk& chunk : chunks_) {
    if (!utf8.starts_with(chunk.text)) return false;
    utf8.remove_prefix(chunk.text.size());
  }
  return utf8.empty();
}

std::string TextBuffer::text() const {
  std::size_t size = 0;
  for (const Chunk& chunk : chunks_) size += chunk.text.size();
  std::string out;
  out.reserve(size);
  for (const Chunk& chunk : chunks_) out += chunk.text;
  return out;
}

void TextBuffer::split_if_large(std::size_t at) {
  if (chunks_[at].text.size() <= kChunkBytesMax) return;
  const std::string whole = std::move(chunks_[at].text);
  std::vector<Chunk> pieces;
  for (std::size_t begin = 0; begin < whole.size();) {
    std::size_t end = std::min(whole.size(), begin + kChunkBytesMax / 2);
    while (end < whole.size() && is_continuation(whole[end])) ++end;
    Chunk piece{whole.substr(begin, end - begin), 0};
    piece.length = count_code_points(piece.text);
    pieces.push_back(std::move(piece));
    begin = end;
  }
  chunks_[at] = std::move(pieces.front());
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                 std::make_move_iterator(pieces.begin() + 1),
                 std::make_move_iterator(pieces.end()));
}

void TextBuffer::join_if_small(std::size_t at) {
  if (at + 1 >= chunks_.size()) return;
  Chunk& chunk = chunks_[at];
  const Chunk& next = chunks_[at + 1];
  if (chunk.text.size() + next.text.size() > kChunkBytesMax / 2) return;
  if (chunk.text.size() > kChunkBytesSmall && next.text.size() > kChunkBytesSmall) return;
  chunk.text += next.text;
  chunk.length += next.length;
  chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

TextDifference difference(std::string_view from, std::string_view to) {
  std::size_t start = 0;
  const std::size_t shorter = std::min(from.size(), to.size());
  while (start < shorter && from[start] == to[start]) ++start;
  while (start > 0 && ((start < from.size() && is_continuation(from[start])) ||
                       (start < to.size() && is_continuation(to[start])))) {
    --start;
  }
  std::size_t end = 0;
  while (end < shorter - start && from[from.size() - 1 - end] == to[to.size() - 1 - end]) ++end;
  while (end > 0 && is_continuation(from[from.size() - end])) --end;
  TextDifference out;
  out.position = count_code_points(from.substr(0, start));
  out.erased = count_code_points(from.substr(start, from.size() - end - start));
  out.inserted = std::string(to.substr(start, to.size() - end - start));
  return out;
}

}  // namespace feltbog::document
