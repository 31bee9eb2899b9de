import { expect, it, vi } from 'vitest';
import { memoized } from '../src';

it('asks once for each key', () => {
  const make = vi.fn((n: number) => n * 2);
  const twice = memoized(make, { most: 10 });
  expect([twice(2), twice(2), twice(3)]).toEqual([4, 4, 6]);
  expect(make).toHaveBeenCalledTimes(2);
});

it('asks again for what was forgotten', () => {
  const make = vi.fn((n: number) => n);
  const same = memoized(make, { most: 1 });
  same(1);
  same(2);
  same(1);
  expect(make).toHaveBeenCalledTimes(3);
});
