import test from 'node:test';
import assert from 'node:assert/strict';
import { pick, stringify, without } from '../src/index.js';

test('writes what it is given', () => {
  assert.equal(stringify({ b: 1, a: 'x y', n: null, u: undefined }), 'b=1&a=x%20y&n');
});

test('sorts when asked', () => {
  assert.equal(stringify({ b: 1, a: [2, 3] }, { sort: true }), 'a=2&a=3&b=1');
});

test('encodes what URLs reserve', () => {
  assert.equal(stringify({ "it's": '(ok)!' }), 'it%27s=%28ok%29%21');
});

test('keeps or drops keys', () => {
  assert.equal(pick('?a=1&b=2', ['b']), 'b=2');
  assert.equal(without('?a=1&b=2', ['b']), 'a=1');
});
