import { expect, it } from 'vitest';
import { Cache } from '../src';

it('gives back 0', () => {
  const cache = new Cache<string, number>({ most: 2 });
  cache.put('visits', 0);
  expect(cache.get('visits')).toBe(0);
});
