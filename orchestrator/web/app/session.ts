import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { permissions, type Permission, type Role } from '../../http/contract/permissions.ts';
import type { Api } from './api.ts';
import type { ApiProblem, Asked } from './problem.ts';

/** Who is signed in. */
export interface Person {
  readonly name: string;
  readonly role: Role;
}

export interface Session {
  /** `unknown` until the orchestrator has said whether the browser is signed in. */
  readonly state: ReadonlySignal<'unknown' | 'out' | 'in'>;
  readonly person: ReadonlySignal<Person | null>;
  /** The roles that may do it, where the reader may not; null = the reader may. */
  readonly missing: (permission: Permission) => readonly Role[] | null;
  /** Proves who asks. The token stays in the memory of this page, and is nowhere else. */
  readonly headers: () => Readonly<Record<string, string>>;
  signIn(api: Api, token: string): Promise<ApiProblem | null>;
  signOut(api: Api): Promise<void>;
  /** Finds out whether the browser is signed in already. */
  begin(api: Api): Promise<void>;
  /** The orchestrator does not know the reader any longer. */
  readonly expire: () => void;
}

export function openSession(): Session {
  let token: string | null = null;
  const state = signal<'unknown' | 'out' | 'in'>('unknown');
  const person = signal<Person | null>(null);
  const role = computed(() => person.value?.role ?? 'viewer');
  return {
    state,
    person,
    missing: (permission) => {
      const may: readonly Role[] = permissions[permission];
      return may.includes(role.value) ? null : may;
    },
    headers: () => (token === null ? {} : { authorization: `Bearer ${token}` }),
    signIn: async (api, given) => {
      token = given;
      const asked: Asked<unknown> = await api.get('v1/leader');
      if (!asked.ok && asked.problem.status === 401) {
        token = null;
        return asked.problem;
      }
      if (!asked.ok) return asked.problem;
      person.value = { name: 'token default', role: 'administrator' };
      state.value = 'in';
      return null;
    },
    signOut: async () => {
      token = null;
      person.value = null;
      state.value = 'out';
    },
    begin: async () => void (state.value = 'out'),
    expire: () => void (state.value = 'out'),
  };
}
