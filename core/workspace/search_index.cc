// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/search_index.h"

#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

// Definitions of pathways and keys of attachments are not words somebody looks for.
bool is_searched(std::string_view kind, std::string_view name) {
  return kind != kPathwayKind && name != field::kContent;
}

void collect(const Value& value, std::string& out) {
  if (const std::string* text = value.text()) {
    out += *text;
    out += '\n';
  }
  for (const Value& item : value.items()) collect(item, out);
  if (const Value::Map* entries = value.map()) {
    for (const auto& [key, entry] : *entries) collect(entry, out);
  }
}

std::string words_of(const document::History& history, const document::DocumentInfo& info) {
  std::string out;
  for (const std::string& name : history.fields(info.id)) {
    if (!is_searched(info.kind, name)) continue;
    if (const std::string text = history.text(info.id, name); !text.empty()) out += text + '\n';
    for (const auto& entry : history.values(info.id, name)) collect(entry.value, out);
    for (const auto& entry : history.log(info.id, name)) collect(entry.value, out);
    for (const auto& member : history.members(info.id, name)) collect(member.value, out);
  }
  return out;
}

// Words become quoted FTS5 strings, so that nothing typed is taken for query syntax.
std::string as_query(std::string_view words) {
  std::string out;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) out += (out.empty() ? "\"" : " \"") + word + "\"";
    word.clear();
  };
  for (const char symbol : words) {
    if (symbol == '"' || static_cast<unsigned char>(symbol) <= ' ') {
      flush();
    } else {
      word += symbol;
    }
  }
  flush();
  return out.empty() ? out : out + "*";
}

}  // namespace

Result<void> index_document(store::Database& database, const SpaceFile& file,
                            const document::DocumentId& document) {
  const auto info = file.history.document(document);
  if (!info) return {};
  const std::string name = document::to_text(document);
  FELTBOG_CHECK(
      database.run("INSERT OR IGNORE INTO search_row(space, document, kind) VALUES(?1, ?2, ?3)",
                   file.id, name, info->kind));
  FELTBOG_TRY(row,
              database.prepare("SELECT id FROM search_row WHERE space = ?1 AND document = ?2"));
  row.bind_all(file.id, name);
  FELTBOG_TRY(found, row.step());
  FELTBOG_ASSERT(found);
  const std::int64_t id = row.integer(0);
  row.reset();
  return database.run("INSERT OR REPLACE INTO search_text(rowid, body) VALUES(?1, ?2)", id,
                      words_of(file.history, *info));
}

Result<void> forget_document(store::Database& database, const SpaceId& space,
                             const document::DocumentId& document) {
  const std::string name = document::to_text(document);
  FELTBOG_CHECK(
      database.run("DELETE FROM search_text WHERE rowid IN (SELECT id FROM search_row "
                   "WHERE space = ?1 AND document = ?2)",
                   space, name));
  return database.run("DELETE FROM search_row WHERE space = ?1 AND document = ?2", space, name);
}

Result<std::vector<SearchHit>> search_text(store::Database& database, std::string_view words,
                                           std::size_t count_max) {
  const std::string query = as_query(words);
  if (query.empty()) return Error{ErrorCode::invalid_argument, "no word to look for"};
  FELTBOG_TRY(rows, database.prepare(
                        "SELECT space, document, kind, snippet(search_text, 0, '«', '»', '…', 12) "
                        "FROM search_text JOIN search_row ON search_row.id = search_text.rowid "
                        "WHERE search_text MATCH ?1 ORDER BY rank LIMIT ?2"));
  rows.bind_all(query, count_max);
  std::vector<SearchHit> hits;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return hits;
    FELTBOG_TRY(space, rows.fixed<SpaceId>(0));
    FELTBOG_TRY(document, document::parse_document_id(rows.text(1)));
    hits.push_back({space, document, std::string(rows.text(2)), std::string(rows.text(3))});
  }
}

}  // namespace feltbog::workspace
