/** A provider is a place with an id of its own: never a name, and never one of two. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseProviderId, providerIdOf, providerIdOfPackage } from '../../src/domain/provider-id.ts';

const names = (cqcLocationId: string | null, localReference: string | null) => ({ cqcLocationId, localReference });

it('is CQC’s location where it is known, else the council’s own reference, which is another council’s never', () => {
  assert.equal(providerIdOf('999', names('1-100', 'P7')), 'cqc:1-100');
  assert.equal(providerIdOf('999', names(null, 'P7')), 'local:999:P7');
  assert.notEqual(providerIdOf('998', names(null, 'P7')), providerIdOf('999', names(null, 'P7')));
  for (const nothing of [names(null, null), names('', ' ')]) assert.equal(providerIdOf('999', nothing), null);
});

it('of a package is the one that the contact card is about', () => {
  assert.equal(providerIdOfPackage('999', names('1-100', null), null), 'cqc:1-100');
  assert.equal(providerIdOfPackage('999', names(null, 'P7'), names('1-100', 'P7')), 'cqc:1-100');
  assert.equal(providerIdOfPackage('999', names(null, 'P7'), names(null, 'P7')), 'local:999:P7');
  assert.equal(providerIdOfPackage('999', names('1-100', 'P7'), names('1-100', null)), 'cqc:1-100');
  assert.equal(providerIdOfPackage('999', names(null, null), null), null);
});

it('H14: of a package whose two names mean two places is nobody’s', () => {
  assert.equal(providerIdOfPackage('999', names('1-100', 'P7'), names('1-200', 'P7')), null);
});

it('is read back to what it stands for, and nothing else is read', () => {
  assert.deepEqual(parseProviderId('cqc:1-100'), { kind: 'cqc', location: '1-100' });
  assert.deepEqual(parseProviderId('local:999:P:7'), { kind: 'local', council: '999', reference: 'P:7' });
  for (const text of ['', 'cqc:', 'cqc: ', 'local:999', 'local:999:', 'local::P7', 'KVH', '999', 'CQC:1-100'])
    assert.equal(parseProviderId(text), null, text);
});
