import { parse } from './parse.js';
import { stringify } from './stringify.js';

/** The query with these keys only. */
export function pick(query, keys) {
  return chosen(query, (key) => keys.includes(key));
}

/** The query without these keys. */
export function without(query, keys) {
  return chosen(query, (key) => !keys.includes(key));
}

function chosen(query, wanted) {
  return stringify(Object.fromEntries(Object.entries(parse(query)).filter(([key]) => wanted(key))));
}
