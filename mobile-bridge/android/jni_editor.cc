// SPDX-License-Identifier: Apache-2.0
// Native.java: editors. Positions count UTF-16 code units, as Java does.
#include <iterator>

#include "mobile-bridge/android/jni_support.h"

namespace feltbog::android {
namespace {

jlong open(JNIEnv* env, jclass, jlong workspace, jbyteArray file, jbyteArray note) {
  const JavaBytes in(env, file);
  const JavaBytes which(env, note);
  return to_java(value_of<feltbog_editor*>(env, [&](feltbog_editor** out) {
    return feltbog_editor_open(from_java<feltbog_workspace>(workspace), in.text(), in.size(),
                               which.text(), which.size(), FELTBOG_TEXT_UNIT_UTF16, out);
  }));
}

jbyteArray text(JNIEnv* env, jclass, jlong editor, jlongArray revision) {
  std::uint64_t number = 0;
  const jbyteArray out = bytes_of(env, [&](feltbog_bytes* bytes) {
    return feltbog_editor_text(from_java<feltbog_editor>(editor), bytes, &number);
  });
  const auto place = static_cast<jlong>(number);
  if (out != nullptr) env->SetLongArrayRegion(revision, 0, 1, &place);
  return out;
}

jbyteArray splice(JNIEnv* env, jclass, jlong editor, jlong base, jlong position, jlong erased,
                  jbyteArray inserted) {
  const JavaBytes words(env, inserted);
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_editor_splice(
        from_java<feltbog_editor>(editor), static_cast<std::uint64_t>(base),
        static_cast<std::uint64_t>(position), static_cast<std::uint64_t>(erased), words.text(),
        words.size(), out);
  });
}

jbyteArray update_since(JNIEnv* env, jclass, jlong editor, jlong base) {
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_editor_update_since(from_java<feltbog_editor>(editor),
                                       static_cast<std::uint64_t>(base), out);
  });
}

void close(JNIEnv* env, jclass, jlong editor) {
  run(env, [&] { return feltbog_editor_close(from_java<feltbog_editor>(editor)); });
}

}  // namespace

Natives editor_natives() {
  static const JNINativeMethod kMethods[] = {
      native("editorOpen", "(J[B[B)J", open),
      native("editorText", "(J[J)[B", text),
      native("editorSplice", "(JJJJ[B)[B", splice),
      native("editorUpdateSince", "(JJ)[B", update_since),
      native("editorClose", "(J)V", close),
  };
  return {kMethods, static_cast<jint>(std::size(kMethods))};
}

}  // namespace feltbog::android
