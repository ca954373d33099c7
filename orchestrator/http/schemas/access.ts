import { z } from 'zod';
import { roles, permissions, type Permission } from '../contract/permissions.ts';
import { guardedCommands } from '../../../shared/domain/campaign/command-request.ts';
import { idSchema, time } from './fields.ts';
import { isPerson, personForm } from '../../input/person-name.ts';
import { hostForm, isHost } from '../../../shared/input/names.ts';

/** Who may use the API: its tokens, and the sessions of people who have signed in. */

export const tokenParams = z.strictObject({ token: idSchema });

const campaignPattern = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}\*?$/, 'is not the name of a campaign, or how names begin: pune-*');

const site = z.string().refine(isHost, `is not ${hostForm}`);

const role = z.enum(roles);

export const tokenBody = z.strictObject({
  name: idSchema,
  role,
  /** The one person who has it. Without a person it cannot approve where another one must. */
  person: z.string().refine(isPerson, `is not ${personForm}`).optional(),
  /** A duration from now on, such as `90d` or `12h`; left out = it does not expire. */
  expires: z.string().max(20).optional(),
  /** Only campaigns with these names, or names that begin so: `pune-*`. */
  campaigns: z.array(campaignPattern).max(50).default([]),
  /** Only clients of these logon servers. */
  sites: z.array(site).max(50).default([]),
});

/** Without the token: it is shown once, when it is made. */
const tokenRecord = z.object({
  name: z.string(),
  /** Stands in the token after `sp_`. */
  id: z.string(),
  role,
  person: z.string().nullable(),
  campaigns: z.array(z.string()).readonly(),
  sites: z.array(z.string()).readonly(),
  createdAt: time,
  createdBy: z.string(),
  /** Null = never. */
  expiresAt: time.nullable(),
  hasExpired: z.boolean(),
  /** Exact to a minute; null = never. */
  usedAt: time.nullable(),
});

export const tokensAnswer = z.object({ tokens: z.array(tokenRecord).readonly() });

/** `token` is shown only here: servpack keeps its SHA-256. */
export const newTokenAnswer = tokenRecord.extend({ token: z.string() });

export const revokedTokenAnswer = z.object({ name: z.string(), id: z.string() });

export const permissionSchema = z.enum(Object.keys(permissions) as [Permission, ...Permission[]]);

/** A token, or the code of a link that signs in once (`servpack open`). */
export const signInBody = z.union([
  z.strictObject({ token: z.string().min(1).max(600) }),
  z.strictObject({ code: z.string().min(1).max(100) }),
]);

/** Who asks, and what that allows. */
export const sessionAnswer = z.object({
  /** The name of the token. */
  name: z.string(),
  /** As the audit names it: `token night-shift`. */
  by: z.string(),
  /** Null = it belongs to no single person. */
  person: z.string().nullable(),
  role,
  /** What the role may do. */
  permissions: z.array(permissionSchema).readonly(),
  /** The commands that another person must approve. */
  fourEyes: z.array(z.enum(guardedCommands)).readonly(),
  /** Empty lists narrow nothing. */
  narrowing: z.object({ campaigns: z.array(z.string()).readonly(), sites: z.array(z.string()).readonly() }),
  /** Null = the request brought the token itself. */
  session: z.string().nullable(),
  /** When the session or the token ends; null = never. */
  expiresAt: time.nullable(),
});

export const endedAnswer = z.object({ ended: z.boolean() });

/** `leaveFor`: where the browser goes to sign out at the provider, too. */
export const signedOutAnswer = endedAnswer.extend({ leaveFor: z.string().optional() });

/** Put the code into the fragment of a link: browsers send no fragment to anybody. */
export const linkAnswer = z.object({ code: z.string(), expiresAt: time });

export const sessionParams = z.strictObject({
  session: z.string().regex(/^[0-9A-Za-z]{8}$/, 'is not the id of a session'),
});

export const sessionsAnswer = z.object({
  sessions: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        person: z.string().nullable(),
        role,
        startedAt: time,
        endsAt: time,
        /** Exact to a minute. */
        usedAt: time,
        /** The address of the connection that began it. */
        from: z.string(),
      }),
    )
    .readonly(),
});
