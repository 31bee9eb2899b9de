'use strict';

const { isObject } = require('./kinds');

/**
 * Objects are merged key by key; anything else, arrays included, is replaced as a whole.
 * `undefined` in the upper one leaves what is below.
 */
function merge(below, above) {
  const merged = { ...below };
  for (const key of Object.keys(above)) {
    if (key === '__proto__') continue;
    const value = above[key];
    if (value === undefined) continue;
    if (isObject(value)) {
      merged[key] = merge(isObject(merged[key]) ? merged[key] : {}, value);
    } else {
      merged[key] = value;
    }
  }
  return merged;
}

module.exports = { merge };
