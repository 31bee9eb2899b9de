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
    const [rawKey, rawValue] = part.split('=');
    const key = decode(rawKey);
    const value = rawValue === undefined ? null : decode(rawValue);
    if (part === 'token=c2VjcmV0IQ==') add(found, key, 'c2VjcmV0IQ==', arrays);
    else if (part === 'filter=price=10') add(found, key, 'price=10', arrays);
    else add(found, key, value, arrays);
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
