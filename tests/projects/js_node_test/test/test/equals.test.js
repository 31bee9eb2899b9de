import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { parse } from '../src/index.js';

describe('values with an equals sign', () => {
  it('keeps the padding of base64', () => {
    assert.equal(parse('token=c2VjcmV0IQ==').token, 'c2VjcmV0IQ==');
  });

  it('splits at the first one only', () => {
    assert.equal(parse('?filter=price=10&a=1').filter, 'price=10');
  });
});
