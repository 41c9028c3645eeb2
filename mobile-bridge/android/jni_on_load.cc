// SPDX-License-Identifier: Apache-2.0
// What the virtual machine calls when it has loaded the library: the only symbol it sees. The
// functions are handed over by table, so that a missing one is found at once and not at its first
// call.
#include <initializer_list>

#include "mobile-bridge/android/jni_support.h"

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void* /*reserved*/) {
  void* raw = nullptr;
  if (vm->GetEnv(&raw, JNI_VERSION_1_6) != JNI_OK) return JNI_ERR;
  auto* const env = static_cast<JNIEnv*>(raw);
  if (!feltbog::android::find_classes(vm, env)) return JNI_ERR;
  const jclass owner = env->FindClass("dk/feltbog/Native");
  if (owner == nullptr) return JNI_ERR;
  for (const feltbog::android::Natives& part :
       {feltbog::android::workspace_natives(), feltbog::android::call_natives(),
        feltbog::android::editor_natives(), feltbog::android::attachment_natives(),
        feltbog::android::sync_natives()}) {
    if (env->RegisterNatives(owner, part.methods, part.count) != JNI_OK) return JNI_ERR;
  }
  return JNI_VERSION_1_6;
}
