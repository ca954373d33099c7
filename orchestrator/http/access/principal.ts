import type { Narrowing } from '../../../shared/domain/campaign/narrowing.ts';
import type { SessionProof } from '../../../shared/store/access-store.ts';
import { type Permission, permissions, type Role } from '../contract/permissions.ts';

/** Who is proved by a token or a session, and what that allows. */
export interface Principal {
  /** As the audit names it: `token night-shift`. */
  readonly by: string;
  /** The name of the token. */
  readonly name: string;
  /** Null = the token belongs to no single person. */
  readonly person: string | null;
  readonly role: Role;
  readonly narrowing: Narrowing;
  /** What it stands on. Authority ends when this does. */
  readonly proof: SessionProof;
  /** The session that the request belongs to; null = it brought the token itself. */
  readonly session: string | null;
  /** Real time at which the token expires; null = never. */
  readonly expiresAt: number | null;
}

/** The name of the token in the token file. No other token gets it. */
export const fileTokenName = 'default';

export const everything: Narrowing = { campaigns: [], sites: [] };

/** What a role may do, in the order of the table. */
export const permissionsOf = (role: Role): readonly Permission[] =>
  (Object.keys(permissions) as Permission[]).filter((each) =>
    (permissions[each] as readonly Role[]).includes(role),
  );

/** `viewer (token night-shift)`: for refusals. */
export const roleWords = ({ role, by }: Principal): string => `${role} (${by})`;
