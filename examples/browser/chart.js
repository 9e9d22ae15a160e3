// SPDX-License-Identifier: BSD-3-Clause
// Curves of shares over steps, as SVG: colours and fonts are the style sheet's.

const namespace = "http://www.w3.org/2000/svg";

function add(parent, name, attributes, text = "") {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  parent.append(made);
  return made;
}

/** Draws as wide as the svg is: curves [{name, points: [{step, share}]}], of runs of `steps`. */
export function draw(svg, curves, steps) {
  const width = svg.clientWidth;
  const height = svg.clientHeight;
  const left = 48, right = 100, top = 10, bottom = 38;
  const x = (step) => left + (width - left - right) * step / steps;
  const y = (share) => top + (height - top - bottom) * (1 - share);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    add(svg, "line", {class: "grid", x1: left, x2: width - right, y1: y(share), y2: y(share)});
    add(svg, "text", {x: left - 8, y: y(share) + 4, "text-anchor": "end"}, `${100 * share} %`);
  }
  for (const part of [0, 0.5, 1]) {
    add(svg, "text", {x: x(part * steps), y: height - bottom + 18, "text-anchor": "middle"},
        `${Math.round(part * steps)}`);
  }
  add(svg, "text", {x: (left + width - right) / 2, y: height - 2, "text-anchor": "middle"},
      "steps of 64 measurements");
  for (const {name, points} of curves) {
    const places = points.map((p) => `${x(p.step).toFixed(1)},${y(p.share).toFixed(1)}`);
    add(svg, "polyline", {class: `curve ${name}`, points: places.join(" ")});
  }
  ends(svg, curves.filter((c) => c.points.length > 0), x, y);
}

/** A dot and a label where each curve is now; labels keep apart. */
function ends(svg, curves, x, y) {
  const last = curves.map(({name, points}) => ({name, ...points.at(-1)}));
  last.sort((a, b) => b.share - a.share);
  let above = -Infinity;
  for (const {name, step, share} of last) {
    const at = Math.max(y(share) + 4, above + 17);
    above = at;
    add(svg, "circle", {class: `end ${name}`, cx: x(step), cy: y(share), r: 4});
    add(svg, "text", {class: "label", x: x(step) + 10, y: at}, `${name} ${percent(share)}`);
  }
}

/** A share as the page writes it. */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
