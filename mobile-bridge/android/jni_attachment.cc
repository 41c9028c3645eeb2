// SPDX-License-Identifier: Apache-2.0
// Native.java: attachment streams.
#include <iterator>

#include "mobile-bridge/android/jni_support.h"

namespace feltbog::android {
namespace {

jlong create(JNIEnv* env, jclass, jlong workspace, jbyteArray file, jbyteArray name,
             jbyteArray media_type) {
  const JavaBytes in(env, file);
  const JavaBytes called(env, name);
  const JavaBytes type(env, media_type);
  return to_java(value_of<feltbog_attachment*>(env, [&](feltbog_attachment** out) {
    return feltbog_attachment_create(from_java<feltbog_workspace>(workspace), in.text(), in.size(),
                                     called.text(), called.size(), type.text(), type.size(), out);
  }));
}

void write(JNIEnv* env, jclass, jlong attachment, jbyteArray data, jint offset, jint count) {
  const JavaBytes bytes(env, data, offset, count);
  run(env, [&] {
    return feltbog_attachment_write(from_java<feltbog_attachment>(attachment), bytes.data(),
                                    bytes.size());
  });
}

jbyteArray finish(JNIEnv* env, jclass, jlong attachment) {
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_attachment_finish(from_java<feltbog_attachment>(attachment), out);
  });
}

jlong open(JNIEnv* env, jclass, jlong workspace, jbyteArray file, jbyteArray attachment) {
  const JavaBytes in(env, file);
  const JavaBytes which(env, attachment);
  return to_java(value_of<feltbog_attachment*>(env, [&](feltbog_attachment** out) {
    return feltbog_attachment_open(from_java<feltbog_workspace>(workspace), in.text(), in.size(),
                                   which.text(), which.size(), out);
  }));
}

jlong size(JNIEnv* env, jclass, jlong attachment) {
  return static_cast<jlong>(value_of<std::uint64_t>(env, [&](std::uint64_t* out) {
    return feltbog_attachment_size(from_java<feltbog_attachment>(attachment), out);
  }));
}

jbyteArray name(JNIEnv* env, jclass, jlong attachment) {
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_attachment_name(from_java<feltbog_attachment>(attachment), out);
  });
}

jbyteArray read(JNIEnv* env, jclass, jlong attachment, jlong offset, jint count) {
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_attachment_read(from_java<feltbog_attachment>(attachment),
                                   static_cast<std::uint64_t>(offset),
                                   static_cast<std::size_t>(count), out);
  });
}

void close(JNIEnv* env, jclass, jlong attachment) {
  run(env, [&] { return feltbog_attachment_close(from_java<feltbog_attachment>(attachment)); });
}

}  // namespace

Natives attachment_natives() {
  static const JNINativeMethod kMethods[] = {
      native("attachmentCreate", "(J[B[B[B)J", create),
      native("attachmentWrite", "(J[BII)V", write),
      native("attachmentFinish", "(J)[B", finish),
      native("attachmentOpen", "(J[B[B)J", open),
      native("attachmentSize", "(J)J", size),
      native("attachmentName", "(J)[B", name),
      native("attachmentRead", "(JJI)[B", read),
      native("attachmentClose", "(J)V", close),
  };
  return {kMethods, static_cast<jint>(std::size(kMethods))};
}

}  // namespace feltbog::android
