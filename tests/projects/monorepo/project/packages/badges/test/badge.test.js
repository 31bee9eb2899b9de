import test from 'node:test';
import assert from 'node:assert/strict';
import { badge } from '../src/badge.js';

test('shows the price', () => {
  assert.equal(badge(1250), '<b>€ 12.50</b>');
});

test('shows what is reduced', () => {
  assert.equal(badge(1250, { was: 2000 }), '<b class="reduced">€ 12.50</b>');
});
