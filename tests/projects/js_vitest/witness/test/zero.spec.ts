import { expect, test } from 'vitest';
import { Cache } from '../src/cache';

test('what has() knows, get() gives', () => {
  const cache = new Cache<number, number>({ most: 9 });
  for (const n of [-1, 0, 1, NaN]) cache.set(n, n);
  for (const n of cache.keys()) expect(cache.get(n)).toBe(n);
});
