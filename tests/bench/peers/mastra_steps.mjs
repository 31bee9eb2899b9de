// Mastra: a workflow of ten steps on LibSQL's file database, at its defaults.
// What it is asked and how it answers is in answering.py.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Mastra } from "@mastra/core";
import { createStep, createWorkflow } from "@mastra/core/workflows";
import { LibSQLStore } from "@mastra/libsql";
import { z } from "zod";

const STEPS = 10;
const WARM_UP_RUNS = 16;

const Num = z.object({ n: z.number() });

const steps = Array.from({ length: STEPS }, (_, number) =>
  createStep({
    id: `step${number + 1}`,
    inputSchema: Num,
    outputSchema: Num,
    execute: async ({ inputData }) => ({ n: inputData.n + 1 }),
  }),
);

const ten = steps
  .reduce((tree, step) => tree.then(step), createWorkflow({ id: "ten", inputSchema: Num, outputSchema: Num }))
  .commit();

const mastra = new Mastra({
  workflows: { ten },
  storage: new LibSQLStore({ id: "bench", url: `file:${process.argv[2]}` }),
  logger: false,
});

async function measure(atOnce, count) {
  const workflow = mastra.getWorkflow("ten");
  // Made before, as ours are.
  const runs = [];
  for (let made = 0; made < count; made++) runs.push(await workflow.createRun());
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (runs.length) {
        const end = await runs.pop().start({ inputData: { n: 0 } });
        if (end.status !== "success" || end.result.n !== STEPS) throw new Error(JSON.stringify(end));
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - began) / 1e3, cpu: (user + system) / 1e6 };
}

function say(answer) {
  console.log(JSON.stringify({ answer }));
}

function version(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
}

for (const atOnce of [1, WARM_UP_RUNS]) await measure(atOnce, WARM_UP_RUNS);
const versions = Object.fromEntries(["@mastra/core", "@mastra/libsql"].map((name) => [name, version(name)]));
say({ versions: { ...versions, node: process.versions.node } });

for await (const line of createInterface({ input: process.stdin })) {
  const { at_once, runs } = JSON.parse(line);
  say(await measure(at_once, runs));
}
process.exit(0);
