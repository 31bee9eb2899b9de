"use strict";
// Signs what a reporter tells, with a key that is read from standard input before code of the project is loaded.
//
// Tests may share a process with this, and change what they find: all that is used here is taken hold of now.

const crypto = require("node:crypto");
const { closeSync, openSync, readFileSync, writeSync } = require("node:fs");
const { apply } = Reflect;
const { parse, stringify } = JSON;
const { createHmac, createSecretKey, timingSafeEqual, Hmac } = crypto;
const { update, digest } = Hmac.prototype;
const { create } = Object;
const bytes = Buffer.from.bind(Buffer);

// What a signature is made with is the engine's own, and nobody else's business.
const made = createHmac("sha256", "any");
for (const name of Object.getOwnPropertySymbols(made)) {
  const inner = made[name];
  if (typeof inner?.digest === "function") Object.freeze(Object.getPrototypeOf(inner));
}

function sign(key, text) {
  const hmac = createHmac("sha256", key);
  apply(update, hmac, [text, "utf8"]);
  return apply(digest, hmac, ["hex"]);
}

/** The same without what others may have hung on all objects, such as a `toJSON`. */
function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const list = [];
    for (let at = 0; at < value.length; at += 1) list[at] = plain(value[at]);
    Object.defineProperty(list, "toJSON", { value: undefined });
    return list;
  }
  const copy = create(null);
  for (const name in value) copy[name] = plain(value[name]);
  return copy;
}

function writer(key, file) {
  let number = 0;
  return (line) => {
    const json = stringify(plain(line));
    const text = bytes(`${number} ${sign(key, `${number} ${json}`)} ${json}\n`, "utf8");
    number += 1;
    for (let from = 0; from < text.length; ) from += writeSync(file, text, from);
  };
}

/** What the harness says to whoever reads it first; afterwards tests find an empty standard input. */
function take() {
  const said = readFileSync(0, "utf8");
  closeSync(0);
  openSync("/dev/null", "r");
  return said;
}

function open(opening) {
  const said = parse(opening);
  const file = typeof said.report === "number" ? said.report : openSync(said.report, "wx", 0o600);
  const write = writer(createSecretKey(bytes(said.key, "hex")), file);
  let told = 0;
  return {
    seed: said.seed,
    trace: said.trace,
    tell(test) {
      write(test);
      told += 1;
    },
    end(about) {
      write({ end: told, ...about });
    },
  };
}

/** The lines of a report that somebody else wrote with this key; null where one is not of theirs. */
function read(text, key) {
  const secret = createSecretKey(bytes(key, "hex"));
  const lines = [];
  for (const [number, line] of text.split("\n").slice(0, -1).entries()) {
    const [, told, mac, json] = /^(\d+) ([0-9a-f]{64}) (.*)$/.exec(line) ?? [];
    if (told !== String(number)) return null;
    if (!timingSafeEqual(bytes(mac), bytes(sign(secret, `${number} ${json}`)))) return null;
    lines.push(parse(json));
  }
  return lines;
}

module.exports = Object.freeze({ take, open, read });
