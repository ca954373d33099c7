import { z } from 'zod';
import { roles, permissions, type Permission } from '../contract/permissions.ts';
import { idSchema, time } from './fields.ts';
import { isPerson, personForm } from '../access/require-access.ts';
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
