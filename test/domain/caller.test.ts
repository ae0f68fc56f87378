/** Which role holds which permission: the whole table, so that no change to it goes unseen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { may, permissions, requirePermission, roleNames, roles } from '../../src/domain/caller.ts';
import type { Permission, Role } from '../../src/domain/caller.ts';
import { refusedWith } from '../support/refused.ts';
import { callerOf } from '../support/site.ts';

const ofHospital: Permission[] = [
  'look-up',
  'see-board',
  'close-stay',
  'tell',
  'record-call',
  'record-outcome',
  'own-session',
];
const table: Record<Role, Permission[]> = {
  'emergency-nurse': ofHospital,
  'emergency-doctor': ofHospital,
  'discharge-nurse': ofHospital,
  'ward-clerk': ofHospital,
  'council-duty-worker': ['see-people-in-hospital', 'see-council-accesses', 'work-council-lists', 'own-session'],
  'council-data-steward': ['steward-bundles', 'invite-providers', 'own-session'],
  'privacy-officer': ['review-accesses', 'own-session'],
  operator: ['operate', 'run-interfaces', 'own-session'],
  'provider-coordinator': ['answer-notices', 'ask-whereabouts', 'own-session'],
  'provider-manager': ['answer-notices', 'ask-whereabouts', 'manage-provider', 'own-session'],
};

for (const role of roles) {
  for (const permission of permissions) {
    const expected = table[role].includes(permission);
    test(`the ${role} ${expected ? 'may' : 'may not'} ${permission}`, () =>
      assert.equal(may(role, permission), expected));
  }
}

test('a use case refuses by itself exactly what the role may not do', () => {
  const refused = refusedWith('NOT_ALLOWED');
  for (const role of [...roles, 'constructor' as Role]) {
    for (const permission of permissions) {
      const ask = (): void => requirePermission(callerOf(role), permission);
      if (may(role, permission)) assert.doesNotThrow(ask);
      else assert.throws(ask, refused);
    }
  }
});

test('a role that nobody knows may do nothing, whatever its name', () => {
  for (const role of ['', 'nobody', 'constructor', '__proto__', 'toString', 'EMERGENCY-NURSE']) {
    for (const permission of permissions) assert.equal(may(role as Role, permission), false, role);
  }
});

test('a permission that nobody knows is held by no role', () => {
  for (const role of roles) {
    for (const permission of ['', 'length', 'includes', '0']) assert.equal(may(role, permission as Permission), false);
  }
});

test('only roles of the hospital may look anybody up, and nobody who looks up may review who did', () => {
  for (const role of roles)
    assert.ok(!(may(role, 'look-up') && (may(role, 'review-accesses') || may(role, 'operate'))));
});

test('every role has a name of its own to be shown by', () => {
  assert.equal(new Set(roles.map((role) => roleNames[role])).size, roles.length);
});
