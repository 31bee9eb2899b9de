import { describe, expect, it } from 'vitest';
import { Cache, memoized } from '../src';

describe('values that are falsy', () => {
  it.each([[0], [''], [false], [null]])('%j is given back', (value) => {
    const cache = new Cache<string, unknown>({ most: 2 });
    cache.set('key', value);
    expect(cache.get('key')).toBe(value);
  });

  it('count as used', () => {
    const cache = new Cache<string, number>({ most: 2 });
    cache.set('a', 0).set('b', 1);
    cache.get('a');
    cache.set('c', 2);
    expect(cache.keys()).toEqual(['a', 'c']);
  });

  it('are remembered by functions', () => {
    const isOdd = memoized((n: number) => n % 2 === 1, { most: 2 });
    expect([isOdd(2), isOdd(2)]).toEqual([false, false]);
  });
});
