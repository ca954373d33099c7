import { type ReadonlySignal, signal } from '@preact/signals';
import { permissions, type Permission, type Role } from '../../http/contract/permissions.ts';
import { type Narrowing, narrowingWords } from '../../../shared/domain/campaign/narrowing.ts';
import type { GuardedCommand } from '../../../shared/domain/campaign/command-request.ts';
import type { Api } from './api.ts';
import type { ApiProblem } from './problem.ts';
import { texts } from './texts.ts';

/** Who is signed in, as the orchestrator has proved it. */
export interface Person {
  readonly name: string;
  readonly person: string | null;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** The commands that another person must approve. */
  readonly fourEyes: readonly GuardedCommand[];
  readonly narrowing: Narrowing;
}

/**
 * What a control acts on, for a narrowed token: `seen` on what the token sees, `campaign` on all
 * logon servers of a campaign, `all` on more than campaigns.
 */
export type ActsOn = 'seen' | 'campaign' | 'all';

export interface Session {
  /** `unknown` until the orchestrator has said whether the browser is signed in. */
  readonly state: ReadonlySignal<'unknown' | 'out' | 'in'>;
  readonly person: ReadonlySignal<Person | null>;
  /**
   * Why the reader may not do it, and who may; null = the reader may.
   * @param on left out = what that permission is mostly for
   */
  readonly whyNot: (permission: Permission, on?: ActsOn) => string | null;
  signIn(api: Api, token: string): Promise<ApiProblem | null>;
  signOut(api: Api): Promise<void>;
  /** The provider to sign in with, by its name; null = there is none. */
  readonly provider: ReadonlySignal<string | null>;
  /** The browser came with a one-use link that signs in no longer: it was used, or is too old. */
  readonly isLinkSpent: ReadonlySignal<boolean>;
  /** Finds out whether the browser is signed in already, or came with a one-use link. */
  begin(api: Api): Promise<void>;
  /** The orchestrator does not know the reader any longer. */
  readonly expire: () => void;
}

const usual: Partial<Record<Permission, ActsOn>> = { supply: 'all', administer: 'all', audit: 'all' };

const path = 'v1/session';

/** The code of a one-use link stands behind `#`, which no server and no log ever sees. */
function takeCode(): string | null {
  const code = /^#code=([\w.-]+)$/.exec(location.hash)?.[1] ?? null;
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

export function openSession(): Session {
  const state = signal<'unknown' | 'out' | 'in'>('unknown');
  const person = signal<Person | null>(null);
  const provider = signal<string | null>(null);
  const isLinkSpent = signal(false);
  const enter = (who: Person): null => {
    person.value = who;
    state.value = 'in';
    return null;
  };
  const leave = (): void => {
    person.value = null;
    state.value = 'out';
  };
  return {
    state,
    person,
    provider,
    isLinkSpent,
    whyNot: (permission, on = usual[permission] ?? 'campaign') => {
      const { value } = person;
      if (value === null) return null;
      const { narrowing, role } = value;
      if (!value.permissions.includes(permission)) return texts.may(permissions[permission], role);
      const words = narrowingWords(on === 'campaign' ? { ...narrowing, campaigns: [] } : narrowing);
      return on === 'seen' || words === '' ? null : texts.wider(words);
    },
    signIn: async (api, token) => {
      const asked = await api.post<Person>(path, { token });
      return asked.ok ? enter(asked.value) : asked.problem;
    },
    signOut: async (api) => {
      const asked = await api.delete<{ readonly leaveFor?: string }>(path);
      leave();
      if (asked.ok && asked.value.leaveFor !== undefined) location.assign(asked.value.leaveFor);
    },
    begin: async (api) => {
      const code = takeCode();
      const linked = code === null ? null : await api.post<Person>(path, { code });
      isLinkSpent.value = linked !== null && !linked.ok && linked.problem.status === 401;
      // Who is signed in already needs no link.
      const asked = linked?.ok === true ? linked : await api.get<Person>(path);
      if (asked.ok) enter(asked.value);
      else leave();
      const ways = await api.get<{ readonly provider: { readonly name: string } | null }>('auth/ways');
      provider.value = ways.ok ? (ways.value.provider?.name ?? null) : null;
    },
    expire: () => void (state.value = 'out'),
  };
}
