// SPDX-License-Identifier: BSD-3-Clause
// The functions of adapt.cpp, and the ways into their memory.

// All that the module asks for: whom to tell when it ends over a mistake in its program.
const system = {proc_exit: (code) => { throw new Error(`the module ended with ${code}`); }};

/** The exports of a module of these bytes, ready to be called. */
export async function start(bytes) {
  const {instance} = await WebAssembly.instantiate(bytes, {wasi_snapshot_preview1: system});
  instance.exports._initialize();
  return instance.exports;
}

/** Copies a file of rows into the module, which reads it. */
export function takeRows(module, bytes) {
  new Uint8Array(module.memory.buffer, module.room(), bytes.byteLength).set(new Uint8Array(bytes));
  if (!module.take_rows(bytes.byteLength)) throw new Error("these are no rows of the module's");
}

/** What the network knows before it meets new gases: bytes of float, to be read or set. */
export function knownParameters(module) {
  return new Uint8Array(module.memory.buffer, module.known(), 4 * module.parameters());
}

/** Of each gas how many held-out rows a copy names right, and how many there are. */
export function answers(module, who) {
  const counts = new Uint32Array(module.memory.buffer, module.ask(who), 6);
  return {right: Array.from(counts.subarray(0, 3)), all: Array.from(counts.subarray(3))};
}
