import type { z } from 'zod';
import type { Permission } from './permissions.ts';

export const tags = {
  orchestrator: 'The orchestrator itself: health, who leads, the preflight, and this description.',
  campaigns: 'Campaigns: plan, create, start, stop, and how they stand.',
  approvals: 'Questions that wait for a person.',
  clients: 'Single clients: what is known of them, and what a person does about them.',
  fleet: 'The fleet, the limits of its logon servers, and the tokens of its check-ins.',
  releases: 'Releases and their copies on the logon servers.',
  surveys: 'Looks that change nothing.',
  schedules: 'Recurring campaigns.',
  notifications: 'Messages about campaigns, and their destinations.',
  events: 'What changes, pushed as it happens.',
  access: 'Who may use the API: its tokens, and the sessions of people who have signed in.',
  audit: 'What was done, to whom, by whom and why.',
} as const;

export type Tag = keyof typeof tags;

/**
 * How a token that is narrowed to campaigns or logon servers may use a route. `open`: as any token.
 * `seen`: the answer holds what the token reaches (`request.seen`). `campaign`: where it reaches
 * the campaign of the path or the query; numbers of a campaign are those of the whole, and other
 * logon servers have no name in them. `allSites`: the same, unless it is narrowed to logon servers.
 * `client`: where it reaches the client and its campaign. `campaigns`: the answer holds the
 * campaigns that it reaches, unless it is narrowed to logon servers. `servers`: the logon servers
 * of the body. `file`: the campaign of a campaign file. `question`: the campaign and the client of
 * a question. `refused`: not at all.
 */
export type Reach =
  | 'open'
  | 'seen'
  | 'campaign'
  | 'allSites'
  | 'campaigns'
  | 'client'
  | 'servers'
  | 'file'
  | 'question'
  | 'refused';

/**
 * What a route is: how the document describes it, and what a request needs. One entry says all of
 * it, and every hook that guards requests reads it here.
 */
export interface Operation {
  /** Stable: generated clients name their functions so. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** Null = open to everybody, without a token. */
  readonly needs: Permission | null;
  /**
   * It stops something, says whether somebody leads, or reports a client in: answered under any
   * load.
   */
  readonly isUrgent?: boolean;
  /** A probe, which comes by names of a cluster, and learns nothing of campaigns. */
  readonly forAnyHost?: boolean;
  /** Left out = as the path says (`reachOf`). */
  readonly reach?: Reach;
  /** Its body proves who asks. */
  readonly signsIn?: boolean;
  /** Its answer holds a secret, so no key of a request keeps it. */
  readonly holdsSecret?: boolean;
  /** A POST that changes nothing, such as a plan. */
  readonly readsOnly?: boolean;
  /**
   * `named`: its answer has the version of the campaign as `ETag`. `kept`: it also answers 304 to a
   * caller that has this version. `needed`: it changes the version that `If-Match` names.
   */
  readonly version?: 'named' | 'kept' | 'needed';
  /** It names something that may not be there, outside its path. */
  readonly mayMiss?: boolean;
  /** A GET that may be refused as things stand. */
  readonly mayConflict?: boolean;
  /** One line of what the route streams, where it streams lines. */
  readonly streams?: z.ZodType;
  /** What the route pushes as server-sent events, by the name of the event. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
  /** Answers that are no JSON: a content type. */
  readonly text?: string;
}

/**
 * Whether a route is answered under any load: what stops something, what says who leads, and a
 * client that reports in, because a whole site does so within minutes of a morning.
 */
export const isUrgent = ({ needs, isUrgent: urgent = false }: Operation): boolean =>
  urgent || needs === 'stop';

/** By method and path, as the router knows them: `GET /v1/campaigns/:campaign`. */
export type Operations = Readonly<Record<string, Operation>>;

/** The table's entry of a route. HEAD is what GET is. */
export const keyOf = (method: string, url: string): string => `${method === 'HEAD' ? 'GET' : method} ${url}`;

/** The reach of a route: what names no campaign or client is refused to a narrowed token. */
export function reachOf({ reach }: Operation, method: string, url: string): Reach {
  if (reach !== undefined) return reach;
  if (/:(?:campaign|schedule)\b/.test(url)) return method === 'GET' ? 'campaign' : 'allSites';
  return url.includes(':client') ? 'client' : 'refused';
}
