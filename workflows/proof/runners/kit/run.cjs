"use strict";
// Starts the project's own jest, vitest or mocha in this process: run.cjs <tool> <its arguments> -- <files>
//
// The report's key is read before anything of the project is loaded, and is handed to our reporter alone.

const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
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
  const [tool, ...rest] = process.argv.slice(2);
  const end = rest.lastIndexOf("--");
  const found = find(tool);
  if (!found) {
    seal.open(opening).end({ broken: `${tool} is not installed here: set-up did not bring it` });
    process.exitCode = 1;
    return;
  }
  await require(`./${tool}.cjs`).start(found, rest.slice(0, end), rest.slice(end + 1), opening);
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
