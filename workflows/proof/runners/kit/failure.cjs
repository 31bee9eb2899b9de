"use strict";
// What a failure says: its type, its words, and the places of the project that it came by.

const path = require("node:path");
const { realpathSync } = require("node:fs");
const { fileURLToPath } = require("node:url");

const HOME = process.cwd();
const REAL = realpathSync(HOME);
const MOST = 8000;
const FRAMES = 50;
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;
const PLACE = /(?:\(|^|@|\s)((?:file:\/\/)?\/[^()\n]*?):(\d+)(?::\d+)?\)?$/;

// What was made of a text is where that was done: `at f (eval at build (/src/index.js:9:3), <anonymous>:6:9)`.
const MADE = /\(eval at [^\n]*?\(((?:file:\/\/)?\/[^()\n]*?):(\d+)(?::\d+)?\)/;

const bare = (text) => String(text ?? "").replace(COLOURS, "");
const brief = (text) => bare(text).trim().slice(0, 1000);
const long = (text) => bare(text).trim().slice(0, MOST);

/** From the project's folder, where it is in it. */
function relative(file) {
  let whole = file.replace(/[?#].*$/, "");
  if (whole.startsWith("file://")) whole = fileURLToPath(whole);
  for (const home of [HOME, REAL]) {
    if (whole.startsWith(`${home}${path.sep}`)) return whole.slice(home.length + 1);
  }
  return whole;
}

const isTheirs = (file) =>
  !file.includes("node_modules/") && !file.startsWith("node:") && !file.startsWith(__dirname + path.sep);

/** The innermost last. */
function frames(stack) {
  const found = [];
  for (const line of bare(stack).split("\n")) {
    const text = line.trim();
    const place = text.startsWith("at ") || text.startsWith("❯ ") ? (MADE.exec(text) ?? PLACE.exec(text)) : null;
    if (place && isTheirs(place[1])) found.push([relative(place[1]), Number(place[2])]);
    if (found.length === FRAMES) break;
  }
  return found.reverse();
}

function typeOf(error) {
  const made = error?.constructor?.name;
  const named = typeof error?.name === "string" ? error.name : "";
  return bare(made && made !== "Object" && (made !== "Error" || !named) ? made : named || made || typeof error);
}

const ASSERTIONS = /Assert(?:ion)?(?:Error)?$|^(?:TestingLibraryElement|Unexpected|Expectation)Error$/;
const EXPECTED = /^expect(?:ed\b|\()/i;

/** Many a library of assertions throws a plain Error that says what was expected. The engine throws none of these. */
const isAsserted = (type, message) => ASSERTIONS.test(type) || (type === "Error" && EXPECTED.test(message));

/** What a server of the project answered is no HTTP, says the one who reads it for the test. */
const isNoAnswer = (error) => typeof error?.code === "string" && error.code.startsWith("HPE_");

const isAssertion = (error) =>
  isNoAnswer(error) || error?.code === "ERR_ASSERTION" || error?.matcherResult !== undefined || isAsserted(typeOf(error), bare(error?.message));

/** Of something thrown: it is the project's, and may be anything. */
function told(error) {
  try {
    if (error === null || typeof error !== "object") {
      return { message: brief(error), error: typeof error, detail: "", asserted: false, frames: [] };
    }
    const stack = bare(error.stack);
    return {
      message: brief(error.message),
      detail: long(stack.includes(bare(error.message)) ? stack : `${error.message}\n${stack}`),
      error: typeOf(error).slice(0, 200),
      asserted: isAssertion(error),
      frames: frames(stack),
    };
  } catch {
    return { message: "what was thrown cannot be read", error: "", detail: "", asserted: false, frames: [] };
  }
}

module.exports = { bare, brief, long, relative, frames, told, isAsserted, isTheirs };
