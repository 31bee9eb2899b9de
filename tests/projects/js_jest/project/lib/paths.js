'use strict';

function get(settings, path, otherwise) {
  let at = settings;
  for (const part of path.split('.')) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return otherwise;
    at = at[part];
  }
  return at;
}

function set(settings, parts, value) {
  let at = settings;
  for (const part of parts.slice(0, -1)) {
    if (!Object.hasOwn(at, part)) at[part] = {};
    at = at[part];
  }
  at[parts.at(-1)] = value;
}

module.exports = { get, set };
