"use strict";
// Starts the project's own jest, vitest or mocha in this process: run.cjs <tool> <its arguments> -- <files>
//
// The report's key is read before anything of the project is loaded, and is handed to our reporter alone.

const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const { build } = require("./built.cjs");
const seal = require("./seal.cjs");

/** Where it is installed, from here upwards: a workspace has it at its root. */
function find(tool) {
  for (let at = process.cwd(); ; at = path.dirname(at)) {
    const folder = path.join(at, "node_modules", tool);
    const about = path.join(folder, "package.json");
    if (existsSync(about)) return { folder, about: JSON.parse(readFileSync(about, "utf8")) };
    if (at === path.dirname(at)) return null;
  }
}

async function main() {
  const opening = seal.take();
  const args = process.argv.slice(2);
  const tooling = ["jest", "vitest", "mocha"].map((name) => [name, require(`./${name}.cjs`)]);
  const why = build(args);
  const [tool, ...rest] = args;
  const end = rest.lastIndexOf("--");
  const found = find(tool);
  if (!found || why) {
    seal.open(opening).end({ broken: why || `${tool} is not installed here: set-up did not bring it` });
    process.exitCode = 1;
    return;
  }
  await Object.fromEntries(tooling)[tool].start(found, rest.slice(0, end), rest.slice(end + 1), opening);
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
