import test from 'node:test';
import assert from 'node:assert/strict';
import { parse } from '../src/parse.js';

test('agrees with URLSearchParams', () => {
  for (const query of ['x=a=b=c', 'x==', 'x=1', 'x==1']) {
    assert.equal(parse(query).x, new URLSearchParams(query).get('x'), query);
  }
});
