// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One open note. Positions count UTF-16 code units, as String does. */
public final class Editor extends Handle {
    Editor(long name) {
        super(name);
    }

    /** The whole text, and where it stands. */
    public static final class Text {
        public final String text;
        public final long revision;

        Text(String text, long revision) {
            this.text = text;
            this.revision = revision;
        }
    }

    /** One change of the text on the screen. */
    public static final class Patch {
        public final int position;
        public final int erased;
        public final String inserted;

        Patch(Value patch) {
            position = (int) patch.get("position").integer();
            erased = (int) patch.get("erased").integer();
            inserted = patch.get("inserted").text();
        }

        public void applyTo(StringBuilder screen) {
            screen.replace(position, position + erased, inserted);
        }
    }

    /** Patches to apply one after another; the screen then stands at the revision. */
    public static final class Update {
        public final long revision;
        public final List<Patch> patches;

        Update(Value update) {
            revision = update.get("revision").integer();
            List<Patch> all = new ArrayList<>();
            for (Value patch : update.get("patches").items()) all.add(new Patch(patch));
            patches = Collections.unmodifiableList(all);
        }
    }

    public Text text() throws FeltbogException {
        long[] revision = new long[1];
        String text = Utf8.decode(Native.editorText(name(), revision));
        return new Text(text, revision[0]);
    }

    /**
     * Replaces text as it was at revision `base`; durable when it returns. The update brings a
     * screen that has shown its own splice already to the newest revision.
     */
    public Update splice(long base, int position, int erased, CharSequence inserted)
            throws FeltbogException {
        return new Update(Cbor.decode(
                Native.editorSplice(name(), base, position, erased, Utf8.encode(inserted))));
    }

    /** What happened since revision `base`. wrong_state: too long ago, take the text anew. */
    public Update updateSince(long base) throws FeltbogException {
        return new Update(Cbor.decode(Native.editorUpdateSince(name(), base)));
    }

    @Override
    void closeNative(long handle) throws FeltbogException {
        Native.editorClose(handle);
    }
}
