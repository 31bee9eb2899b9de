import test from 'node:test';
import assert from 'node:assert/strict';
import { accepted } from '../src/header.js';

test('.8 is 0.8', () => {
  assert.deepEqual(accepted('fr; q=.8'), accepted('fr; q=0.8'));
  assert.deepEqual(accepted('fr;q=.'), []);
});
