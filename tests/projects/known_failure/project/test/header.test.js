import test from 'node:test';
import assert from 'node:assert/strict';
import { accepted } from '../src/index.js';

test('the most wanted comes first', () => {
  assert.deepEqual(accepted('en;q=0.5, de, fr;q=0.8').map((one) => one.range), ['de', 'fr', 'en']);
});

test('equally wanted ones stay in order', () => {
  assert.deepEqual(accepted('b, a, c').map((one) => one.range), ['b', 'a', 'c']);
});

test('what cannot be read is passed over', () => {
  assert.deepEqual(accepted('de;q=x, , en'), [{ range: 'en', quality: 1 }]);
});
