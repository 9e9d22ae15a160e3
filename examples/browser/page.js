// SPDX-License-Identifier: BSD-3-Clause
// The page's part: loads, lets both copies step once after the other, shows where they are.
import {draw, percent} from "./chart.js";
import {answers, knownParameters, start, takeRows} from "./module.js";

const part = (id) => document.getElementById(id);
const copies = ["halo", "Adam"];
const gases = ["acetaldehyde", "acetone", "toluene"];
let module = null;
let run = {number: 1};
let next = 0;  // the frame that is asked for

/** What the page does: loading, ready, running, paused, done or failed. */
function become(state) {
  document.body.dataset.state = state;
  part("start").textContent = {running: "Pause", paused: "Go on", done: "Run again"}[state] || "Start";
}

/** Both copies as they were before their first step. */
function reset() {
  const steps = Number(part("steps").value);
  run = {number: run.number, steps, step: 0, due: 0, took: [0, 0], curves: []};
  module.begin(steps, Number(part("rate").value), run.number);
  run.curves = copies.map((name) => ({name, points: []}));
  look();
  become("ready");
}

/** Asks both copies about the measurements kept aside and shows what they say. */
function look() {
  const sum = (numbers) => numbers.reduce((a, b) => a + b);
  copies.forEach((name, who) => {
    const {right, all} = answers(module, who);
    run.curves[who].points.push({step: run.step, share: sum(right) / sum(all)});
    part(`${name}-all`).textContent = `${sum(right)} of ${sum(all)}`;
    gases.forEach((gas, g) => part(`${name}-${gas}`).textContent = `${right[g]} of ${all[g]}`);
    const each = run.step > 0 ? `${(run.took[who] / run.step).toFixed(2)} ms` : "";
    part(`${name}-time`).textContent = each;
  });
  part("where").textContent = `Run ${run.number}, step ${run.step} of ${run.steps}`;
  show();
}

function show() {
  if (module !== null) draw(part("chart"), run.curves, run.steps);
}

/** The steps of a frame, as many as make a run last three seconds. */
function frame() {
  if (document.body.dataset.state !== "running") return;
  run.due = Math.min(run.due + run.steps / 180, run.steps);
  while (run.step < Math.floor(run.due + 1e-9)) {
    copies.forEach((name, who) => {
      const begin = performance.now();
      if (!module.step(who)) throw new Error(`${name} stopped at step ${run.step}`);
      run.took[who] += performance.now() - begin;
    });
    ++run.step;
  }
  look();
  if (run.step === run.steps) become("done");
  else next = requestAnimationFrame(frame);
}

function anew() {
  ++run.number;
  reset();
}

function press() {
  const state = document.body.dataset.state;
  if (state === "running") return become("paused");
  if (state === "done") anew();
  become("running");
  cancelAnimationFrame(next);
  next = requestAnimationFrame(frame);
}

async function load() {
  const [program, rows, known] = await Promise.all(
      ["adapt.wasm", "fresh.rows", "known.parameters"].map(async (name) => {
        const answer = await fetch(name);
        if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
        return answer.arrayBuffer();
      }));
  module = await start(program);
  takeRows(module, rows);
  knownParameters(module).set(new Uint8Array(known));
  part("size").textContent = Math.round(program.byteLength / 1000);
  part("registers").textContent = module.lanes() > 1 ?
      `halo computes on ${module.lanes()} floats at a time (128-bit SIMD)` :
      "halo computes on one float at a time, and the compiler made 128-bit SIMD of what it could";
  part("start").onclick = press;
  part("reset").onclick = anew;
  part("steps").onchange = reset;
  part("rate").onchange = reset;
  addEventListener("resize", show);
  reset();
  for (const control of document.querySelectorAll("button, select")) control.disabled = false;
}

addEventListener("error", (event) => fail(event.message));
addEventListener("unhandledrejection", (event) => fail(event.reason.message));
function fail(reason) {
  part("where").textContent = `Something went wrong: ${reason}`;
  become("failed");
}

await load();
