// SPDX-License-Identifier: BSD-3-Clause
// node pretrain.js MODULE ROWS PARAMETERS: the page's own module learns the gases that the network
// on the page knows, and its parameters are written.
import {readFileSync, writeFileSync} from "node:fs";
import {answers, knownParameters, start, takeRows} from "./module.js";

const [from, rows, to] = process.argv.slice(2);
const module = await start(readFileSync(from));
takeRows(module, readFileSync(rows));
module.pretrain(1000);
const adam = 1;
const {right, all} = answers(module, adam);
const sum = (numbers) => numbers.reduce((a, b) => a + b);
console.log(`of three known gases ${sum(right)} of ${sum(all)} held-out rows are named right`);
writeFileSync(to, knownParameters(module));
