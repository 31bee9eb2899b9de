import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { parse } from '../src/index.js';

const plain = (found) => ({ ...found });

describe('parse', () => {
  it('reads keys and values', () => {
    assert.deepEqual(plain(parse('?a=1&b=2')), { a: '1', b: '2' });
  });

  it('makes arrays of what is there more than once', () => {
    assert.deepEqual(plain(parse('a=1&a=2&a=3')), { a: ['1', '2', '3'] });
    assert.deepEqual(plain(parse('a=1&a=2', { arrays: false })), { a: '2' });
  });

  it('tells no value from an empty one', () => {
    assert.deepEqual(plain(parse('a&b=')), { a: null, b: '' });
  });

  it('decodes', () => {
    assert.deepEqual(plain(parse('na%20me=J+%C3%B6')), { 'na me': 'J ö' });
    assert.deepEqual(plain(parse('p=100%')), { p: '100%' });
  });

  it('finds nothing in nothing', () => {
    for (const query of ['', '?', ' ', '&']) assert.deepEqual(plain(parse(query)), {});
  });
});
