// SPDX-License-Identifier: Apache-2.0
// merge_peers.mjs MODULES SESSION ROUNDS: plays one recorded session with each library found in
// MODULES and prints a line of JSON per figure: {"peer", "what", "value"}, times in milliseconds,
// sizes in bytes; a value of null says that a library was stopped after kBudget milliseconds.
// A library that does not end in the recorded text prints {"peer", "wrong"} instead.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const kBudget = 20000;
const [modules, path, rounds] = process.argv.slice(2);
const load = createRequire(resolve(modules, 'package.json'));

function library(name) {
  try {
    return load(name);
  } catch {
    return null;
  }
}

function readSession() {
  let bytes = readFileSync(path);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  const session = JSON.parse(bytes.toString('utf8'));
  if (session.startContent) {
    for (const txn of session.txns) if (txn.parents) txn.parents = txn.parents.map((i) => i + 1);
    const first = { agent: 0, parents: [], patches: [[0, 0, session.startContent]] };
    for (const txn of session.txns) if (txn.parents && !txn.parents.length) txn.parents = [0];
    session.txns.unshift(first);
  }
  return session;
}

// A number of its own for every replica: the authors are a0, a1 and so on.
const number = (agent) => (/^a\d/.test(agent) ? 1 + Number(agent.slice(1)) : 1000000);

// One adapter per library. A replica is whatever `make` returns; some libraries give back a new one
// on every change. `edits` takes [position, erased, inserted]; `update` is what it adds to the rest.
function adapters() {
  const out = [];
  const dt = library('diamond-types-node');
  if (dt) {
    const edit = (doc, [position, erased, inserted]) => {
      if (erased) doc.del(position, erased);
      if (inserted) doc.ins(position, inserted);
    };
    out.push({
      name: 'diamond-types',
      make: (agent) => new dt.Doc(agent),
      edit: (doc, patch) => (edit(doc, patch), doc),
      edits: (doc, patches) => (patches.forEach((patch) => edit(doc, patch)), doc),
      mark: (doc) => doc.getLocalVersion(),
      update: (doc, mark) => doc.getPatchSince(mark),
      apply: (doc, update) => (doc.mergeBytes(update), doc),
      save: (doc) => doc.toBytes(),
      load: (bytes) => dt.Doc.fromBytes(bytes, 'reader'),
      text: (doc) => doc.get(),
    });
  }
  const loro = library('loro-crdt');
  if (loro) {
    const edit = (text, [position, erased, inserted]) => {
      if (erased) text.delete(position, erased);
      if (inserted) text.insert(position, inserted);
    };
    const make = (agent) => {
      const doc = new loro.LoroDoc();
      doc.setPeerId(BigInt(number(agent)));
      return { doc, text: doc.getText('text') };
    };
    out.push({
      name: 'Loro',
      make,
      edit: (one, patch) => (edit(one.text, patch), one.doc.commit(), one),
      edits: (one, patches) => {
        for (const patch of patches) edit(one.text, patch);
        one.doc.commit();
        return one;
      },
      mark: (one) => one.doc.oplogVersion(),
      update: (one, mark) => one.doc.export({ mode: 'update', from: mark }),
      apply: (one, update) => (one.doc.import(update), one),
      applyAll: (one, updates) => (one.doc.importBatch(updates), one),
      save: (one) => one.doc.export({ mode: 'snapshot' }),
      load: (bytes) => {
        const one = make('reader');
        one.doc.import(bytes);
        return one;
      },
      text: (one) => one.text.toString(),
    });
  }
  const yjs = library('yjs');
  if (yjs) {
    const make = (agent) => {
      const doc = new yjs.Doc();
      // Numbers of its own choosing would decide ties differently in every run.
      doc.clientID = number(agent);
      const one = { doc, text: doc.getText('text'), sent: null };
      if (agent !== 'reader') doc.on('update', (update) => (one.sent = update));
      return one;
    };
    const edit = (text, [position, erased, inserted]) => {
      if (erased) text.delete(position, erased);
      if (inserted) text.insert(position, inserted);
    };
    out.push({
      name: 'Yjs',
      make,
      edit: (one, patch) => (one.doc.transact(() => edit(one.text, patch)), one),
      edits: (one, patches) => {
        one.doc.transact(() => patches.forEach((patch) => edit(one.text, patch)));
        return one;
      },
      mark: (one) => yjs.encodeStateVector(one.doc),
      update: (one) => one.sent,
      updateSince: (one, mark) => yjs.encodeStateAsUpdate(one.doc, mark),
      apply: (one, update) => (yjs.applyUpdate(one.doc, update), one),
      save: (one) => yjs.encodeStateAsUpdate(one.doc),
      load: (bytes) => {
        const one = make('reader');
        yjs.applyUpdate(one.doc, bytes);
        return one;
      },
      text: (one) => one.text.toString(),
    });
  }
  const automerge = library('@automerge/automerge');
  if (automerge) {
    const start = automerge.from({ text: '' }, { actor: '00' });
    const actor = (agent) => Buffer.from(agent).toString('hex');
    const splice = (draft, [position, erased, inserted]) =>
      automerge.splice(draft, ['text'], position, erased, inserted);
    out.push({
      name: 'Automerge',
      make: (agent) => automerge.clone(start, { actor: actor(agent) }),
      edit: (doc, patch) => automerge.change(doc, (draft) => splice(draft, patch)),
      edits: (doc, patches) =>
        automerge.change(doc, (draft) => patches.forEach((patch) => splice(draft, patch))),
      mark: (doc) => automerge.getHeads(doc),
      update: (doc) => automerge.getLastLocalChange(doc),
      apply: (doc, update) => automerge.applyChanges(doc, [update])[0],
      applyAll: (doc, updates) => automerge.applyChanges(doc, updates)[0],
      updateSince: (doc, mark) => automerge.saveSince(doc, mark),
      save: (doc) => automerge.save(doc),
      load: (bytes) => automerge.load(bytes),
      text: (doc) => doc.text,
    });
  }
  return out;
}

const clock = () => performance.now();

// The median of several runs of work(expired), or null when the budget ran out.
function timed(work) {
  const times = [];
  while (times.length < Number(rounds)) {
    const start = clock();
    const done = work(() => clock() - start > kBudget);
    const time = clock() - start;
    if (done === null) return null;
    times.push(time);
    if (time > 2000) break;
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

// Has every author write in a replica of his own, and returns what each transaction sends; null when
// that takes too long.
function record(peer, session) {
  const authors = new Map();
  const updates = [];
  const start = clock();
  for (const [at, txn] of session.txns.entries()) {
    if (clock() - start > 3 * kBudget) return null;
    let author = authors.get(txn.agent);
    if (!author) authors.set(txn.agent, (author = { doc: peer.make('a' + txn.agent), seen: new Set() }));
    const missing = [];
    const pending = [...txn.parents];
    while (pending.length) {
      const parent = pending.pop();
      if (author.seen.has(parent)) continue;
      author.seen.add(parent);
      missing.push(parent);
      pending.push(...session.txns[parent].parents);
    }
    for (const parent of missing.sort((a, b) => a - b)) {
      author.doc = peer.apply(author.doc, updates[parent]);
    }
    const mark = peer.mark(author.doc);
    author.doc = peer.edits(author.doc, txn.patches);
    updates.push(peer.update(author.doc, mark));
    author.seen.add(at);
  }
  return updates;
}

function say(peer, what, value) {
  console.log(JSON.stringify({ peer: peer.name, what, value }));
}

function play(peer, session) {
  const expect = (doc) => {
    if (peer.text(doc) !== session.endContent) throw new Error('another text');
  };
  let last = null;
  if (session.kind === 'concurrent') {
    const updates = record(peer, session);
    if (!updates) {
      say(peer, 'one by one', null);
      return;
    }
    const whole = peer.applyAll ? null : wholeOf(peer, updates);
    say(peer, 'in one batch', timed(() => {
      let doc = peer.make('reader');
      doc = whole ? peer.apply(doc, whole) : peer.applyAll(doc, updates);
      expect(doc);
      last = doc;
    }));
    say(peer, 'one by one', timed((expired) => {
      let doc = peer.make('reader');
      for (const [at, update] of updates.entries()) {
        doc = peer.apply(doc, update);
        if (at % 64 === 0 && expired()) return null;
      }
      expect(doc);
    }));
  } else {
    const patches = session.txns.flatMap((txn) => txn.patches);
    say(peer, 'in one batch', timed(() => {
      last = peer.edits(peer.make('author'), patches);
      expect(last);
    }));
    say(peer, 'one by one', timed((expired) => {
      let doc = peer.make('author');
      for (const [at, patch] of patches.entries()) {
        doc = peer.edit(doc, patch);
        if (at % 64 === 0 && expired()) return null;
      }
      expect(doc);
    }));
  }
  const saved = peer.save(last);
  say(peer, 'saved', saved.length);
  say(peer, 'load', timed(() => expect(peer.load(saved))));
  let doc = peer.load(saved);
  const mark = peer.mark(doc);
  for (let i = 0; i < 100; ++i) doc = peer.edit(doc, [i, 0, String.fromCharCode(97 + (i % 26))]);
  say(peer, 'keystrokes', (peer.updateSince ?? peer.update)(doc, mark).length);
}

// Everything in one message, as a replica that has it all would send it.
function wholeOf(peer, updates) {
  let doc = peer.make('collector');
  const mark = peer.mark(doc);
  for (const update of updates) doc = peer.apply(doc, update);
  return (peer.updateSince ?? peer.update)(doc, mark);
}

const session = readSession();
for (const peer of adapters()) {
  try {
    play(peer, session);
  } catch (problem) {
    console.log(JSON.stringify({ peer: peer.name, wrong: String(problem) }));
  }
}
