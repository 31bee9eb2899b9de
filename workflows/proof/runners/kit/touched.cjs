"use strict";
// Which files of the project ran code between two moments: the engine's own count of calls.

const { Session } = require("node:inspector");
const path = require("node:path");
const { isTheirs, relative } = require("./failure.cjs");

const FILES = 500;
const SCRIPTS = /\.[cm]?[jt]sx?$/;

/** Loading a file runs it as a whole, which is no touch. */
const isWhole = (one, at) => at === 0 && one.functionName === "";

function tracing() {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  /** Since it was asked last. */
  return () => {
    const found = new Set();
    session.post("Profiler.takePreciseCoverage", (problem, said) => {
      for (const { url, functions } of problem ? [] : said.result) {
        const file = url && isTheirs(url) ? relative(url) : "";
        if (!file || path.isAbsolute(file) || !SCRIPTS.test(file)) continue;
        if (functions.some((one, at) => !isWhole(one, at) && one.ranges[0].count > 0)) found.add(file);
      }
    });
    return [...found].sort().slice(0, FILES);
  };
}

module.exports = { tracing };
