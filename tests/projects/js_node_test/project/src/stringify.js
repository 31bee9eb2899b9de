import { encode } from './coding.js';

/** The other way; `undefined` is left out, `null` is a key without a value. */
export function stringify(values, { sort = false } = {}) {
  const keys = Object.keys(values);
  if (sort) keys.sort();
  return keys.flatMap((key) => parts(key, values[key])).join('&');
}

function parts(key, value) {
  if (value === undefined) return [];
  if (value === null) return [encode(key)];
  if (Array.isArray(value)) return value.flatMap((one) => parts(key, one));
  return [`${encode(key)}=${encode(String(value))}`];
}
