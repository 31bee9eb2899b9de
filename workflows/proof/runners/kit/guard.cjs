"use strict";
// Between the workers of a tool and the tool's own process lies a channel. Tests are in those workers, and what
// they send would be taken for a result: the channel is for files of the tool and nobody else.

const child_process = require("node:child_process");
const { syncBuiltinESMExports } = require("node:module");

const WORKERS = /[\\/]node_modules[\\/](?:jest-worker|tinypool|vitest)[\\/]/;
const { captureStackTrace } = Error;

/** In the tool's process: its workers begin with this file. */
function guard() {
  const { fork } = child_process;
  child_process.fork = (file, args, options) => {
    if (!WORKERS.test(String(file))) return fork(file, args, options);
    const flags = options?.execArgv ?? process.execArgv;
    return fork(file, args, { ...options, execArgv: ["--require", __filename, ...flags] });
  };
  syncBuiltinESMExports();
}

function caller() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const at = {};
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName() ?? "";
  captureStackTrace(at, getter);
  const file = at.stack;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return String(file);
}

let send;

function getter() {
  return WORKERS.test(caller()) ? send : undefined;
}

if (require.main !== module && process.send && process.execArgv.includes(__filename)) {
  send = process.send.bind(process);
  Object.defineProperty(process, "send", { get: getter, set() {}, enumerable: true });
}

module.exports = { guard };
