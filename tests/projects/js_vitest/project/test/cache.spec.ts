import { describe, expect, it } from 'vitest';
import { Cache } from '../src';

class Hands {
  time = 0;
  now() {
    return this.time;
  }
}

describe('Cache', () => {
  it('gives back what was put in', () => {
    const cache = new Cache<string, number>({ most: 2 });
    cache.set('a', 1);
    expect(cache.get('a')).toBe(1);
    expect(cache.get('b')).toBeUndefined();
  });

  it('forgets what was not used for the longest time', () => {
    const cache = new Cache<string, number>({ most: 2 });
    cache.set('a', 1).set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect(cache.keys()).toEqual(['a', 'c']);
  });

  it('forgets when the time is up', () => {
    const clock = new Hands();
    const cache = new Cache<string, number>({ most: 2, ttl: 10, clock });
    cache.set('a', 1);
    clock.time = 9;
    expect(cache.has('a')).toBe(true);
    clock.time = 10;
    expect(cache.has('a')).toBe(false);
    expect(cache.size).toBe(0);
  });

  it.each([0, -1])('cannot keep %i entries', (most) => {
    expect(() => new Cache({ most })).toThrow(RangeError);
  });
});
